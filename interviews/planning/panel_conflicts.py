"""Why there is no panel: an irreducible set of requirements in conflict, and the ways out.

A requirement is dropped by planning the request without it: without a seat, with the candidate
free all the time, with waits of any length. A set conflicts when the request with only these
requirements has no panel. Breaks, order, one day and "everybody once" are never dropped.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from .codes import Remedy, Value
from .panel_calendars import Calendars
from .panel_search import SearchLimitError, candidate_days, find_panel
from .panel_types import GRID, Conflict, NoPanel, PanelRequest, PanelRound, Seat
from .windows import DAY, Window, as_window, clipped, date_of, inner_span, local_days, merged

EXTEND_MOST = 240
"""Minutes by which the candidate's windows are stretched at most, at either end."""
OFFICE_DAY = (9 * 60, 18 * 60)
"""The local minutes of a further day a candidate might offer."""

Requirement = tuple[str, ...]
WINDOWS: Requirement = ("windows",)
MAX_GAP: Requirement = ("max_gap",)


def explain_no_panel(request: PanelRequest, calendars: Calendars, limit: int) -> NoPanel:
    """Name what conflicts and what would do. Costs some tens of searches, each within `limit`."""
    why = _Why(request, calendars, limit)
    try:
        if not why.is_possible(()):
            return why.too_long()
        conflict = why.smallest_conflict()
        ways_out = tuple(why.ways_out(conflict))
        return NoPanel(tuple(why.conflicts(conflict)), ways_out, is_proven=True)
    except SearchLimitError:
        return NoPanel((Conflict("not_decided", {}),), (), is_proven=False)


def keep_only(request: PanelRequest, kept: Iterable[Requirement]) -> PanelRequest:
    """The request with every other requirement dropped."""
    kept = set(kept)
    rounds = tuple(
        replace(spec, seats=tuple(s for s in spec.seats if ("seat", spec.id, s.id) in kept)) for spec in request.rounds
    )
    windows = request.windows if WINDOWS in kept else ((request.not_before, request.horizon),)
    max_gap = request.max_gap if MAX_GAP in kept else DAY
    return replace(request, rounds=rounds, windows=windows, max_gap=max_gap)


