"""The rules of a loop as a constraint model, hard or relaxable, and what a loop is worth."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from .assembly_types import AssemblyRequest, Item, Need, RoundSpec

MINUTE_VALUE = 2
"""Per minute of a round that is used."""
DIFFICULTY_COST = 20
"""Per question and step away from the target difficulty: ten minutes' worth."""
EXPOSURE_COST = 2
"""Per question and recent use, up to EXPOSURE_CAP uses."""
EXPOSURE_CAP = 20
SPARE_VALUE = 10
"""For a competency that has one question more than it needs; a second spare adds nothing."""
MINUTE_STEP = 5
"""Minutes are added to a round in steps of this."""

Pair = tuple[str, str]


@dataclass(slots=True)
class Slack:
    """What each rule may be relaxed by. Left empty, every rule is hard."""

    minute_steps: dict[str, cp_model.IntVar] = field(default_factory=dict)
    new_questions: dict[Pair, cp_model.IntVar] = field(default_factory=dict)
    new_minutes: dict[str, int] = field(default_factory=dict)
    fewer_questions: dict[str, cp_model.IntVar] = field(default_factory=dict)
    fewer_interviewers: dict[str, cp_model.IntVar] = field(default_factory=dict)
    more_seats: dict[str, cp_model.IntVar] = field(default_factory=dict)
    dropped_rounds: dict[str, cp_model.IntVar] = field(default_factory=dict)
    unlocked: dict[Pair, cp_model.IntVar] = field(default_factory=dict)


def item_value(item: Item, difficulty: int) -> int:
    """What placing this question adds to the objective, whichever round it is in."""
    return (
        MINUTE_VALUE * item.minutes
        - DIFFICULTY_COST * abs(item.difficulty - difficulty)
        - EXPOSURE_COST * min(item.exposure, EXPOSURE_CAP)
    )


def in_seed_order(request: AssemblyRequest) -> list[Item]:
    """The items in an order that depends on their ids and the seed only: how ties are broken."""

    def key(item: Item) -> tuple[bytes, str]:
        return hashlib.sha256(f"{request.seed}:{item.id}".encode()).digest(), item.id

    return sorted(request.items, key=key)


def enemy_pairs(items: Iterable[Item]) -> list[Pair]:
    """Every pair that must stay apart, once, sorted."""
    known = {item.id: item for item in items}
    return sorted(
        {
            (min(item.id, enemy), max(item.id, enemy))
            for item in known.values()
            for enemy in item.enemies
            if enemy in known and enemy != item.id
        }
    )


