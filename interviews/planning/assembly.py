"""Compile a loop: choose the questions of every round, provably as well as the bank allows.

A question gives evidence for a competency in a round when at least EVIDENCE_WEIGHT percent of it
is about the competency and the round may assess it. Every loop keeps these rules: a question is
asked at most once, enemies never meet, a round keeps to its minutes and has at least one question,
no question is further from the difficulty its round aims at than the spread, none rests unless it is
locked, locked questions stay, and each need has its distinct questions and, over the rounds that
hold evidence for it, its interviewers. Among those loops the one with the highest value is taken:

    for each question     2 a minute, less 20 a step away from the difficulty its round aims at,
                          less 2 for each recent use (counted up to 20)
    for each competency   10 if it has a spare question

Several parallel forms keep all of that each and share no question. Their values are added, and so
that candidates are asked for the same whichever they get, from the sum is taken:

    for each competency   10 for each question that one form has more than another
    for each round        10 for each step by which the questions of one form are harder in all than another's

Equal loops are told apart by an order of the questions that depends on their ids and the seed, so
the same input gives the same loop, in whatever order it comes. Nothing is asked of the solver that
can be settled before: see `assembly_reduction`.
"""

import math
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from .assembly_bank import Bank, Place
from .assembly_model import LoopModel, solve
from .assembly_reasons import coverage, in_asking_order, needs_met, placements
from .assembly_reduction import Option, all_options, ceiling, options
from .assembly_shortfalls import explain_infeasible
from .assembly_standing import Standing, evaluate
from .assembly_substitutes import substitute
from .assembly_swaps import additions, alternatives
from .assembly_types import (
    EVIDENCE_WEIGHT,
    Alternative,
    Assembly,
    AssemblyRequest,
    Change,
    CoverageCell,
    Evaluation,
    Infeasible,
    Item,
    Lock,
    Need,
    NeedResult,
    Placement,
    RoundSpec,
    Shortfall,
)

__all__ = [
    "EVIDENCE_WEIGHT",
    "Alternative",
    "Assembly",
    "AssemblyRequest",
    "Change",
    "CoverageCell",
    "Evaluation",
    "Infeasible",
    "Item",
    "Lock",
    "Need",
    "NeedResult",
    "Placement",
    "RoundSpec",
    "Shortfall",
    "additions",
    "alternatives",
    "compile_loop",
    "evaluate",
    "substitute",
]

SEARCH_LIMIT = 20.0
"""In the solver's deterministic seconds, so that a limit never makes two runs differ."""


FIRST_CUTOFF = 10
"""In a large bank, questions that cost more are looked at only if the best of the others is not proven best of all."""
LARGE_BANK = 2000


def compile_loop(
    request: AssemblyRequest, *, limit: float = SEARCH_LIMIT, is_reduced: bool = True
) -> Assembly | Infeasible:
    """The best loop with its proof, or what stands in the way.

    If `limit` ends a search early, the loop is the best so far: `is_optimal` is then False. Without the reduction
    the value is the same; that is for measuring what it saves.
    """
    bank = Bank(_with_unordered_parts_sorted(request))
    if not is_reduced:
        found = _best_of(bank, all_options(bank), limit)
    elif len(bank.items) > LARGE_BANK:
        found = _best_by_cutoff(bank, limit)
    else:
        found = _best_of(bank, options(bank), limit)
    if found is None:
        return explain_infeasible(bank, limit)
    given = copy(bank)
    given.request = request  # its needs are answered in its order
    chosen = in_asking_order(given, found.inside)
    return Assembly(
        placements=placements(given, chosen),
        objective=found.value,
        bound=max(found.bound, found.value),
        is_optimal=found.value >= found.bound,
        coverage=coverage(given, chosen),
        needs_met=needs_met(given, chosen),
        rules=rules_of(bank),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    inside: dict[Place, set[str]]
    value: int
    bound: int


def _best_by_cutoff(bank: Bank, limit: float) -> _Found | None:
    """The best of the cheap questions, and if that is not proven best, of all that can be in a better loop."""
    most = ceiling(bank)
    first = _best_of(bank, options(bank, FIRST_CUTOFF), limit)
    if first is None:
        return _best_of(bank, options(bank), limit)
    if first.value >= most - FIRST_CUTOFF:
        return first
    if first.value < first.bound:  # the limit was reached
        return replace(first, bound=max(first.bound, most - FIRST_CUTOFF - 1))
    second = _best_of(bank, options(bank, most - first.value), limit)
    if second is None or second.value < first.value:
        return replace(first, bound=most - FIRST_CUTOFF - 1 if second is None else second.bound)
    return second


def _best_of(bank: Bank, listed: list[Option], limit: float) -> _Found | None:
    loop = LoopModel(bank, listed)
    loop.maximise_value()
    solver, status = solve(loop.model, bank.request.seed, limit)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    inside = _realised(bank, [(place, o, solver.value(var)) for place, here in loop.taken.items() for o, var in here])
    value = Standing(bank, [(r, i, f) for (f, r), ids in inside.items() for i in ids]).worth()
    return _Found(inside, value, math.floor(solver.best_objective_bound + 1e-6))


def rules_of(bank: Bank) -> int:
    """How many rules the loop keeps: of forms by round and by need, of locks, of questions and of pairs of enemies."""
    request, pairs = bank.request, sum(map(len, bank.enemies.values())) // 2
    by_form = 2 * len(request.rounds) + 2 * len(request.needs) + pairs
    return request.forms * by_form + len(request.locks) + len(request.items)


def _realised(bank: Bank, taken: Iterable[tuple[Place, Option, int]]) -> dict[Place, set[str]]:
    """Which questions are asked; of interchangeable ones the first that is free."""
    inside: dict[Place, set[str]] = {place: set() for place in bank.places}
    asked: dict[int, set[str]] = {form: set() for form in bank.forms}
    classes = []
    for place, option, number in taken:
        if option.item and number:
            inside[place].add(option.item.id)
            asked[place[0]].add(option.item.id)
        classes += [(place, option)] * number if option.pool else []
    for place, option in classes:
        known = set().union(*asked.values())
        here = asked[place[0]]
        item = next(
            item for item in option.pool if item.id not in known and here.isdisjoint(bank.enemies.get(item.id, ()))
        )
        inside[place].add(item.id)
        here.add(item.id)
    return inside


def _with_unordered_parts_sorted(request: AssemblyRequest) -> AssemblyRequest:
    """The solver sees one order, whatever order needs and locks were given in."""
    needs = sorted(request.needs, key=lambda need: need.competency)
    return replace(request, needs=tuple(needs), locks=tuple(sorted(request.locks)))
