"""The exact search for one candidate's panel, day by day.

A day is a chain of rounds. Each round has a bitmask of starts at which the candidate can and every
seat has somebody; passing the masks along the chain, forwards and backwards, leaves only starts
that belong to some sequence with allowed gaps. What the masks do not see is that everybody sits
once; a matching checks that, first loosely over all starts that are left (no matching there, none
anywhere), then exactly as starts are fixed one by one. Finishes are tried from the earliest, and
for each the first round from the latest, so the first panel found has the earliest finish and the
least waiting; only the choice among equal ones, by load, needs branch and bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .matching import Options, can_fill, preferred
from .panel_calendars import Calendars
from .panel_types import GRID, PanelRequest
from .windows import clipped, inner_span, local_days, merged

Starts = list[int]
"""For each round, the starts that are still possible, as a bitmask."""


class SearchLimitError(Exception):
    """The search took more steps than allowed."""


@dataclass(frozen=True, slots=True)
class Found:
    """A panel: each round's start in minutes since the epoch, the people by round and seat."""

    starts: list[int]
    people: list[list[str]]
    is_proven: bool


@dataclass(frozen=True, slots=True)
class _SeatPool:
    """Who may take a seat: (the person's bit, the starts at which they are free)."""

    round_number: int
    people: list[tuple[int, int]]


def find_panel(request: PanelRequest, calendars: Calendars, limit: int) -> Found | None:
    """The best panel; None when there is none. Raises SearchLimitError with neither in hand."""
    return PanelSearch(request, calendars, limit).run()


class PanelSearch:
    """One run of the search; `limit` is the number of matchings it may try."""

    def __init__(self, request: PanelRequest, calendars: Calendars, limit: int) -> None:
        self.request = request
        self.calendars = calendars
        self.steps_left = limit
        self.order = sorted(request.people, key=lambda person: (person.load, person.id))
        bits = {person.id: 1 << number for number, person in enumerate(self.order)}
        self.seats = [
            _SeatPool(
                number,
                [(bits[p], calendars.starts(p, spec.minutes)) for p in sorted(set(seat.candidates))],
            )
            for number, spec in enumerate(request.rounds)
            for seat in spec.seats
        ]
        self.gaps = [_gap(spec.minutes, spec.break_after, request.max_gap) for spec in request.rounds]
        self._options: dict[tuple[int, int], int] = {}

    def run(self) -> Found | None:
        """Search day after day: days do not overlap, so the first day with a panel is the best."""
        for starts in candidate_days(self.request, self.calendars):
            for seat in self.seats:
                anyone = 0
                for _, free in seat.people:
                    anyone |= free
                starts[seat.round_number] &= anyone
            chain = self._chained(starts)
            if chain and (found := self._best_of_day(chain)):
                return found
        return None

    def _best_of_day(self, chain: Starts) -> Found | None:
        for last in _bits(chain[-1]):
            ending = self._chained([*chain[:-1], last])
            if ending is None or not self._can_fill(ending):
                continue
            for first in reversed(list(_bits(ending[0]))):
                spanned = self._chained([first, *ending[1:]])
                if spanned and (found := self._fairest(spanned)):
                    return found
        return None

    def _chained(self, starts: Starts) -> Starts | None:
        """Leave only starts of sequences with allowed gaps; None when there is no sequence."""
        starts = list(starts)
        for number in range(1, len(starts)):
            low, high = self.gaps[number - 1]
            starts[number] &= _spread(starts[number - 1], high - low) << low
        for number in range(len(starts) - 2, -1, -1):
            low, high = self.gaps[number]
            starts[number] &= _spread(starts[number + 1], high - low) >> high
        return starts if all(starts) else None

    def _fairest(self, starts: Starts) -> Found | None:
        """Branch over the starts between first and last round; the least loaded people win."""
        best: tuple[int, Starts, list[int]] | None = None
        stack = [starts]
        is_proven = True
        while stack:
            node = stack.pop()
            try:
                if not self._can_fill(node):
                    continue
            except SearchLimitError:
                if best is None:
                    raise
                is_proven = False
                break
            open_rounds = [number for number, mask in enumerate(node) if mask & (mask - 1)]
            if best or not open_rounds:
                people = preferred(self._options_of(node)) or []
                price = sum(2 * self.order[person].load + 1 for person in people)
                if best and price >= best[0]:
                    continue
                if not open_rounds:
                    best = price, node, people
                    continue
            stack += reversed(self._children(node, open_rounds))
        return self._found(best[1], best[2], is_proven) if best else None

    def _children(self, node: Starts, open_rounds: list[int]) -> list[Starts]:
        number = min(open_rounds, key=lambda n: (node[n].bit_count(), n))
        fixed = ([*node[:number], bit, *node[number + 1 :]] for bit in _bits(node[number]))
        return [child for child in map(self._chained, fixed) if child]

    def _can_fill(self, starts: Starts) -> bool:
        self.steps_left -= 1
        if self.steps_left < 0:
            raise SearchLimitError
        return can_fill(self._options_of(starts))

    def _options_of(self, starts: Starts) -> Options:
        """Who could take each seat at any of the starts left."""
        options = []
        for number, seat in enumerate(self.seats):
            key = number, starts[seat.round_number]
            if key not in self._options:
                people = 0
                for bit, free in seat.people:
                    if free & key[1]:
                        people |= bit
                self._options[key] = people
            options.append(self._options[key])
        return options

    def _found(self, starts: Starts, people: list[int], is_proven: bool) -> Found:
        base = self.calendars.base
        seated: list[list[str]] = [[] for _ in self.request.rounds]
        for seat, person in zip(self.seats, people, strict=True):
            seated[seat.round_number].append(self.order[person].id)
        minutes = [base + (start.bit_length() - 1) * GRID for start in starts]
        return Found(minutes, seated, is_proven)


def candidate_days(request: PanelRequest, calendars: Calendars) -> Iterator[Starts]:
    """For each local day of the candidate, the starts of each round the candidate can do."""
    windows = merged(inner_span(window) for window in request.windows)
    for _, start, end in local_days(request.zone, calendars.start, calendars.end):
        spans = clipped(windows, start, end)
        yield [calendars.mask([(a, b - spec.minutes + 1) for a, b in spans]) for spec in request.rounds]


def _gap(minutes: int, break_after: int, max_gap: int) -> tuple[int, int]:
    """How many grid steps may lie between the start of a round and the next, least and most.

    The least is always allowed: a wait that the break or the grid forces is nobody's fault.
    """
    least = -(-(minutes + break_after) // GRID)
    return least, max(least, (minutes + max_gap) // GRID)


def _spread(mask: int, steps: int) -> int:
    """The mask and its copies shifted up by 1 to `steps`, in a logarithmic number of operations."""
    done = 0
    while done < steps:
        more = min(done + 1, steps - done)
        mask |= mask << more
        done += more
    return mask


def _bits(mask: int) -> Iterator[int]:
    """The single bits of a mask, lowest first."""
    while mask:
        bit = mask & -mask
        mask ^= bit
        yield bit
