"""A solved loop in words to be: the order asked, why each question, what is covered.

| reason | params | kind |
|---|---|---|
| `locked` | – | gain |
| `only_source` | competency, weight | gain: without it the loop is one question short |
| `covers` | competency, weight | gain |
| `difficulty_fits` | difficulty, target | gain: exactly the one aimed at in the round |
| `difficulty_near` | difficulty, target | cost: one step away |
| `difficulty_far` | difficulty, target | cost: two steps away or more |
| `fits_minutes` | minutes, used, of | gain |
| `least_used` | exposure | gain |
| `rests` | days | cost: it would rest for so many days more, but is locked or put there by hand |
"""

from collections.abc import Iterator

from .assembly_bank import Bank, Place
from .assembly_types import CoverageCell, Item, Lock, NeedResult, Placement
from .codes import Reason

Chosen = dict[Place, list[Item]]
"""Form and round → its questions in the order asked."""


def in_asking_order(bank: Bank, chosen: dict[Place, set[str]]) -> Chosen:
    """Easier first within a round, then seed order."""

    def key(item: Item) -> tuple[int, int]:
        return item.difficulty, bank.rank[item.id]

    return {place: sorted((bank.by_id[item_id] for item_id in ids), key=key) for place, ids in chosen.items()}


def needs_met(bank: Bank, chosen: Chosen) -> tuple[NeedResult, ...]:
    """What each need asked for and has, form by form."""
    cells = coverage(bank, chosen)
    results = []
    for form in bank.forms:
        for need in bank.request.needs:
            mine = [cell for cell in cells if cell.form == form and cell.competency == need.competency]
            questions = sum(len(cell.item_ids) for cell in mine)
            interviewers = sum(bank.rounds[cell.round_id].seats for cell in mine)
            asked = (need.competency, need.questions, questions, need.interviewers, interviewers)
            results.append(NeedResult(*asked, form))
    return tuple(results)


def coverage(bank: Bank, chosen: Chosen) -> tuple[CoverageCell, ...]:
    """The non-empty cells of competency by round: needs first, then others by name."""
    needed = [need.competency for need in bank.request.needs]
    cells = []
    for form in bank.forms:
        for competency in needed + sorted(set(bank.bits) - set(needed)):
            bit = bank.mask((competency,))
            for spec in bank.request.rounds:
                ids = tuple(item.id for item in chosen[form, spec.id] if bank.topic(item, spec.id) & bit)
                if ids:
                    cells.append(CoverageCell(competency, spec.id, ids, form))
    return tuple(cells)


def placements(bank: Bank, chosen: Chosen) -> tuple[Placement, ...]:
    """Every question in its place, with why it is there."""
    spare = {(r.form, r.competency): r.has_questions - r.needed_questions for r in needs_met(bank, chosen)}
    least = {spec.id: _least_exposure(bank, spec.id) for spec in bank.request.rounds}
    placed = []
    for (form, round_id), items in chosen.items():
        used = sum(item.minutes for item in items)
        for position, item in enumerate(items, start=1):
            reasons = list(_reasons(bank, item, Lock(round_id, item.id, form), spare, used))
            if item.exposure == least[round_id]:
                reasons += [Reason("least_used", {"exposure": item.exposure})]
            placed.append(Placement(round_id, item.id, position, tuple(reasons), form))
    return tuple(placed)


def _reasons(bank: Bank, item: Item, place: Lock, spare: dict[tuple[int, str], int], used: int) -> Iterator[Reason]:
    if place in bank.locks:
        yield Reason("locked")
    topic = bank.topic(item, place.round_id)
    for competency, bit in bank.bits.items():
        if topic & bit:
            code = "only_source" if spare.get((place.form, competency)) == 0 else "covers"
            yield Reason(code, {"competency": competency, "weight": item.weights[competency]})
    distance = abs(bank.lean(item, place.round_id))
    code = ("difficulty_fits", "difficulty_near", "difficulty_far")[min(distance, 2)]
    yield Reason(code, {"difficulty": item.difficulty, "target": bank.targets[place.round_id]})
    if item.resting_days:
        yield Reason("rests", {"days": item.resting_days})
    yield Reason("fits_minutes", {"minutes": item.minutes, "used": used, "of": bank.rounds[place.round_id].minutes})


def _least_exposure(bank: Bank, round_id: str) -> int:
    """How often the least asked question that could be in the round was asked."""
    mask, evidence = bank.masks[round_id], bank.evidence
    return min((item.exposure for item in bank.items if evidence[item.id] & mask), default=0)
