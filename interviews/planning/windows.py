"""Times: local working hours to instants, right over daylight-saving changes.

Outside, a window is a pair of aware datetimes, start included, end not. Inside, a span is the same
as whole minutes since the epoch, UTC. Local days are numbered from 1 January 1970.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Window = tuple[datetime, datetime]
Span = tuple[int, int]

DAY = 24 * 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = EPOCH.toordinal()


@dataclass(frozen=True, slots=True)
class WeeklyBlock:
    """Local working time on a weekday (Monday is 0); an end of 00:00 is midnight at day's end."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class DayException:
    """The working time of one local day instead of the weekly one; no blocks for a day off."""

    day: date
    blocks: tuple[tuple[time, time], ...] = ()


def free_windows(
    *,
    hours: Iterable[WeeklyBlock],
    zone: str,
    exceptions: Iterable[DayException] = (),
    busy: Iterable[Window] = (),
    horizon: Window,
) -> tuple[Window, ...]:
    """The instants inside `horizon` whose local time is working time, less `busy`; sorted, apart.

    A local time that a clock change skips is never working time, one that it repeats is twice.
    Raises ValueError when a block ends before it starts.
    """
    weekly: dict[int, list[Span]] = {}
    for block in hours:
        weekly.setdefault(block.weekday, []).append(_block_span(block.start, block.end))
    special = {
        _day_number(exception.day): [_block_span(start, end) for start, end in exception.blocks]
        for exception in exceptions
    }
    spans = []
    for start, end, offset in offset_spans(zone, *inner_span(horizon)):
        for day in range((start + offset) // DAY, (end - 1 + offset) // DAY + 1):
            for opens, closes in special.get(day, weekly.get(weekday_of(day), [])):
                midnight = day * DAY - offset
                spans.append((max(start, midnight + opens), min(end, midnight + closes)))
    return tuple(as_window(span) for span in without(spans, map(outer_span, busy)))


def inner_span(window: Window) -> Span:
    """The whole minutes inside a window."""
    start, end = window
    return -((EPOCH - start) // timedelta(minutes=1)), (end - EPOCH) // timedelta(minutes=1)


def outer_span(window: Window) -> Span:
    """The whole minutes a window touches."""
    start, end = window
    return (start - EPOCH) // timedelta(minutes=1), -((EPOCH - end) // timedelta(minutes=1))


def as_window(span: Span) -> Window:
    """A span as aware datetimes in UTC."""
    return instant(span[0]), instant(span[1])


def instant(minute: int) -> datetime:
    """A minute since the epoch as an aware datetime in UTC."""
    return EPOCH + timedelta(minutes=minute)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same minutes as sorted spans that neither overlap nor touch."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(result[-1][1], end)
        else:
            result.append((start, end))
    return result


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """The minutes of `spans` that are in none of `holes`."""
    result = []
    cuts = merged(holes)
    passed = 0
    for start, end in merged(spans):
        while passed < len(cuts) and cuts[passed][1] <= start:
            passed += 1
        for cut_start, cut_end in cuts[passed:]:
            if cut_start >= end:
                break
            if start < cut_start:
                result.append((start, cut_start))
            start = cut_end
        if start < end:
            result.append((start, end))
    return result


def clipped(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    """The part of the spans inside [start, end)."""
    cut = ((max(start, a), min(end, b)) for a, b in spans)
    return [(a, b) for a, b in cut if a < b]


@lru_cache(maxsize=1024)
def offset_spans(zone: str, start: int, end: int) -> tuple[tuple[int, int, int], ...]:
    """[start, end) in pieces of constant offset: (from, to, minutes east of UTC)."""
    info = ZoneInfo(zone)

    def offset(minute: int) -> int:
        return int(instant(minute).astimezone(info).utcoffset() / timedelta(minutes=1))  # type: ignore[operator]

    pieces = []
    opened = start
    at = start
    while at < end:
        after = min(at + DAY, end)
        if offset(after) != offset(at):
            low, high = at, after
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offset(at) else (low, middle)
            pieces.append((opened, high, offset(at)))
            opened = after = high
        at = after
    return (*pieces, (opened, end, offset(opened))) if opened < end else tuple(pieces)


def local_days(zone: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """The local days in [start, end), clipped to it: (day number, from, to)."""
    days: list[tuple[int, int, int]] = []
    for begin, finish, offset in offset_spans(zone, start, end):
        for day in range((begin + offset) // DAY, (finish - 1 + offset) // DAY + 1):
            low, high = max(begin, day * DAY - offset), min(finish, (day + 1) * DAY - offset)
            if days and days[-1][0] == day:
                days[-1] = day, days[-1][1], high
            else:
                days.append((day, low, high))
    return days


def date_of(day: int) -> date:
    """The date of a local day number."""
    return date.fromordinal(EPOCH_ORDINAL + day)


def weekday_of(day: int) -> int:
    """Monday is 0; 1 January 1970 was a Thursday."""
    return (day + 3) % 7


def _day_number(day: date) -> int:
    return day.toordinal() - EPOCH_ORDINAL


def _block_span(start: time, end: time) -> Span:
    opens, closes = start.hour * 60 + start.minute, end.hour * 60 + end.minute or DAY
    if opens >= closes:
        raise ValueError("a block of hours ends before it starts")
    return opens, closes
