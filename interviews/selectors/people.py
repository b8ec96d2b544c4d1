"""Interviewers for their list and page."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from interviews.models import BusyPeriod, Interviewer, PanelSeat
from interviews.selectors.calendars import with_load


def interviewer_list(*, user: User, now: datetime, text: str = "") -> QuerySet[Any]:
    """Interviewers with their pools, hours and load. Three queries a page."""
    found = Interviewer.objects.visible_to(user).select_related("user").prefetch_related("pools", "hours")
    if text:
        found = found.filter(Q(user__display_name__icontains=text) | Q(title__icontains=text) | Q(team__icontains=text))
    return with_load(found, now).order_by("user__display_name", "pk")


def upcoming_busy(*, interviewer: Interviewer, now: datetime) -> QuerySet[BusyPeriod]:
    """Busy periods that have not ended."""
    return interviewer.busy_periods.filter(ends_at__gt=now).order_by("starts_at")


def upcoming_seats(*, interviewer: Interviewer, now: datetime) -> QuerySet[PanelSeat]:
    """The interviews ahead of a person, soonest first."""
    return (
        PanelSeat.objects.live()
        .filter(interviewer=interviewer, round__ends_at__gt=now)
        .select_related("round__loop__application__candidate")
        .order_by("round__starts_at")
    )
