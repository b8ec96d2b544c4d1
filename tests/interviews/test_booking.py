import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from delivery.models import DurableJob
from interviews.choices import CancelReason, LoopState, OccupancyState, ProposalState, SeatState
from interviews.models import BusyPeriod, Invitation, Loop, Occupancy, PanelSeat
from interviews.services.booking import book_panel, cancel_booking
from interviews.services.loops import start_loop
from interviews.services.panels import propose_panel
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 12, 7, 5, tzinfo=dt.UTC)


def proposed(world=None, **fields):
    world = world or small_world(**fields)
    if not world.job.plans.approved().exists():
        world.approved()
    loop = start_loop(application=world.application(), actor=world.recruiter)
    return propose_panel(loop=loop, actor=world.recruiter, now=NOW), world


def book(proposal, world, **fields):
    return book_panel(**{"proposal": proposal, "actor": world.recruiter, "now": NOW} | fields)


def refusal_of(proposal, world, **fields):
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        book(proposal, world, **fields)
    return refusal.value


def test_book_panel_seats_everybody_and_takes_their_time():
    proposal, world = proposed(second_seat=True)

    loop = book(proposal, world, link="https://meet.example.com/1")

    rounds = list(loop.rounds.all())
    assert loop.state == LoopState.BOOKED
    assert [it.starts_at.isoformat() for it in rounds] == [it["starts_at"] for it in proposal.placements]
    assert {it.link for it in rounds} == {"https://meet.example.com/1"}
    assert sorted(PanelSeat.objects.values_list("round__position", "role")) == [(1, "lead"), (2, "lead"), (2, "second")]
    buffered = Occupancy.objects.filter(interviewer=world.interviewers[0]).get()
    assert buffered.ends_at - rounds[0].ends_at == dt.timedelta(minutes=10)
    assert Occupancy.objects.filter(candidate=loop.application.candidate).count() == 2
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.BOOKED


def test_book_panel_invites_the_candidate_once_and_each_interviewer():
    proposal, world = proposed(second_seat=True)

    loop = book(proposal, world)

    assert Invitation.objects.filter(loop=loop, seat=None).count() == 1
    assert Invitation.objects.filter(loop=loop).exclude(seat=None).count() == 3
    assert DurableJob.objects.filter(kind="invitation.send").count() == 4
    candidate = loop.application.candidate
    assert not any(word in str(DurableJob.objects.values_list("input")) for word in (candidate.name, candidate.email))


def test_book_panel_twice_books_and_invites_once():
    proposal, world = proposed()
    first = book(proposal, world)

    again = book(proposal, world)

    assert (first, again.state) == (again, LoopState.BOOKED)
    assert PanelSeat.objects.count() == 2
    assert Invitation.objects.count() == DurableJob.objects.count() == 3


def test_book_panel_names_who_is_taken_and_when_on_the_readers_clock():
    proposal, world = proposed()
    other, _ = proposed(world)
    book(proposal, world)

    refusal = refusal_of(other, world)

    lead, second = world.interviewers
    assert refusal.code == "double_booked"
    assert refusal.messages == [
        f"Already booked: {lead}, Mon 7 Dec 09:00–10:00; {second}, Mon 7 Dec 10:15–11:15. Plan again."
    ]
    loop = Loop.objects.get(pk=other.loop_id)
    assert loop.state == LoopState.BUILT
    assert not PanelSeat.objects.filter(round__loop=loop).exists()
    assert not Occupancy.objects.filter(round__loop=loop).exists()
    assert not Invitation.objects.filter(loop=loop).exists()


def test_book_panel_respects_a_hold():
    proposal, world = proposed()
    other, _ = proposed(world)
    lead = world.interviewers[0]
    hold = Occupancy.objects.create(
        interviewer=lead,
        resource_id=lead.pk,
        round=proposal.loop.rounds.first(),
        starts_at=NOW + dt.timedelta(hours=3, minutes=30),
        ends_at=NOW + dt.timedelta(hours=4),
        state=OccupancyState.HELD,
        expires_at=NOW + dt.timedelta(minutes=15),
    )
    assert refusal_of(other, world).code == "double_booked"

    hold.state = OccupancyState.RELEASED
    hold.save(update_fields=["state"])

    assert book(other, world).state == LoopState.BOOKED