class _Why:
    """Questions about one request that has no panel."""

    def __init__(self, request: PanelRequest, calendars: Calendars, limit: int) -> None:
        self.request = request
        self.calendars = calendars
        self.limit = limit
        self.seats: dict[Requirement, tuple[PanelRound, Seat]] = {
            ("seat", spec.id, seat.id): (spec, seat) for spec in request.rounds for seat in spec.seats
        }
        self.all: list[Requirement] = [MAX_GAP, *reversed(self.seats), WINDOWS]

    def is_possible(self, kept: Iterable[Requirement]) -> bool:
        return self._has_panel(keep_only(self.request, kept))

    def _has_panel(self, request: PanelRequest) -> bool:
        return find_panel(request, self.calendars, self.limit) is not None

    def smallest_conflict(self) -> list[Requirement]:
        """One seat, the windows or both, if that already conflicts; else any irreducible set."""
        small = [[seat] for seat in self.seats] + [[WINDOWS]]
        small += [[seat, WINDOWS] for seat in self.seats]
        for kept in small:
            if not self.is_possible(kept):
                return kept
        kept = self.all
        for requirement in self.all:
            less = [other for other in kept if other != requirement]
            if not self.is_possible(less):
                kept = less
        return list(reversed(kept))

    def conflicts(self, conflict: list[Requirement]) -> Iterator[Conflict]:
        """The conflict in codes; seats that too few people share are told in one."""
        seats = [one for one in conflict if one in self.seats]
        people = {person for one in seats for person in self.seats[one][1].candidates}
        if len(people) < len(seats):
            params: dict[str, Value] = {"people": tuple(sorted(people)), "needed": len(seats)}
            params["seats"] = tuple(f"{round_id}/{seat_id}" for _, round_id, seat_id in seats)
            yield Conflict("too_few_people", params)
            return
        for one in seats:
            code = "seat_never_free" if len(seats) == 1 else "no_common_time"
            yield Conflict(code, self._seat_params(*self.seats[one], WINDOWS in conflict))
        if WINDOWS in conflict:
            code = "candidate_windows" if seats else "candidate_window_too_short"
            yield Conflict(code, self._lengths(self.request))
        if MAX_GAP in conflict:
            yield Conflict("max_gap", {"minutes": self.request.max_gap})

    def _seat_params(self, spec: PanelRound, seat: Seat, has_windows: bool) -> dict[str, Value]:
        """Who the seat could have, and how many of them each rule keeps away all the time."""
        request = keep_only(self.request, [WINDOWS] if has_windows else [])
        number = self.request.rounds.index(spec)
        wanted = 0
        for starts in candidate_days(request, self.calendars):
            wanted |= starts[number]
        people = tuple(sorted(set(seat.candidates)))
        why = Counter(self.calendars.obstacle(person, spec.minutes, wanted) for person in people)
        counts = {code: why[code] for code in ("outside_hours", "notice", "cap", "busy")}
        params: dict[str, Value] = {"round": spec.id, "seat": seat.id, "role": seat.role}
        return {**params, "people": people, **counts, "sometimes_free": why[None]}

    def _lengths(self, request: PanelRequest) -> dict[str, Value]:
        """How long the loop is and the longest stretch of one day the candidate has for it."""
        needed = sum(spec.minutes for spec in request.rounds)
        needed += sum(spec.break_after for spec in request.rounds[:-1])
        windows = merged(map(inner_span, request.windows))
        days = local_days(request.zone, self.calendars.start, self.calendars.end)
        spans = [span for _, start, end in days for span in clipped(windows, start, end)]
        return {"needed": needed, "longest": max((end - start for start, end in spans), default=0)}

    def too_long(self) -> NoPanel:
        """The loop does not fit into any one day before the horizon, whoever sits in it."""
        lengths = self._lengths(keep_only(self.request, ()))
        remedy = Remedy("shorten_loop", {"longest": lengths["longest"]})
        return NoPanel((Conflict("loop_too_long", lengths),), ((remedy,),), is_proven=True)

    def ways_out(self, conflict: list[Requirement]) -> Iterator[tuple[Remedy, ...]]:
        """Every single change that suffices, cheapest kind first; if none does, a set that does."""
        singles = [
            *(self._longer_windows() if WINDOWS in conflict else ()),
            *(self._more_people(conflict)),
            *(self._longer_gap() if MAX_GAP in conflict else ()),
            *(self._another_day() if WINDOWS in conflict else ()),
        ]
        for remedy in singles:
            yield (remedy,)
        if not singles:
            yield self._together()

    def _longer_windows(self) -> Iterator[Remedy]:
        def is_enough(minutes: int) -> bool:
            more = timedelta(minutes=minutes)
            windows = tuple((start - more, end + more) for start, end in self.request.windows)
            return self._has_panel(replace(self.request, windows=windows))

        minutes = _least(range(GRID, EXTEND_MOST + 1, GRID), is_enough)
        if minutes is not None:
            yield Remedy("extend_window", {"minutes": minutes})

    def _more_people(self, conflict: list[Requirement]) -> Iterator[Remedy]:
        for one in conflict:
            if one in self.seats and self.is_possible(r for r in self.all if r != one):
                yield self._add_person(one)

    def _add_person(self, requirement: Requirement) -> Remedy:
        spec, seat = self.seats[requirement]
        return Remedy("add_person", {"round": spec.id, "seat": seat.id, "role": seat.role})

    def _longer_gap(self) -> Iterator[Remedy]:
        def is_enough(minutes: int) -> bool:
            return self._has_panel(replace(self.request, max_gap=minutes))

        minutes = _least(range(self.request.max_gap + GRID, DAY + GRID, GRID), is_enough)
        if minutes is not None:
            yield Remedy("allow_gap", {"minutes": minutes})

    def _another_day(self) -> Iterator[Remedy]:
        for window in self._office_days():
            request = replace(self.request, windows=(*self.request.windows, window))
            if self._has_panel(request):
                day = local_days(request.zone, *inner_span(window))[0][0]
                yield Remedy("allow_day", {"day": date_of(day).isoformat()})
                return

    def _office_days(self) -> Iterator[Window]:
        """Office time of each local day; counted back from midnight, so after any clock change."""
        start, end = self.calendars.start, self.calendars.end
        for _, begins, ends in local_days(self.request.zone, start, end + 2 * DAY):
            if begins < end:
                opens, closes = OFFICE_DAY
                yield as_window((ends - DAY + opens, ends - DAY + closes))

    def _together(self) -> tuple[Remedy, ...]:
        """The requirements that cannot all be kept, when keeping as many as possible in turn."""
        kept: list[Requirement] = []
        remedies = []
        for requirement in [MAX_GAP, WINDOWS, *self.seats]:
            if self.is_possible([*kept, requirement]):
                kept.append(requirement)
            elif requirement in self.seats:
                remedies.append(self._add_person(requirement))
            else:
                code = "free_all_day" if requirement == WINDOWS else "allow_any_gap"
                remedies.append(Remedy(code))
        return tuple(remedies)


def _least(values: range, is_enough: Callable[[int], bool]) -> int | None:
    """The least value that is enough, when every greater one is too."""
    if not values or not is_enough(values[-1]):
        return None
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(values[middle]) else (middle + 1, high)
    return values[low]
