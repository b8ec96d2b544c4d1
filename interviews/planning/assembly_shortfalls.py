"""Why no loop can be compiled: the cheapest set of rules to relax, each with what would do.

Every rule may give way at a price, and the solver finds the cheapest way out. Every price is
positive, so the set found is irreducible: with any one remedy left out, nothing fits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median_low

from ortools.sat.python import cp_model

from .assembly_model import (
    MINUTE_STEP,
    LoopModel,
    Pair,
    Slack,
    in_seed_order,
    may_place,
    solve,
)
from .assembly_types import AssemblyRequest, Infeasible, Need, RoundSpec, Shortfall
from .codes import Remedy, Value

ADD_MINUTES_PRICE = 4
"""Per step of MINUTE_STEP minutes."""
UNLOCK_PRICE = 10
PUBLISH_PRICE = 20
ADD_SEAT_PRICE = 25
LOWER_NEED_PRICE = 30
DROP_ROUND_PRICE = 60

USUAL_MINUTES = 15
"""Length supposed for a new question on a competency the bank has nothing about."""
MOST_MINUTE_STEPS = 24
"""A round may be stretched by at most this many steps (two hours)."""


def explain_infeasible(request: AssemblyRequest, limit: float) -> Infeasible:
    """Find the cheapest set of relaxations. Costs about as much as compiling the loop."""
    model = cp_model.CpModel()
    slack = _priced_slack(request, model)
    elastic = LoopModel(request, in_seed_order(request), slack, model)
    solver, status = solve(model, request.seed, limit)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        remedy = Remedy("search_longer", {})
        return Infeasible((Shortfall("not_decided", {}, remedy),), is_minimal=False)
    found = _Relaxed(request, elastic, slack, solver)
    return Infeasible(tuple(found.shortfalls()), is_minimal=status == cp_model.OPTIMAL)


def _priced_slack(request: AssemblyRequest, model: cp_model.CpModel) -> Slack:
    slack = Slack()
    price: list[cp_model.LinearExprT] = []

    def relaxation(name: str, most: int, each: int) -> cp_model.IntVar:
        var = model.new_int_var(0, most, name)
        price.append(each * var)
        return var

    for spec in request.rounds:
        steps = relaxation(f"minutes {spec.id}", MOST_MINUTE_STEPS, ADD_MINUTES_PRICE)
        slack.minute_steps[spec.id] = steps
        most = max((need.interviewers for need in request.needs), default=0)
        slack.more_seats[spec.id] = relaxation(f"seats {spec.id}", most, ADD_SEAT_PRICE)
        slack.dropped_rounds[spec.id] = relaxation(f"drop {spec.id}", 1, DROP_ROUND_PRICE)
        for competency in sorted(spec.competencies):
            most = 1 + max(
                (n.questions for n in request.needs if n.competency == competency),
                default=0,
            )
            new = relaxation(f"publish {competency} {spec.id}", most, PUBLISH_PRICE)
            slack.new_questions[competency, spec.id] = new
            slack.new_minutes[competency] = _usual_minutes(request, competency)
    for need in request.needs:
        name = need.competency
        slack.fewer_questions[name] = relaxation(f"lower {name}", need.questions, LOWER_NEED_PRICE)
        slack.fewer_interviewers[name] = relaxation(f"fewer {name}", need.interviewers, LOWER_NEED_PRICE)
    for lock in request.locks:
        slack.unlocked[lock] = relaxation(f"unlock {lock}", 1, UNLOCK_PRICE)
    model.minimize(sum(price))
    return slack


def _usual_minutes(request: AssemblyRequest, competency: str) -> int:
    only = frozenset((competency,))
    lengths = [item.minutes for item in request.items if item.evidence_for(only)]
    return median_low(lengths) if lengths else USUAL_MINUTES


@dataclass(slots=True)
class _Relaxed:
    """The cheapest relaxed loop, read back as shortfalls."""

    request: AssemblyRequest
    elastic: LoopModel
    slack: Slack
    solver: cp_model.CpSolver

    def shortfalls(self) -> Iterator[Shortfall]:
        for lock, unlocked in self.slack.unlocked.items():
            if self.solver.value(unlocked):
                yield self._lock(lock)
        for spec in self.request.rounds:
            if steps := self.solver.value(self.slack.minute_steps[spec.id]):
                yield self._minutes(spec, steps * MINUTE_STEP)
            if seats := self.solver.value(self.slack.more_seats[spec.id]):
                yield self._seats(spec, seats)
            if self.solver.value(self.slack.dropped_rounds[spec.id]):
                remedy = Remedy("drop_round", {"round": spec.id})
                yield Shortfall("round_empty", {"round": spec.id}, remedy)
        for (competency, round_id), var in self.slack.new_questions.items():
            if missing := self.solver.value(var):
                yield self._publish(competency, round_id, missing)
        for need in self.request.needs:
            yield from self._need(need)

    def _need(self, need: Need) -> Iterator[Shortfall]:
        fewer = self.solver.value(self.slack.fewer_questions[need.competency])
        missing = self.solver.value(self.slack.fewer_interviewers[need.competency])
        if not any(need.competency in spec.competencies for spec in self.request.rounds):
            if fewer or missing:
                params = {"competency": need.competency}
                remedy = Remedy("allow_competency", params)
                yield Shortfall("competency_not_assessed", params, remedy)
            return
        if fewer:
            yield self._lower(need, "questions", need.questions, need.questions - fewer)
        if missing:
            has = need.interviewers - missing
            yield self._lower(need, "interviewers", need.interviewers, has)

    def _lock(self, lock: Pair) -> Shortfall:
        params = {"round": lock[0], "item": lock[1]}
        code = "lock_conflicts" if lock in self.elastic.places else "lock_impossible"
        return Shortfall(code, params, Remedy("unlock", params))

    def _minutes(self, spec: RoundSpec, minutes: int) -> Shortfall:
        lengths = [item.minutes for item in self.request.items if may_place(item, spec)]
        params: dict[str, Value] = {
            "round": spec.id,
            "minutes": spec.minutes,
            "needed": spec.minutes + minutes,
        }
        if lengths:
            params["shortest_question"] = min(lengths)
        return Shortfall(
            "round_minutes",
            params,
            Remedy("add_minutes", {"round": spec.id, "minutes": minutes}),
        )

    def _publish(self, competency: str, round_id: str, missing: int) -> Shortfall:
        minutes = self.slack.new_minutes[competency]
        params: dict[str, Value] = {
            "competency": competency,
            "round": round_id,
            "missing": missing,
            "minutes": minutes,
        }
        remedy = Remedy("publish_questions", params)
        need = next((n for n in self.request.needs if n.competency == competency), None)
        if need and (has := self._existing_questions(competency)) < need.questions:
            return Shortfall("competency_questions", _asked(competency, need.questions, has), remedy)
        if need and (has := self._existing_seats(competency)) < need.interviewers:
            return Shortfall(
                "competency_interviewers",
                _asked(competency, need.interviewers, has),
                remedy,
            )
        return Shortfall("round_empty", {"round": round_id}, remedy)

    def _seats(self, spec: RoundSpec, seats: int) -> Shortfall:
        short = tuple(
            need.competency
            for need in self.request.needs
            if self._is_seen(need.competency, spec) and self._existing_seats(need.competency) < need.interviewers
        )
        params: dict[str, Value] = {"round": spec.id, "seats": spec.seats}
        params |= {"needed": spec.seats + seats, "competencies": short}
        return Shortfall("round_seats", params, Remedy("add_seats", {"round": spec.id, "seats": seats}))

    def _lower(self, need: Need, what: str, needed: int, possible: int) -> Shortfall:
        remedy = Remedy("lower_need", {"competency": need.competency, what: possible})
        return Shortfall(f"competency_{what}", _asked(need.competency, needed, possible), remedy)

    def _existing_questions(self, competency: str) -> int:
        return sum(
            self.solver.value(place) for spec in self.request.rounds for place in self.elastic.sources(competency, spec)
        )

    def _existing_seats(self, competency: str) -> int:
        return sum(
            spec.seats
            for spec in self.request.rounds
            if any(self.solver.value(place) for place in self.elastic.sources(competency, spec))
        )

    def _is_seen(self, competency: str, spec: RoundSpec) -> bool:
        new = self.slack.new_questions.get((competency, spec.id))
        sources = self.elastic.sources(competency, spec) + ([] if new is None else [new])
        return any(self.solver.value(source) for source in sources)


def _asked(competency: str, needed: int, possible: int) -> dict[str, Value]:
    return {"competency": competency, "needed": needed, "possible": possible}
