"""Propose a panel: who and when for every round of a loop. Nobody is booked by it."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Search:
    """What was found for a loop, and the people and rounds it speaks of."""

    found: PanelPlan | NoPanel
    rounds: list[Round]
    interviewers: list[Interviewer]
    candidate: Candidate


def propose_panel(*, loop: Loop, actor: User, now: datetime, horizon_days: int = 14) -> SchedulePlan:
    """Plan the panel of a loop within the next days and keep it as the loop's only open proposal.

    Earlier ones are dropped whether or not a panel is found: who plans again trusts them no more. The search runs
    outside any transaction. Raises ``ValidationError`` with code ``already_booked``, or one error of code
    ``no_panel`` for each thing in the way and one of code ``way_out`` for each way out, cheapest first.
    """
    refuse_unless_built(loop)
    drop_open_plans(loop)
    search = search_for(loop=loop, now=now, horizon_days=horizon_days)
    if isinstance(search.found, NoPanel):
        raise _no_panel(search.found, search)
    return _keep(search.found, SchedulePlan(loop=loop, created_by=actor, horizon_days=horizon_days), actor)


def search_for(*, loop: Loop, now: datetime, horizon_days: int) -> Search:
    """The earliest panel, or why there is none. Computes for up to seconds; about ten queries, no transaction."""
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
    return Search(found, rounds, interviewers, candidate)


def drop_open_plans(loop: Loop) -> None:
    loop.proposals.open().update(state=ProposalState.DROPPED)


def refuse_unless_built(loop: Loop) -> None:
    """Raises ``ValidationError`` with code ``already_booked``."""
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


def _no_panel(found: NoPanel, search: Search) -> ValidationError:
    names = PanelNames(
        people={str(it.pk): str(it) for it in search.interviewers},
        rounds={str(it.pk): f"R{it.position} {it.name}" for it in search.rounds},
        candidate=search.candidate.name,
    )
    errors = [ValidationError(conflict_text(it, names), code="no_panel") for it in found.conflicts]
    errors += [ValidationError(way_out_text(way, names), code="way_out") for way in found.ways_out]
    return ValidationError(errors)


@transaction.atomic
def _keep(found: PanelPlan, plan: SchedulePlan, actor: User) -> SchedulePlan:
    # Somebody may have booked or proposed while the search ran.
    refuse_unless_built(Loop.objects.select_for_update(no_key=True).get(pk=plan.loop_id))
    drop_open_plans(plan.loop)
    return keep_found(found=found, plan=plan, actor=actor)


def keep_found(*, found: PanelPlan, plan: SchedulePlan, actor: User | None) -> SchedulePlan:
    """Write what was found into the plan, inside the caller's transaction, which holds the loop."""
    plan.state = ProposalState.PROPOSED
    plan.placements = [
        {
            "round": placement.round_id,
            "starts_at": placement.start.isoformat(),
            "ends_at": placement.end.isoformat(),
            "seats": dict(placement.seats),
        }
        for placement in found.placements
    ]
    plan.reasons = [{"code": reason.code, "params": dict(reason.params)} for reason in found.reasons]
    plan.idle_minutes, plan.is_proven = found.idle_minutes, found.is_proven
    plan.save()
    record(actor=actor, action="panel.proposed", subject=plan, loop=str(plan.loop_id))
    record_event(
        type=EventType.PLAN_READY,
        subject="plans",
        subject_id=plan.pk,
        loop=plan.loop_id,
        application=plan.loop.application_id,
    )
    return plan
