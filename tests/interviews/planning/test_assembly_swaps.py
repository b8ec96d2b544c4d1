"""Alternatives, additions and substitutes against every change there is."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.planning.assembly import (
    AssemblyRequest,
    Change,
    Infeasible,
    Item,
    Lock,
    Need,
    RoundSpec,
    additions,
    alternatives,
    evaluate,
    substitute,
)
from interviews.planning.assembly_bank import in_seed_order

from .loop_checker import Chosen, apply, broken_rules, check_alternative, losses, value
from .requests import loops, requests


def placed(chosen: Chosen) -> list[tuple[str, str, int]]:
    return [(round_id, item_id, form) for item_id, (round_id, form) in chosen.items()]


def ranked(request: AssemblyRequest, found: dict[str, tuple[int, int]]) -> list[tuple[str, tuple[int, int]]]:
    rank = {item.id: rank for rank, item in enumerate(in_seed_order(request.items, request.seed))}
    return sorted(found.items(), key=lambda pair: (pair[1], rank[pair[0]]))


@settings(max_examples=60, deadline=None)
@given(loops(most_items=7, most_forms=2), st.data())
def test_alternatives_are_those_of_brute_force(loop, data):
    request, chosen = loop
    out = data.draw(st.sampled_from(sorted(chosen)))
    round_id, form = chosen[out]

    found = alternatives(request, placed(chosen), round_id=round_id, item_id=out, form=form, limit=3)

    expected = ranked(request, losses(request, chosen, (round_id, form), out))
    assert [(one.item_id, (one.loss, len(one.changes))) for one in found] == expected[:3]
    for one in found:
        check_alternative(request, chosen, one)


@settings(max_examples=60, deadline=None)
@given(loops(most_items=7, most_forms=2), st.data())
def test_additions_are_those_of_brute_force(loop, data):
    request, chosen = loop
    spec = data.draw(st.sampled_from(request.rounds))
    form = data.draw(st.integers(1, request.forms))

    found = additions(request, placed(chosen), round_id=spec.id, form=form, limit=4)

    expected = ranked(request, losses(request, chosen, (spec.id, form), ""))
    assert [(one.item_id, (one.loss, len(one.changes))) for one in found] == expected[:4]
    for one in found:
        check_alternative(request, chosen, one)


@settings(max_examples=60, deadline=None)
@given(requests(most_items=5, most_forms=2), st.data())
def test_evaluation_agrees_with_the_rules_written_twice(request, data):
    places = [None, *((spec.id, form) for spec in request.rounds for form in range(1, request.forms + 1))]
    chosen = {item.id: data.draw(st.sampled_from(places)) for item in request.items}
    chosen = {item_id: place for item_id, place in chosen.items() if place}

    found = evaluate(request, placed(chosen))

    assert found.objective == value(request, chosen)
    assert bool(found.broken) == bool(broken_rules(request, chosen))
    assert {(p.round_id, p.item_id, p.form) for p in found.placements} == set(placed(chosen))


@settings(max_examples=60, deadline=None)
@given(loops(most_items=7), st.data())
def test_substitutes_are_the_cheapest_of_brute_force(loop, data):
    request, chosen = loop
    banned = frozenset(data.draw(st.lists(st.sampled_from(sorted(chosen)), unique=True, min_size=1, max_size=2)))

    found = substitute(request, placed(chosen), banned)

    best = min(
        (cost for into in _ways(request, chosen, banned) if (cost := _cost(request, chosen, into)) is not None),
        default=None,
    )
    if isinstance(found, Infeasible):
        assert best is None
    else:
        assert {change.out for change in found} == banned
        assert _cost(request, chosen, {change.out: change.into for change in found}) == best


def _ways(request: AssemblyRequest, chosen: Chosen, banned: frozenset[str]):
    free = [item.id for item in request.items if item.id not in chosen]
    for into in permutations([*free, *("" for _ in banned)], len(banned)):
        yield dict(zip(sorted(banned), into, strict=True))


def _cost(request: AssemblyRequest, chosen: Chosen, into: dict[str, str]) -> int | None:
    after = apply(chosen, tuple(Change(chosen[out][0], out, new) for out, new in into.items()))
    locks = tuple(lock for lock in request.locks if lock.item_id not in into)
    if broken_rules(replace(request, locks=locks), after):
        return None
    items = {item.id: item for item in request.items}
    rounds = {spec.id: spec for spec in request.rounds}
    return sum(
        _unlike(items[out], items[new], rounds[chosen[out][0]].competencies) if new else 1000
        for out, new in into.items()
    )


def _unlike(question: Item, other: Item, competencies: frozenset[str]) -> int:
    lost = question.evidence_for(competencies) - other.evidence_for(competencies)
    return (
        20 * abs(question.difficulty - other.difficulty)
        + 30 * len(lost)
        + 2 * abs(question.minutes - other.minutes)
        + 2 * min(other.exposure, 20)
    )


def bank(**changes) -> AssemblyRequest:
    request = AssemblyRequest(
        items=(
            Item("cache", 20, 3, {"systems": 100}),
            Item("parser", 15, 3, {"coding": 100}),
            Item("queue", 15, 4, {"systems": 100}, enemies=frozenset({"parser"})),
            Item("sampler", 20, 2, {"coding": 100}),
        ),
        rounds=(RoundSpec("R1", 20, 1, frozenset({"coding"})), RoundSpec("R2", 20, 1, frozenset({"systems"}))),
        needs=(Need("coding", 1, 1), Need("systems", 1, 1)),
        difficulty=3,
    )
    return replace(request, **changes)


LOOP = [("R1", "parser", 1), ("R2", "cache", 1)]


def test_alternative_that_meets_an_enemy_comes_with_what_else_has_to_change():
    found = alternatives(bank(), LOOP, round_id="R2", item_id="cache")

    assert [(one.item_id, one.loss) for one in found] == [("queue", 40)]
    assert found[0].changes == (Change("R2", "cache", "queue"), Change("R1", "parser", "sampler"))


def test_a_change_may_leave_broken_what_is_broken_already_but_not_worse():
    short = bank(rounds=(RoundSpec("R1", 10, 1, frozenset({"coding"})), bank().rounds[1]))

    assert [one.item_id for one in alternatives(short, LOOP, round_id="R1", item_id="parser")] == []
    assert [one.changes[0].into for one in alternatives(short, LOOP, round_id="R2", item_id="cache")] == []


def test_questions_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match="not in R1"):
        alternatives(bank(), LOOP, round_id="R1", item_id="cache")
    with pytest.raises(ValueError, match="no round R9"):
        evaluate(bank(), [("R9", "cache", 1)])


def test_every_broken_rule_is_named_with_what_would_mend_it():
    request = bank(
        items=(
            *bank().items,
            Item("tired", 15, 3, {"coding": 100}, resting_days=4),
            Item("hard", 5, 5, {"systems": 100}),
        ),
        difficulty_spread=1,
        locks=(Lock("R1", "sampler"),),
        needs=(Need("coding", 3, 1), Need("systems", 1, 2)),
    )
    loop = [("R1", "tired", 1), ("R1", "parser", 1), ("R2", "queue", 1), ("R2", "hard", 1), ("R2", "gone", 1)]

    broken = evaluate(request, loop).broken

    assert [(one.code, dict(one.params), one.remedy.code, dict(one.remedy.params)) for one in broken] == [
        (
            "question_rests",
            {"round": "R1", "item": "tired", "days": 4},
            "shorten_rest",
            {"item": "tired", "days": 4},
        ),
        (
            "question_difficulty",
            {"round": "R2", "item": "hard", "difficulty": 5, "target": 3, "spread": 1},
            "widen_difficulty",
            {"round": "R2", "spread": 2},
        ),
        ("question_unknown", {"round": "R2", "item": "gone"}, "take_out", {"round": "R2", "item": "gone"}),
        (
            "enemies_meet",
            {"round": "R2", "item": "queue", "other": "parser"},
            "take_out",
            {"round": "R2", "item": "queue"},
        ),
        ("lock_broken", {"round": "R1", "item": "sampler"}, "unlock", {"round": "R1", "item": "sampler"}),
        (
            "round_minutes",
            {"round": "R1", "minutes": 20, "needed": 30},
            "add_minutes",
            {"round": "R1", "minutes": 10},
        ),
        (
            "too_few_questions",
            {"competency": "coding", "needed": 3, "has": 2},
            "add_question",
            {"competency": "coding"},
        ),
        (
            "too_few_interviewers",
            {"competency": "systems", "needed": 2, "has": 1},
            "add_question",
            {"competency": "systems"},
        ),
    ]


def test_substitutes_that_nothing_can_stand_in_for_say_what_is_missing():
    found = substitute(bank(items=bank().items[:2]), LOOP, frozenset({"cache"}))

    assert isinstance(found, Infeasible)
    assert [one.code for one in found.shortfalls] == ["competency_questions"]
