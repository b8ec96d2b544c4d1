"""Small requests of every kind, for comparing with brute force."""

from dataclasses import replace

from hypothesis import assume
from hypothesis import strategies as st

from interviews.planning.assembly import AssemblyRequest, Item, Lock, Need, RoundSpec

from .loop_checker import Chosen, count, target

COMPETENCIES = ("coding", "data", "systems")


@st.composite
def items(draw: st.DrawFn, ids: list[str], most_enemies: int = 1) -> tuple[Item, ...]:
    weights = st.dictionaries(st.sampled_from(COMPETENCIES), st.sampled_from([29, 30, 60]), min_size=1, max_size=2)
    return tuple(
        Item(
            id=item_id,
            minutes=draw(st.sampled_from([5, 10, 15, 25])),
            difficulty=draw(st.integers(1, 5)),
            weights=draw(weights),
            exposure=draw(st.sampled_from([0, 1, 30])),
            resting_days=draw(st.sampled_from([0, 0, 0, 3, 9])),
            enemies=draw(st.frozensets(st.sampled_from(ids), max_size=draw(st.integers(0, most_enemies)))),
        )
        for item_id in ids
    )


@st.composite
def requests(draw: st.DrawFn, most_items: int = 6, most_forms: int = 1, most_enemies: int = 1) -> AssemblyRequest:
    """Half of them easy, so that there mostly is a loop."""
    is_easy = draw(st.booleans())
    ids = [f"q{number}" for number in range(draw(st.integers(3 if is_easy else 1, most_items)))]
    rounds = tuple(
        RoundSpec(
            id=f"R{number}",
            minutes=draw(st.sampled_from([25, 40] if is_easy else [10, 25, 40])),
            seats=draw(st.integers(1, 2)),
            competencies=draw(st.frozensets(st.sampled_from(COMPETENCIES), min_size=2 if is_easy else 1, max_size=3)),
            difficulty=draw(st.sampled_from([None, None, 2, 4])),
        )
        for number in range(draw(st.integers(1, 2)))
    )
    needs = tuple(
        Need(competency, draw(st.integers(0, 1 if is_easy else 2)), draw(st.integers(0, 2 if is_easy else 3)))
        for competency in draw(st.lists(st.sampled_from(COMPETENCIES), unique=True, max_size=2))
    )
    forms = draw(st.integers(1, most_forms))
    pairs = st.builds(
        Lock,
        st.sampled_from([spec.id for spec in rounds]),
        st.sampled_from([*ids, "old"]),
        st.integers(1, forms),
    )
    locks = [] if is_easy else draw(st.lists(pairs, unique=True, max_size=2))
    return AssemblyRequest(
        items=draw(items(ids, most_enemies)),
        rounds=rounds,
        needs=needs,
        difficulty=3,
        locks=tuple(locks),
        difficulty_spread=draw(st.sampled_from([4, 2, 1])),
        forms=forms,
    )


@st.composite
def loops(draw: st.DrawFn, most_items: int = 6, most_forms: int = 1) -> tuple[AssemblyRequest, Chosen]:
    """A loop that somebody put together, with rules that it keeps; how tightly differs."""
    request = draw(requests(most_items, most_forms, most_enemies=2))
    forms = range(1, request.forms + 1)
    chosen: Chosen = {}
    for item in request.items:
        places = [
            (spec.id, form)
            for spec in request.rounds
            for form in forms
            if item.evidence_for(spec.competencies)
            and abs(item.difficulty - target(request, spec)) <= request.difficulty_spread
            and not item.resting_days
        ]
        if places and (place := draw(st.sampled_from([None, *places]))):
            chosen[item.id] = place
    filled = set(chosen.values())
    rounds = tuple(spec for spec in request.rounds if all((spec.id, form) in filled for form in forms))
    kept = {spec.id for spec in rounds}
    chosen = {item_id: place for item_id, place in chosen.items() if place[0] in kept}
    assume(chosen)
    locked = draw(st.lists(st.sampled_from(sorted(chosen)), unique=True, max_size=1))
    request = replace(request, rounds=rounds, locks=tuple(Lock(chosen[i][0], i, chosen[i][1]) for i in locked))
    return _made_to_fit(request, chosen), chosen


def _made_to_fit(request: AssemblyRequest, chosen: Chosen) -> AssemblyRequest:
    forms = range(1, request.forms + 1)
    length = {item.id: item.minutes for item in request.items}
    used = {
        (spec.id, form): sum(length[i] for i, place in chosen.items() if place == (spec.id, form))
        for spec in request.rounds
        for form in forms
    }
    has = {need.competency: [count(request, chosen, need.competency, form) for form in forms] for need in request.needs}
    return replace(
        request,
        items=tuple(replace(item, enemies=_enemies_outside(item, chosen)) for item in request.items),
        rounds=tuple(
            replace(spec, minutes=max(spec.minutes, *(used[spec.id, f] for f in forms))) for spec in request.rounds
        ),
        needs=tuple(
            replace(
                need,
                questions=min([need.questions, *(questions for questions, _ in has[need.competency])]),
                interviewers=min([need.interviewers, *(seen for _, seen in has[need.competency])]),
            )
            for need in request.needs
        ),
    )


def _enemies_outside(item: Item, chosen: Chosen) -> frozenset[str]:
    """Its enemies that are not in the same form."""
    if item.id not in chosen:
        return item.enemies
    form = chosen[item.id][1]
    return frozenset(enemy for enemy in item.enemies if enemy not in chosen or chosen[enemy][1] != form)
