"""When each person could start an interview, as bitmasks over the grid: bit n is the n-th start."""

from bisect import bisect
from collections import Counter
from dataclasses import dataclass

from .panel_types import BOOKED, GRID, PanelRequest, Person
from .windows import (
    DAY,
    Span,
    clipped,
    inner_span,
    local_days,
    merged,
    offset_spans,
    outer_span,
    without,
)


class Calendars:
    """The start masks of a request's people, computed once for each person and length.

    Grid start n is at minute `base + n * GRID`. The base is the candidate's midnight before the
    first allowed start, so that masks can tell "too soon" from "outside hours".
    """

    def __init__(self, request: PanelRequest) -> None:
        self.start, self.end = inner_span((request.not_before, request.horizon))
        if self.start >= self.end:
            raise ValueError("the horizon ends before it starts")
        offset = offset_spans(request.zone, self.start, self.end)[0][2]
        midnight = self.start - (self.start + offset) % DAY
        self.base = midnight - midnight % GRID
        self.people = {person.id: person for person in request.people}
        self._times: dict[str, _Times] = {}
        self._stages: dict[tuple[str, int], dict[str, int]] = {}

    def starts(self, person_id: str, minutes: int) -> int:
        """The starts at which the person is free for an interview of this length."""
        return self._stages_of(person_id, minutes)["busy"]

    def obstacle(self, person_id: str, minutes: int, wanted: int) -> str | None:
        """The first thing that takes away every wanted start; None when one is left.

        In this order: "outside_hours", "notice", "cap", "busy".
        """
        stages = self._stages_of(person_id, minutes)
        return next((code for code, mask in stages.items() if not mask & wanted), None)

    def mask(self, spans: list[Span]) -> int:
        """The grid starts inside the spans."""
        result = 0
        for start, end in clipped(spans, self.base, self.end):
            first = -((self.base - start) // GRID)
            count = (end - 1 - self.base) // GRID + 1 - first
            if count > 0:
                result |= ((1 << count) - 1) << first
        return result

    def _stages_of(self, person_id: str, minutes: int) -> dict[str, int]:
        """The start mask after each rule in turn, narrower and narrower."""
        key = person_id, minutes
        if key not in self._stages:
            if person_id not in self._times:
                self._times[person_id] = self._times_of(self.people[person_id])
            times = self._times[person_id]
            hours = self.mask(_starts(times.hours, minutes))
            free = self.mask(_starts(times.free, minutes))
            noticed = hours & times.noticed
            capped = noticed & ~times.full_days
            masks = {
                "outside_hours": hours,
                "notice": noticed,
                "cap": capped,
                "busy": capped & free,
            }
            self._stages[key] = masks
        return self._stages[key]

    def _times_of(self, person: Person) -> "_Times":
        hours = merged(inner_span(window) for window in person.available)
        notice = self.start
        if person.not_before is not None:
            notice = max(notice, inner_span((person.not_before, person.not_before))[0])
        pad = person.buffer_minutes
        busy = [outer_span((busy.start, busy.end)) for busy in person.busy]
        booked = [span[0] for span, busy in zip(busy, person.busy, strict=True) if busy.what in BOOKED]
        return _Times(
            hours=hours,
            free=without(hours, [(start - pad, end + pad) for start, end in busy]),
            noticed=self.mask([(notice, self.end)]),
            full_days=self.mask(self._full_days(person, booked)),
        )

    def _full_days(self, person: Person, booked: list[int]) -> list[Span]:
        days = local_days(person.zone, self.base - 2 * DAY, self.end + 2 * DAY)
        begins = [start for _, start, _ in days]
        counts = Counter(bisect(begins, minute) - 1 for minute in booked)
        return [(start, end) for number, (_, start, end) in enumerate(days) if counts[number] >= person.max_per_day]


@dataclass(frozen=True, slots=True)
class _Times:
    """What the rules leave of a person's time, apart from how long an interview is."""

    hours: list[Span]
    free: list[Span]
    noticed: int
    full_days: int


def _starts(spans: list[Span], minutes: int) -> list[Span]:
    """The minutes at which something of this length can start inside the spans."""
    return [(start, end - minutes + 1) for start, end in spans if start + minutes <= end]
