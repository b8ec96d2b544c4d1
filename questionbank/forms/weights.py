"""Competencies with their weights, as rows of a form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from questionbank.models import Competency

MOST_COMPETENCIES = 6


class WeightsForm(forms.Form):
    """Rows of a competency and its percent; ``cleaned_data["weights"]`` has them by competency."""

    # What the empty choice says.
    no_competency: Any = "---------"
    first_is_required = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, MOST_COMPETENCIES + 1):
            required = self.first_is_required and place == 1
            self.fields[f"competency_{place}"] = forms.ModelChoiceField(
                Competency.objects.all(), label=_("Competency"), required=required, empty_label=self.no_competency
            )
            self.fields[f"percent_{place}"] = forms.IntegerField(
                label=_("Weight in percent"), min_value=1, max_value=100, required=required
            )

    @property
    def weight_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"competency_{n}"], self[f"percent_{n}"]) for n in range(1, MOST_COMPETENCIES + 1)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        weights: dict[Competency, int] = {}
        for place in range(1, MOST_COMPETENCIES + 1):
            competency, percent = cleaned.get(f"competency_{place}"), cleaned.get(f"percent_{place}")
            if bool(competency) != bool(percent):
                self.add_error(f"percent_{place}", _("Choose a competency together with its weight."))
            elif competency and percent:
                weights[competency] = weights.get(competency, 0) + percent
        cleaned["weights"] = weights
        return cleaned
