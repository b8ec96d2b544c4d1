"""The planning board: one week of the candidate and everybody who could sit on the panel, as lanes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from interviews.models import Candidate, Interviewer, Loop, SchedulePlan
from interviews.planning.panels import Window
from interviews.planning.windows import as_window, inner_span, outer_span, without
from interviews.selectors.calendars import busy_times, candidate_windows, pool_members, with_load, working_windows
from interviews.zones import same_clock, short_day_text, times_text, zone_label

# The share of the board's width that the day of the plan gets; the other days share the rest.
WIDE_SHARE = 56.0
USUAL_HOURS = (8, 19)
WORKDAYS = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """An hour of the wide day on both clocks."""

    x: str
    own: str
    other: str


@dataclass(frozen=True, slots=True)
class Day:
    """A column of the board; positions are SVG lengths."""

    label: str
    is_wide: bool
    left: str
    width: str
    ticks: list[Tick]


@dataclass(frozen=True, slots=True)
class Block:
    """A span on a lane: ``kind`` is plan, busy, booked or outside; ``title`` says it in words."""

    kind: str
    left: str
    width: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One person's week. ``spoken`` are the blocks in words, for those who do not see the picture."""

    id: str
    name: str
    note: str
    is_candidate: bool
    blocks: list[Block]
    spoken: list[str]


@dataclass(frozen=True, slots=True)
class WeekBoard:
    """Days across, people down."""

    title: str
    previous: date
    following: date
    days: list[Day]
    lanes: list[Lane]
    zone: str
    other_zone: str


@dataclass(frozen=True, slots=True)
class _Column:
    """A local day between two hours, and where it stands on the board."""

    span: Window
    left: float
    width: float

    @property
    def is_wide(self) -> bool:
        return self.width == WIDE_SHARE

    def place(self, window: Window) -> tuple[str, str]:
        length = (self.span[1] - self.span[0]).total_seconds()
        start = (max(window[0], self.span[0]) - self.span[0]).total_seconds() / length
        end = (min(window[1], self.span[1]) - self.span[0]).total_seconds() / length
        return _length(self.left + self.width * start), _length(self.width * (end - start))


def week_board(
    *, loop: Loop, proposal: SchedulePlan | None, zone: str, now: datetime, monday: date | None = None
) -> WeekBoard:
    """The week of ``monday``, else that of the proposal, else the present one. Nine queries at any size."""
    candidate = loop.application.candidate
    placed = _placements(proposal)
    first = min((window[0] for _label, window, _people in placed), default=now).astimezone(ZoneInfo(zone)).date()
    monday = monday or first - timedelta(days=first.weekday())
    days = _days(monday, first if placed else None)
    columns = _columns(days, first if placed else None, placed, zone)
    span = (columns[0].span[0], columns[-1].span[1])
    differs = not same_clock(zone, candidate.time_zone, span[0])
    lanes = [_candidate_lane(candidate, placed, columns, span, now, zone)]
    lanes += _interviewer_lanes(loop, placed, columns, span, now, zone)
    return WeekBoard(
        title=f"{short_day_text(span[0], zone)} – {short_day_text(columns[-1].span[0], zone)}",
        previous=monday - timedelta(days=7),
        following=monday + timedelta(days=7),
        days=[_day(it, zone, candidate.time_zone if differs else "") for it in columns],
        lanes=lanes,
        zone=zone_label(zone, span[0]),
        other_zone=zone_label(candidate.time_zone, span[0]) if differs else "",
    )


Placed = list[tuple[str, Window, set[str]]]


def _placements(proposal: SchedulePlan | None) -> Placed:
    """Label, time and people of each round of a proposal."""
    if proposal is None:
        return []
    return [
        (
            f"R{number}",
            (datetime.fromisoformat(it["starts_at"]), datetime.fromisoformat(it["ends_at"])),
            set(it["seats"].values()),
        )
        for number, it in enumerate(proposal.placements, start=1)
    ]


def _days(monday: date, first: date | None) -> list[date]:
    """Monday to Friday, and the weekend day on which the plan lies."""
    days = [monday + timedelta(days=number) for number in range(7)]
    return [day for day in days if day.weekday() < WORKDAYS or day == first]


def _columns(days: list[date], wide: date | None, placed: Placed, zone: str) -> list[_Column]:
    clock = ZoneInfo(zone)
    opens, closes = USUAL_HOURS
    for _label, window, _people in placed:
        opens = min(opens, window[0].astimezone(clock).hour)
        closes = max(closes, min(window[1].astimezone(clock).hour + 1, 23))
    share = 100 / len(days) if wide not in days else (100 - WIDE_SHARE) / (len(days) - 1)
    columns, left = [], 0.0
    for day in days:
        width = WIDE_SHARE if day == wide else share
        start, end = (datetime.combine(day, time(hour), tzinfo=clock) for hour in (opens, closes))
        columns.append(_Column((start, end), left, width))
        left += width
    return columns


