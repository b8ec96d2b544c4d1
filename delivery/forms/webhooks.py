"""Where a webhook leads, what it is told of, and which deliveries are sent again."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from delivery.choices import DeliveryState, EventType

TYPES = [(it.value, it.label) for it in EventType if it is not EventType.WEBHOOK_TESTED]


class EndpointForm(forms.Form):
    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://", "inputmode": "url", "spellcheck": "false"}),
        help_text=_("On the public internet, with https."),
    )
    description = forms.CharField(
        label=_("Description"), max_length=200, required=False, help_text=_("Who listens there.")
    )
    types = forms.MultipleChoiceField(
        label=_("What it is told of"),
        choices=TYPES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: everything, and whatever is added later."),
    )

    @property
    def type_rows(self) -> list[tuple[str, Any, bool]]:
        """(code, label, ticked)."""
        ticked = self["types"].value() or []
        return [(code, label, code in ticked) for code, label in TYPES]


class LogForm(forms.Form):
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("All")), *DeliveryState.choices],
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )


def _hours_ago(hours: int) -> datetime:
    return (timezone.localtime() - timedelta(hours=hours)).replace(second=0, microsecond=0)


def _moment(label: Any, hours: int) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        initial=lambda: _hours_ago(hours),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class RangeForm(forms.Form):
    """On the reader's own clock."""

    after = _moment(_("From"), 24)
    until = _moment(_("Until"), 0)
