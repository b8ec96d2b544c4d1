"""Propose a panel: who and when for every round of a loop. Nobody is booked by it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.trail import record
from delivery.choices import EventType
from delivery.services.events import record_event
from interviews.choices import LoopState, ProposalState
from interviews.models import Candidate, Interviewer, Loop, Round, SchedulePlan
from interviews.panel_wording import PanelNames, conflict_text, way_out_text
from interviews.planning.panels import (
    Busy,
    NoPanel,
    PanelPlan,
    PanelRequest,
    PanelRound,
    Person,
    Seat,
    Window,
    plan_panel,
)
from interviews.selectors.calendars import busy_times, candidate_windows, pool_members, with_load, working_windows


def propose_panel(*, loop: Loop, actor: User, now: datetime, horizon_days: int = 14) -> SchedulePlan:
    """Plan the panel of a loop within the next days and keep it as the loop's only open proposal.

    Earlier ones are dropped whether or not a panel is found: who plans again trusts them no more. The search runs
    outside any transaction. Raises ``ValidationError`` with code ``already_booked``, or one error of code
    ``no_panel`` for each thing in the way and one of code ``way_out`` for each way out, cheapest first.
    """
    _refuse_unless_built(loop)
    loop.proposals.filter(state=ProposalState.PROPOSED).update(state=ProposalState.DROPPED)
    rounds = list(loop.rounds.select_related("template").prefetch_related("template__seats"))
    candidate = loop.application.candidate
    pools = pool_members(rounds)
    people = Interviewer.objects.filter(pk__in=set().union(*pools.values())).select_related("user").order_by("pk")
    interviewers = list(with_load(people, now).prefetch_related("hours"))
    horizon = (now, now + timedelta(days=horizon_days))
    # A day more on both ends: the cap of a day counts what lies just outside.
    busy = busy_times(interviewers, (now - timedelta(days=1), horizon[1] + timedelta(days=1)))
    found = plan_panel(
        PanelRequest(
            rounds=tuple(_panel_round(it, pools) for it in rounds),
            people=tuple(_person(it, busy[it.pk], now, horizon) for it in interviewers),
            windows=candidate_windows(candidate, horizon),
            zone=candidate.time_zone,
            not_before=now,
            horizon=horizon[1],
        )
    )
    if isinstance(found, NoPanel):
        raise _no_panel(found, rounds, interviewers, candidate)
    return _keep(found, loop=loop, rounds=rounds, actor=actor)


def _refuse_unless_built(loop: Loop) -> None:
    if loop.state != LoopState.BUILT:
        raise ValidationError(_("This loop has its panel already."), code="already_booked")


def _person(interviewer: Any, busy: list[Busy], now: datetime, horizon: Window) -> Person:
    return Person(
        id=str(interviewer.pk),
        available=working_windows(interviewer, horizon),
        zone=interviewer.user.time_zone,
        busy=tuple(busy),
        buffer_minutes=interviewer.buffer_minutes,
        max_per_day=interviewer.most_per_day,
        load=interviewer.load,
        not_before=now + timedelta(hours=interviewer.notice_hours),
    )


def _panel_round(round_: Round, pools: dict[UUID, set[UUID]]) -> PanelRound:
    seats = (
        Seat(seat.role, seat.role, tuple(sorted(map(str, pools[seat.pool_id])))) for seat in round_.template.seats.all()
    )
    return PanelRound(str(round_.pk), round_.minutes, round_.break_after, tuple(seats))


def _no_panel(
    found: NoPanel, rounds: list[Round], interviewers: list[Interviewer], candidate: Candidate
) -> ValidationError:
    names = PanelNames(
        people={str(it.pk): str(it.user) for it in interviewers},
        rounds={str(it.pk): f"R{it.position} {it.name}" for it in rounds},
        candidate=candidate.name,
    )
    errors = [ValidationError(conflict_text(it, names), code="no_panel") for it in found.conflicts]
    errors += [ValidationError(way_out_text(way, names), code="way_out") for way in found.ways_out]
    return ValidationError(errors)


@transaction.atomic
def _keep(found: PanelPlan, *, loop: Loop, rounds: list[Round], actor: User) -> SchedulePlan:
    # Somebody may have booked or proposed while the search ran.
    _refuse_unless_built(Loop.objects.select_for_update(no_key=True).get(pk=loop.pk))
    loop.proposals.filter(state=ProposalState.PROPOSED).update(state=ProposalState.DROPPED)
    proposal = SchedulePlan.objects.create(
        loop=loop,
        placements=[
            {
                "round": placement.round_id,
                "starts_at": placement.start.isoformat(),
                "ends_at": placement.end.isoformat(),
                "seats": dict(placement.seats),
            }
            for placement in found.placements
        ],
        reasons=[{"code": reason.code, "params": dict(reason.params)} for reason in found.reasons],
        idle_minutes=found.idle_minutes,
        is_proven=found.is_proven,
        created_by=actor,
    )
    record(actor=actor, action="panel.proposed", subject=proposal, loop=str(loop.pk))
    record_event(
        type=EventType.PLAN_READY,
        subject="plans",
        subject_id=proposal.pk,
        loop=loop.pk,
        application=loop.application_id,
    )
    return proposal
