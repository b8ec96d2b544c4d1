import os
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.planning.assembly import (
    Assembly,
    AssemblyRequest,
    Infeasible,
    Item,
    Lock,
    Need,
    NeedResult,
    RoundSpec,
    Shortfall,
    compile_loop,
)

from .loop_checker import Chosen, best_value, broken_rules, count, value
from .requests import requests

ROOT = Path(__file__).resolve().parents[3]


def placed(assembly: Assembly) -> Chosen:
    return {placement.item_id: (placement.round_id, placement.form) for placement in assembly.placements}


def apply_remedies(request: AssemblyRequest, shortfalls: tuple[Shortfall, ...]) -> AssemblyRequest:
    """The request after somebody did what the remedies say."""
    for number, shortfall in enumerate(shortfalls):
        params = shortfall.remedy.params
        match shortfall.remedy.code:
            case "publish_questions":
                new = tuple(
                    Item(f"new{number}-{i}", params["minutes"], 3, {params["competency"]: 100})
                    for i in range(params["missing"])
                )
                request = replace(request, items=request.items + new)
            case "add_minutes":
                request = _with_round(request, params["round"], more_minutes=params["minutes"])
            case "add_seats":
                request = _with_round(request, params["round"], more_seats=params["seats"])
            case "lower_need":
                asked = {key: params[key] for key in ("questions", "interviewers") if key in params}
                needs = tuple(
                    replace(need, **asked) if need.competency == params["competency"] else need
                    for need in request.needs
                )
                request = replace(request, needs=needs)
            case "unlock":
                gone = Lock(params["round"], params["item"], params.get("form", 1))
                locks = tuple(lock for lock in request.locks if lock != gone)
                request = replace(request, locks=locks)
            case "drop_round":
                rounds = tuple(spec for spec in request.rounds if spec.id != params["round"])
                request = replace(request, rounds=rounds)
            case "allow_competency":
                needs = tuple(n for n in request.needs if n.competency != params["competency"])
                request = replace(request, needs=needs)
            case "shorten_rest":
                items = tuple(
                    replace(item, resting_days=max(0, item.resting_days - params["days"])) for item in request.items
                )
                request = replace(request, items=items)
            case "widen_difficulty":
                request = replace(request, difficulty_spread=params["spread"])
            case "fewer_forms":
                locks = tuple(lock for lock in request.locks if lock.form <= params["forms"])
                request = replace(request, forms=params["forms"], locks=locks)
            case other:
                raise AssertionError(other)
    return request


def _with_round(request: AssemblyRequest, round_id: str, more_minutes: int = 0, more_seats: int = 0) -> AssemblyRequest:
    rounds = tuple(
        replace(spec, minutes=spec.minutes + more_minutes, seats=spec.seats + more_seats)
        if spec.id == round_id
        else spec
        for spec in request.rounds
    )
    return replace(request, rounds=rounds)


@settings(max_examples=60, deadline=None)
@given(requests())
def test_compile_loop_agrees_with_brute_force(request):
    best = best_value(request)

    result = compile_loop(request)

    if best is None:
        assert isinstance(result, Infeasible)
    else:
        assert isinstance(result, Assembly)
        assert broken_rules(request, placed(result)) == []
        assert (result.objective, result.bound, result.is_optimal) == (best, best, True)
        assert value(request, placed(result)) == best
        for need in result.needs_met:
            has = count(request, placed(result), need.competency, need.form)
            assert (need.has_questions, need.has_interviewers) == has


@settings(max_examples=40, deadline=None)
@given(requests(most_items=5, most_forms=2, most_enemies=2))
def test_parallel_forms_agree_with_brute_force(request):
    best = best_value(request)

    result = compile_loop(request)

    if best is None:
        assert isinstance(result, Infeasible)
    else:
        assert isinstance(result, Assembly)
        assert broken_rules(request, placed(result)) == []
        assert (result.objective, value(request, placed(result)), result.is_optimal) == (best, best, True)


@settings(max_examples=40, deadline=None)
@given(requests(most_items=4, most_forms=2))
def test_remedies_suffice_and_none_can_be_left_out(request):
    result = compile_loop(request)

    if isinstance(result, Infeasible):
        assert result.is_minimal
        assert result.shortfalls
        assert isinstance(compile_loop(apply_remedies(request, result.shortfalls)), Assembly)
        for some in combinations(result.shortfalls, len(result.shortfalls) - 1):
            assert isinstance(compile_loop(apply_remedies(request, some)), Infeasible)


@settings(max_examples=30, deadline=None)
@given(requests(most_items=8), st.randoms(use_true_random=False))
def test_input_order_does_not_change_the_loop(request, random):
    items, needs, locks = list(request.items), list(request.needs), list(request.locks)
    for values in (items, needs, locks):
        random.shuffle(values)
    shuffled = replace(request, items=tuple(items), needs=tuple(needs), locks=tuple(Lock(*lock) for lock in locks))

    result, again = compile_loop(request), compile_loop(shuffled)

    if isinstance(result, Assembly):
        assert again.placements == result.placements
    else:
        assert again == result


def small_request(**changes) -> AssemblyRequest:
    request = AssemblyRequest(
        items=(
            Item("cache", 20, 3, {"systems": 70, "coding": 30}),
            Item("parser", 15, 3, {"coding": 100}, exposure=4),
            Item("queue", 15, 4, {"systems": 100}),
            Item("sampler", 20, 2, {"coding": 80, "data": 20}),
        ),
        rounds=(
            RoundSpec("R1", 40, 1, frozenset({"coding"})),
            RoundSpec("R2", 20, 2, frozenset({"systems", "coding"})),
        ),
        needs=(Need("coding", 3, 2), Need("systems", 1, 1)),
        difficulty=3,
    )
    return replace(request, **changes)


