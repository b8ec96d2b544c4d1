"""The parts of a scorecard as its template draws them."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from scoring.selectors.cards import CardPage, CardQuestion

_CONTROLS = {"level": "level", "not_assessed": "level", "evidence": "evidence", "private_note": "note"}


@dataclass(frozen=True, slots=True)
class Controls:
    """What a refused form has to say beside its controls. ``saved``: the card as another tab has left it."""

    errors: dict[str, str] = field(default_factory=dict)
    saved: CardPage | None = None

    @property
    def recommendation_error(self) -> str:
        return self.errors.get("recommendation", "")

    @property
    def summary_error(self) -> str:
        return self.errors.get("summary", "")


@dataclass(frozen=True, slots=True)
class CardPart:
    """One question, what is wrong with its controls, and the same question as saved elsewhere where that differs."""

    place: int
    question: CardQuestion
    level_error: str = ""
    evidence_error: str = ""
    note_error: str = ""
    saved: CardQuestion | None = None


def card_parts(page: CardPage, controls: Controls) -> list[CardPart]:
    """The questions of a card in order."""
    saved = {question.id: question for question in controls.saved.questions} if controls.saved else {}
    parts = []
    for place, question in enumerate(page.questions, start=1):
        errors = {f"{name}_error": controls.errors.get(f"{name}-{question.id}", "") for name in _CONTROLS.values()}
        other = saved.get(question.id)
        parts.append(CardPart(place, question, saved=other if other != question else None, **errors))
    return parts


def errors_by_control(by_field: dict[str, Any]) -> dict[str, str]:
    """The first message for each control: ``scores.<id>.evidence`` belongs to ``evidence-<id>``."""
    errors: dict[str, str] = {}
    for name, items in by_field.items():
        head, _dot, rest = name.partition(".")
        question, _dot, last = rest.rpartition(".")
        control = f"{_CONTROLS.get(last, last)}-{question}" if head == "scores" else name
        first: ValidationError = items[0]
        errors[control] = first.messages[0]
    return errors
