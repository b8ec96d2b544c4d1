"""The reduction against the whole bank: the same best value, however densely questions exclude each other."""

import os
from dataclasses import replace
from random import Random

import pytest

from interviews.planning import assembly
from interviews.planning.assembly import Assembly, Lock, compile_loop, evaluate
from interviews.planning.assembly_bank import Bank
from interviews.planning.assembly_reduction import all_options, options

from .bank_sample import company_request

SIZE = int(os.environ.get("PROVE_SIZE", "24"))
"""How many banks are compared."""


def some_request(number: int):
    """A bank of 50 to 400 eligible questions, half with many enemies, some with locks, short rounds or forms."""
    random = Random(number)
    request = company_request(random.choice([800, 2000, 4000, 6000]), number, dense=number % 2 == 0)
    if number % 3 == 0:
        item = random.choice(request.items)
        spec = next((it for it in request.rounds if item.evidence_for(it.competencies)), request.rounds[0])
        request = replace(request, locks=(Lock(spec.id, item.id),))
    rounds = request.rounds if number % 4 else request.rounds[:3]
    needs = request.needs if number % 4 else request.needs[:3]
    if number % 5 < 2:  # short rounds and few long questions: much can be put together, among many enemies
        rounds = tuple(replace(spec, minutes=25) for spec in rounds)
        needs = tuple(replace(need, questions=1, interviewers=1) for need in needs[:4])
        request = replace(request, items=tuple(item for item in request.items if item.minutes >= 10))
    return replace(request, rounds=rounds, needs=needs, forms=2 if number % 8 == 4 else 1)


@pytest.mark.parametrize("number", range(SIZE))
def test_reduction_keeps_the_best_value(number, monkeypatch):
    monkeypatch.setattr(assembly, "LARGE_BANK", Random(number).choice([0, 10_000]))
    request = some_request(number)

    reduced, whole = compile_loop(request), compile_loop(request, is_reduced=False)

    assert type(reduced) is type(whole)
    if isinstance(reduced, Assembly) and isinstance(whole, Assembly):
        assert evaluate(request, [(p.round_id, p.item_id, p.form) for p in reduced.placements]).broken == ()
        assert reduced.objective <= whole.bound
        assert whole.objective <= reduced.bound
        if reduced.is_optimal and whole.is_optimal:
            assert reduced.objective == whole.objective
    else:
        assert reduced == whole


def test_a_large_bank_leaves_few_questions_to_choose_from():
    bank = Bank(company_request(60_000, 1))

    assert len(options(bank, assembly.FIRST_CUTOFF)) < len(all_options(bank)) / 4