def _day(column: _Column, zone: str, other_zone: str) -> Day:
    (start, end), is_wide = column.span, column.is_wide
    count = int((end - start).total_seconds() // 3600)
    moments = [start + timedelta(hours=hour) for hour in range(count)] if is_wide else [start]
    ticks = [
        Tick(
            x=column.place((moment, end))[0],
            own=f"{moment:%H}" if is_wide else f"{start:%H}–{end:%H}",
            other=_other_hours(moment, end, other_zone, is_wide=is_wide),
        )
        for moment in moments
    ]
    label = short_day_text(start, zone) if is_wide else date_format(start, pgettext("format of a day of a week", "D j"))
    return Day(label, is_wide, _length(column.left), _length(column.width), ticks)


def _other_hours(moment: datetime, end: datetime, zone: str, *, is_wide: bool) -> str:
    if not zone:
        return ""
    clock = ZoneInfo(zone)
    first = f"{moment.astimezone(clock):%H}"
    return first if is_wide else f"{first}–{end.astimezone(clock):%H}"


def _candidate_lane(
    candidate: Candidate, placed: Placed, columns: list[_Column], span: Window, now: datetime, zone: str
) -> Lane:
    taken = [("plan", label, window) for label, window, _people in placed]
    free = candidate_windows(candidate, (max(span[0], now), span[1])) if now < span[1] else ()
    note = zone_label(candidate.time_zone, span[0])
    return _lane(str(candidate.pk), candidate.name, note, free, taken, columns, zone, is_candidate=True)


def _interviewer_lanes(
    loop: Loop, placed: Placed, columns: list[_Column], span: Window, now: datetime, zone: str
) -> list[Lane]:
    """Everybody in the pools of the loop's seats; those of the plan first."""
    rounds = loop.rounds.select_related("template").prefetch_related("template__seats")
    ids = set().union(*pool_members(rounds).values())
    people: Any = (
        with_load(Interviewer.objects.filter(pk__in=ids), now).select_related("user").prefetch_related("hours")
    )
    chosen = [person for _label, _window, seated in placed for person in sorted(seated)]
    ordered = sorted(
        people,
        key=lambda it: (chosen.index(str(it.pk)) if str(it.pk) in chosen else len(chosen), str(it)),
    )
    busy = busy_times(ordered, span)
    lanes = []
    for person in ordered:
        taken = [("plan", label, window) for label, window, seated in placed if str(person.pk) in seated]
        taken += [("booked" if it.what != "calendar" else "busy", "", (it.start, it.end)) for it in busy[person.pk]]
        bookable = max(span[0], now + timedelta(hours=person.notice_hours))
        free = working_windows(person, (bookable, span[1])) if bookable < span[1] else ()
        note = _("%(zone)s, %(load)s lately") % {
            "zone": zone_label(person.user.time_zone, span[0]),
            "load": person.load,
        }
        lanes.append(_lane(str(person.user_id), str(person), note, free, taken, columns, zone, is_candidate=False))
    return lanes


def _lane(
    lane_id: str,
    name: str,
    note: str,
    free: Iterable[Window],
    taken: list[tuple[str, str, Window]],
    columns: list[_Column],
    zone: str,
    *,
    is_candidate: bool,
) -> Lane:
    blocks: list[Block] = []
    spoken: list[str] = []
    hours = [inner_span(window) for window in free]
    words = {"plan": _("planned"), "busy": _("busy"), "booked": _("in an interview"), "outside": _("not available")}
    for column in columns:
        outside = [as_window(it) for it in without([outer_span(column.span)], hours)]
        inside = [(kind, label, it) for kind, label, it in taken if it[0] < column.span[1] and it[1] > column.span[0]]
        for kind, label, window in [("outside", "", it) for it in outside] + sorted(inside, key=lambda it: it[2]):
            left, width = column.place(window)
            title = f"{label or words[kind]}, {short_day_text(window[0], zone)} {times_text(window, zone)}"
            blocks.append(Block(kind, left, width, label if column.is_wide else "", title))
            if kind != "outside":
                spoken.append(title)
    return Lane(lane_id, name, note, is_candidate, blocks, spoken)


def _length(share: float) -> str:
    return f"{share:.3f}%"
