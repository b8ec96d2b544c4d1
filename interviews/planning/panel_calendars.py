"""When each person could start an interview, as bitmasks over the grid: bit n is the n-th start."""

from collections import Counter

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
        key = person_id, minutes
        if key not in self._stages:
            self._stages[key] = self._narrowed(self.people[person_id], minutes)
        return self._stages[key]

    def _narrowed(self, person: Person, minutes: int) -> dict[str, int]:
        """The start mask after each rule in turn, narrower and narrower."""
        hours = merged(inner_span(window) for window in person.available)
        notice = self.start
        if person.not_before is not None:
            notice = max(notice, inner_span((person.not_before, person.not_before))[0])
        pad = person.buffer_minutes
        spans = (outer_span((busy.start, busy.end)) for busy in person.busy)
        free = without(hours, [(start - pad, end + pad) for start, end in spans])
        masks = {"outside_hours": self.mask(_starts(hours, minutes))}
        masks["notice"] = masks["outside_hours"] & self.mask([(notice, self.end)])
        masks["cap"] = masks["notice"] & ~self.mask(self._full_days(person))
        masks["busy"] = masks["cap"] & self.mask(_starts(free, minutes))
        return masks

    def _full_days(self, person: Person) -> list[Span]:
        days = local_days(person.zone, self.base - DAY, self.end + DAY)
        booked = Counter(
            day
            for busy in person.busy
            if busy.what in BOOKED
            for day, start, end in days
            if start <= outer_span((busy.start, busy.end))[0] < end
        )
        return [(start, end) for day, start, end in days if booked[day] >= person.max_per_day]


def _starts(spans: list[Span], minutes: int) -> list[Span]:
    """The minutes at which something of this length can start inside the spans."""
    return [(start, end - minutes + 1) for start, end in spans if start + minutes <= end]
