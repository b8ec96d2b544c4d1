"""The rules of a loop written a second time, and every loop by brute force, to check the solver."""

from itertools import product

from interviews.planning.assembly import AssemblyRequest

Chosen = dict[str, str]
"""Item id → round id."""


def broken_rules(request: AssemblyRequest, chosen: Chosen) -> list[str]:
    """Every rule the loop breaks, by name."""
    items = {item.id: item for item in request.items}
    broken = []
    for spec in request.rounds:
        inside = [items[i] for i, r in chosen.items() if r == spec.id]
        if not inside:
            broken.append(f"empty {spec.id}")
        if sum(item.minutes for item in inside) > spec.minutes:
            broken.append(f"minutes {spec.id}")
        for item in inside:
            if not any(item.weights.get(c, 0) >= 30 for c in spec.competencies):
                broken.append(f"no evidence {item.id}")
    for one in chosen:
        for other in chosen:
            if other in items[one].enemies and other != one:
                broken.append(f"enemies {one} {other}")
    for need in request.needs:
        questions, interviewers = count(request, chosen, need.competency)
        if questions < need.questions:
            broken.append(f"questions {need.competency}")
        if interviewers < need.interviewers:
            broken.append(f"interviewers {need.competency}")
    broken += [f"lock {i}" for r, i in request.locks if chosen.get(i) != r]
    return broken


def count(request: AssemblyRequest, chosen: Chosen, competency: str) -> tuple[int, int]:
    """Questions and interviewers that see the competency."""
    items = {item.id: item for item in request.items}
    questions = interviewers = 0
    for spec in request.rounds:
        if competency in spec.competencies:
            here = [i for i, r in chosen.items() if r == spec.id]
            seen = [i for i in here if items[i].weights.get(competency, 0) >= 30]
            questions += len(seen)
            interviewers += spec.seats if seen else 0
    return questions, interviewers


def value(request: AssemblyRequest, chosen: Chosen) -> int:
    """What the loop is worth."""
    total = 0
    for item in request.items:
        if item.id in chosen:
            total += 2 * item.minutes - 20 * abs(item.difficulty - request.difficulty)
            total -= 2 * min(item.exposure, 20)
    for need in request.needs:
        if count(request, chosen, need.competency)[0] > need.questions:
            total += 10
    return total


def best_value(request: AssemblyRequest) -> int | None:
    """The highest value over all loops there are; None when there is none."""
    rounds = [None, *(spec.id for spec in request.rounds)]
    best = None
    for choice in product(rounds, repeat=len(request.items)):
        chosen = {item.id: r for item, r in zip(request.items, choice, strict=True) if r}
        if not broken_rules(request, chosen):
            worth = value(request, chosen)
            best = worth if best is None else max(best, worth)
    return best
