"""Times of a round as both sides read them."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.timezone import get_current_timezone_name


@dataclass(frozen=True, slots=True)
class RoundTimes:
    """A span in the reader's zone and, where its clock differs, in the candidate's. Cities stand for zones."""

    starts: datetime
    ends: datetime
    city: str
    other_starts: datetime | None = None
    other_ends: datetime | None = None
    other_city: str = ""

    @property
    def is_other_day(self) -> bool:
        return self.other_starts is not None and self.other_starts.date() != self.starts.date()


def round_times(starts_at: datetime | None, ends_at: datetime | None, other_zone: str) -> RoundTimes | None:
    """None where the round has no time yet."""
    if starts_at is None or ends_at is None:
        return None
    here = get_current_timezone_name()
    starts, ends = (moment.astimezone(ZoneInfo(here)) for moment in (starts_at, ends_at))
    other = starts_at.astimezone(ZoneInfo(other_zone))
    if other.utcoffset() == starts.utcoffset():
        return RoundTimes(starts, ends, city(here))
    return RoundTimes(starts, ends, city(here), other, ends_at.astimezone(ZoneInfo(other_zone)), city(other_zone))


def city(zone: str) -> str:
    """Europe/Berlin → Berlin."""
    return zone.rpartition("/")[2].replace("_", " ")
