"""What may be read of a loop's cards, by whom, and how far the panel is. Private notes are never read here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import User
from interviews.choices import LoopState, SeatState
from interviews.models import AskedQuestion, JobMember, Loop, PanelSeat
from questionbank.models import Competency, CompetencyWeight, QuestionText
from scoring.choices import CardState
from scoring.measurement.results import Policy, Rating, Result, measure
from scoring.models import Debrief, Decision, DecisionPolicy, Scorecard
from scoring.selectors.cards import pick_text

Scores = dict[tuple[UUID, UUID], dict[str, Any]]
Weights = dict[UUID, dict[str, float]]
# What the page of a loop's debrief may show a person.
Access = Literal["readable", "own_card_first", "progress", "waiting", "reason_first"]


@dataclass(frozen=True, slots=True)
class Voice:
    """One card of the panel: who, in which round, and what it recommends."""

    card_id: UUID
    interviewer_id: UUID
    user_id: UUID
    name: str
    title: str
    round: int
    recommendation: str
    summary: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What one interviewer gave for one question, with the anchor of that level."""

    voice: Voice
    level: int | None
    not_assessed: bool
    evidence: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One asked question with everybody's answer to it."""

    id: UUID
    label: str
    round: int
    text: QuestionText
    competencies: tuple[str, ...]
    answers: tuple[Answer, ...]

    @property
    def spread(self) -> int | None:
        """How far the levels lie apart; None where fewer than two were given."""
        levels = [answer.level for answer in self.answers if answer.level is not None]
        return max(levels) - min(levels) if len(levels) > 1 else None


@dataclass(frozen=True, slots=True)
class DebriefPage:
    """An opened debrief, whole. ``competencies``: key of the result → competency."""

    debrief: Debrief
    loop: Loop
    voices: tuple[Voice, ...]
    evidence: tuple[Evidence, ...]
    result: Result
    competencies: dict[str, Competency]
    cards_in: int
    cards_due: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one seat's card is: nothing of what it says."""

    seat: PanelSeat
    is_in: bool
    is_over: bool  # the round has ended: the card is due


@dataclass(frozen=True, slots=True)
class DebriefRow:
    """A line of the list. Counts and decision are None where the person may not know them."""

    loop: Loop
    access: Access
    opened_at: datetime | None
    cards_in: int | None = None
    cards_due: int | None = None
    decision: Decision | None = None


def debrief_access(*, loop: Loop, user: User) -> Access:
    """What a person who sees the loop may see of its debrief. Three queries at most."""
    if Debrief.objects.visible_to(user).filter(loop=loop).exists():
        return "readable"
    own = PanelSeat.objects.of(user).filter(round__loop=loop)
    states = set(own.values_list("scorecard__state", flat=True))
    if states - {CardState.SUBMITTED}:
        return "own_card_first"
    if JobMember.objects.filter(job__applications__loop=loop, user=user).exists():
        return "progress"
    if user.is_admin and Debrief.objects.filter(loop=loop).exists():
        return "reason_first"
    return "waiting"


def card_progress(*, loop: Loop) -> list[Progress]:
    """Who has submitted. Only for those whose access is readable or progress. One query."""
    seats = PanelSeat.objects.live().filter(round__loop=loop).select_related("round", "interviewer__user")
    done = Exists(Scorecard.objects.submitted().filter(seat=OuterRef("pk")))
    now = timezone.now()
    return [
        Progress(seat, seat.is_in, is_over=seat.round.ends_at is not None and seat.round.ends_at <= now)
        for seat in seats.annotate(is_in=done)
    ]


def debrief_rows(*, user: User, job_role: str = "") -> "QuerySet[Any, Any]":
    """Loops on the way to a debrief or past it, newest first, for ``as_row``. One query when read.

    ``job_role`` keeps those of the jobs on which the person has that role.
    """
    live = PanelSeat.objects.live().filter(round__loop=OuterRef("pk"))
    owed = PanelSeat.objects.of(user).filter(round__loop=OuterRef("pk")).exclude(scorecard__state=CardState.SUBMITTED)
    member = JobMember.objects.filter(job=OuterRef("application__job"), user=user)
    rows = Loop.objects.visible_to(user).filter(state__in=[LoopState.BOOKED, LoopState.DEBRIEF, LoopState.DECIDED])
    if job_role:
        rows = rows.filter(Exists(member.filter(role=job_role)))
    return rows.select_related("application__candidate", "application__job", "debrief__decision").annotate(
        is_readable=Exists(Debrief.objects.visible_to(user).filter(loop=OuterRef("pk"))),
        is_member=Exists(member),
        owes_card=Exists(owed),
        cards_due=_count(live),
        cards_in=_count(live.filter(scorecard__state=CardState.SUBMITTED)),
    )


def as_row(loop: Any, user: User) -> DebriefRow:
    """One of ``debrief_rows`` without what the person may not know."""
    debrief = getattr(loop, "debrief", None)
    access: Access = "waiting"
    if loop.is_readable:
        access = "readable"
    elif loop.owes_card:
        access = "own_card_first"
    elif loop.is_member:
        access = "progress"
    elif user.is_admin and debrief:
        access = "reason_first"
    row = DebriefRow(loop=loop, access=access, opened_at=debrief.opened_at if debrief else None)
    if access in ("readable", "progress"):
        row = replace(row, cards_in=loop.cards_in, cards_due=loop.cards_due)
    if access == "readable":
        row = replace(row, decision=getattr(debrief, "decision", None))
    return row


