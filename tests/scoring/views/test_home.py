import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from interviews.choices import LoopState, PlanState
from interviews.models import Loop, LoopPlan, Round
from scoring.services.debriefs import record_decision
from tests.factories import ApplicationFactory, CandidateFactory, JobFactory, UserFactory, VersionFactory
from tests.scoring.worlds import panel_world, submit, submit_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = panel_world(panel=(2, 1))
    begin(world, dt.timedelta(days=-1))
    return world


def begin(world, after):
    """Move the rounds of a world to ``after`` from now."""
    for round_ in Round.objects.filter(loop=world.loop):
        starts = timezone.now() + after
        Round.objects.filter(pk=round_.pk).update(starts_at=starts, ends_at=starts + dt.timedelta(hours=1))


def home_of(client, user):
    client.force_login(user)
    response = client.get(reverse("home"))
    assert response.status_code == 200
    return response.content.decode()


def test_interviewer_sees_cards_due_until_they_are_in(client, world):
    seat = world.seats[0][0]
    url = reverse("scoring:card-detail", args=[seat.pk])

    assert url in home_of(client, seat.interviewer.user)
    submit(seat)

    page = home_of(client, seat.interviewer.user)
    assert url not in page
    assert "No card is due" in page


def test_interviewer_sees_the_next_rounds_in_both_zones(client, world):
    begin(world, dt.timedelta(days=2))
    seat = world.seats[1][0]

    page = home_of(client, seat.interviewer.user)

    assert reverse("scoring:card-detail", args=[seat.pk]) in page
    assert "Dubai" in page
    assert "https://meet.example.org/a" in page


def test_recruiter_sees_what_holds_loops_up_and_the_step_for_it(client, world):
    submit(world.seats[0][0])
    unbooked = panel_world(candidate_name="Unbooked", manager=world.manager)
    Loop.objects.filter(pk=unbooked.loop.pk).update(state=LoopState.BUILT)
    recruiter = unbooked.recruiter
    unbooked.job.members.create(user=world.recruiter, role="recruiter")
    ApplicationFactory(job=world.job, candidate=CandidateFactory(name="Loopless"))
    bare = JobFactory(title="Job without plan", recruiter=world.recruiter)

    page = home_of(client, world.recruiter)

    assert "1 of 3 cards are in; a round without its card is over." in page
    assert reverse("interviews:loop-panel", args=[unbooked.loop.pk]) in page
    assert "Loopless" in page
    assert reverse("interviews:job-detail", args=[bare.pk]) in page
    assert "Job without plan" not in home_of(client, recruiter)


def test_recruiter_is_led_to_a_plan_that_waits_for_approval(client, world):
    draft = LoopPlan.objects.get(job=world.job)
    LoopPlan.objects.filter(pk=draft.pk).update(state=PlanState.DRAFT, approved_at=None, approved_by=None)

    assert reverse("interviews:plan-detail", args=[draft.pk]) in home_of(client, world.recruiter)


def test_recruiter_on_the_panel_sees_no_progress_before_the_own_card(client, world):
    seat = world.seats[0][1]
    seat.interviewer.user = world.recruiter
    seat.interviewer.save()
    submit(world.seats[0][0])

    page = home_of(client, world.recruiter)

    assert "of 3 cards" not in page
    assert "Submit your card first" in page


def test_manager_sees_open_decisions_and_what_is_on_the_way(client, world):
    assert "0 of 3 cards in" in home_of(client, world.manager)
    submit_all(world)
    url = reverse("scoring:debrief-detail", args=[world.loop.pk])
    page = home_of(client, world.manager)
    assert url in page
    assert "Read and decide" in page

    record_decision(debrief=world.loop.debrief, actor=world.manager, outcome="hire", rationale="Clear")

    assert "No decision is open" in home_of(client, world.manager)


def test_author_sees_drafts_and_reviews(client):
    author = UserFactory(roles=[Role.AUTHOR])
    VersionFactory(author=author)
    VersionFactory(state="in_review")

    page = home_of(client, author)

    assert "Your drafts" in page
    assert page.count('<span class="row-end strong numbers">1</span>') == 2


@pytest.mark.parametrize("roles", [[], [Role.ADMIN], list(Role)])
def test_everybody_has_a_home(client, roles):
    assert "Hello" in home_of(client, UserFactory(roles=roles))


@pytest.mark.parametrize("loops", [1, 4])
def test_home_costs_the_same_number_of_queries_at_any_size(client, loops, django_assert_num_queries):
    person = UserFactory(roles=list(Role))
    for _number in range(loops):
        world = panel_world(panel=(1,), manager=person)
        world.job.members.create(user=person, role="recruiter")
        begin(world, dt.timedelta(days=-1))
        ApplicationFactory(job=world.job)
    client.force_login(person)

    # session, person, roles; interviewer 2, recruiter 4, manager 1, on the way 1, author 2
    with django_assert_num_queries(13):
        client.get(reverse("home"))
