"""The only writer of scorecards. Whatever it has answered for is in the append-only history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import new_id
from accounts.models import User
from accounts.services.trail import record
from delivery.choices import EventType
from delivery.services.events import record_event
from interviews.models import AskedQuestion, Loop, PanelSeat
from scoring.choices import CardState
from scoring.models import QuestionScore, Scorecard, ScorecardRevision
from scoring.services.debriefs import open_when_complete
from scoring.services.drift import request_recheck
from scoring.validators import CardChanges, read_changes

LONGEST_KEY = 64
_SCORE_FIELDS = ["level", "not_assessed", "evidence", "private_note"]


@dataclass(frozen=True, slots=True)
class SavedCard:
    """What a save is answered with: the number of its revision and when it was written."""

    version: int
    saved_at: datetime


class StaleCard(ValidationError):  # noqa: N818 -- says what happened, not that something broke
    """The card has changed since the version that the writer read; ``card`` is what it is now."""

    def __init__(self, card: Scorecard) -> None:
        super().__init__(_("This card was changed in another tab or on another device."), code="stale_version")
        self.card = card


def open_card(*, seat: PanelSeat, user: User) -> Scorecard:
    """The interviewer's own card for a seat, made on first use. Raises ``PermissionDenied`` for anybody else."""
    _require_own(seat.pk, user)
    card, _made = Scorecard.objects.get_or_create(seat=seat)
    return card


@transaction.atomic
def save_card(
    *,
    card: Scorecard,
    user: User,
    version: int,
    changes: object,
    request_key: str,
    now: datetime | None = None,
) -> SavedCard:
    """Save changes to a draft that is still at ``version``. Seven queries at any number of questions.

    A repeated ``request_key`` gets the first answer again and writes nothing. Raises ``StaleCard``,
    ``ValidationError`` (codes already_submitted, invalid_key, key_reused, and those of ``read_changes``) or
    ``PermissionDenied``.
    """
    own = PanelSeat.objects.of(user).filter(pk=card.seat_id)
    questions = list(AskedQuestion.objects.filter(round__seats__in=own).values_list("pk", flat=True))
    if not questions:
        _require_own(card.seat_id, user)
    if not 0 < len(request_key) <= LONGEST_KEY or not request_key.isascii() or not request_key.isprintable():
        raise ValidationError(_("A request key has 1 to 64 printable characters."), code="invalid_key")
    checked = read_changes(changes, questions=questions)
    answered = _answered(card, request_key, checked)
    if answered:
        return answered
    now = now or timezone.now()
    claimed = Scorecard.objects.filter(pk=card.pk, version=version, state=CardState.DRAFT)
    if not claimed.update(version=F("version") + 1, saved_at=now, **checked.card):
        # A twin of this request may have been first while this one waited for the row.
        answered = _answered(card, request_key, checked)
        if answered:
            return answered
        raise _refusal(card)
    scores = _write_scores(card, checked.scores)
    return _add_revision(card, scores, user, request_key, now)


@transaction.atomic
def submit_card(*, card: Scorecard, user: User, version: int, now: datetime | None = None) -> Scorecard:
    """Make a card final, and open the debrief with the last one.

    Raises ``StaleCard``, or ``ValidationError`` with code already_submitted, or by field with code incomplete.
    """
    _require_own(card.seat_id, user)
    now = now or timezone.now()
    # The card first, as everybody does who changes one; then the loop: of two last cards submitted at once, the
    # second must see the first.
    card = Scorecard.objects.select_for_update().get(pk=card.pk)
    loop = Loop.objects.select_for_update(of=("self",)).get(rounds__seats=card.seat_id)
    if card.state != CardState.DRAFT or card.version != version:
        raise _refusal(card)
    missing = missing_parts(card)
    if missing:
        raise ValidationError(missing)
    card.state, card.submitted_at, card.version = CardState.SUBMITTED, now, card.version + 1
    card.save(update_fields=["state", "submitted_at", "version"])
    _add_revision(card, list(card.scores.all()), user, f"submit-{new_id()}", now)
    record(actor=user, action="scorecard.submitted", subject=card)
    record_event(
        type=EventType.SCORECARD_SUBMITTED,
        subject="scorecards",
        subject_id=card.pk,
        version=card.version,
        seat=card.seat_id,
        loop=loop.pk,
        application=loop.application_id,
    )
    open_when_complete(loop=loop)
    request_recheck(card=card, loop=loop)
    return card


