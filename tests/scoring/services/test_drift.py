"""Flags from scores: raised by figures that count, never against a decision, never from what must stay hidden."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.choices import Role
from delivery.models import DurableJob
from delivery.services.jobs import run_job
from questionbank.choices import LeakState
from questionbank.models import LeakFlag
from questionbank.services.leaks import clear, confirm
from scoring.models import Scorecard
from scoring.selectors.questions import answers_to, questions_with_answers
from scoring.services.drift import RECHECK_KIND, request_recheck, request_sweep
from tests.factories import UserFactory
from tests.scoring.answers import STEP, answered_world, leaked_world
from tests.scoring.worlds import panel_world, submit_all

pytestmark = pytest.mark.django_db


def swept(day=1):
    request_sweep(now=dt.datetime(2027, 1, day, 12, tzinfo=dt.UTC))
    job = DurableJob.objects.order_by("-created_at", "-id").first()
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error


def test_nightly_sweep_flags_the_question_that_became_easier():
    world = leaked_world()

    swept()

    flag = LeakFlag.objects.get()
    assert flag.question == world.question
    assert (flag.state, flag.raised_by) == (LeakState.SUSPECTED, None)
    assert flag.drift["answers"] == 28  # the look before 30
    assert flag.drift["shift"] > 1
    assert flag.drift["low"] > 0
    assert flag.drift["p"] <= 0.005
    first_of_the_easier = Scorecard.objects.get(seat__round__loop=world.loops[15])
    # Cards are given after the round: in the evening, a day later.
    assert flag.drift["since"] == timezone.localdate(first_of_the_easier.submitted_at).isoformat()


def test_sweep_runs_once_a_day_and_says_the_same_again():
    leaked_world()
    swept(1)
    before = LeakFlag.objects.values().get()

    request_sweep(now=dt.datetime(2027, 1, 1, 20, tzinfo=dt.UTC))
    assert DurableJob.objects.filter(kind="drift.sweep").count() == 1
    swept(2)

    assert LeakFlag.objects.values().get() == before


@pytest.mark.parametrize("which", [{"complete": False}, {"opened": False}])
def test_cards_that_others_may_not_know_of_do_not_count(which):
    world = answered_world()
    for number, level in enumerate(STEP):
        world.answer([level, 3 + number % 2, 3 - number % 2], **which)

    swept()

    assert questions_with_answers(least=1) == []
    assert answers_to(world.question.pk) == ([], {})
    assert not LeakFlag.objects.exists()


def test_a_stronger_cohort_raises_no_flag():
    world = answered_world()
    for number, level in enumerate(STEP):
        stronger = number >= 15
        world.answer([level, 4 + number % 2 if stronger else 2 + number % 2, 4 if stronger else 3 - number % 2])

    swept()

    assert not LeakFlag.objects.filter(question=world.question).exists()


def test_who_answered_nothing_else_is_left_out():
    world = answered_world()
    for level in STEP:
        world.answer([level, None, None])

    swept()

    assert not LeakFlag.objects.exists()


def test_a_decision_stands_until_new_answers_speak_against_it():
    world = leaked_world()
    swept(1)
    author = UserFactory(roles=[Role.AUTHOR])
    clear(flag=LeakFlag.objects.get(), actor=author, reason="A hint was added to the kit")

    swept(2)
    assert [flag.state for flag in LeakFlag.objects.all()] == [LeakState.CLEARED]

    now = timezone.now() + dt.timedelta(days=1)
    for number in range(12):
        world.answer([5, 3 + number % 2, 3 - number % 2], at=now + dt.timedelta(days=number))
    swept(3)

    assert LeakFlag.objects.standing().get().drift["before"] >= 30


def test_a_confirmed_leak_is_left_as_it_is():
    world = leaked_world()
    swept(1)
    author = UserFactory(roles=[Role.AUTHOR])
    confirm(flag=LeakFlag.objects.get(), actor=author, reason="It is in a forum")
    before = LeakFlag.objects.values().get()
    for number in range(10):
        world.answer([5, 3 + number % 2, 3 - number % 2])

    swept(2)

    assert LeakFlag.objects.values().get() == before


def test_last_card_of_a_loop_looks_at_its_questions(django_capture_on_commit_callbacks):
    world = leaked_world()

    request_recheck(card=world.loops[-1].rounds.get().seats.get().scorecard, loop=world.loops[-1])
    run_job(job_id=DurableJob.objects.get(kind=RECHECK_KIND).pk)

    assert LeakFlag.objects.get().question == world.question


def test_submitting_a_card_asks_for_a_look():
    world = panel_world(panel=(1, 1))

    submit_all(world)

    jobs = list(DurableJob.objects.filter(kind=RECHECK_KIND))
    assert len(jobs) == 2
    for job in jobs:
        run_job(job_id=job.pk)
        job.refresh_from_db()
        assert job.state == "done"
    assert not LeakFlag.objects.exists()


@pytest.mark.parametrize("size", [6, 12])
def test_answers_cost_two_queries(size, django_assert_num_queries):
    world = leaked_world(STEP[:size])

    with django_assert_num_queries(2):
        answers, levels = answers_to(world.question.pk)

    assert [it.level for it in answers] == STEP[:size]
    assert sum(levels[1].values()) == size
