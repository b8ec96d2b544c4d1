import pytest
from django.core.exceptions import ValidationError

from interviews.models import Loop
from interviews.services.loops import start_loop
from tests.factories import ApplicationFactory, JobFactory
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


def test_start_loop_never_asks_a_candidate_the_same_question_again():
    world = small_world()
    world.approved()
    application = world.application()
    start_loop(application=application, actor=world.recruiter)
    other = JobFactory(role_family=world.job.role_family, seniority=world.job.seniority, recruiter=world.recruiter)
    world.job = other
    world.approved()

    with pytest.raises(ValidationError) as refusal:
        start_loop(application=ApplicationFactory(job=other, candidate=application.candidate), actor=world.recruiter)

    assert refusal.value.code == "asked_before"
    assert all(it.question.label in refusal.value.messages[0] for it in world.versions)
    assert Loop.objects.count() == 1
