"""What the forms of scoring send."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scoring.choices import Outcome
from scoring.selectors.cards import CardPage, CardQuestion

NOT_ASSESSED = "none"


def changes_of(post: Mapping[str, str], page: CardPage) -> dict[str, Any]:
    """What a posted scorecard says differently from the saved one, as ``save_card`` takes it."""
    changes: dict[str, Any] = {}
    if (post.get("recommendation") or None) != page.recommendation:
        changes["recommendation"] = post.get("recommendation") or None
    if "summary" in post and _text(post["summary"]) != page.summary:
        changes["summary"] = _text(post["summary"])
    scores = {str(question.id): _score_changes(post, question) for question in page.questions}
    scores = {key: fields for key, fields in scores.items() if fields}
    return changes | ({"scores": scores} if scores else {})


def _score_changes(post: Mapping[str, str], question: CardQuestion) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    chosen = post.get(f"level-{question.id}", "")
    before = NOT_ASSESSED if question.not_assessed else str(question.level or "")
    if chosen != before:
        # Digits only become numbers; anything else goes to the service as it is, which refuses it.
        level = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 4 else chosen or None
        not_assessed = chosen == NOT_ASSESSED
        fields = {"level": None if not_assessed else level, "not_assessed": not_assessed}
    for name, control in (("evidence", "evidence"), ("private_note", "note")):
        sent = post.get(f"{control}-{question.id}")
        if sent is not None and _text(sent) != getattr(question, name):
            fields[name] = _text(sent)
    return fields


def _text(value: str) -> str:
    return value.replace("\r\n", "\n")  # a form sends CRLF, the card keeps LF


class ReasonForm(forms.Form):
    """A reason that stays on record."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Stays on record.")
    )


class DecisionForm(forms.Form):
    """The hiring manager's decision; nothing is chosen beforehand."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=Outcome.choices, widget=forms.RadioSelect)
    rationale = forms.CharField(
        label=_("Rationale, kept with the decision"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 3})
    )
