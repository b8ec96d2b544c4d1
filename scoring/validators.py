"""What may be saved on a scorecard: types, limits and characters, checked before anything is written."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from questionbank.choices import LEVELS
from scoring.choices import Recommendation

MOST_SUMMARY = 500
MOST_TEXT = 10_000
_CARD_FIELDS = ("recommendation", "summary", "scores")
_SCORE_FIELDS = ("level", "not_assessed", "evidence", "private_note")
# Cc: control characters. Cs: half a surrogate pair, which no database can store.
_NOT_TEXT = {"Cc", "Cs"}

_WRONG_KIND = _("This is not of the kind expected here.")

Errors = dict[str, list[ValidationError]]


@dataclass(slots=True)
class CardChanges:
    """Checked changes: only what was sent. ``scores``: asked question → fields."""

    card: dict[str, str | None] = field(default_factory=dict)
    scores: dict[UUID, dict[str, Any]] = field(default_factory=dict)


def read_changes(changes: object, *, questions: Collection[UUID]) -> CardChanges:
    """Check what a form or a client wants to save.

    Raises ``ValidationError`` by field, such as ``scores.<id>.evidence``, with codes invalid_type, unknown_field,
    unknown_question, unknown_recommendation, level_out_of_range, level_or_not_assessed, too_long, not_text.
    """
    errors: Errors = {}
    result = CardChanges()
    if not isinstance(changes, Mapping):
        raise ValidationError({"": [ValidationError(_WRONG_KIND, code="invalid_type")]})
    _refuse_unknown(changes, _CARD_FIELDS, "", errors)
    if "recommendation" in changes:
        result.card["recommendation"] = _recommendation(changes["recommendation"], errors)
    if "summary" in changes:
        result.card["summary"] = _text(changes["summary"], "summary", MOST_SUMMARY, errors)
    scores = changes.get("scores", {})
    if not isinstance(scores, Mapping):
        _add(errors, "scores", _WRONG_KIND, "invalid_type")
        scores = {}
    by_id = {str(question): question for question in questions}
    for key, sent in scores.items():
        if key not in by_id:
            _add(errors, f"scores.{_shown(key)}", _("This question is not asked in this round."), "unknown_question")
        else:
            result.scores[by_id[key]] = _score(sent, f"scores.{key}", errors)
    if errors:
        raise ValidationError(errors)
    return result


def _add(errors: Errors, name: str, message: Any, code: str, **params: object) -> None:
    errors.setdefault(name, []).append(ValidationError(message, code=code, params=params or None))


def _shown(key: object) -> str:
    """A name from outside, short and printable enough to be repeated in an answer."""
    text = str(key)[:60]
    return "".join(character if character.isprintable() else "?" for character in text)


def _refuse_unknown(sent: Mapping[Any, Any], known: tuple[str, ...], prefix: str, errors: Errors) -> None:
    for key in sent:
        if key not in known:
            _add(errors, f"{prefix}{_shown(key)}", _("There is no such field."), "unknown_field")


def _recommendation(value: object, errors: Errors) -> str | None:
    if value is None or (isinstance(value, str) and value in Recommendation.values):
        return value
    _add(errors, "recommendation", _("There is no such recommendation."), "unknown_recommendation")
    return None


def _score(sent: object, name: str, errors: Errors) -> dict[str, Any]:
    if not isinstance(sent, Mapping):
        _add(errors, name, _WRONG_KIND, "invalid_type")
        return {}
    _refuse_unknown(sent, _SCORE_FIELDS, f"{name}.", errors)
    result: dict[str, Any] = {}
    if "level" in sent:
        result["level"] = _level(sent["level"], f"{name}.level", errors)
    if "not_assessed" in sent:
        result["not_assessed"] = _statement(sent["not_assessed"], f"{name}.not_assessed", errors)
    for text in ("evidence", "private_note"):
        if text in sent:
            result[text] = _text(sent[text], f"{name}.{text}", MOST_TEXT, errors)
    if result.get("level") is not None and result.get("not_assessed"):
        message = _("Give a level or say that it was not assessed, not both.")
        _add(errors, f"{name}.level", message, "level_or_not_assessed")
    return _completed(result)


def _completed(score: dict[str, Any]) -> dict[str, Any]:
    """A level takes "not assessed" back, and the other way round."""
    if score.get("level") is not None:
        return score | {"not_assessed": False}
    if score.get("not_assessed"):
        return score | {"level": None}
    return score


def _level(value: object, name: str, errors: Errors) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        _add(errors, name, _WRONG_KIND, "invalid_type")
    elif value not in LEVELS:
        _add(errors, name, _("A level is a whole number from 1 to 5."), "level_out_of_range")
    else:
        return value
    return None


def _statement(value: object, name: str, errors: Errors) -> bool:
    if isinstance(value, bool):
        return value
    _add(errors, name, _WRONG_KIND, "invalid_type")
    return False


def _text(value: object, name: str, most: int, errors: Errors) -> str:
    if not isinstance(value, str):
        _add(errors, name, _WRONG_KIND, "invalid_type")
        return ""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > most:
        _add(errors, name, _("At most %(most)s characters fit here."), "too_long", most=most)
    if any(unicodedata.category(character) in _NOT_TEXT and character not in "\n\t" for character in text):
        message = _("This text holds characters that cannot be printed. Remove them and save again.")
        _add(errors, name, message, "not_text")
    return text
