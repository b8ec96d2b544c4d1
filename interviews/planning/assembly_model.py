"""The rules of a loop as a constraint model, hard or relaxable, and what a loop is worth."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ortools.sat.python import cp_model

from .assembly_bank import SPARE_VALUE, UNEVEN_COST, Bank, Place
from .assembly_reduction import Option
from .assembly_types import Lock, Need

MINUTE_STEP = 5
"""Minutes are added to a round in steps of this."""

Var = cp_model.IntVar
Terms = list[cp_model.LinearExprT]


@dataclass(slots=True)
class Slack:
    """What each rule may be relaxed by. Left empty, every rule is hard."""

    minute_steps: dict[str, Var] = field(default_factory=dict)
    new_questions: dict[tuple[Place, str], Var] = field(default_factory=dict)
    new_minutes: dict[str, int] = field(default_factory=dict)
    fewer_questions: dict[str, Var] = field(default_factory=dict)
    fewer_interviewers: dict[str, Var] = field(default_factory=dict)
    more_seats: dict[str, Var] = field(default_factory=dict)
    dropped_rounds: dict[str, Var] = field(default_factory=dict)
    unlocked: dict[Lock, Var] = field(default_factory=dict)
    steps_wider: dict[int, Var] = field(default_factory=dict)
    days_shorter: dict[int, Var] = field(default_factory=dict)
    without_form: dict[int, Var] = field(default_factory=dict)


class LoopModel:
    """How often each option is taken in each form, and every rule over that; `slack` says which may give way."""

    def __init__(
        self,
        bank: Bank,
        options: Sequence[Option],
        slack: Slack | None = None,
        model: cp_model.CpModel | None = None,
    ) -> None:
        self.bank, self.request = bank, bank.request
        self.model = model or cp_model.CpModel()
        self.slack = slack or Slack()
        self.most = max((spec.minutes for spec in self.request.rounds), default=0) + len(self.request.items)
        self.taken: dict[Place, list[tuple[Option, Var]]] = {place: [] for place in bank.places}
        for option in options:
            for form in bank.forms if option.lock is None else (option.lock.form,):
                self.taken[form, option.round_id].append((option, self._taken(option, form)))
        self._keep_items_once_and_enemies_apart()
        self._keep_rounds()
        self.number: dict[tuple[int, str], cp_model.LinearExpr] = {}
        for form in bank.forms:
            for need in self.request.needs:
                self._keep_need(need, form)
        self._keep_locks()

    def _taken(self, option: Option, form: int) -> Var:
        if option.item:
            return self.model.new_bool_var(f"{option.item.id} in {option.round_id} {form}")
        spec = self.bank.rounds[option.round_id]
        room = spec.minutes + MINUTE_STEP * (24 if self.slack.minute_steps else 0)
        return self.model.new_int_var(0, room // option.minutes, f"any {option.minutes} in {option.round_id} {form}")

    def active(self, form: int) -> cp_model.LinearExprT:
        """1 where the form is there, 0 where it is given up."""
        return 1 - self.slack.without_form[form] if form in self.slack.without_form else 1

    def sources(self, competency: str, place: Place) -> list[Var]:
        """The variables of questions that would give evidence for the competency in the place."""
        bit = self.bank.mask((competency,))
        return [var for option, var in self.taken[place] if option.topic & bit]

    def _keep_items_once_and_enemies_apart(self) -> None:
        everywhere: dict[str, list[Var]] = defaultdict(list)
        in_form: dict[int, dict[str, list[Var]]] = {form: defaultdict(list) for form in self.bank.forms}
        for (form, _), inside in self.taken.items():
            for option, var in inside:
                if option.item:
                    everywhere[option.item.id].append(var)
                    in_form[form][option.item.id].append(var)
        for one in everywhere.values():
            if len(one) > 1:
                self.model.add_at_most_one(one)
        cliques = list(enemy_cliques(self.bank, everywhere))
        for known in in_form.values():
            for clique in cliques:
                self.model.add_at_most_one([var for item_id in clique for var in known.get(item_id, ())])

    def _keep_rounds(self) -> None:
        slack = self.slack
        for place, inside in self.taken.items():
            form, round_id = place
            new = [(slack.new_minutes[c], var) for (p, c), var in slack.new_questions.items() if p == place]
            minutes: Terms = [option.minutes * var for option, var in inside]
            minutes += [each * var for each, var in new]
            more = MINUTE_STEP * slack.minute_steps.get(round_id, 0)
            self.model.add(_sum(minutes) <= self.bank.rounds[round_id].minutes + more)
            number = _sum([*(var for _, var in inside), *(var for _, var in new)])
            dropped = slack.dropped_rounds.get(round_id, 0)
            self.model.add(number + dropped >= self.active(form))
            if round_id in slack.dropped_rounds:
                self.model.add(number <= self.most * (1 - dropped))

    def _keep_need(self, need: Need, form: int) -> None:
        slack, competency = self.slack, need.competency
        count: Terms = []
        seats: Terms = [slack.fewer_interviewers.get(competency, 0)]
        for spec in self.request.rounds:
            new = slack.new_questions.get(((form, spec.id), competency), 0)
            here = _sum([*self.sources(competency, (form, spec.id)), new])
            count.append(here)
            if need.interviewers:
                is_seen = self.model.new_bool_var(f"{competency} seen in {spec.id} {form}")
                self.model.add(is_seen <= here)
                seats.append(spec.seats * is_seen)
                seats += self._more_seats(spec.id, is_seen, need.interviewers)
        self.number[form, competency] = _sum(count)
        fewer = slack.fewer_questions.get(competency, 0)
        self.model.add(_sum(count) + fewer >= need.questions * self.active(form))
        self.model.add(_sum(seats) >= need.interviewers * self.active(form))

    def _more_seats(self, round_id: str, is_seen: Var, most: int) -> list[Var]:
        """The seats added to a round, where the competency is seen; none if seats are hard."""
        if round_id not in self.slack.more_seats:
            return []
        counted = self.model.new_int_var(0, most, f"seats for {is_seen.name}")
        self.model.add(counted <= self.slack.more_seats[round_id])
        self.model.add(counted <= most * is_seen)
        return [counted]

    def _keep_locks(self) -> None:
        kept: dict[Lock, Var] = {
            option.lock: var for inside in self.taken.values() for option, var in inside if option.lock
        }
        for lock in self.request.locks:
            void = self.slack.without_form.get(lock.form, 0)
            self.model.add(_sum([kept.get(lock, 0), self.slack.unlocked.get(lock, 0), void]) >= 1)

    def maximise_value(self) -> None:
        """Set the objective: the questions' values, spare questions, and how even the forms are."""
        terms: Terms = [option.value * var for inside in self.taken.values() for option, var in inside]
        for need in self.request.needs:
            for form in self.bank.forms:
                spare = self.model.new_bool_var(f"{need.competency} spare {form}")
                self.model.add(self.number[form, need.competency] - spare >= need.questions)
                terms.append(SPARE_VALUE * spare)
        if len(self.bank.forms) > 1:
            terms += self._unevenness()
            self._order_forms()
        self.model.maximize(_sum(terms))

    def _unevenness(self) -> Terms:
        """The cost of what the forms differ in."""
        compared = [[self.number[form, need.competency] for form in self.bank.forms] for need in self.request.needs] + [
            [self._lean((form, spec.id)) for form in self.bank.forms] for spec in self.request.rounds
        ]
        costs: Terms = []
        for number, values in enumerate(compared):
            least = self.model.new_int_var(-1000, 1000, f"least {number}")
            most = self.model.new_int_var(-1000, 1000, f"most {number}")
            for value in values:
                self.model.add(least <= value)
                self.model.add(most >= value)
            costs.append(UNEVEN_COST * (least - most))
        return costs

    def _lean(self, place: Place) -> cp_model.LinearExpr:
        return _sum([option.lean * var for option, var in self.taken[place]])

    def _order_forms(self) -> None:
        """Forms without locks are interchangeable: the one of higher value comes first."""
        locked = {lock.form for lock in self.request.locks}
        free = [form for form in self.bank.forms if form not in locked]
        worth = {
            form: _sum(
                [
                    option.value * var
                    for place, inside in self.taken.items()
                    if place[0] == form
                    for option, var in inside
                ]
            )
            for form in free
        }
        for one, other in pairwise(free):
            self.model.add(worth[one] >= worth[other])


