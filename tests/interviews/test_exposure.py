"""How often a question was asked, where, and to whom, for who may know."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from interviews.choices import LoopState
from interviews.models import Loop
from interviews.selectors.exposure import exposure_of
from tests.factories import UserFactory
from tests.scoring.answers import answered_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = answered_world()
    now = timezone.now()
    for days in (400, 40, 10):
        world.answer([3, 3, 3], at=now - dt.timedelta(days=days))
    return world


def test_times_months_and_rest(world):
    found = exposure_of(question=world.question, user=world.recruiter)

    assert (found.times, found.planned) == (3, 0)
    assert sum(month.times for month in found.months) == 2  # one is over a year ago
    assert len(found.months) == 12
    assert found.months[-1].first == timezone.localdate().replace(day=1)
    assert [(rest.days, rest.left) for rest in found.rests] == [(21, 11)]
    assert timezone.localdate(found.last_at) == timezone.localdate() - dt.timedelta(days=10)


def test_rounds_to_come_are_planned_and_cancelled_ones_are_nothing(world):
    later = world.answer([3, 3, 3], at=timezone.now() + dt.timedelta(days=3))
    cancelled = world.answer([3, 3, 3], at=timezone.now() + dt.timedelta(days=3))
    Loop.objects.filter(pk=cancelled.pk).update(state=LoopState.CANCELLED)

    found = exposure_of(question=world.question, user=world.recruiter)

    assert (found.times, found.planned) == (3, 1)
    assert later.pk not in [round_.loop_id for round_ in found.people]


def test_jobs_and_people_only_for_who_may_see_them(world):
    mine = exposure_of(question=world.question, user=world.recruiter)
    author = exposure_of(question=world.question, user=UserFactory(roles=[Role.AUTHOR]))

    assert [(use.job, use.times) for use in mine.jobs] == [(world.job, 3)]
    assert len(mine.people) == 3
    assert [(use.job, use.times, use.jobs) for use in author.jobs] == [(None, 3, 1)]
    assert author.people == ()


def test_page_and_part(client, world):
    client.force_login(UserFactory(roles=[Role.AUTHOR]))
    url = reverse("interviews:question-exposure", args=[world.question.pk])

    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    page = client.get(url).content.decode()

    assert part.lstrip().startswith("<section")
    assert "<html" in page
    assert "Rests 11 days more" in part
    assert "1 job of others" in part
    assert "Candidate 1" not in page
    client.force_login(UserFactory(roles=[Role.INTERVIEWER]))
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("size", [1, 4])
def test_query_count_is_constant(size, django_assert_num_queries):
    world = answered_world()
    for number in range(size):
        world.answer([3, 3, 3], at=timezone.now() - dt.timedelta(days=number + 1))
    _roles = world.recruiter.roles

    with django_assert_num_queries(5):
        found = exposure_of(question=world.question, user=world.recruiter)
        people = [round_.loop.application.candidate.name for round_ in found.people]

    assert len(people) == size
