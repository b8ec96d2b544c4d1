"""What a candidate's panel is planned from, and what comes out. All times are aware datetimes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .codes import Params, Reason, Remedy
from .windows import Window

GRID = 15
"""Rounds start on multiples of this many minutes, counted in UTC."""

BOOKED = frozenset({"interview", "hold"})
"""Kinds of busy time that count towards a person's interviews of the day."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A time taken, without buffers; `what` is "interview", "hold" or anything else."""

    start: datetime
    end: datetime
    what: str = "calendar"


@dataclass(frozen=True, slots=True)
class Person:
    """An interviewer. `available` is working time (see free_windows), `busy` is taken off here.

    The buffer is kept free on both sides of an interview, against busy times; at most `max_per_day`
    interviews start on one local day in `zone`, those in `busy` included. `load` is the number of
    interviews lately. `not_before` is this person's own notice, beside the request's.
    """

    id: str
    available: tuple[Window, ...]
    zone: str
    busy: tuple[Busy, ...] = ()
    buffer_minutes: int = 0
    max_per_day: int = 3
    load: int = 0
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a round's panel, and the ids of those who may take it."""

    id: str
    role: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PanelRound:
    """A round of the loop: its length, the break the candidate has after it, its seats."""

    id: str
    minutes: int
    break_after: int
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class PanelRequest:
    """One candidate's panel to plan: rounds in order, who there is, when the candidate can.

    Rounds lie inside the candidate's `windows` and on one local day in `zone`, between `not_before`
    and `horizon`. Between rounds the candidate waits at most `max_gap` minutes, or as long as the
    break or the grid asks. Raises ValueError when a seat names a person who is not there.
    """

    rounds: tuple[PanelRound, ...]
    people: tuple[Person, ...]
    windows: tuple[Window, ...]
    zone: str
    not_before: datetime
    horizon: datetime
    max_gap: int = 120

    def __post_init__(self) -> None:
        known = {person.id for person in self.people}
        if len(known) != len(self.people):
            raise ValueError("people repeat")
        if not self.rounds or any(spec.minutes <= 0 for spec in self.rounds):
            raise ValueError("a loop has rounds, and a round takes at least one minute")
        for spec in self.rounds:
            for seat in spec.seats:
                if unknown := set(seat.candidates) - known:
                    raise ValueError(f"unknown people {sorted(unknown)}")


@dataclass(frozen=True, slots=True)
class PanelPlacement:
    """A round with its time and the person in each seat (seat id → person id)."""

    round_id: str
    start: datetime
    end: datetime
    seats: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PanelPlan:
    """A planned panel. `idle_minutes` is waiting beyond the breaks; proven: no plan is better."""

    placements: tuple[PanelPlacement, ...]
    finish: datetime
    idle_minutes: int
    is_proven: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A requirement that takes part in the conflict."""

    code: str
    params: Params


@dataclass(frozen=True, slots=True)
class NoPanel:
    """There is no panel: the conflicting requirements, none of them to spare, and the ways out.

    Each way out is a set of remedies that together make a panel possible, cheapest way first.
    `is_proven` is False when the limit ended the search before it was sure.
    """

    conflicts: tuple[Conflict, ...]
    ways_out: tuple[tuple[Remedy, ...], ...]
    is_proven: bool