def test_questions_are_placed_easier_first_with_their_reasons():
    result = compile_loop(small_request())

    assert [(p.round_id, p.item_id, p.position) for p in result.placements] == [
        ("R1", "sampler", 1),
        ("R1", "parser", 2),
        ("R2", "cache", 1),
    ]
    cache = result.placements[2].reasons
    assert [(reason.code, reason.params) for reason in cache] == [
        ("only_source", {"competency": "coding", "weight": 30}),
        ("only_source", {"competency": "systems", "weight": 70}),
        ("difficulty_fits", {"difficulty": 3, "target": 3}),
        ("fits_minutes", {"minutes": 20, "used": 20, "of": 20}),
        ("least_used", {"exposure": 0}),
    ]
    assert "least_used" not in [reason.code for reason in result.placements[1].reasons]
    assert [(c.competency, c.round_id, c.item_ids) for c in result.coverage] == [
        ("coding", "R1", ("sampler", "parser")),
        ("coding", "R2", ("cache",)),
        ("systems", "R2", ("cache",)),
    ]
    assert result.needs_met == (
        NeedResult("coding", 3, 3, 2, 3),
        NeedResult("systems", 1, 1, 1, 2),
    )


def test_enemies_among_twins_do_not_push_out_the_one_that_fits():
    items = (
        Item("a", 20, 3, {"coding": 100}, enemies=frozenset({"b"})),
        Item("b", 20, 3, {"coding": 100}),
        Item("c", 20, 3, {"coding": 100}, exposure=9),
    )
    rounds = (RoundSpec("R1", 40, 1, frozenset({"coding"})),)

    result = compile_loop(AssemblyRequest(items, rounds, (Need("coding", 2, 1),), difficulty=3))

    assert "c" in placed(result)
    assert len(result.placements) == 2


def test_locked_question_stays_and_says_so():
    request = small_request(needs=(Need("coding", 1, 1),), locks=(Lock("R2", "sampler"),))

    result = compile_loop(request)

    assert placed(result)["sampler"] == ("R2", 1)
    sampler = next(p for p in result.placements if p.item_id == "sampler")
    assert sampler.reasons[0].code == "locked"


def shortfalls(request: AssemblyRequest) -> list[tuple[str, dict, str, dict]]:
    result = compile_loop(request)
    return [(s.code, s.params, s.remedy.code, s.remedy.params) for s in result.shortfalls]


def test_missing_questions_ask_for_publishing_exactly_what_is_missing():
    request = small_request(rounds=(RoundSpec("R1", 95, 2, frozenset({"coding"})),), needs=(Need("coding", 5, 2),))

    asked = {"competency": "coding", "round": "R1", "missing": 2, "minutes": 20}
    assert shortfalls(request) == [
        (
            "competency_questions",
            {"competency": "coding", "needed": 5, "possible": 3},
            "publish_questions",
            asked,
        )
    ]


def test_short_round_asks_for_the_minutes_that_are_missing():
    request = small_request(rounds=(RoundSpec("R1", 10, 1, frozenset({"coding"})),), needs=(Need("coding", 1, 1),))

    assert shortfalls(request) == [
        (
            "round_minutes",
            {"round": "R1", "minutes": 10, "needed": 15, "shortest_question": 15},
            "add_minutes",
            {"round": "R1", "minutes": 5},
        )
    ]


def test_too_few_interviewers_ask_for_seats():
    request = small_request(needs=(Need("systems", 1, 3),))

    assert shortfalls(request) == [
        (
            "round_seats",
            {"round": "R2", "seats": 2, "needed": 3, "competencies": ("systems",)},
            "add_seats",
            {"round": "R2", "seats": 1},
        )
    ]


def test_lock_on_a_question_that_left_the_bank_asks_to_unlock():
    lock = {"round": "R1", "item": "gone"}

    assert shortfalls(small_request(locks=(Lock("R1", "gone"),))) == [("lock_impossible", lock, "unlock", lock)]


def test_competency_no_round_may_assess_asks_for_a_round():
    request = small_request(needs=(Need("data", 1, 1),))

    data = {"competency": "data"}
    assert shortfalls(request) == [("competency_not_assessed", data, "allow_competency", data)]


def test_round_that_may_assess_nothing_is_dropped():
    spec = RoundSpec("R3", 30, 1, frozenset())

    request = small_request(rounds=(*small_request().rounds, spec))

    assert shortfalls(request) == [("round_empty", {"round": "R3"}, "drop_round", {"round": "R3"})]


def test_search_cut_short_says_so_instead_of_calling_it_impossible():
    result = compile_loop(small_request(), limit=0.0)

    assert isinstance(result, Infeasible)
    assert [s.code for s in result.shortfalls] == ["not_decided"]
    assert not result.is_minimal


def test_repeated_ids_are_refused():
    with pytest.raises(ValueError, match="items repeat"):
        small_request(items=(Item("q", 5, 1, {}), Item("q", 5, 1, {})))


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_loop_does_not_depend_on_the_hash_seed(hash_seed):
    code = (
        "from tests.interviews.planning.test_assembly import small_request\n"
        "from interviews.planning.assembly import compile_loop\n"
        "print([(p.round_id, p.item_id) for p in compile_loop(small_request(seed=5)).placements])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}

    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)

    placements = compile_loop(small_request(seed=5)).placements
    assert printed.stdout.decode().strip() == str([(p.round_id, p.item_id) for p in placements])
