import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from interviews.choices import ProposalState
from interviews.models import BusyPeriod, Occupancy, PanelSeat, SchedulePlan
from interviews.services.booking import book_panel
from interviews.services.jobs import set_candidate_windows
from interviews.services.loops import start_loop
from interviews.services.panels import propose_panel
from tests.factories import InterviewerFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db
# A Monday. Dubai is three hours ahead of Berlin.
NOW = dt.datetime(2026, 12, 7, 5, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def at(hour, *, day=7, minute=0):
    return dt.datetime(2026, 12, day, hour, minute, tzinfo=dt.UTC)


def built_loop(world=None, **candidate):
    world = world or small_world()
    if not world.job.plans.approved().exists():
        world.approved()
    return start_loop(application=world.application(**candidate), actor=world.recruiter), world


def times(proposal):
    return [(dt.datetime.fromisoformat(it["starts_at"]), it["seats"]) for it in proposal.placements]


def test_propose_panel_takes_the_earliest_times_that_suit_everybody():
    loop, world = built_loop()
    first, second = (str(it.pk) for it in world.interviewers)

    proposal = propose_panel(loop=loop, actor=world.recruiter, now=NOW)

    # Berlin starts at 08:00 UTC; Dubai's office ends at 14:00 UTC; 15 minutes of break lie between the rounds.
    assert times(proposal) == [(at(8), {"lead": first}), (at(9, minute=15), {"lead": second})]
    assert (proposal.state, proposal.idle_minutes, proposal.is_proven) == (ProposalState.PROPOSED, 0, True)
    assert not Occupancy.objects.exists()
    assert not PanelSeat.objects.exists()


def test_propose_panel_again_drops_the_earlier_proposal():
    loop, world = built_loop()
    first = propose_panel(loop=loop, actor=world.recruiter, now=NOW)

    second = propose_panel(loop=loop, actor=world.recruiter, now=NOW)

    states = dict(SchedulePlan.objects.values_list("pk", "state"))
    assert states == {first.pk: ProposalState.DROPPED, second.pk: ProposalState.PROPOSED}


def test_propose_panel_keeps_the_candidate_windows_notice_and_busy_times():
    loop, world = built_loop()
    candidate = loop.application.candidate
    set_candidate_windows(actor=world.recruiter, candidate=candidate, windows=[(at(8, day=8), at(14, day=8))])
    lead = world.interviewers[0]
    lead.notice_hours = 28  # until Tuesday 09:00 UTC
    lead.save()
    BusyPeriod.objects.create(interviewer=lead, starts_at=at(9, day=8), ends_at=at(10, day=8), what="Dentist")

    proposal = propose_panel(loop=loop, actor=world.recruiter, now=NOW)

    # 10:00 and ten minutes of buffer, on the grid of quarters
    assert times(proposal)[0][0] == at(10, day=8, minute=15)


def test_propose_panel_plans_around_what_is_booked_and_keeps_the_buffer_once():
    loop, world = built_loop()
    book_panel(proposal=propose_panel(loop=loop, actor=world.recruiter, now=NOW), actor=world.recruiter, now=NOW)
    other, _ = built_loop(world)

    proposal = propose_panel(loop=other, actor=world.recruiter, now=NOW)

    # The lead's first interview ends at 09:00, buffer until 09:10; the second's from 09:15 to 10:15.
    assert [moment for moment, _ in times(proposal)] == [at(9, minute=15), at(10, minute=30)]
    book_panel(proposal=proposal, actor=world.recruiter, now=NOW)


def test_propose_panel_keeps_the_cap_of_a_day():
    loop, world = built_loop()
    for interviewer in world.interviewers:
        interviewer.most_per_day = 1
        interviewer.save()
    book_panel(proposal=propose_panel(loop=loop, actor=world.recruiter, now=NOW), actor=world.recruiter, now=NOW)
    other, _ = built_loop(world)

    proposal = propose_panel(loop=other, actor=world.recruiter, now=NOW)

    assert times(proposal)[0][0] == at(8, day=8)


def test_propose_panel_spreads_the_load_over_the_pool():
    world = small_world()
    InterviewerFactory(pools=[world.pools[0]])
    first, _ = built_loop(world)
    book_panel(proposal=propose_panel(loop=first, actor=world.recruiter, now=NOW), actor=world.recruiter, now=NOW)
    other, _ = built_loop(world)

    proposal = propose_panel(loop=other, actor=world.recruiter, now=NOW + 24 * HOUR)

    seated = PanelSeat.objects.get(round__loop=first, round__position=1).interviewer
    assert proposal.placements[0]["seats"]["lead"] != str(seated.pk)


def test_propose_panel_says_whose_time_is_in_the_way_and_the_ways_out():
    loop, world = built_loop(name="Wei Zhang")
    lead = world.interviewers[1]
    BusyPeriod.objects.create(interviewer=lead, starts_at=NOW, ends_at=NOW + 20 * 24 * HOUR)

    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        propose_panel(loop=loop, actor=world.recruiter, now=NOW)

    errors = [(error.code, error.messages[0]) for error in refusal.value.error_list]
    assert errors == [
        ("no_panel", f"R2 Round 2, Lead: none of {lead} is free while Wei Zhang is. Why: 1 busy."),
        ("way_out", "Add somebody to the pool of R2 Round 2, Lead."),
    ]
    assert not SchedulePlan.objects.exists()


def test_propose_panel_with_an_empty_pool_says_so():
    loop, world = built_loop()
    propose_panel(loop=loop, actor=world.recruiter, now=NOW)
    world.pools[0].members.clear()

    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        propose_panel(loop=loop, actor=world.recruiter, now=NOW)

    assert not loop.proposals.filter(state=ProposalState.PROPOSED).exists()
    assert refusal.value.messages[0] == "Nobody is in the pools of these seats: R1 Round 1 (Lead)."


def test_propose_panel_with_too_short_windows_asks_for_more():
    loop, world = built_loop(name="Wei Zhang")
    candidate = loop.application.candidate
    set_candidate_windows(actor=world.recruiter, candidate=candidate, windows=[(at(9), at(11))])

    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        propose_panel(loop=loop, actor=world.recruiter, now=NOW)

    assert refusal.value.messages[:2] == [
        "The time of Wei Zhang is too short: 120 minutes at a stretch; the loop takes 135.",
        "Ask Wei Zhang for 15 minutes more, before or after.",
    ]


def test_propose_panel_for_a_booked_loop_is_refused():
    loop, world = built_loop()
    proposal = propose_panel(loop=loop, actor=world.recruiter, now=NOW)
    booked = book_panel(proposal=proposal, actor=world.recruiter, now=NOW)

    with pytest.raises(ValidationError) as refusal:
        propose_panel(loop=booked, actor=world.recruiter, now=NOW)

    assert refusal.value.code == "already_booked"
