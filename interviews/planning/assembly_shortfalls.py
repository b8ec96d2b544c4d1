"""Why no loop can be compiled: the cheapest set of rules to relax, each with what would do.

Every rule may give way at a price, and the solver finds the cheapest way out. Every price is
positive, so the set found is irreducible: with any one remedy left out, nothing fits. Enemies never give way.
The cheapest first:

    1    a day off the rest of questions          25   a seat more in a round
    4    five minutes more for a round            30   a question or an interviewer less for a need
    10   a lock undone                            40   a parallel form less
    15   a step of difficulty more for the loop   60   a round dropped
    20   a question published

What `compile_loop` and `substitute` may return; `form` is there only where there are several:

| shortfall: params | remedy: params |
|---|---|
| competency_questions: competency, needed, possible | publish_questions: competency, round, rounds, missing, minutes |
| | or lower_need: competency, questions |
| competency_interviewers: competency, needed, possible | publish_questions, or lower_need: competency, interviewers |
| competency_evidence: competency, needed, possible, needed_interviewers, possible_interviewers | lower_need, both |
| competency_not_assessed: competency | allow_competency: competency |
| round_minutes: round, minutes, needed, shortest_question (if any) | add_minutes: round, minutes |
| round_seats: round, seats, needed, competencies | add_seats: round, seats |
| round_empty: round | publish_questions, or drop_round: round |
| lock_impossible (can never be there): round, item, form | unlock: round, item, form |
| lock_conflicts (not beside the rest): round, item, form | unlock: round, item, form |
| questions_rest: days, items | shorten_rest: days (to take off the rest), item (the one that lacks most) |
| difficulty_spread: spread, needed, rounds | widen_difficulty: spread (of the whole loop), round (the first of them) |
| too_many_forms: forms, possible | fewer_forms: forms |
| not_decided: – | search_longer: – |

What `evaluate` may return in `broken`:

| shortfall: params | remedy: params |
|---|---|
| question_twice: round, item, form | take_out: round, item, form |
| question_unknown (no longer to be had): round, item, form | take_out: round, item, form |
| question_off_topic: round, item, form | take_out: round, item, form |
| enemies_meet: round, item, other, form | take_out: round, item, form |
| question_difficulty: round, item, difficulty, target, spread, form | widen_difficulty: round, spread |
| question_rests: round, item, days, form | shorten_rest: item, days |
| lock_broken: round, item, form | unlock: round, item, form |
| no_question: round, form | add_question: round, form |
| round_minutes: round, minutes, needed, form | add_minutes: round, minutes |
| too_few_questions: competency, needed, has, form | add_question: competency, form |
| too_few_interviewers: competency, needed, has, form | add_question: competency, form |
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from statistics import median_low

from ortools.sat.python import cp_model

from .assembly_bank import Bank, Place
from .assembly_model import MINUTE_STEP, LoopModel, Slack, Terms, solve
from .assembly_reduction import MOST_MORE_MINUTES, elastic_options
from .assembly_types import Infeasible, Lock, Need, RoundSpec, Shortfall
from .codes import Params, Remedy, Value

SHORTEN_REST_PRICE = 1
"""Per day, for all questions together."""
ADD_MINUTES_PRICE = 4
"""Per step of MINUTE_STEP minutes."""
UNLOCK_PRICE = 10
WIDEN_PRICE = 15
"""Per step, for the whole loop."""
PUBLISH_PRICE = 20
ADD_SEAT_PRICE = 25
LOWER_NEED_PRICE = 30
FEWER_FORMS_PRICE = 40
DROP_ROUND_PRICE = 60

USUAL_MINUTES = 15
"""Length supposed for a new question on a competency the bank has nothing about."""
WIDEST = 4
"""Steps from the easiest question to the hardest."""


def explain_infeasible(bank: Bank, limit: float, most: Mapping[Place, int] | None = None) -> Infeasible:
    """Find the cheapest set of relaxations; `most` is how many questions a place may hold, where that is fixed.

    Costs about as much as compiling the loop.
    """
    enough = _questions_that_suffice(bank)
    prices = _Prices(bank)
    elastic = LoopModel(bank, elastic_options(bank, enough), prices.slack, prices.model)
    prices.keep(elastic, enough, most or {})
    solver, status = solve(prices.model, bank.request.seed, limit)
    found: list[Shortfall] = []
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found = list(_Relaxed(bank, elastic, prices.slack, solver).shortfalls())
    if not found:
        return Infeasible((Shortfall("not_decided", {}, Remedy("search_longer", {})),), is_minimal=False)
    return Infeasible(tuple(found), is_minimal=status == cp_model.OPTIMAL)


def _questions_that_suffice(bank: Bank) -> int:
    """How many questions a way out with as few as possible has at most: each is needed for something."""
    request, rounds = bank.request, len(bank.request.rounds)
    by_form = rounds + sum(need.questions + min(rounds, need.interviewers) for need in request.needs)
    return request.forms * by_form + len(request.locks)


class _Prices:
    """What may give way, and the sum that is to be as small as possible."""

    def __init__(self, bank: Bank) -> None:
        self.bank, self.request = bank, bank.request
        self.model = cp_model.CpModel()
        self.slack = Slack()
        self.terms: Terms = []
        self._of_rounds()
        self._of_needs()
        for lock in self.request.locks:
            self.slack.unlocked[lock] = self._relaxation(f"unlock {lock}", 1, UNLOCK_PRICE)
        self._of_questions()
        for form in bank.forms[1:]:
            self.slack.without_form[form] = self._relaxation(f"without {form}", 1, FEWER_FORMS_PRICE)
        for low, high in pairwise(bank.forms[1:]):
            self.model.add_implication(self.slack.without_form[low], self.slack.without_form[high])
        self.model.minimize(cp_model.LinearExpr.sum(self.terms))

    def _relaxation(self, name: str, most: int, each: int) -> cp_model.IntVar:
        var = self.model.new_int_var(0, most, name)
        self.terms.append(each * var)
        return var

    def _of_rounds(self) -> None:
        slack, needs = self.slack, self.request.needs
        seats = max((need.interviewers for need in needs), default=0)
        for spec in self.request.rounds:
            most = MOST_MORE_MINUTES // MINUTE_STEP
            slack.minute_steps[spec.id] = self._relaxation(f"minutes {spec.id}", most, ADD_MINUTES_PRICE)
            slack.more_seats[spec.id] = self._relaxation(f"seats {spec.id}", seats, ADD_SEAT_PRICE)
            slack.dropped_rounds[spec.id] = self._relaxation(f"drop {spec.id}", 1, DROP_ROUND_PRICE)
            for competency in sorted(spec.competencies):
                most = 1 + max((n.questions for n in needs if n.competency == competency), default=0)
                slack.new_minutes.setdefault(competency, _usual_minutes(self.bank, competency))
                for form in self.bank.forms:
                    new = self._relaxation(f"publish {competency} {spec.id} {form}", most, PUBLISH_PRICE)
                    slack.new_questions[(form, spec.id), competency] = new

    def _of_needs(self) -> None:
        for need in self.request.needs:
            name = need.competency
            fewer = self._relaxation(f"lower {name}", need.questions, LOWER_NEED_PRICE)
            self.slack.fewer_questions[name] = fewer
            unseen = self._relaxation(f"fewer {name}", need.interviewers, LOWER_NEED_PRICE)
            self.slack.fewer_interviewers[name] = unseen

    def _of_questions(self) -> None:
        """One spread and one rest for all: each step on the ladder needs the one below."""
        for step in range(1, WIDEST - self.request.difficulty_spread + 1):
            self.slack.steps_wider[step] = self._relaxation(f"wider {step}", 1, WIDEN_PRICE)
        below = 0
        for days in sorted({item.resting_days for item in self.bank.items} - {0}):
            price = SHORTEN_REST_PRICE * (days - below)
            self.slack.days_shorter[days] = self._relaxation(f"rest {days}", 1, price)
            below = days
        for ladder in (self.slack.steps_wider, self.slack.days_shorter):
            for low, high in pairwise(sorted(ladder)):
                self.model.add_implication(ladder[high], ladder[low])

    def keep(self, elastic: LoopModel, enough: int, most: Mapping[Place, int]) -> None:
        """What ties the questions taken to what gives way for them."""
        slack, everything = self.slack, []
        for place, inside in elastic.taken.items():
            for option, var in inside:
                everything.append(var)
                limits = [slack.steps_wider[option.over]] if option.over else []
                limits += [slack.days_shorter[option.rest]] if option.rest else []
                for limit in limits:
                    self.model.add(var <= enough * limit)
            if place in most:
                new = [var for (p, _), var in slack.new_questions.items() if p == place]
                number = cp_model.LinearExpr.sum([*(var for _, var in inside), *new])
                self.model.add(number <= most[place])
        self.model.add(cp_model.LinearExpr.sum(everything) <= enough)


def _usual_minutes(bank: Bank, competency: str) -> int:
    bit = bank.mask((competency,))
    lengths = [item.minutes for item in bank.items if bank.evidence[item.id] & bit]
    return median_low(lengths) if lengths else USUAL_MINUTES


class _Relaxed:
    """The cheapest relaxed loop, read back as shortfalls."""

    def __init__(self, bank: Bank, elastic: LoopModel, slack: Slack, solver: cp_model.CpSolver) -> None:
        self.bank, self.request = bank, bank.request
        self.elastic, self.slack, self.solver = elastic, slack, solver
        lost = [form for form, var in slack.without_form.items() if solver.value(var)]
        self.forms = [form for form in bank.forms if form not in lost]

    def shortfalls(self) -> Iterator[Shortfall]:
        """One for each cause."""
        if len(self.forms) < self.request.forms:
            params: Params = {"forms": self.request.forms, "possible": len(self.forms)}
            yield Shortfall("too_many_forms", params, Remedy("fewer_forms", {"forms": len(self.forms)}))
        for lock, unlocked in self.slack.unlocked.items():
            if self.solver.value(unlocked):
                yield self._lock(lock)
        yield from self._rest()
        yield from self._spread()
        for spec in self.request.rounds:
            yield from self._round(spec)
        yield from self._published()
        for need in self.request.needs:
            yield from self._need(need)

    def _lock(self, lock: Lock) -> Shortfall:
        params: dict[str, Value] = {"round": lock.round_id, "item": lock.item_id}
        if self.request.forms > 1:
            params["form"] = lock.form
        inside = self.elastic.taken.get((lock.form, lock.round_id), [])
        code = "lock_conflicts" if any(option.lock == lock for option, _ in inside) else "lock_impossible"
        return Shortfall(code, params, Remedy("unlock", params))

    def _rest(self) -> Iterator[Shortfall]:
        days = max((days for days, var in self.slack.days_shorter.items() if self.solver.value(var)), default=0)
        if days:
            items: list[tuple[int, str]] = []
            for inside in self.elastic.taken.values():
                for option, var in inside:
                    if option.rest and self.solver.value(var):
                        names = [option.item] if option.item else option.pool[: self.solver.value(var)]
                        items += [(option.rest, item.id) for item in names]
            items.sort(key=lambda pair: (-pair[0], self.bank.rank[pair[1]]))
            params: Params = {"days": days, "items": tuple(item_id for _, item_id in items)}
            yield Shortfall("questions_rest", params, Remedy("shorten_rest", {"days": days, "item": items[0][1]}))

    def _spread(self) -> Iterator[Shortfall]:
        steps = max((step for step, var in self.slack.steps_wider.items() if self.solver.value(var)), default=0)
        if steps:
            spread = self.request.difficulty_spread
            rounds = dict.fromkeys(
                option.round_id
                for inside in self.elastic.taken.values()
                for option, var in inside
                if option.over and self.solver.value(var)
            )
            ordered = tuple(spec.id for spec in self.request.rounds if spec.id in rounds)
            params: Params = {"spread": spread, "needed": spread + steps, "rounds": ordered}
            remedy = Remedy("widen_difficulty", {"spread": spread + steps, "round": ordered[0]})
            yield Shortfall("difficulty_spread", params, remedy)

    def _round(self, spec: RoundSpec) -> Iterator[Shortfall]:
        if steps := self.solver.value(self.slack.minute_steps[spec.id]):
            yield self._minutes(spec, steps * MINUTE_STEP)
        if seats := self.solver.value(self.slack.more_seats[spec.id]):
            yield self._seats(spec, seats)
        if self.solver.value(self.slack.dropped_rounds[spec.id]):
            yield Shortfall("round_empty", {"round": spec.id}, Remedy("drop_round", {"round": spec.id}))

    def _minutes(self, spec: RoundSpec, minutes: int) -> Shortfall:
        lengths = [item.minutes for item in self.bank.items if self.bank.topic(item, spec.id)]
        params: dict[str, Value] = {"round": spec.id, "minutes": spec.minutes, "needed": spec.minutes + minutes}
        if lengths:
            params["shortest_question"] = min(lengths)
        return Shortfall("round_minutes", params, Remedy("add_minutes", {"round": spec.id, "minutes": minutes}))

    def _seats(self, spec: RoundSpec, seats: int) -> Shortfall:
        short = tuple(
            need.competency
            for need in self.request.needs
            if any(
                self._is_seen(need.competency, (form, spec.id)) and self._seats_now(need, form) < need.interviewers
                for form in self.forms
            )
        )
        params: dict[str, Value] = {"round": spec.id, "seats": spec.seats}
        params |= {"needed": spec.seats + seats, "competencies": short}
        return Shortfall("round_seats", params, Remedy("add_seats", {"round": spec.id, "seats": seats}))

    def _published(self) -> Iterator[Shortfall]:
        """One for each competency: where its questions would be asked is told together."""
        missing: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for ((_, round_id), competency), var in self.slack.new_questions.items():
            if number := self.solver.value(var):
                missing[competency][round_id] += number
        for competency, rounds in missing.items():
            yield self._publish(competency, dict(rounds))

    def _publish(self, competency: str, rounds: dict[str, int]) -> Shortfall:
        minutes, number = self.slack.new_minutes[competency], sum(rounds.values())
        first = next(iter(rounds))
        params: dict[str, Value] = {"competency": competency, "round": first, "missing": number, "minutes": minutes}
        if len(rounds) > 1:
            params["rounds"] = tuple(rounds)
        remedy = Remedy("publish_questions", params)
        need = next((n for n in self.request.needs if n.competency == competency), None)
        if need:
            has = min(self._questions_now(competency, form) for form in self.forms)
            if has < need.questions:
                return Shortfall("competency_questions", _asked(competency, need.questions, has), remedy)
            has = min(self._seats_now(need, form) for form in self.forms)
            if has < need.interviewers:
                return Shortfall("competency_interviewers", _asked(competency, need.interviewers, has), remedy)
        return Shortfall("round_empty", {"round": first}, remedy)

    def _need(self, need: Need) -> Iterator[Shortfall]:
        fewer = self.solver.value(self.slack.fewer_questions[need.competency])
        unseen = self.solver.value(self.slack.fewer_interviewers[need.competency])
        name, params = need.competency, {"competency": need.competency}
        questions, interviewers = need.questions - fewer, need.interviewers - unseen
        if (fewer or unseen) and name not in self.bank.bits:
            yield Shortfall("competency_not_assessed", params, Remedy("allow_competency", params))
        elif fewer and unseen:
            both = {"needed_interviewers": need.interviewers, "possible_interviewers": interviewers}
            lowered = {"questions": questions, "interviewers": interviewers}
            asked = {**_asked(name, need.questions, questions), **both}
            yield Shortfall("competency_evidence", asked, Remedy("lower_need", {**params, **lowered}))
        elif fewer:
            remedy = Remedy("lower_need", {**params, "questions": questions})
            yield Shortfall("competency_questions", _asked(name, need.questions, questions), remedy)
        elif unseen:
            remedy = Remedy("lower_need", {**params, "interviewers": interviewers})
            yield Shortfall("competency_interviewers", _asked(name, need.interviewers, interviewers), remedy)

    def _questions_now(self, competency: str, form: int) -> int:
        return sum(
            self.solver.value(var)
            for spec in self.request.rounds
            for var in self.elastic.sources(competency, (form, spec.id))
        )

    def _seats_now(self, need: Need, form: int) -> int:
        return sum(
            spec.seats
            for spec in self.request.rounds
            if any(self.solver.value(var) for var in self.elastic.sources(need.competency, (form, spec.id)))
        )

    def _is_seen(self, competency: str, place: Place) -> bool:
        new = self.slack.new_questions.get((place, competency))
        sources = self.elastic.sources(competency, place) + ([] if new is None else [new])
        return any(self.solver.value(source) for source in sources)


def _asked(competency: str, needed: int, possible: int) -> dict[str, Value]:
    return {"competency": competency, "needed": needed, "possible": possible}
