"""Propose a panel: who and when for every round of a loop. Nobody is booked by it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from interviews.choices import LoopState, OccupancyState, ProposalState, SeatState
from interviews.models import BusyPeriod, Candidate, Interviewer, Loop, Occupancy, Pool, Round, SchedulePlan
from interviews.panel_wording import PanelNames, conflict_text, way_out_text
from interviews.planning.panels import (
    Busy,
    NoPanel,
    PanelPlan,
    PanelRequest,
    PanelRound,
    Person,
    Seat,
    WeeklyBlock,
    Window,
    free_windows,
    plan_panel,
)
from interviews.planning.windows import as_window, inner_span, outer_span, without

# When a candidate is asked who has not said when they can.
OFFICE_HOURS = (time(9), time(18))
OFFICE_DAYS = range(5)
# Interviews in this span, back and ahead, count as a person's load.
LOAD_SPAN = timedelta(days=28)


def propose_panel(*, loop: Loop, actor: User, now: datetime, horizon_days: int = 14) -> SchedulePlan:
    """Plan the panel of a loop within the next days and keep it as the loop's proposal, instead of earlier ones.

    The search runs outside any transaction. Raises ``ValidationError`` with code ``already_booked``, or one error
    of code ``no_panel`` for each thing in the way and one of code ``way_out`` for each way out, cheapest first.
    """
    if loop.state != LoopState.BUILT:
        raise ValidationError(_("This loop has its panel already."), code="already_booked")
    rounds = list(loop.rounds.select_related("template").prefetch_related("template__seats"))
    candidate = loop.application.candidate
    pools = _pool_members(rounds)
    interviewers = _interviewers(set().union(*pools.values()), now)
    horizon = (now, now + timedelta(days=horizon_days))
    found = plan_panel(
        PanelRequest(
            rounds=tuple(_panel_round(it, pools) for it in rounds),
            people=tuple(_person(it, busy, now, horizon) for it, busy in _with_busy(interviewers, horizon)),
            windows=_candidate_windows(candidate, horizon),
            zone=candidate.time_zone,
            not_before=now,
            horizon=horizon[1],
        )
    )
    if isinstance(found, NoPanel):
        raise _no_panel(found, rounds, interviewers, candidate)
    return _keep(found, loop=loop, rounds=rounds, actor=actor)


def _pool_members(rounds: list[Round]) -> dict[UUID, set[UUID]]:
    """Who takes interviews, for each pool that a seat of these rounds is filled from."""
    pools = {seat.pool_id for it in rounds for seat in it.template.seats.all()}
    members: dict[UUID, set[UUID]] = {pool: set() for pool in pools}
    active = Q(members__is_active=True, members__user__is_active=True)
    for pool, interviewer in Pool.objects.filter(active, pk__in=pools).values_list("pk", "members"):
        members[pool].add(interviewer)
    return members


def _interviewers(ids: Iterable[UUID], now: datetime) -> list[Interviewer]:
    lately = Q(
        seats__state=SeatState.CONFIRMED,
        seats__round__starts_at__range=(now - LOAD_SPAN, now + LOAD_SPAN),
    )
    return list(
        Interviewer.objects.filter(pk__in=ids)
        .select_related("user")
        .prefetch_related("hours")
        .annotate(load=Count("seats", filter=lately))
        .order_by("pk")
    )


def _with_busy(interviewers: list[Interviewer], horizon: Window) -> list[tuple[Interviewer, list[Busy]]]:
    # A day more on both ends: the cap of a day counts what lies just outside.
    start, end = horizon[0] - timedelta(days=1), horizon[1] + timedelta(days=1)
    ids = [it.pk for it in interviewers]
    busy: dict[UUID, list[Busy]] = defaultdict(list)
    for it in BusyPeriod.objects.filter(interviewer__in=ids, starts_at__lt=end, ends_at__gt=start):
        busy[it.interviewer_id].append(Busy(it.starts_at, it.ends_at))
    buffers = {it.pk: timedelta(minutes=it.buffer_minutes) for it in interviewers}
    for taken in Occupancy.objects.live().overlapping(start, end).filter(interviewer__in=ids):
        what = "hold" if taken.state == OccupancyState.HELD else "interview"
        # The planner keeps the buffer itself, so what the booking added behind the interview comes off again.
        ends_at = max(taken.ends_at - buffers[taken.resource_id], taken.starts_at + timedelta(minutes=1))
        busy[taken.resource_id].append(Busy(taken.starts_at, ends_at, what))
    return [(it, busy[it.pk]) for it in interviewers]


def _person(interviewer: Any, busy: list[Busy], now: datetime, horizon: Window) -> Person:
    zone = interviewer.user.time_zone
    hours = [WeeklyBlock(it.weekday, it.starts, it.ends) for it in interviewer.hours.all()]
    return Person(
        id=str(interviewer.pk),
        available=free_windows(hours=hours, zone=zone, horizon=horizon),
        zone=zone,
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


def _candidate_windows(candidate: Candidate, horizon: Window) -> tuple[Window, ...]:
    """When the candidate can: their own windows, else office hours on weekdays; less what is booked with them."""
    windows = [(it.starts_at, it.ends_at) for it in candidate.windows.all()]
    if not windows:
        hours = [WeeklyBlock(day, *OFFICE_HOURS) for day in OFFICE_DAYS]
        windows = list(free_windows(hours=hours, zone=candidate.time_zone, horizon=horizon))
    taken = Occupancy.objects.live().overlapping(*horizon).filter(candidate=candidate)
    booked = (outer_span((it.starts_at, it.ends_at)) for it in taken)
    return tuple(as_window(span) for span in without(map(inner_span, windows), booked))


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
    return proposal