def enemy_cliques(bank: Bank, known: Iterable[str]) -> Iterable[list[str]]:
    """Sets of questions of which any two are enemies, so that every pair of enemies is in one of them."""
    among = set(known)
    near = {item_id: bank.enemies[item_id] & among for item_id in among if item_id in bank.enemies}
    covered: set[tuple[str, str]] = set()
    for one in sorted(near):
        for other in sorted(near[one]):
            if other < one or (one, other) in covered:
                continue
            clique = [one, other]
            for third in sorted(near[one] & near[other]):
                if near[third].issuperset(clique):
                    clique.append(third)
            clique.sort()
            covered |= {(a, b) for number, a in enumerate(clique) for b in clique[number + 1 :]}
            yield clique


def _sum(terms: Sequence[cp_model.LinearExprT]) -> cp_model.LinearExpr:
    """A sum that stays an expression when there is no variable in it, so that it can be a rule."""
    return cp_model.LinearExpr.sum(list(terms))


def solve(model: cp_model.CpModel, seed: int, limit: float) -> tuple[cp_model.CpSolver, cp_model.CpSolverStatus]:
    """Solve on one worker, limited by the solver's own clock: same input, same answer."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    # These models are small and their relaxation is tight: reason with it, do not try values out one by one.
    solver.parameters.linearization_level = 2
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = limit
    return solver, solver.solve(model)
