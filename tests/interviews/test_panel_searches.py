"""The search for a panel as background work."""

import pytest
from django.core.exceptions import ValidationError

from delivery.choices import JobState
from delivery.models import Event
from delivery.services.jobs import run_job
from interviews.choices import ProposalState
from interviews.services.booking import book_panel
from interviews.services.panel_searches import request_panel
from interviews.services.panels import propose_panel
from tests.interviews.test_panels import NOW, built_loop

pytestmark = pytest.mark.django_db


def asked(loop, world, **options):
    plan = request_panel(loop=loop, actor=world.recruiter, **options)
    return plan, plan.job


def test_a_search_is_there_at_once_and_ends_with_a_proposal():
    loop, world = built_loop()

    plan, job = asked(loop, world, horizon_days=10)
    assert (plan.state, plan.horizon_days, job.state) == (ProposalState.SEARCHING, 10, JobState.WAITING)
    run_job(job_id=job.pk)

    plan.refresh_from_db()
    job.refresh_from_db()
    assert (plan.state, plan.is_proven, len(plan.placements)) == (ProposalState.PROPOSED, True, 2)
    assert (job.state, job.steps_done, job.steps_total) == (JobState.DONE, 1, 2)
    assert list(Event.objects.filter(type="plan.ready").values_list("subject_id", flat=True)) == [plan.pk]


def test_why_there_is_no_panel_is_kept_as_codes():
    loop, world = built_loop()
    for pool in world.pools:
        pool.members.clear()

    plan, job = asked(loop, world)
    run_job(job_id=job.pk)

    plan.refresh_from_db()
    job.refresh_from_db()
    assert (plan.state, job.state) == (ProposalState.FAILED, JobState.DONE)
    assert [it["code"] for it in plan.obstacles["conflicts"]] == ["too_few_people"]
    assert not Event.objects.filter(type="plan.ready").exists()


def test_asking_again_drops_the_search_before():
    loop, world = built_loop()
    first, job = asked(loop, world)
    second, _job = asked(loop, world)

    run_job(job_id=job.pk)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.placements, second.state) == (ProposalState.DROPPED, [], ProposalState.SEARCHING)


def test_a_loop_that_was_booked_meanwhile_keeps_its_panel():
    loop, world = built_loop()
    proposal = propose_panel(loop=loop, actor=world.recruiter, now=NOW)
    plan, job = asked(loop, world)
    type(proposal).objects.filter(pk=proposal.pk).update(state=ProposalState.PROPOSED)
    book_panel(proposal=proposal, actor=world.recruiter, now=NOW)

    run_job(job_id=job.pk)

    plan.refresh_from_db()
    assert plan.state == ProposalState.DROPPED
    with pytest.raises(ValidationError) as error:
        request_panel(loop=loop, actor=world.recruiter)
    assert error.value.code == "already_booked"


def test_what_is_only_searched_cannot_be_booked():
    loop, world = built_loop()
    plan, _job = asked(loop, world)

    with pytest.raises(ValidationError) as error:
        book_panel(proposal=plan, actor=world.recruiter, now=NOW)

    assert error.value.code == "nothing_proposed"
