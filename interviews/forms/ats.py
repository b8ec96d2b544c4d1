"""Connections to applicant tracking systems, and at which stage a candidate gets a loop."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from interviews.choices import AtsMessageState, AtsVendor
from interviews.models import AtsConnection, Job

SPARE_ROWS = 3
MOST_ROWS = 200

Rules = list[tuple[str, Job | None]]


class ConnectionForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=80,
        help_text=_("As people call it, such as “ATS of the Berlin office”."),
    )
    vendor = forms.ChoiceField(label=_("System"), choices=AtsVendor.choices)
    system = forms.SlugField(
        label=_("Its name in external ids"),
        max_length=40,
        help_text=_("A short word such as “greenhouse”. Its ids are kept under it; it never changes."),
    )


class RulesForm(forms.Form):
    """The name of a connection, and its rules as numbered rows; a row without a stage is left out."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=80)

    def __init__(self, *args: Any, connection: AtsConnection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = list(connection.rules.all())
        self.initial.setdefault("name", connection.name)
        self._rows = min(max(self._sent_rows(), len(kept) + SPARE_ROWS), MOST_ROWS)
        jobs = list(Job.objects.order_by("title", "pk"))
        choices = [("", _("all jobs that it knows")), *((str(job.pk), str(job)) for job in jobs)]
        self._jobs = {str(job.pk): job for job in jobs}
        for row in range(self._rows):
            rule = kept[row] if row < len(kept) else None
            self.fields[f"stage_{row}"] = forms.CharField(
                label=_("Stage"), max_length=120, required=False, initial=rule.stage if rule else ""
            )
            self.fields[f"job_{row}"] = forms.ChoiceField(
                label=_("For"), choices=choices, required=False, initial=str(rule.job_id or "") if rule else ""
            )

    def _sent_rows(self) -> int:
        """One more than the highest row that was sent."""
        numbers = [name.removeprefix("stage_") for name in self.data if name.startswith("stage_")]
        return max((int(number) + 1 for number in numbers if number.isdecimal() and len(number) < 4), default=0)

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"stage_{row}"], self[f"job_{row}"]) for row in range(self._rows)]

    @property
    def rules(self) -> Rules:
        """What the rows say, once they are valid."""
        sent = [(self.cleaned_data[f"stage_{row}"], self.cleaned_data[f"job_{row}"]) for row in range(self._rows)]
        return [(stage, self._jobs.get(job)) for stage, job in sent if stage]


class JobLinkForm(forms.Form):
    external_id = forms.CharField(
        label=_("Its id there"), max_length=200, help_text=_("As it stands in the other system's messages.")
    )
    job = forms.ModelChoiceField(Job.objects.order_by("title", "pk"), label=_("Is our job"), empty_label=_("Choose"))


class UnlinkForm(forms.Form):
    job = forms.ModelChoiceField(Job.objects.all())


class MessageFilterForm(forms.Form):
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("All")), *AtsMessageState.choices],
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )
