"""The interviewer's own cards. Nothing here reads a row of anybody else's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.utils.translation import get_language

from accounts.models import User
from interviews.models import AskedQuestion, Loop, PanelSeat, Round
from questionbank.choices import LEVELS
from questionbank.models import QuestionText
from scoring.choices import CardState
from scoring.models import QuestionScore, Scorecard

_PLACE = "round__loop__application"


@dataclass(frozen=True, slots=True)
class CardQuestion:
    """One question as the interviewer asks it, with what they have written so far."""

    id: UUID
    place: int
    label: str
    minutes: int
    competencies: tuple[str, ...]
    text: QuestionText
    anchors: tuple[tuple[int, str], ...]
    level: int | None = None
    not_assessed: bool = False
    evidence: str = ""
    private_note: str = ""

    @property
    def key(self) -> str:
        """The id as names of controls hold it."""
        return str(self.id)

    @property
    def is_scored(self) -> bool:
        return self.level is not None or self.not_assessed

    @property
    def lacks(self) -> str:
        """What keeps the card from being submitted: "level", "evidence" or nothing."""
        if not self.is_scored:
            return "level"
        return "evidence" if self.level is not None and not self.evidence.strip() else ""


@dataclass(frozen=True, slots=True)
class CardPage:
    """One seat's card with its round and questions. ``version`` 0: nothing was saved yet."""

    seat: PanelSeat
    round: Round
    loop: Loop
    rounds: int
    version: int
    state: str
    recommendation: str | None
    summary: str
    saved_at: datetime | None
    submitted_at: datetime | None
    questions: tuple[CardQuestion, ...]
    languages: tuple[str, ...]

    @property
    def scored(self) -> int:
        return sum(question.is_scored for question in self.questions)

    @property
    def is_whole(self) -> bool:
        """Nothing is missing for submitting it."""
        return self.recommendation is not None and not any(question.lacks for question in self.questions)

    @property
    def is_final(self) -> bool:
        return self.state == CardState.SUBMITTED


def own_seat(*, seat_id: UUID, user: User) -> Any:
    """A seat that the person fills, with its card; ``PanelSeat.DoesNotExist`` for any other. One query."""
    wanted = PanelSeat.objects.of(user).select_related(
        f"{_PLACE}__candidate", f"{_PLACE}__job", "interviewer__user", "scorecard"
    )
    rounds = Round.objects.filter(loop=OuterRef("round__loop")).order_by().values("loop").annotate(n=Count("pk"))
    return wanted.annotate(rounds=Subquery(rounds.values("n"))).get(pk=seat_id)


def card_page(*, seat_id: UUID, user: User, language: str = "") -> CardPage:
    """The scoring page of one's own seat. Six queries at any number of questions.

    Questions come in ``language`` if they have it, else in the reader's, else as the job asks them.
    Raises ``PanelSeat.DoesNotExist`` for a seat of somebody else.
    """
    seat = own_seat(seat_id=seat_id, user=user)
    card = card_of(seat) or Scorecard(seat=seat)
    scores = {score.asked_question_id: score for score in QuestionScore.objects.filter(scorecard=card)}
    loop = seat.round.loop
    wanted = (language, get_language() or "", loop.application.job.language)
    asked = list(_asked(seat.round))
    questions = tuple(_question(each, scores.get(each.pk), wanted) for each in asked)
    return CardPage(
        seat=seat,
        round=seat.round,
        loop=loop,
        rounds=seat.rounds,
        version=card.version,
        state=card.state,
        recommendation=card.recommendation,
        summary=card.summary,
        saved_at=card.saved_at,
        submitted_at=card.submitted_at,
        questions=questions,
        languages=tuple(sorted({text.language for each in asked for text in each.version.texts.all()})),
    )


def with_values(page: CardPage, changes: dict[str, Any]) -> CardPage:
    """The page as a refused form left it: what was typed instead of what is saved."""
    scores = changes.get("scores", {})
    questions = tuple(_with_fields(each, scores.get(each.key, {})) for each in page.questions)
    card = {name: changes[name] for name in ("recommendation", "summary") if name in changes}
    return replace(page, questions=questions, **card)


def _with_fields(question: CardQuestion, fields: dict[str, Any]) -> CardQuestion:
    if fields.get("level") not in (None, *LEVELS):
        fields = {name: value for name, value in fields.items() if name != "level"}  # nothing that could be shown
    return replace(question, **fields)


def card_state(*, card: Scorecard) -> dict[str, Any]:
    """What a card holds now, for a client that has to merge. One query."""
    scores = QuestionScore.objects.filter(scorecard=card)
    return {
        "version": card.version,
        "state": card.state,
        "saved_at": card.saved_at,
        "recommendation": card.recommendation,
        "summary": card.summary,
        "scores": {
            str(score.asked_question_id): {
                "level": score.level,
                "not_assessed": score.not_assessed,
                "evidence": score.evidence,
                "private_note": score.private_note,
            }
            for score in scores
        },
    }


def my_cards(*, user: User) -> Sequence[PanelSeat]:
    """The person's seats, those with an open card first, each with ``card`` (or None). Two queries at any size."""
    seats = (
        PanelSeat.objects.of(user)
        .select_related(f"{_PLACE}__candidate", f"{_PLACE}__job")
        .prefetch_related(Prefetch("scorecard", Scorecard.objects.of(user)))
    )
    return sorted(seats, key=_by_urgency)


def card_of(seat: PanelSeat) -> Scorecard | None:
    """The seat's card, which the selectors here have fetched with it; None where none was opened."""
    return getattr(seat, "scorecard", None)


def _by_urgency(seat: PanelSeat) -> tuple[bool, bool, float]:
    """Open cards by time, then those without a time, then the submitted ones, newest first."""
    card, starts = card_of(seat), seat.round.starts_at
    done = card is not None and card.state == CardState.SUBMITTED
    moment = starts.timestamp() if starts else 0.0
    return done, starts is None, -moment if done else moment


def _asked(round_: Round) -> "list[AskedQuestion]":
    texts = QuestionText.objects.prefetch_related("levels")
    return list(
        AskedQuestion.objects.filter(round=round_)
        .select_related("version__question")
        .prefetch_related("competencies", Prefetch("version__texts", texts))
        .order_by("position")
    )


def _question(asked: AskedQuestion, score: QuestionScore | None, languages: tuple[str, ...]) -> CardQuestion:
    version = asked.version
    text = pick_text(version.texts.all(), languages)
    question = CardQuestion(
        id=asked.pk,
        place=asked.position,
        label=f"{version.question.label} {version}",
        minutes=version.minutes,
        competencies=tuple(competency.name for competency in asked.competencies.all()),
        text=text,
        anchors=tuple((level.level, level.anchor) for level in text.levels.all()),
    )
    if score is None:
        return question
    return replace(
        question,
        level=score.level,
        not_assessed=score.not_assessed,
        evidence=score.evidence,
        private_note=score.private_note,
    )


def pick_text(texts: "Sequence[QuestionText] | Any", languages: Sequence[str]) -> QuestionText:
    """The text in the first of ``languages`` that there is, else any."""
    by_language = {text.language: text for text in texts}
    wanted = next((language for language in languages if language in by_language), None)
    return by_language[wanted] if wanted else next(iter(by_language.values()))