def test_book_panel_refuses_a_dropped_proposal_and_a_booked_loop():
    proposal, world = proposed()
    newer = propose_panel(loop=proposal.loop, actor=world.recruiter, now=NOW)
    assert refusal_of(proposal, world).code == "proposal_dropped"

    book(newer, world)

    assert refusal_of(proposal, world).code == "already_booked"


def test_book_panel_refuses_what_has_changed_since_the_proposal():
    proposal, world = proposed()
    lead, second = world.interviewers
    assert refusal_of(proposal, world, now=NOW + dt.timedelta(hours=4)).code == "out_of_date"

    busy = BusyPeriod.objects.create(
        interviewer=lead, starts_at=NOW + dt.timedelta(hours=3), ends_at=NOW + dt.timedelta(hours=4)
    )
    assert refusal_of(proposal, world).messages == [
        f"This proposal is out of date: {lead} has become busy. Plan again."
    ]
    busy.delete()
    hours = lead.hours.get(weekday=0)
    hours.starts = dt.time(9, 30)
    hours.save()
    assert refusal_of(proposal, world).messages == [
        f"This proposal is out of date: {lead} does not work at that time any more. Plan again."
    ]
    hours.starts = dt.time(9)
    hours.save()
    candidate = proposal.loop.application.candidate
    window = candidate.windows.create(starts_at=NOW, ends_at=NOW + dt.timedelta(hours=4))
    assert refusal_of(proposal, world).messages == [
        f"This proposal is out of date: {candidate} cannot come at that time any more. Plan again."
    ]
    window.delete()
    second.is_active = False
    second.save()
    assert refusal_of(proposal, world).messages == [
        f"This proposal is out of date: {second} does not take interviews now. Plan again."
    ]
    assert not Occupancy.objects.exists()


def test_book_panel_keeps_the_cap_that_another_booking_has_reached():
    proposal, world = proposed()
    lead = world.interviewers[0]
    book(proposal, world)
    later, _ = proposed(world)
    lead.most_per_day = 1
    lead.save()

    assert refusal_of(later, world).messages == [f"This proposal is out of date: {lead} has a full day. Plan again."]


def test_cancel_booking_frees_everybody_and_tells_them():
    proposal, world = proposed()
    loop = book(proposal, world)

    cancelled = cancel_booking(loop=loop, actor=world.recruiter, reason=CancelReason.MOVED, now=NOW)

    assert cancelled.state == LoopState.BUILT
    assert set(PanelSeat.objects.values_list("state", flat=True)) == {SeatState.RELEASED}
    assert set(Occupancy.objects.values_list("state", flat=True)) == {OccupancyState.RELEASED}
    assert set(loop.rounds.values_list("starts_at", flat=True)) == {None}
    assert set(Invitation.objects.values_list("sequence", flat=True)) == {1}
    methods = [job.input["method"] for job in DurableJob.objects.order_by("created_at")]
    assert sorted(methods) == ["CANCEL"] * 3 + ["REQUEST"] * 3
    assert all(job.input["slots"][0]["starts_at"] for job in DurableJob.objects.all())


def test_a_cancelled_loop_can_be_booked_again_and_the_candidates_event_moves():
    proposal, world = proposed()
    loop = book(proposal, world)
    cancel_booking(loop=loop, actor=world.recruiter, reason=CancelReason.MOVED, now=NOW)
    loop.refresh_from_db()

    book(propose_panel(loop=loop, actor=world.recruiter, now=NOW), world)

    assert Invitation.objects.get(loop=loop, seat=None).sequence == 2
    assert PanelSeat.objects.live().count() == 2


def test_cancel_booking_is_refused_once_the_first_round_has_begun():
    proposal, world = proposed()
    loop = book(proposal, world)
    late = NOW + dt.timedelta(hours=3)

    with pytest.raises(ValidationError) as refusal:
        cancel_booking(loop=loop, actor=world.recruiter, reason=CancelReason.MOVED, now=late)

    assert refusal.value.code == "begun"
    assert PanelSeat.objects.live().count() == 2
