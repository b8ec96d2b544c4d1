"""The rules of a loop written a second time, and every loop by brute force, to check the engine."""

from collections.abc import Iterator
from itertools import product

from interviews.planning.assembly import Alternative, AssemblyRequest, Change, Item, RoundSpec

Chosen = dict[str, tuple[str, int]]
"""Item id → round id and form."""


def target(request: AssemblyRequest, spec: RoundSpec) -> int:
    return request.difficulty if spec.difficulty is None else spec.difficulty


def broken_rules(request: AssemblyRequest, chosen: Chosen) -> list[str]:
    """Every rule the loop breaks, by name."""
    items = {item.id: item for item in request.items}
    broken = []
    for form in range(1, request.forms + 1):
        for spec in request.rounds:
            inside = [items[i] for i, place in chosen.items() if place == (spec.id, form)]
            if not inside:
                broken.append(f"empty {spec.id} {form}")
            if sum(item.minutes for item in inside) > spec.minutes:
                broken.append(f"minutes {spec.id} {form}")
            for item in inside:
                broken += _broken_by_question(request, item, spec, form)
        for need in request.needs:
            questions, interviewers = count(request, chosen, need.competency, form)
            if questions < need.questions:
                broken.append(f"questions {need.competency} {form}")
            if interviewers < need.interviewers:
                broken.append(f"interviewers {need.competency} {form}")
    for one, (_, form) in chosen.items():
        for other, (_, other_form) in chosen.items():
            if other in items[one].enemies and other != one and form == other_form:
                broken.append(f"enemies {one} {other}")
    return broken + [f"lock {i} {r} {f}" for r, i, f in request.locks if chosen.get(i) != (r, f)]


def _broken_by_question(request: AssemblyRequest, item: Item, spec: RoundSpec, form: int) -> Iterator[str]:
    if not any(item.weights.get(c, 0) >= 30 for c in spec.competencies):
        yield f"no evidence {item.id}"
    if abs(item.difficulty - target(request, spec)) > request.difficulty_spread:
        yield f"difficulty {item.id}"
    if item.resting_days and (spec.id, item.id, form) not in request.locks:
        yield f"rest {item.id}"


def count(request: AssemblyRequest, chosen: Chosen, competency: str, form: int = 1) -> tuple[int, int]:
    """Questions and interviewers that see the competency."""
    items = {item.id: item for item in request.items}
    questions = interviewers = 0
    for spec in request.rounds:
        if competency in spec.competencies:
            here = [i for i, place in chosen.items() if place == (spec.id, form)]
            seen = [i for i in here if items[i].weights.get(competency, 0) >= 30]
            questions += len(seen)
            interviewers += spec.seats if seen else 0
    return questions, interviewers


def value(request: AssemblyRequest, chosen: Chosen) -> int:
    """What the loop is worth."""
    total = 0
    rounds = {spec.id: spec for spec in request.rounds}
    forms = range(1, request.forms + 1)
    lean = {(spec.id, form): 0 for spec in request.rounds for form in forms}
    for item in request.items:
        if item.id in chosen:
            round_id, form = chosen[item.id]
            away = item.difficulty - target(request, rounds[round_id])
            total += 2 * item.minutes - 20 * abs(away) - 2 * min(item.exposure, 20)
            lean[round_id, form] += away
    for need in request.needs:
        has = [count(request, chosen, need.competency, form)[0] for form in forms]
        total += 10 * sum(questions > need.questions for questions in has) - 10 * (max(has) - min(has))
    for spec in request.rounds:
        leans = [lean[spec.id, form] for form in forms]
        total -= 10 * (max(leans) - min(leans))
    return total


def best_value(request: AssemblyRequest) -> int | None:
    """The highest value over all loops there are; None when there is none."""
    places = [None, *((spec.id, form) for spec in request.rounds for form in range(1, request.forms + 1))]
    best = None
    for choice in product(places, repeat=len(request.items)):
        chosen = {item.id: place for item, place in zip(request.items, choice, strict=True) if place}
        if not broken_rules(request, chosen):
            worth = value(request, chosen)
            best = worth if best is None else max(best, worth)
    return best


def apply(chosen: Chosen, changes: tuple[Change, ...]) -> Chosen:
    """The loop after all changes, made at once."""
    gone = {change.out for change in changes if change.out}
    for change in changes:
        assert not change.out or chosen[change.out] == (change.round_id, change.form)
    kept = {item_id: place for item_id, place in chosen.items() if item_id not in gone}
    for change in changes:
        if change.into:
            assert change.into not in kept
            kept[change.into] = (change.round_id, change.form)
    return kept


def losses(request: AssemblyRequest, chosen: Chosen, place: tuple[str, int], out: str) -> dict[str, tuple[int, int]]:
    """The smallest loss and the changes of every question that can be in the place, as it is or with one more."""
    before = value(request, chosen)
    found = {}
    for item in request.items:
        if item.id == out or chosen.get(item.id) == place:
            continue
        first = Change(place[0], out, item.id, place[1])
        direct = None if item.id in chosen else _loss(request, chosen, before, (first,))
        if direct is not None:
            found[item.id] = direct, 1
            continue
        losses = [
            loss
            for second in _second_changes(request, chosen, first)
            if (loss := _loss(request, chosen, before, (first, second))) is not None
        ]
        if losses:
            found[item.id] = min(losses), 2
    return found


def _second_changes(request: AssemblyRequest, chosen: Chosen, first: Change) -> Iterator[Change]:
    locked = {lock.item_id for lock in request.locks}
    outs = ["", *(i for i in chosen if i != first.out and i not in locked)]
    ins = ["", *(item.id for item in request.items if item.id == first.out or item.id not in chosen)]
    for form in range(1, request.forms + 1):
        for spec in request.rounds:
            for out in outs:
                for into in ins:
                    is_reverse = into and into == first.out and (spec.id, form) == (first.round_id, first.form)
                    is_here = not out or chosen[out] == (spec.id, form)
                    if is_here and not is_reverse and into != first.into and (out or into):
                        yield Change(spec.id, out, into, form)


def _loss(request: AssemblyRequest, chosen: Chosen, before: int, changes: tuple[Change, ...]) -> int | None:
    gone = {change.out for change in changes}
    if any(change.into and change.into in chosen and change.into not in gone for change in changes):
        return None
    after = apply(chosen, changes)
    moved = {change.out for change in changes[:1]}
    relocked = tuple(lock for lock in request.locks if lock.item_id not in moved)
    broken = [rule for rule in broken_rules(request, after) if not rule.startswith("lock")]
    broken += [f"lock {i}" for r, i, f in relocked if after.get(i) != (r, f)]
    return None if broken else before - value(request, after)


def check_alternative(request: AssemblyRequest, chosen: Chosen, found: Alternative) -> None:
    """Its changes keep every rule and cost what it says."""
    assert _loss(request, chosen, value(request, chosen), found.changes) == found.loss
