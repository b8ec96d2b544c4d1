"""A solved loop in words to be: the order asked, why each question, what is covered."""

from collections.abc import Iterator

from .assembly_model import in_seed_order, may_place
from .assembly_types import (
    AssemblyRequest,
    CoverageCell,
    Item,
    NeedResult,
    Placement,
    RoundSpec,
)
from .codes import Reason

Chosen = dict[str, list[Item]]
"""Round id → its questions in the order asked."""


def in_asking_order(request: AssemblyRequest, chosen: dict[str, set[str]]) -> Chosen:
    """Easier first within a round, then seed order."""
    ordered = sorted(in_seed_order(request), key=lambda item: item.difficulty)
    return {spec.id: [item for item in ordered if item.id in chosen[spec.id]] for spec in request.rounds}


def needs_met(request: AssemblyRequest, chosen: Chosen) -> tuple[NeedResult, ...]:
    """What each need asked for and has."""
    results = []
    for need in request.needs:
        cells = [cell for cell in coverage(request, chosen) if cell.competency == need.competency]
        seats = {spec.id: spec.seats for spec in request.rounds}
        questions = sum(len(cell.item_ids) for cell in cells)
        interviewers = sum(seats[cell.round_id] for cell in cells)
        results.append(
            NeedResult(
                need.competency,
                need.questions,
                questions,
                need.interviewers,
                interviewers,
            )
        )
    return tuple(results)


def coverage(request: AssemblyRequest, chosen: Chosen) -> tuple[CoverageCell, ...]:
    """The non-empty cells of competency by round: needs first, then others by name."""
    needed = [need.competency for need in request.needs]
    allowed = frozenset[str]().union(*(spec.competencies for spec in request.rounds))
    cells = []
    for competency in needed + sorted(allowed - set(needed)):
        for spec in request.rounds:
            ids = tuple(item.id for item in chosen[spec.id] if competency in item.evidence_for(spec.competencies))
            if ids:
                cells.append(CoverageCell(competency, spec.id, ids))
    return tuple(cells)


def placements(request: AssemblyRequest, chosen: Chosen) -> tuple[Placement, ...]:
    """Every question in its place, with why it is there."""
    spare = {r.competency: r.has_questions - r.needed_questions for r in needs_met(request, chosen)}
    return tuple(
        Placement(
            spec.id,
            item.id,
            position,
            tuple(_reasons(request, spec, item, chosen, spare)),
        )
        for spec in request.rounds
        for position, item in enumerate(chosen[spec.id], start=1)
    )


def _reasons(
    request: AssemblyRequest,
    spec: RoundSpec,
    item: Item,
    chosen: Chosen,
    spare: dict[str, int],
) -> Iterator[Reason]:
    if (spec.id, item.id) in request.locks:
        yield Reason("locked")
    for competency in sorted(item.evidence_for(spec.competencies)):
        code = "only_source" if spare.get(competency) == 0 else "covers"
        yield Reason(code, {"competency": competency, "weight": item.weights[competency]})
    distance = abs(item.difficulty - request.difficulty)
    if distance <= 1:
        code = "difficulty_near" if distance else "difficulty_fits"
        yield Reason(code, {"difficulty": item.difficulty, "target": request.difficulty})
    used = sum(other.minutes for other in chosen[spec.id])
    yield Reason("fits_minutes", {"minutes": item.minutes, "used": used, "of": spec.minutes})
    if item.exposure == min(i.exposure for i in request.items if may_place(i, spec)):
        yield Reason("least_used", {"exposure": item.exposure})
