"""Book a proposed panel, all of it or nothing, and take a booking back."""

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.trail import record
from delivery.choices import EventType
from delivery.services.events import record_event
from interviews.choices import CancelReason, LoopState, OccupancyState, ProposalState, SeatState
from interviews.models import BusyPeriod, Candidate, Interviewer, Loop, Occupancy, PanelSeat, Round, SchedulePlan
from interviews.selectors.calendars import is_inside, offered_windows, working_windows
from interviews.services.invitations import cancel_invitations, invite
from interviews.zones import span_text

# After a deadlock or a lock that did not come, the whole booking is tried again this often.
RETRIES = 3
# Deadlock, serialisation failure.
_CONTENTION = {"40P01", "40001"}


@dataclass(frozen=True, slots=True)
class Placement:
    """A round of a proposal with its time and people."""

    round: Round
    starts_at: datetime
    ends_at: datetime
    seats: dict[str, Interviewer]


def book_panel(*, proposal: SchedulePlan, actor: User, now: datetime, link: str = "") -> Loop:
    """Book everybody of a proposal and invite them; ``link`` is the video link of all rounds.

    One short transaction. The database itself refuses two bookings of one person that overlap. Booking the same
    proposal again returns the booked loop and invites nobody. Raises ``ValidationError`` with code
    ``double_booked``, ``out_of_date``, ``already_booked``, ``proposal_dropped``, ``nothing_proposed`` or
    ``busy_try_again``.
    """
    for attempt in range(RETRIES + 1):
        try:
            return _book(proposal=proposal, actor=actor, now=now, link=link)
        except IntegrityError as error:
            if "occupancy_no_overlap" not in str(error):
                raise
            raise _double_booked(proposal, actor) from error
        except OperationalError as error:
            if not _is_contention(error):
                raise
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 -- jitter, not a secret
    raise ValidationError(_("Too many people are booking at this moment. Try again."), code="busy_try_again")


@transaction.atomic
def cancel_booking(*, loop: Loop, actor: User, reason: CancelReason, now: datetime) -> Loop:
    """Take back a booking before its first round: everybody is free again and told.

    Raises ``ValidationError`` with code ``not_booked`` or ``begun``.
    """
    loop = Loop.objects.select_for_update(no_key=True).get(pk=loop.pk)
    if loop.state != LoopState.BOOKED:
        raise ValidationError(_("This loop is not booked."), code="not_booked")
    if loop.rounds.filter(starts_at__lte=now).exists():
        raise ValidationError(_("The first round has begun."), code="begun")
    cancel_invitations(loop=loop, actor=actor)
    PanelSeat.objects.live().filter(round__loop=loop).update(state=SeatState.RELEASED)
    Occupancy.objects.live().filter(round__loop=loop).update(state=OccupancyState.RELEASED)
    loop.rounds.update(starts_at=None, ends_at=None)
    loop.proposals.filter(state=ProposalState.BOOKED).update(state=ProposalState.DROPPED)
    loop.state = LoopState.BUILT
    loop.save(update_fields=["state"])
    record(actor=actor, action="panel.cancelled", subject=loop, reason=reason.value)
    record_event(
        type=EventType.BOOKING_CANCELLED,
        subject="bookings",
        subject_id=loop.pk,
        loop=loop.pk,
        application=loop.application_id,
    )
    return loop


@transaction.atomic
def _book(*, proposal: SchedulePlan, actor: User, now: datetime, link: str) -> Loop:
    # Everybody books in one order of locks: loop, interviewers by id, candidate. Without it PostgreSQL answers
    # contention over the overlap rule with deadlocks; SQLite begins IMMEDIATE and needs none of them.
    loop = Loop.objects.select_for_update(no_key=True).get(pk=proposal.loop_id)
    proposal = SchedulePlan.objects.get(pk=proposal.pk)
    if proposal.state == ProposalState.BOOKED:
        return loop
    _refuse_unless_open(loop, proposal)
    placements = _locked_placements(proposal)
    candidate = Candidate.objects.select_for_update(no_key=True).get(applications__loop=loop)
    _refuse_outdated(placements, candidate, now)
    for placement in placements:
        _take(placement, candidate)
        Round.objects.filter(pk=placement.round.pk).update(
            starts_at=placement.starts_at, ends_at=placement.ends_at, link=link
        )
    loop.state = LoopState.BOOKED
    loop.save(update_fields=["state"])
    SchedulePlan.objects.filter(pk=proposal.pk).update(state=ProposalState.BOOKED)
    invite(loop=loop, actor=actor)
    record(actor=actor, action="panel.booked", subject=loop, proposal=str(proposal.pk))
    record_event(
        type=EventType.BOOKING_CONFIRMED,
        subject="bookings",
        subject_id=loop.pk,
        loop=loop.pk,
        plan=proposal.pk,
        application=loop.application_id,
        candidate=candidate.pk,
    )
    return loop


def _refuse_unless_open(loop: Loop, proposal: SchedulePlan) -> None:
    if loop.state != LoopState.BUILT:
        raise ValidationError(_("This loop has its panel already."), code="already_booked")
    if proposal.state == ProposalState.DROPPED:
        raise ValidationError(_("A newer proposal has replaced this one."), code="proposal_dropped")
    if proposal.state != ProposalState.PROPOSED:
        raise ValidationError(_("No panel has been found yet that could be booked."), code="nothing_proposed")