def without_surplus_twins(request: AssemblyRequest, items: list[Item]) -> list[Item]:
    """Leave out questions that no best loop needs; the optimum stays the same.

    Questions of equal length and equal evidence are interchangeable, and at most as many of them
    as fit into the rounds' minutes can be used: the best that many are enough. Locked questions
    and those with enemies are kept, because they are not interchangeable.
    """
    assessable = frozenset[str]().union(*(spec.competencies for spec in request.rounds))
    kept = {item_id for pair in enemy_pairs(items) for item_id in pair}
    kept |= {item_id for _, item_id in request.locks}
    twins: dict[tuple[int, frozenset[str]], list[Item]] = defaultdict(list)
    for item in items:
        if item.id not in kept:
            twins[item.minutes, item.evidence_for(assessable)].append(item)
    for (minutes, evidence), group in twins.items():
        room = sum(spec.minutes // minutes for spec in request.rounds if evidence & spec.competencies)
        group.sort(key=lambda item: -item_value(item, request.difficulty))
        kept |= {item.id for item in group[: max(room, 0)]}
    return [item for item in items if item.id in kept]


def may_place(item: Item, spec: RoundSpec) -> bool:
    """Whether the question gives evidence for anything this round may assess."""
    return bool(item.evidence_for(spec.competencies))


class LoopModel:
    """Placement variables and every rule over them; `slack` says which rules may give way."""

    def __init__(
        self,
        request: AssemblyRequest,
        items: list[Item],
        slack: Slack | None = None,
        model: cp_model.CpModel | None = None,
    ) -> None:
        self.request = request
        self.items = items
        self.model = model or cp_model.CpModel()
        self.slack = slack or Slack()
        self.places: dict[Pair, cp_model.IntVar] = {
            (spec.id, item.id): self.model.new_bool_var(f"{item.id} in {spec.id}")
            for spec in request.rounds
            for item in items
            if may_place(item, spec) and (slack is not None or item.minutes <= spec.minutes)
        }
        self._keep_items_once_and_enemies_apart()
        self._keep_rounds()
        for need in request.needs:
            self._keep_need(need)
        self._keep_locks()

    def sources(self, competency: str, spec: RoundSpec) -> list[cp_model.IntVar]:
        """The variables of questions that would give evidence for the competency in the round."""
        if competency not in spec.competencies:
            return []
        only = frozenset((competency,))
        return [
            self.places[spec.id, item.id]
            for item in self.items
            if (spec.id, item.id) in self.places and item.evidence_for(only)
        ]

    def _keep_items_once_and_enemies_apart(self) -> None:
        places: dict[str, list[cp_model.IntVar]] = defaultdict(list)
        for (_, item_id), place in self.places.items():
            places[item_id].append(place)
        for options in places.values():
            self.model.add_at_most_one(options)
        for one, other in enemy_pairs(self.items):
            self.model.add_at_most_one(places[one] + places[other])

    def _keep_rounds(self) -> None:
        for spec in self.request.rounds:
            here = [i for i in self.items if (spec.id, i.id) in self.places]
            inside = [(item, self.places[spec.id, item.id]) for item in here]
            new = [(c, v) for (c, r), v in self.slack.new_questions.items() if r == spec.id]
            minutes: list[cp_model.LinearExprT] = [item.minutes * place for item, place in inside]
            minutes += [self.slack.new_minutes[competency] * var for competency, var in new]
            more = MINUTE_STEP * self.slack.minute_steps.get(spec.id, 0)
            self.model.add(_sum(minutes) <= spec.minutes + more)
            count: list[cp_model.LinearExprT] = [place for _, place in inside]
            count += [var for _, var in new]
            self.model.add(_sum([*count, self.slack.dropped_rounds.get(spec.id, 0)]) >= 1)

    def _keep_need(self, need: Need) -> None:
        count: list[cp_model.LinearExprT] = [self.slack.fewer_questions.get(need.competency, 0)]
        seats: list[cp_model.LinearExprT] = [self.slack.fewer_interviewers.get(need.competency, 0)]
        for spec in self.request.rounds:
            new = self.slack.new_questions.get((need.competency, spec.id), 0)
            here = _sum([*self.sources(need.competency, spec), new])
            is_seen = self.model.new_bool_var(f"{need.competency} seen in {spec.id}")
            self.model.add(is_seen <= here)
            count.append(here)
            seats.append(spec.seats * is_seen)
            seats += self._more_seats(spec, is_seen, need.interviewers)
        self.model.add(_sum(count) >= need.questions)
        self.model.add(_sum(seats) >= need.interviewers)

    def _more_seats(self, spec: RoundSpec, is_seen: cp_model.IntVar, most: int) -> list[cp_model.IntVar]:
        """The seats added to a round, where the competency is seen; none if seats are hard."""
        if spec.id not in self.slack.more_seats:
            return []
        counted = self.model.new_int_var(0, most, f"seats for {is_seen.name}")
        self.model.add(counted <= self.slack.more_seats[spec.id])
        self.model.add(counted <= most * is_seen)
        return [counted]

    def _keep_locks(self) -> None:
        for lock in self.request.locks:
            kept = [self.places.get(lock, 0), self.slack.unlocked.get(lock, 0)]
            self.model.add(_sum(kept) >= 1)

    def maximise_value(self) -> None:
        """Set the objective: the questions' values, and a little for one spare per competency."""
        value = {item.id: item_value(item, self.request.difficulty) for item in self.items}
        terms = [value[item_id] * place for (_, item_id), place in self.places.items()]
        for need in self.request.needs:
            sources = [v for spec in self.request.rounds for v in self.sources(need.competency, spec)]
            spare = self.model.new_bool_var(f"{need.competency} spare")
            self.model.add(_sum(sources) - spare >= need.questions)
            terms.append(SPARE_VALUE * spare)
        self.model.maximize(_sum(terms))


def _sum(terms: Sequence[cp_model.LinearExprT]) -> cp_model.LinearExpr:
    """A sum that stays an expression when there is no variable in it, so that it can be a rule."""
    return cp_model.LinearExpr.sum(list(terms))


def solve(model: cp_model.CpModel, seed: int, limit: float) -> tuple[cp_model.CpSolver, cp_model.CpSolverStatus]:
    """Solve on one worker, limited by the solver's own clock: same input, same answer."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = limit
    return solver, solver.solve(model)
