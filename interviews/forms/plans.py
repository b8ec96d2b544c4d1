"""What the buttons of the loop builder send."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from interviews.planning.assembly_types import Change
from interviews.selectors.plan_choices import from_field
from interviews.services.plans import MOST_FORMS

MOST_CHANGES = 5


class BuildForm(forms.Form):
    """How many parallel forms; the seed tells equal plans apart."""

    seed = forms.IntegerField(min_value=0, max_value=9_999, required=False, widget=forms.HiddenInput)
    forms = forms.TypedChoiceField(
        label=_("Parallel forms"),
        choices=[(number, number) for number in range(1, MOST_FORMS + 1)],
        coerce=int,
        required=False,
        help_text=_("Sets of equal coverage and difficulty, given to candidates in turn to spare the questions."),
    )

    @property
    def chosen(self) -> dict[str, int]:
        return {"forms": self.cleaned_data["forms"] or 1, "seed": self.cleaned_data["seed"] or 0}


class EditForm(forms.Form):
    """A change of the plan as it was at so many edits."""

    edits = forms.IntegerField(min_value=0, max_value=10**9)


class SwapForm(EditForm):
    """Changes as ``as_field`` writes them, each a value of its own."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        fields = self.data.getlist("change")[: MOST_CHANGES + 1]  # type: ignore[attr-defined]  # always a QueryDict
        changes = [from_field(text) for text in fields]
        if not 0 < len(changes) <= MOST_CHANGES or None in changes:
            raise ValidationError("", code="unreadable")
        return cleaned | {"changes": changes}

    @property
    def changes(self) -> list[Change]:
        return list(self.cleaned_data["changes"])


class LockForm(forms.Form):
    question = forms.UUIDField()
    locked = forms.BooleanField(required=False)


class RemoveForm(EditForm):
    question = forms.UUIDField()


class MoveForm(EditForm):
    question = forms.UUIDField()
    round = forms.CharField(max_length=8)
    position = forms.IntegerField(min_value=1, max_value=1_000)