def _locked_placements(proposal: SchedulePlan) -> list[Placement]:
    ids = {UUID(person) for it in proposal.placements for person in it["seats"].values()}
    list(Interviewer.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    return _placements(proposal)


def _placements(proposal: SchedulePlan) -> list[Placement]:
    ids = {person for it in proposal.placements for person in it["seats"].values()}
    people = {
        str(it.pk): it for it in Interviewer.objects.select_related("user").prefetch_related("hours").filter(pk__in=ids)
    }
    rounds = {str(it.pk): it for it in Round.objects.filter(loop=proposal.loop_id)}
    return [
        Placement(
            round=rounds[it["round"]],
            starts_at=datetime.fromisoformat(it["starts_at"]),
            ends_at=datetime.fromisoformat(it["ends_at"]),
            seats={role: people[person] for role, person in it["seats"].items()},
        )
        for it in proposal.placements
    ]


def _refuse_outdated(placements: list[Placement], candidate: Candidate, now: datetime) -> None:
    """What may have changed since the proposal, but for overlaps, which the database refuses."""
    span = (min(it.starts_at for it in placements), max(it.ends_at for it in placements))
    if span[0] <= now:
        raise _out_of_date(_("Its first round would have begun already."))
    offered = offered_windows(candidate, (span[0] - timedelta(days=1), span[1] + timedelta(days=1)))
    if not all(is_inside((it.starts_at, it.ends_at), offered) for it in placements):
        raise _out_of_date(_("%(name)s cannot come at that time any more.") % {"name": candidate.name})
    for placement in placements:
        for interviewer in placement.seats.values():
            _refuse_unless_bookable(interviewer, placement)


def _refuse_unless_bookable(interviewer: Interviewer, placement: Placement) -> None:
    named = {"name": str(interviewer)}
    window = (placement.starts_at, placement.ends_at)
    if not (interviewer.is_active and interviewer.user.is_active):
        raise _out_of_date(_("%(name)s does not take interviews now.") % named)
    if not is_inside(window, working_windows(interviewer, window)):
        raise _out_of_date(_("%(name)s does not work at that time any more.") % named)
    if BusyPeriod.objects.filter(_overlap(placement), interviewer=interviewer).exists():
        raise _out_of_date(_("%(name)s has become busy.") % named)
    if _booked_that_day(interviewer, placement.starts_at) >= interviewer.most_per_day:
        raise _out_of_date(_("%(name)s has a full day.") % named)


def _overlap(placement: Placement) -> Q:
    return Q(starts_at__lt=placement.ends_at, ends_at__gt=placement.starts_at)


def _booked_that_day(interviewer: Interviewer, moment: datetime) -> int:
    midnight = moment.astimezone(ZoneInfo(interviewer.user.time_zone)).replace(hour=0, minute=0, second=0)
    day = (midnight, midnight + timedelta(days=1))
    return PanelSeat.objects.live().filter(interviewer=interviewer, round__starts_at__range=day).count()


def _out_of_date(what: str) -> ValidationError:
    text = _("This proposal is out of date: %(what)s Plan again.")
    return ValidationError(text, code="out_of_date", params={"what": what})


def _take(placement: Placement, candidate: Candidate) -> None:
    """Seat everybody of one round and take their time.

    The buffer goes behind the interview only: it then lies between any two interviews of a person, whichever
    of them comes first.
    """
    starts_at, ends_at = placement.starts_at, placement.ends_at
    PanelSeat.objects.bulk_create(
        PanelSeat(round=placement.round, interviewer=interviewer, role=role)
        for role, interviewer in placement.seats.items()
    )
    spans = [
        Occupancy(
            interviewer=interviewer,
            resource_id=interviewer.pk,
            round=placement.round,
            starts_at=starts_at,
            ends_at=ends_at + timedelta(minutes=interviewer.buffer_minutes),
            state=OccupancyState.CONFIRMED,
        )
        for interviewer in placement.seats.values()
    ]
    spans.append(
        Occupancy(
            candidate=candidate,
            resource_id=candidate.pk,
            round=placement.round,
            starts_at=starts_at,
            ends_at=ends_at,
            state=OccupancyState.CONFIRMED,
        )
    )
    Occupancy.objects.bulk_create(spans)


def _double_booked(proposal: SchedulePlan, actor: User) -> ValidationError:
    """Who is taken and when, on the reader's clock, as far as it still stands after the refusal."""
    taken = [text for placement in _placements(proposal) for text in _taken(placement, proposal, actor)]
    if not taken:
        return ValidationError(_("Too many people are booking at this moment. Try again."), code="busy_try_again")
    return ValidationError(
        _("Already booked: %(taken)s. Plan again."), code="double_booked", params={"taken": "; ".join(taken)}
    )


def _taken(placement: Placement, proposal: SchedulePlan, actor: User) -> Iterable[str]:
    candidate = proposal.loop.application.candidate
    names = {it.pk: str(it) for it in placement.seats.values()} | {candidate.pk: candidate.name}
    buffers = {it.pk: timedelta(minutes=it.buffer_minutes) for it in placement.seats.values()}
    for resource, name in names.items():
        wanted = (placement.starts_at, placement.ends_at + buffers.get(resource, timedelta()))
        for it in Occupancy.objects.live().overlapping(*wanted).filter(resource_id=resource).select_related("round"):
            span = (it.starts_at, it.round.ends_at or it.ends_at)
            yield f"{name}, {span_text(span, actor.time_zone)}"


def _is_contention(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in _CONTENTION or "database is locked" in str(error)
