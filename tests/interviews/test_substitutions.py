"""A candidate is asked something else than the plan says only where there is no way round it, and it is kept."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from accounts.models import AuditEntry
from interviews.choices import SubstitutionReason
from interviews.models import AskedQuestion, Loop, LoopTemplate, PlannedQuestion
from interviews.selectors.loops import loop_page
from interviews.services.loops import start_loop
from questionbank.choices import LeakState, VersionState
from questionbank.models import EnemyPair, LeakFlag, QuestionText
from tests.factories import ApplicationFactory, JobFactory, VersionFactory, publish
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = small_world()
    LoopTemplate.objects.update(rest_days=0)
    return world


def retire(version):
    version.state = VersionState.RETIRED
    version.save()


def flag(version, state):
    decided = None if state == LeakState.SUSPECTED else timezone.now()
    return LeakFlag.objects.create(question=version.question, state=state, decided_at=decided)


def asked_in(loop):
    return {it.version: it for it in AskedQuestion.objects.filter(round__loop=loop)}


def replaced(loop):
    """What was asked instead of what, and why."""
    found = AskedQuestion.objects.filter(round__loop=loop, replaces__isnull=False)
    return {(it.replaces, it.version, it.replaced_because) for it in found}


def test_a_question_that_leaked_gives_way_to_its_best_equivalent(world):
    world.approved()
    worse = world.ask(world.coding, minutes=20, difficulty=4)
    best = world.ask(world.coding, minutes=20)
    leaked = world.versions[0]
    flag(leaked, LeakState.CONFIRMED)

    loop = start_loop(application=world.application(), actor=world.recruiter)

    assert replaced(loop) == {(leaked, best, SubstitutionReason.LEAKED)}
    planned = PlannedQuestion.objects.get(plan=loop.plan, version=leaked)
    instead = asked_in(loop)[best]
    assert (instead.position, instead.round.position) == (planned.position, planned.round_template.position)
    assert set(instead.competencies.all()) == {world.coding}
    assert worse not in asked_in(loop)
    entry = AuditEntry.objects.get(action="loop.question_replaced")
    assert entry.detail == {"planned": str(leaked.pk), "asked": str(best.pk), "reason": "leaked"}


def test_a_suspicion_alone_changes_nothing_for_an_approved_plan(world):
    world.approved()
    world.ask(world.coding)
    flag(world.versions[0], LeakState.SUSPECTED)

    loop = start_loop(application=world.application(), actor=world.recruiter)

    assert replaced(loop) == set()


def test_a_question_out_of_use_is_replaced_but_one_with_a_newer_version_stays(world):
    world.approved()
    spare = world.ask(world.coding)
    retired, renewed = world.versions[0], world.versions[2]
    retire(retired)
    retire(renewed)
    newer = VersionFactory(
        question=renewed.question,
        number=2,
        competencies=[world.reliability],
        roles=[world.job.role_family],
        lowest_seniority=world.job.seniority,
        minutes=20,
    )
    publish(newer)

    loop = start_loop(application=world.application(), actor=world.recruiter)

    assert replaced(loop) == {(retired, spare, SubstitutionReason.RETIRED)}
    assert renewed in asked_in(loop)
    page = loop_page(loop=loop, user=world.recruiter, now=timezone.now())
    assert [(it.question, it.own, it.newest) for it in page.newer] == [(renewed.question, 1, 2)]


def test_nobody_is_asked_a_question_twice_in_any_version_or_loop(world):
    world.approved()
    application = world.application()
    start_loop(application=application, actor=world.recruiter)
    seen = set(world.versions)
    for competency in (world.coding, world.reliability) * 2:
        world.ask(competency, difficulty=4)
    world.job = JobFactory(role_family=world.job.role_family, seniority=world.job.seniority, recruiter=world.recruiter)
    world.approved()
    again = ApplicationFactory(job=world.job, candidate=application.candidate)

    loop = start_loop(application=again, actor=world.recruiter)

    assert not seen & asked_in(loop).keys()
    assert {planned for planned, _asked, _reason in replaced(loop)} == seen
    assert {reason for _planned, _asked, reason in replaced(loop)} == {SubstitutionReason.SEEN}


def test_others_for_the_job_are_asked_what_the_plan_says(world):
    plan = world.approved()
    world.ask(world.coding)
    leak = flag(world.versions[0], LeakState.CONFIRMED)
    first = start_loop(application=world.application(), actor=world.recruiter)
    leak.state = LeakState.CLEARED
    leak.save()

    second = start_loop(application=world.application(), actor=world.recruiter)

    assert len(replaced(first)) == 1
    assert set(asked_in(second)) == {it.version for it in plan.questions.all()}


def test_a_substitute_is_never_an_enemy_of_what_stays(world):
    world.approved()
    enemy = world.ask(world.coding)
    friend = world.ask(world.coding, minutes=15)
    first, second = sorted((enemy.question, world.versions[2].question), key=lambda it: it.pk)
    EnemyPair.objects.create(first=first, second=second, reason="Gives it away.")
    flag(world.versions[0], LeakState.CONFIRMED)

    loop = start_loop(application=world.application(), actor=world.recruiter)

    assert replaced(loop) == {(world.versions[0], friend, SubstitutionReason.LEAKED)}


def test_where_nothing_is_left_the_refusal_names_what_is_missing(world):
    world.approved()
    retire(world.versions[0])
    application = world.application()

    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        start_loop(application=application, actor=world.recruiter)

    assert [error.code for error in refusal.value.error_list] == ["no_substitute"]
    assert world.versions[0].question.label in refusal.value.messages[0]
    assert "Coding" in refusal.value.messages[0]
    assert not Loop.objects.exists()


def test_a_locked_question_gives_way_too(world):
    plan = world.approved()
    plan.questions.update(is_locked=True)
    spare = world.ask(world.coding)
    flag(world.versions[0], LeakState.CONFIRMED)

    loop = start_loop(application=world.application(), actor=world.recruiter)

    assert replaced(loop) == {(world.versions[0], spare, SubstitutionReason.LEAKED)}


def test_a_question_that_other_jobs_asked_meanwhile_stays_in_an_approved_plan():
    world = small_world()
    world.approved()
    other = JobFactory(role_family=world.job.role_family, seniority=world.job.seniority, recruiter=world.recruiter)
    job, world.job = world.job, other
    world.approved()
    start_loop(application=world.application(), actor=world.recruiter)
    world.job = job
    spare = world.ask(world.coding)
    retire(world.versions[0])

    loop = start_loop(application=world.application(), actor=world.recruiter)

    assert replaced(loop) == {(world.versions[0], spare, SubstitutionReason.RETIRED)}


def test_the_loop_page_says_what_was_asked_instead(world):
    world.approved()
    spare = world.ask(world.coding)
    flag(world.versions[0], LeakState.CONFIRMED)
    loop = start_loop(application=world.application(), actor=world.recruiter)

    with translation.override("en"):
        page = loop_page(loop=loop, user=world.recruiter, now=timezone.now())

    planned, label = world.versions[0].question.label, spare.question.label
    assert page.rounds[0].replaced == [f"{label} v1. Asked instead of {planned} v1: it has leaked."]
    assert page.rounds[1].replaced == []


def test_a_substitute_speaks_the_language_of_the_job(world):
    world.approved()
    chinese = VersionFactory(
        competencies=[world.coding],
        roles=[world.job.role_family],
        lowest_seniority=world.job.seniority,
        minutes=20,
    )
    QuestionText.objects.filter(version=chinese).update(language="zh-hans")
    publish(chinese)
    english = world.ask(world.coding, minutes=15)
    flag(world.versions[0], LeakState.CONFIRMED)

    loop = start_loop(application=world.application(), actor=world.recruiter)

    assert {it for _planned, it, _reason in replaced(loop)} == {english}
