import pytest
from django.core.exceptions import ValidationError

from interviews.models import AskedQuestion, Loop
from interviews.services.loops import start_loop
from interviews.services.plans import approve_plan, compile_plan
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db


def test_start_loop_copies_rounds_and_questions_of_the_approved_plan():
    world = small_world()
    plan = world.approved()

    loop = start_loop(application=world.application(), actor=world.recruiter)

    planned = [(it.round_template.position, it.position, it.version) for it in plan.questions.all()]
    rounds = list(loop.rounds.prefetch_related("questions"))
    assert [(r.position, q.position, q.version) for r in rounds for q in r.questions.all()] == planned
    assert [(it.minutes, it.starts_at) for it in rounds] == [(60, None), (60, None)]
    assert [set(q.competencies.all()) for q in rounds[0].questions.all()] == [{world.coding}] * 2


def test_start_loop_needs_an_approved_plan():
    world = small_world()

    with pytest.raises(ValidationError) as refusal:
        start_loop(application=world.application(), actor=world.recruiter)

    assert refusal.value.code == "no_approved_plan"


def test_start_loop_twice_returns_the_same_loop():
    world = small_world()
    world.approved()
    application = world.application()

    first, second = (start_loop(application=application, actor=world.recruiter) for _ in range(2))

    assert first == second
    assert Loop.objects.count() == 1


def test_start_loop_gives_parallel_forms_in_turn():
    world = small_world()
    for competency in (world.coding, world.reliability) * 2:
        world.ask(competency)
    plan = approve_plan(plan=compile_plan(job=world.job, actor=world.recruiter, forms=2), actor=world.recruiter)

    loops = [start_loop(application=world.application(), actor=world.recruiter) for _ in range(3)]

    assert [loop.form for loop in loops] == [1, 2, 1]
    by_form = {
        form: [
            it.version_id for it in plan.questions.filter(form=form).order_by("round_template__position", "position")
        ]
        for form in (1, 2)
    }
    asked = [list(AskedQuestion.objects.filter(round__loop=loop).values_list("version", flat=True)) for loop in loops]
    assert asked == [by_form[1], by_form[2], by_form[1]]
