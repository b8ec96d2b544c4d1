"""Loops for their list and page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Prefetch, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from interviews.choices import LoopState
from interviews.models import Loop, PanelSeat, Round
from interviews.zones import day_text, same_clock, times_text, zone_label


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a loop; ``state`` is done, now or next."""

    label: str
    state: str


def loop_list(*, user: User, state: str = "") -> QuerySet[Any]:
    """Loops with first start and last end, panel and candidate. Three queries a page."""
    seats = PanelSeat.objects.live().select_related("interviewer__user", "round")
    loops = Loop.objects.visible_to(user)
    return (
        (loops.filter(state=state) if state in LoopState.values else loops)
        .select_related("application__candidate", "application__job")
        .annotate(first_start=Min("rounds__starts_at"), last_end=Max("rounds__ends_at"))
        .prefetch_related(Prefetch("rounds", Round.objects.prefetch_related(Prefetch("seats", seats, to_attr="panel"))))
        .order_by("-created_at", "-pk")
    )


def stages(*, state: str, last_end: datetime | None, now: datetime) -> list[Stage]:
    """How far a loop is, from questions to decision."""
    labels = [_("Questions"), _("Panel"), _("Interviews"), _("Scorecards"), _("Debrief"), _("Decision")]
    interviewed = last_end is not None and last_end <= now
    reached = {
        LoopState.BUILT: 1,
        LoopState.BOOKED: 3 if interviewed else 2,
        LoopState.DEBRIEF: 4,
        LoopState.DECIDED: len(labels),
        LoopState.CANCELLED: 1,
    }[LoopState(state)]
    states = ["done" if n < reached else "now" if n == reached else "next" for n in range(len(labels))]
    if state == LoopState.CANCELLED:
        states = ["done", *["next"] * (len(labels) - 1)]
    return [Stage(label, its_state) for label, its_state in zip(labels, states, strict=True)]


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round with its times on two clocks; ``other_times`` is empty where both show the same."""

    round: Round
    label: str
    day: str
    times: str
    other_times: str
    panel: list[PanelSeat]
    questions: int


@dataclass(frozen=True, slots=True)
class LoopPage:
    """A loop as one reader may see it."""

    loop: Loop
    rounds: list[RoundRow]
    stages: list[Stage]
    zone: str
    other_zone: str
    minutes: int
    has_begun: bool


def loop_page(*, loop: Loop, user: User, now: datetime) -> LoopPage:
    """The rounds that the reader may see, on the reader's and the candidate's clock. Two queries."""
    seats = PanelSeat.objects.live().select_related("interviewer__user").order_by("role")
    rounds = list(
        Round.objects.visible_to(user)
        .filter(loop=loop)
        .annotate(question_count=Count("questions"))
        .prefetch_related(Prefetch("seats", seats, to_attr="panel"))
        .order_by("position")
    )
    theirs = loop.application.candidate.time_zone
    first = next((it.starts_at for it in rounds if it.starts_at), now)
    differs = not same_clock(user.time_zone, theirs, first)
    ends = [it.ends_at for it in rounds if it.ends_at]
    return LoopPage(
        loop=loop,
        rounds=[_row(it, user.time_zone, theirs if differs else "") for it in rounds],
        stages=stages(state=loop.state, last_end=max(ends, default=None), now=now),
        zone=zone_label(user.time_zone, first),
        other_zone=zone_label(theirs, first) if differs else "",
        minutes=sum(it.minutes for it in rounds),
        has_begun=any(it.starts_at <= now for it in rounds if it.starts_at),
    )


def _row(round_: Any, zone: str, other_zone: str) -> RoundRow:
    span = (round_.starts_at, round_.ends_at)
    return RoundRow(
        round=round_,
        label=f"R{round_.position}",
        day=day_text(round_.starts_at, zone) if round_.starts_at else "",
        times=times_text(span, zone) if round_.starts_at else "",
        other_times=times_text(span, other_zone) if round_.starts_at and other_zone else "",
        panel=round_.panel,
        questions=round_.question_count,
    )
