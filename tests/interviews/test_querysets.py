"""Who sees which jobs, plans, candidates, loops, rounds and interviewers, with rows that could leak."""

import datetime as dt

import pytest

from accounts.choices import Role
from interviews.models import Application, Candidate, Interviewer, Job, Loop, LoopPlan, Round
from interviews.services.booking import book_panel
from interviews.services.loops import start_loop
from interviews.services.panels import propose_panel
from tests.factories import ApplicationFactory, InterviewerFactory, JobFactory, UserFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 12, 7, 5, tzinfo=dt.UTC)


@pytest.fixture
def world():
    """One booked loop, and another job with a candidate of its own."""
    world = small_world()
    world.approved()
    world.loop = start_loop(application=world.application(), actor=world.recruiter)
    book_panel(proposal=propose_panel(loop=world.loop, actor=world.recruiter, now=NOW), actor=world.recruiter, now=NOW)
    world.other_recruiter = UserFactory(roles=[Role.RECRUITER])
    world.other = ApplicationFactory(job=JobFactory(recruiter=world.other_recruiter))
    return world


def seen(user):
    """How many rows of each noun the person sees."""
    nouns = (Job, Application, Candidate, LoopPlan, Loop, Round)
    return tuple(noun.objects.visible_to(user).count() for noun in nouns)


def test_members_of_a_job_see_all_of_it_and_nothing_of_others(world):
    assert seen(world.recruiter) == seen(world.hiring_manager) == (1, 1, 1, 1, 1, 2)
    assert seen(world.other_recruiter) == (1, 1, 1, 0, 0, 0)


def test_an_administrator_sees_everything(world):
    assert seen(UserFactory(roles=[Role.ADMIN])) == (2, 2, 2, 1, 1, 2)


def test_an_interviewer_sees_the_candidate_and_their_own_round_only(world):
    lead = world.interviewers[0].user

    assert seen(lead) == (0, 0, 1, 0, 1, 1)
    assert Round.objects.visible_to(lead).get().position == 1


def test_outsiders_see_nothing(world):
    for role in (Role.RECRUITER, Role.HIRING_MANAGER, Role.INTERVIEWER, Role.AUTHOR):
        assert seen(UserFactory(roles=[role])) == (0, 0, 0, 0, 0, 0)


def test_an_interviewer_whose_seat_is_released_sees_nothing(world):
    lead = world.interviewers[0]
    lead.seats.update(state="released")

    assert seen(lead.user) == (0, 0, 0, 0, 0, 0)


def test_only_recruiters_of_the_job_run_it(world):
    assert Loop.objects.run_by(world.recruiter).count() == Job.objects.run_by(world.recruiter).count() == 1
    for user in (world.hiring_manager, world.other_recruiter, UserFactory(roles=[Role.ADMIN])):
        assert not Loop.objects.run_by(user).exists()
        assert not Job.objects.run_by(user).filter(pk=world.job.pk).exists()


def test_interviewers_see_their_own_hours_and_recruiters_everybodys(world):
    InterviewerFactory()
    lead = world.interviewers[0]

    assert set(Interviewer.objects.visible_to(lead.user)) == {lead}
    assert Interviewer.objects.visible_to(world.recruiter).count() == 3
    assert not Interviewer.objects.visible_to(world.hiring_manager).exists()