def missing_parts(card: Scorecard) -> dict[str, list[ValidationError]]:
    """What still keeps a card from being submitted, by field. Two queries."""
    scores = {score.asked_question_id: score for score in card.scores.all()}
    errors: dict[str, list[ValidationError]] = {}
    for question in AskedQuestion.objects.filter(round__seats=card.seat_id).values_list("pk", flat=True):
        score = scores.get(question)
        if score is None or (score.level is None and not score.not_assessed):
            errors[f"scores.{question}.level"] = [_incomplete(_("Choose a level, or say that it was not assessed."))]
        elif score.level is not None and not score.evidence.strip():
            errors[f"scores.{question}.evidence"] = [_incomplete(_("Write down what the level rests on."))]
    if card.recommendation is None:
        errors["recommendation"] = [_incomplete(_("Say what you recommend."))]
    return errors


def refuse_before_own_cards(user: User) -> None:
    """For what shows everybody's cards at once. Raises ``ValidationError`` with code ``own_card_first``."""
    if PanelSeat.objects.of(user).exclude(scorecard__state=CardState.SUBMITTED).exists():
        raise ValidationError(_("Submit your own scorecards first."), code="own_card_first")


def _incomplete(message: Any) -> ValidationError:
    return ValidationError(message, code="incomplete")


def _require_own(seat_id: UUID, user: User) -> None:
    if not PanelSeat.objects.of(user).filter(pk=seat_id).exists():
        raise PermissionDenied


def _answered(card: Scorecard, request_key: str, checked: CardChanges) -> SavedCard | None:
    """The answer that this request has had already. Raises code key_reused if it then asked for something else."""
    revision = ScorecardRevision.objects.filter(scorecard=card, request_key=request_key).first()
    if revision is None:
        return None
    kept = revision.payload
    same = all(kept[name] == value for name, value in checked.card.items()) and all(
        kept["scores"][str(question)][name] == value
        for question, fields in checked.scores.items()
        for name, value in fields.items()
    )
    if not same:
        raise ValidationError(_("This request was already used to save something else."), code="key_reused")
    return SavedCard(version=revision.number, saved_at=revision.at)


def _refusal(card: Scorecard) -> ValidationError:
    current = Scorecard.objects.get(pk=card.pk)
    if current.state == CardState.SUBMITTED:
        return ValidationError(_("This card was submitted and is final."), code="already_submitted")
    return StaleCard(current)


def _write_scores(card: Scorecard, changes: dict[UUID, dict[str, Any]]) -> list[QuestionScore]:
    """Write what changed; all scores of the card as they then are."""
    scores = {score.asked_question_id: score for score in QuestionScore.objects.filter(scorecard=card)}
    for question, fields in changes.items():
        score = scores.setdefault(question, QuestionScore(scorecard=card, asked_question_id=question))
        for name, value in fields.items():
            setattr(score, name, value)
    if changes:
        QuestionScore.objects.bulk_create(
            [scores[question] for question in changes],
            update_conflicts=True,
            unique_fields=["scorecard", "asked_question"],
            update_fields=_SCORE_FIELDS,
        )
    return list(scores.values())


def _add_revision(
    card: Scorecard, scores: list[QuestionScore], user: User, request_key: str, now: datetime
) -> SavedCard:
    """Keep the whole card as it now stands in the database."""
    kept = Scorecard.objects.get(pk=card.pk)
    payload = {
        "state": kept.state,
        "recommendation": kept.recommendation,
        "summary": kept.summary,
        "scores": {
            str(score.asked_question_id): {name: getattr(score, name) for name in _SCORE_FIELDS} for score in scores
        },
    }
    ScorecardRevision.objects.create(
        scorecard=card, number=kept.version, payload=payload, author=user, request_key=request_key, at=now
    )
    return SavedCard(version=kept.version, saved_at=now)
