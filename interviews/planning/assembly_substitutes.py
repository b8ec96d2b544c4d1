"""The best equivalents for questions that one candidate must not be asked; everything else stays.

A substitute stands in the same round. What it costs to ask it instead, the less the more alike the two are:

    20   for each step of difficulty between them
    30   for each competency of the round it gives no evidence for, but the question did
    2    for each minute it is longer or shorter, and for each recent use (counted up to 20)
    1000 for leaving the question out, so that this happens only where no substitute keeps the rules

Where a question is no longer known, its substitute is the most valuable one. The cheapest set of substitutes that
keeps every rule is proven, ties are broken in seed order. A rule that the loop breaks already may stay broken.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ortools.sat.python import cp_model

from .assembly_bank import DIFFICULTY_COST, EXPOSURE_CAP, EXPOSURE_COST, MINUTE_VALUE, Bank
from .assembly_model import solve
from .assembly_shortfalls import explain_infeasible
from .assembly_standing import Limits, Placed, Standing, require_known_places
from .assembly_types import AssemblyRequest, Change, Infeasible, Item, Lock, Need

EVIDENCE_COST = 30
"""Per competency that the question gave evidence for and its substitute does not."""
NOTHING_COST = 1000
"""For a question that nothing stands in for."""
SEARCH_LIMIT = 5.0

Options = dict[Placed, list[tuple[int, Item]]]
"""A question to be replaced → what can stand in for it, cheapest first."""


def substitute(
    request: AssemblyRequest, placed: Iterable[Placed], banned: frozenset[str], *, form: int = 1
) -> tuple[Change, ...] | Infeasible:
    """Replace the banned questions of a form, and nothing else, by their best equivalents in the same round.

    Banned questions should still be among the request's items, so that it is known what they were about. Locks on
    them are set aside. What is Infeasible is worded for the loop without them, all others locked.
    """
    bank, loop = Bank(request), list(placed)
    require_known_places(bank, loop)
    gone = [one for one in loop if one[2] == form and one[1] in banned]
    if not gone:
        return ()
    stay = [one for one in loop if one not in gone]
    options = {one: _options(bank, one, stay, banned, len(gone)) for one in gone}
    limits = Limits(bank, Standing(bank, loop))
    chosen = _Substitutes(bank, limits, Standing(bank, stay), options).chosen()
    if chosen is None:
        return _explained(bank, limits, stay, gone, banned)
    return tuple(Change(round_id, out, chosen.get((round_id, out, form), ""), form) for round_id, out, form in gone)


def substitution_cost(bank: Bank, question: Item | None, other: Item, round_id: str) -> int:
    """How unlike the question its substitute is."""
    if question is None:
        return -bank.value(other, round_id)
    lost = bank.topic(question, round_id) & ~bank.topic(other, round_id)
    return (
        DIFFICULTY_COST * abs(question.difficulty - other.difficulty)
        + EVIDENCE_COST * lost.bit_count()
        + MINUTE_VALUE * abs(question.minutes - other.minutes)
        + EXPOSURE_COST * min(other.exposure, EXPOSURE_CAP)
    )


def _options(
    bank: Bank, place: Placed, stay: list[Placed], banned: frozenset[str], most: int
) -> list[tuple[int, Item]]:
    """What can stand in for a question; of those alike for the rules, the cheapest are enough.

    The other substitutes, `most` less one, can be in the way of as many of `most` questions that have neither each
    other nor an enemy in common: one is left, and it is no dearer than whatever was left out.
    """
    round_id, item_id, form = place
    asked = {one[1] for one in stay} | banned
    here = {one[1] for one in stay if one[2] == form}
    question = bank.by_id.get(item_id)
    fitting = [
        (substitution_cost(bank, question, item, round_id), item)
        for item in bank.items
        if item.id not in asked and bank.suits(item, round_id, form) and here.isdisjoint(bank.enemies.get(item.id, ()))
    ]
    fitting.sort(key=lambda option: option[0])
    apart: dict[tuple[int, int], list[set[str]]] = {}
    kept = []
    for cost, item in fitting:
        near = {item.id, *bank.enemies.get(item.id, ())}
        known = apart.setdefault((bank.topic(item, round_id), item.minutes), [])
        if len(known) < most:
            kept.append((cost, item))
            if all(near.isdisjoint(other) for other in known):
                known.append(near)
    return kept


class _Substitutes:
    """Which of the options stand in, as a small model."""

    def __init__(self, bank: Bank, limits: Limits, stay: Standing, options: Options) -> None:
        self.bank, self.limits, self.stay = bank, limits, stay
        self.model = cp_model.CpModel()
        self.taken = {
            (place, item.id): self.model.new_bool_var(f"{item.id} for {place}")
            for place, listed in options.items()
            for _, item in listed
        }
        cost: list[cp_model.LinearExprT] = []
        for place, listed in options.items():
            nothing = self.model.new_bool_var(f"nothing for {place}")
            self.model.add_exactly_one([nothing, *(self.taken[place, item.id] for _, item in listed)])
            cost.append(NOTHING_COST * nothing)
            cost += [each * self.taken[place, item.id] for each, item in listed]
        self._keep_apart()
        self._keep_rounds()
        self._keep_needs()
        self.model.minimize(cp_model.LinearExpr.sum(cost))

    def chosen(self) -> dict[Placed, str] | None:
        """What stands in for each question that something stands in for; None if no choice keeps the rules."""
        solver, status = solve(self.model, self.bank.request.seed, SEARCH_LIMIT)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return {place: item_id for (place, item_id), taken in self.taken.items() if solver.value(taken)}

    def _keep_apart(self) -> None:
        by_item: dict[str, list[cp_model.IntVar]] = {}
        for (_, item_id), taken in self.taken.items():
            by_item.setdefault(item_id, []).append(taken)
        for item_id, options in by_item.items():
            self.model.add_at_most_one(options)
            for enemy in sorted(self.bank.enemies.get(item_id, ())):
                if item_id < enemy and enemy in by_item:
                    self.model.add_at_most_one(options + by_item[enemy])

    def _in_round(self, round_id: str, form: int) -> Iterator[tuple[Item, cp_model.IntVar]]:
        for (place, item_id), taken in self.taken.items():
            if (place[0], place[2]) == (round_id, form):
                yield self.bank.by_id[item_id], taken

    def _keep_rounds(self) -> None:
        for (form, round_id), most in self.limits.minutes.items():
            inside = list(self._in_round(round_id, form))
            if inside:
                used = cp_model.LinearExpr.sum([item.minutes * taken for item, taken in inside])
                self.model.add(used <= most - self.stay.used[form, round_id])
            number = cp_model.LinearExpr.sum([taken for _, taken in inside])
            self.model.add(number + self.stay.number[form, round_id] >= self.limits.fewest[form, round_id])

    def _keep_needs(self) -> None:
        for form, competency, questions, interviewers in self.limits.needs:
            bit, seats, count = self.bank.mask((competency,)), [], []
            for spec in self.bank.request.rounds:
                sources = [t for item, t in self._in_round(spec.id, form) if self.bank.topic(item, spec.id) & bit]
                count += sources
                if self.stay.seen[form, competency, spec.id] or not sources:
                    continue
                is_seen = self.model.new_bool_var(f"{competency} seen in {spec.id}")
                self.model.add(is_seen <= cp_model.LinearExpr.sum(sources))
                seats.append(spec.seats * is_seen)
            total = cp_model.LinearExpr.sum(count) + self.stay.questions(form, competency)
            self.model.add(total >= questions)
            self.model.add(cp_model.LinearExpr.sum(seats) + self.stay.interviewers(form, competency) >= interviewers)


def _explained(
    bank: Bank, limits: Limits, stay: list[Placed], gone: list[Placed], banned: frozenset[str]
) -> Infeasible:
    """What the loop of one form lacks without the banned questions, if the others stay."""
    request, form = bank.request, gone[0][2]
    elsewhere = {item_id for _, item_id, other in stay if other != form}
    here = [(round_id, item_id) for round_id, item_id, other in stay if other == form and item_id in bank.by_id]
    needs = {competency: pair for other, competency, *pair in limits.needs if other == form}
    alone = replace(
        request,
        items=tuple(item for item in request.items if item.id not in banned | elsewhere),
        rounds=tuple(replace(spec, minutes=limits.minutes[form, spec.id]) for spec in request.rounds),
        needs=tuple(Need(need.competency, *needs[need.competency]) for need in request.needs),
        locks=tuple(Lock(*place) for place in here),
        forms=1,
    )
    places = [(round_id, item_id) for round_id, item_id, _ in gone] + here
    most = {(1, spec.id): sum(round_id == spec.id for round_id, _ in places) for spec in request.rounds}
    return explain_infeasible(Bank(alone), SEARCH_LIMIT, most)
