"""Two people at one plan at the same moment, on real connections: one wins, the other is told, nothing is half done."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from interviews.choices import PlanState
from interviews.models import Loop, LoopPlan
from interviews.planning.assembly_types import Change
from interviews.services.loops import start_loop
from interviews.services.plan_edits import set_locked, swap_question
from interviews.services.plans import approve_plan, compile_plan
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def at_once(*actions) -> Counter:
    """Run all on connections of their own, begun together; counts what each of them met."""
    together = threading.Barrier(len(actions))

    def worker(action):
        try:
            together.wait(60)
            action()
            return "done"
        except ValidationError as refusal:
            return refusal.error_list[0].code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return Counter(pool.map(worker, actions))


def name(version):
    return f"{version.question.label} v{version.number}"


def swapping(world, plan, out, into):
    change = Change("R1", name(out), name(into))
    seen = plan.edits
    return lambda: swap_question(plan=plan, changes=[change], actor=world.recruiter, seen=seen)


def drafted():
    world = small_world()
    spares = [world.ask(world.coding), world.ask(world.coding)]
    plan = compile_plan(job=world.job, actor=world.recruiter)
    return world, plan, spares


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_swaps_at_once_one_is_refused(_round):
    world, plan, _spares = drafted()
    placed = [it.version for it in plan.questions.filter(round_template__position=1).order_by("position")]
    others = [it for it in (*world.versions[:2], *_spares) if it not in placed]

    met = at_once(swapping(world, plan, placed[0], others[0]), swapping(world, plan, placed[1], others[1]))

    assert met == {"done": 1, "plan_changed": 1}
    plan.refresh_from_db()
    assert (plan.edits, plan.questions.count()) == (1, 4)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_plan_is_approved_as_it_was_seen_or_not_at_all(_round):
    world, plan, _spares = drafted()
    placed = plan.questions.filter(round_template__position=1).order_by("position")[0].version
    other = next(it for it in (*world.versions[:2], *_spares) if not plan.questions.filter(version=it).exists())

    met = at_once(swapping(world, plan, placed, other), lambda: approve_plan(plan=plan, actor=world.recruiter, seen=0))

    plan = LoopPlan.objects.get(pk=plan.pk)
    swapped = plan.questions.filter(version=other).exists()
    assert met["done"] == 1
    assert (plan.state == PlanState.APPROVED) != swapped


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_question_that_is_locked_meanwhile_is_not_swapped_away(_round):
    world, plan, _spares = drafted()
    row = plan.questions.filter(round_template__position=1).order_by("position")[0]
    other = next(it for it in (*world.versions[:2], *_spares) if not plan.questions.filter(version=it).exists())

    at_once(
        swapping(world, plan, row.version, other),
        lambda: set_locked(plan=plan, question=row.pk, locked=True, actor=world.recruiter),
    )

    swapped = plan.questions.filter(version=other).exists()
    assert plan.questions.filter(pk=row.pk, is_locked=True).exists() != swapped
    assert plan.questions.count() == 4


def test_candidates_who_start_at_once_get_the_forms_in_turn():
    world = small_world()
    for competency in (world.coding, world.reliability) * 2:
        world.ask(competency)
    approve_plan(plan=compile_plan(job=world.job, actor=world.recruiter, forms=2), actor=world.recruiter)
    applications = [world.application() for _ in range(4)]

    met = at_once(*(lambda it=it: start_loop(application=it, actor=world.recruiter) for it in applications))

    forms = Counter(Loop.objects.values_list("form", flat=True))
    assert met.keys() <= {"done", "plan_changed"}
    assert abs(forms[1] - forms[2]) <= 1
    assert forms.total() == met["done"]