def debrief_context(*, debrief: Debrief) -> DebriefPage:
    """Everything that an opened debrief shows. Nine queries at any size.

    The caller has found the debrief through ``Debrief.objects.visible_to``.
    """
    loop = Loop.objects.select_related("application__candidate", "application__job").get(pk=debrief.loop_id)
    voices = voices_of([loop.pk]).get(loop.pk, ())
    asked = list(_asked(loop))
    weights = weights_of(asked)
    scores = scores_of(voices)
    competencies = competencies_of(asked)
    due = PanelSeat.objects.live().filter(round__loop=loop).count()
    result = result_of(asked, scores, voices, weights, policy=debrief.policy, due=due)
    language = (get_language() or "", loop.application.job.language)
    evidence = tuple(_evidence(each, scores, voices, language) for each in asked)
    return DebriefPage(debrief, loop, voices, evidence, result, competencies, len(voices), due)


def competencies_of(asked: Iterable[AskedQuestion]) -> dict[str, Competency]:
    """What the questions are asked for, by id as the measurement has it. No query for prefetched ones."""
    return {str(each.pk): each for question in asked for each in question.competencies.all()}


def result_of(
    asked: Sequence[AskedQuestion],
    scores: Scores,
    voices: Sequence[Voice],
    weights: Weights,
    *,
    policy: DecisionPolicy,
    due: int,
) -> Result:
    """The result of one loop. No query."""
    competencies = competencies_of(asked)
    return measure(
        _ratings(asked, scores, voices, weights),
        as_policy(policy),
        competencies=sorted(competencies, key=lambda key: competencies[key].slug),
        cards_in=len(voices),
        cards_due=due,
    )


def as_policy(policy: DecisionPolicy) -> Policy:
    return Policy(
        overall_line=float(policy.overall_line),
        competency_line=float(policy.competency_line),
        knockout_line=float(policy.knockout_line),
        least_questions=policy.least_questions,
    )


def _count(seats: "QuerySet[PanelSeat]") -> Coalesce:
    counted = seats.order_by().values("round__loop").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def voices_of(loops: Iterable[UUID]) -> dict[UUID, tuple[Voice, ...]]:
    """Loop → its submitted cards, in the order of the rounds. One query."""
    cards = (
        Scorecard.objects.submitted()
        .filter(seat__round__loop__in=loops, seat__state=SeatState.CONFIRMED)
        .order_by("seat__round__position", "seat__role", "pk")
        .values_list(
            "seat__round__loop",
            "pk",
            "seat__interviewer_id",
            "seat__interviewer__user_id",
            "seat__interviewer__user__display_name",
            "seat__interviewer__title",
            "seat__round__position",
            "recommendation",
            "summary",
            "submitted_at",
        )
    )
    voices: dict[UUID, tuple[Voice, ...]] = {}
    for loop, *card in cards:
        voices[loop] = (*voices.get(loop, ()), Voice(*card))
    return voices


def _asked(loop: Loop) -> QuerySet[AskedQuestion]:
    texts = QuestionText.objects.prefetch_related("levels")
    return (
        AskedQuestion.objects.filter(round__loop=loop)
        .select_related("round", "version__question")
        .prefetch_related("competencies", Prefetch("version__texts", texts))
        .order_by("round__position", "position")
    )


def weights_of(asked: Iterable[AskedQuestion]) -> Weights:
    """Of each version: competency → how much of it speaks to that, in percent. One query."""
    weights: Weights = {}
    rows = CompetencyWeight.objects.filter(version__in=[each.version_id for each in asked])
    for version, competency, percent in rows.values_list("version_id", "competency_id", "percent"):
        weights.setdefault(version, {})[str(competency)] = float(percent)
    return weights


def scores_of(voices: Iterable[Voice]) -> Scores:
    """(card, asked question) → level, not_assessed, evidence. One query."""
    rows = Scorecard.objects.filter(pk__in=[voice.card_id for voice in voices], scores__isnull=False).values(
        "pk", "scores__asked_question_id", "scores__level", "scores__not_assessed", "scores__evidence"
    )
    return {(row["pk"], row["scores__asked_question_id"]): row for row in rows}


def _ratings(
    asked: Iterable[AskedQuestion],
    scores: Scores,
    voices: Sequence[Voice],
    weights: Weights,
) -> list[Rating]:
    ratings = []
    for question in asked:
        meant = {str(each.pk) for each in question.competencies.all()}
        own = {key: percent for key, percent in weights.get(question.version_id, {}).items() if key in meant}
        for voice in voices:
            score = scores.get((voice.card_id, question.pk))
            if score is not None:
                ratings.append(Rating(str(question.pk), str(voice.interviewer_id), score["scores__level"], own))
    return ratings


def _evidence(
    asked: AskedQuestion,
    scores: Scores,
    voices: Sequence[Voice],
    languages: tuple[str, ...],
) -> Evidence:
    text = pick_text(asked.version.texts.all(), languages)
    anchors = {level.level: level.anchor for level in text.levels.all()}
    answers = []
    for voice in voices:
        score = scores.get((voice.card_id, asked.pk))
        if score is not None:
            level = score["scores__level"]
            not_assessed, evidence = score["scores__not_assessed"], score["scores__evidence"]
            answers.append(Answer(voice, level, not_assessed, evidence, anchors.get(level, "")))
    return Evidence(
        id=asked.pk,
        label=f"{asked.version.question.label} {asked.version}",
        round=asked.round.position,
        text=text,
        competencies=tuple(each.name for each in asked.competencies.all()),
        answers=tuple(answers),
    )
