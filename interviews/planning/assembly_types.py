"""What a loop is compiled from, and what comes out."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .codes import Params, Reason, Remedy

EVIDENCE_WEIGHT = 30
"""Percent of a question that must be about a competency before it counts as evidence for it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question as the planner sees it; `weights` is competency → percent, `minutes` its length.

    `exposure` counts recent uses; `resting_days` are the days of rest it still lacks, 0 when it may be asked
    again. `enemies` are ids that may not be in the same loop; naming the
    pair on one side is enough.
    """

    id: str
    minutes: int
    difficulty: int
    weights: Mapping[str, int]
    exposure: int = 0
    resting_days: int = 0
    enemies: frozenset[str] = frozenset()

    def evidence_for(self, allowed: frozenset[str]) -> frozenset[str]:
        """The competencies among `allowed` this question gives evidence for."""
        return frozenset(c for c, w in self.weights.items() if w >= EVIDENCE_WEIGHT and c in allowed)


@dataclass(frozen=True, slots=True)
class RoundSpec:
    """A round: minutes left for questions, number of interviewers, what it may assess.

    `difficulty` is the one aimed at in it, None where it is that of the whole loop.
    """

    id: str
    minutes: int
    seats: int
    competencies: frozenset[str]
    difficulty: int | None = None


class Lock(NamedTuple):
    """A question that must stay in its round."""

    round_id: str
    item_id: str
    form: int = 1


@dataclass(frozen=True, slots=True)
class Need:
    """How many distinct questions and how many interviewers a competency must be seen by."""

    competency: str
    questions: int
    interviewers: int


@dataclass(frozen=True, slots=True)
class AssemblyRequest:
    """One loop to compile; `seed` breaks ties.

    No question is more than `difficulty_spread` steps away from the difficulty its round aims at. `forms`
    parallel sets of questions are chosen, which share no question and keep every rule each.

    Raises ValueError when ids repeat or a length is not positive.
    """

    items: tuple[Item, ...]
    rounds: tuple[RoundSpec, ...]
    needs: tuple[Need, ...]
    difficulty: int
    locks: tuple[Lock, ...] = ()
    seed: int = 0
    difficulty_spread: int = 4
    forms: int = 1

    def __post_init__(self) -> None:
        _require_distinct("items", (item.id for item in self.items))
        _require_distinct("rounds", (spec.id for spec in self.rounds))
        _require_distinct("needs", (need.competency for need in self.needs))
        _require_distinct("locks", self.locks)
        if any(item.minutes <= 0 for item in self.items):
            raise ValueError("a question takes at least one minute")


@dataclass(frozen=True, slots=True)
class Placement:
    """A question in a round at a position, from 1, with the reasons it is there."""

    round_id: str
    item_id: str
    position: int
    reasons: tuple[Reason, ...]
    form: int = 1


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """The questions of one round that give evidence for one competency, in the order asked."""

    competency: str
    round_id: str
    item_ids: tuple[str, ...]
    form: int = 1


@dataclass(frozen=True, slots=True)
class NeedResult:
    """What a need asked for and what the loop has."""

    competency: str
    needed_questions: int
    has_questions: int
    needed_interviewers: int
    has_interviewers: int
    form: int = 1


@dataclass(frozen=True, slots=True)
class Assembly:
    """A compiled loop; no allowed loop is worth more than `bound`, and an optimal one is.

    `rules` is how many constraints the solver kept.
    """

    placements: tuple[Placement, ...]
    objective: int
    bound: int
    is_optimal: bool
    coverage: tuple[CoverageCell, ...]
    needs_met: tuple[NeedResult, ...]
    rules: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One question goes out of a round and another comes in; an empty id where nothing does."""

    round_id: str
    out: str
    into: str
    form: int = 1


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another question for a place: `loss` is how much less the loop is worth (negative if more) after all `changes`.

    `changes` begin with the one asked for; what follows is what else has to change with it.
    """

    item_id: str
    loss: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A loop put together by hand: its value, coverage, and the rules it breaks (none when it is allowed)."""

    placements: tuple[Placement, ...]
    objective: int
    coverage: tuple[CoverageCell, ...]
    needs_met: tuple[NeedResult, ...]
    broken: tuple["Shortfall", ...]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A requirement that cannot be kept together with the others, and what would do."""

    code: str
    params: Params
    remedy: Remedy


@dataclass(frozen=True, slots=True)
class Infeasible:
    """No loop keeps every rule; doing every remedy gives one, leaving any out does not.

    `is_minimal` is False when the limit ended the search before the cheapest set was proven.
    """

    shortfalls: tuple[Shortfall, ...]
    is_minimal: bool


def _require_distinct(what: str, keys: Iterable[Hashable]) -> None:
    listed = list(keys)
    if len(set(listed)) != len(listed):
        raise ValueError(f"{what} repeat")
