"""Whose time is free and whose is taken: what planning and the board read."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from interviews.choices import OccupancyState, SeatState
from interviews.models import BusyPeriod, Candidate, Interviewer, Occupancy, Pool, Round
from interviews.planning.panels import Busy, WeeklyBlock, Window, free_windows
from interviews.planning.windows import as_window, inner_span, outer_span, without

# When a candidate is asked who has not said when they can.
OFFICE_HOURS = (time(9), time(18))
OFFICE_DAYS = range(5)
# Interviews in this span, back and ahead, count as a person's load.
LOAD_SPAN = timedelta(days=28)


def pool_members(rounds: Iterable[Round]) -> dict[UUID, set[UUID]]:
    """Who takes interviews, for each pool that a seat of these rounds is filled from. One query."""
    pools = {seat.pool_id for it in rounds for seat in it.template.seats.all()}
    members: dict[UUID, set[UUID]] = {pool: set() for pool in pools}
    active = Q(members__is_active=True, members__user__is_active=True)
    for pool, interviewer in Pool.objects.filter(active, pk__in=pools).values_list("pk", "members"):
        members[pool].add(interviewer)
    return members


def with_load(interviewers: QuerySet[Interviewer], now: datetime) -> QuerySet[Interviewer]:
    """Adds ``load``: interviews four weeks back and ahead."""
    lately = Q(
        seats__state=SeatState.CONFIRMED,
        seats__round__starts_at__range=(now - LOAD_SPAN, now + LOAD_SPAN),
    )
    return interviewers.annotate(load=Count("seats", filter=lately, distinct=True))


def working_windows(interviewer: Interviewer, span: Window) -> tuple[Window, ...]:
    """The working hours in a span, by the interviewer's own clock. Reads ``hours`` and ``user``."""
    hours = [WeeklyBlock(it.weekday, it.starts, it.ends) for it in interviewer.hours.all()]
    return free_windows(hours=hours, zone=interviewer.user.time_zone, horizon=span)


def busy_times(interviewers: Iterable[Interviewer], span: Window) -> dict[UUID, list[Busy]]:
    """What each interviewer is taken by in a span, without buffers. Two queries."""
    buffers = {it.pk: timedelta(minutes=it.buffer_minutes) for it in interviewers}
    busy: dict[UUID, list[Busy]] = defaultdict(list)
    periods = BusyPeriod.objects.filter(interviewer__in=buffers, starts_at__lt=span[1], ends_at__gt=span[0])
    for period in periods:
        busy[period.interviewer_id].append(Busy(period.starts_at, period.ends_at))
    for taken in Occupancy.objects.live().overlapping(*span).filter(interviewer__in=buffers):
        what = "hold" if taken.state == OccupancyState.HELD else "interview"
        # Who plans keeps the buffer anyway, so what the booking added behind the interview comes off again.
        ends_at = max(taken.ends_at - buffers[taken.resource_id], taken.starts_at + timedelta(minutes=1))
        busy[taken.resource_id].append(Busy(taken.starts_at, ends_at, what))
    return busy


def offered_windows(candidate: Candidate, span: Window) -> tuple[Window, ...]:
    """When the candidate said they can, else office hours on weekdays. One query."""
    windows = tuple((it.starts_at, it.ends_at) for it in candidate.windows.all())
    hours = [WeeklyBlock(day, *OFFICE_HOURS) for day in OFFICE_DAYS]
    return windows or free_windows(hours=hours, zone=candidate.time_zone, horizon=span)


def candidate_windows(candidate: Candidate, span: Window) -> tuple[Window, ...]:
    """What the candidate offers, less what is booked with them. Two queries."""
    taken = Occupancy.objects.live().overlapping(*span).filter(candidate=candidate)
    booked = (outer_span((it.starts_at, it.ends_at)) for it in taken)
    offered = map(inner_span, offered_windows(candidate, span))
    return tuple(as_window(part) for part in without(offered, booked))


def is_inside(window: Window, windows: Iterable[Window]) -> bool:
    """Whether the windows, joined where they touch, hold all of it."""
    return not without([inner_span(window)], map(inner_span, windows))
