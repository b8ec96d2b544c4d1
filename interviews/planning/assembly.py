"""Compile a loop: choose the questions of every round, provably as well as the bank allows.

A question gives evidence for a competency in a round when at least EVIDENCE_WEIGHT percent of it
is about the competency and the round may assess it. Every loop keeps these rules: a question is
asked at most once, enemies never meet, a round keeps to its minutes and has at least one question,
locked questions stay, and each need has its distinct questions and, over the rounds that hold
evidence for it, its interviewers. Among those loops the one with the highest value is taken:

    for each question     2 a minute, less 20 a step away from the target difficulty,
                          less 2 for each recent use (counted up to 20)
    for each competency   10 if it has a spare question

Equal loops are told apart by an order of the questions that depends on their ids and the seed, so
the same input gives the same loop, in whatever order it comes.
"""

import math
from dataclasses import replace

from ortools.sat.python import cp_model

from .assembly_model import LoopModel, in_seed_order, solve, without_surplus_twins
from .assembly_reasons import coverage, in_asking_order, needs_met, placements
from .assembly_shortfalls import explain_infeasible
from .assembly_types import (
    EVIDENCE_WEIGHT,
    Assembly,
    AssemblyRequest,
    CoverageCell,
    Infeasible,
    Item,
    Need,
    NeedResult,
    Placement,
    RoundSpec,
    Shortfall,
)

__all__ = [
    "EVIDENCE_WEIGHT",
    "Assembly",
    "AssemblyRequest",
    "CoverageCell",
    "Infeasible",
    "Item",
    "Need",
    "NeedResult",
    "Placement",
    "RoundSpec",
    "Shortfall",
    "compile_loop",
]

SEARCH_LIMIT = 20.0
"""In the solver's deterministic seconds, so that a limit never makes two runs differ."""


def compile_loop(request: AssemblyRequest, *, limit: float = SEARCH_LIMIT) -> Assembly | Infeasible:
    """The best loop with its proof, or what stands in the way.

    If `limit` ends the search early, the loop is the best so far: `is_optimal` is then False.
    """
    ordered = _with_unordered_parts_sorted(request)
    loop = LoopModel(ordered, without_surplus_twins(ordered, in_seed_order(ordered)))
    loop.maximise_value()
    solver, status = solve(loop.model, request.seed, limit)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return explain_infeasible(ordered, limit)
    inside = {
        spec.id: {i for (r, i), v in loop.places.items() if r == spec.id and solver.value(v)} for spec in request.rounds
    }
    chosen = in_asking_order(request, inside)
    return Assembly(
        placements=placements(request, chosen),
        objective=round(solver.objective_value),
        bound=math.floor(solver.best_objective_bound + 1e-6),
        is_optimal=status == cp_model.OPTIMAL,
        coverage=coverage(request, chosen),
        needs_met=needs_met(request, chosen),
    )


def _with_unordered_parts_sorted(request: AssemblyRequest) -> AssemblyRequest:
    """The solver sees one order, whatever order needs and locks were given in."""
    needs = sorted(request.needs, key=lambda need: need.competency)
    return replace(request, needs=tuple(needs), locks=tuple(sorted(request.locks)))
