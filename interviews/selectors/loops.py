"""Loops for their list and page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Prefetch, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from interviews.choices import LoopState
from interviews.models import AskedQuestion, Loop, PanelSeat, Round
from interviews.wording import substitution_text
from interviews.zones import day_text, same_clock, times_text, zone_label
from questionbank.choices import VersionState
from questionbank.models import Question, QuestionVersion

# The steps of a loop, as programs know them.
STAGES = ("questions", "panel", "interviews", "scorecards", "debrief", "decision")


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
    reached = stages_done(state=state, last_end=last_end, now=now)
    states = ["done" if n < reached else "now" if n == reached else "next" for n in range(len(labels))]
    if state == LoopState.CANCELLED:
        states = ["done", *["next"] * (len(labels) - 1)]
    return [Stage(label, its_state) for label, its_state in zip(labels, states, strict=True)]


def stages_done(*, state: str, last_end: datetime | None, now: datetime) -> int:
    """How many of ``STAGES`` lie behind."""
    interviewed = last_end is not None and last_end <= now
    return {
        LoopState.BUILT: 1,
        LoopState.BOOKED: 3 if interviewed else 2,
        LoopState.DEBRIEF: 4,
        LoopState.DECIDED: len(STAGES),
        LoopState.CANCELLED: 1,
    }[LoopState(state)]


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
    replaced: list[str]


@dataclass(frozen=True, slots=True)
class NewerVersion:
    """A question of the loop that has been published anew since; the loop keeps its own version."""

    question: Question
    own: int
    newest: int


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
    newer: list[NewerVersion]


def loop_page(*, loop: Loop, user: User, now: datetime) -> LoopPage:
    """The rounds that the reader may see, on the reader's and the candidate's clock. Four queries."""
    seats = PanelSeat.objects.live().select_related("interviewer__user").order_by("role")
    rounds = list(
        Round.objects.visible_to(user)
        .filter(loop=loop)
        .annotate(question_count=Count("questions"))
        .prefetch_related(Prefetch("seats", seats, to_attr="panel"))
        .order_by("position")
    )
    asked = _asked_in(rounds)
    theirs = loop.application.candidate.time_zone
    first = next((it.starts_at for it in rounds if it.starts_at), now)
    differs = not same_clock(user.time_zone, theirs, first)
    ends = [it.ends_at for it in rounds if it.ends_at]
    return LoopPage(
        loop=loop,
        rounds=[_row(it, user.time_zone, theirs if differs else "", asked) for it in rounds],
        stages=stages(state=loop.state, last_end=max(ends, default=None), now=now),
        zone=zone_label(user.time_zone, first),
        other_zone=zone_label(theirs, first) if differs else "",
        minutes=sum(it.minutes for it in rounds),
        has_begun=any(it.starts_at <= now for it in rounds if it.starts_at),
        newer=_newer(asked),
    )


def _asked_in(rounds: list[Round]) -> list[AskedQuestion]:
    asked = AskedQuestion.objects.filter(round__in=[it.pk for it in rounds])
    return list(asked.select_related("version__question", "replaces__question").order_by("round__position", "position"))


def _newer(asked: list[AskedQuestion]) -> list[NewerVersion]:
    own = {it.version.question_id: it.version for it in asked}
    published = QuestionVersion.objects.filter(question__in=own, state=VersionState.PUBLISHED)
    newest = dict(published.order_by("number").values_list("question_id", "number"))
    return [
        NewerVersion(version.question, version.number, newest[question])
        for question, version in own.items()
        if newest.get(question, 0) > version.number
    ]


def _replaced(asked: AskedQuestion) -> str:
    assert asked.replaces is not None  # noqa: S101 -- for the type checker; the caller has looked
    planned = f"{asked.replaces.question.label} v{asked.replaces.number}"
    label = f"{asked.version.question.label} v{asked.version.number}"
    text = substitution_text(asked.replaced_because, planned)
    return _("%(question)s. %(reason)s") % {"question": label, "reason": text}


def _row(round_: Any, zone: str, other_zone: str, asked: list[AskedQuestion]) -> RoundRow:
    span = (round_.starts_at, round_.ends_at)
    return RoundRow(
        round=round_,
        label=f"R{round_.position}",
        day=day_text(round_.starts_at, zone) if round_.starts_at else "",
        times=times_text(span, zone) if round_.starts_at else "",
        other_times=times_text(span, other_zone) if round_.starts_at and other_zone else "",
        panel=round_.panel,
        questions=round_.question_count,
        replaced=[_replaced(it) for it in asked if it.round_id == round_.pk and it.replaces],
    )
