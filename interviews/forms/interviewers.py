"""How interviewers can be booked, and when they are busy."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from interviews.choices import Weekday
from interviews.forms.fields import time_field
from interviews.models import Interviewer
from interviews.services.interviewers import Block
from interviews.services.jobs import Window


class RulesForm(forms.Form):
    """How a person can be booked: one block of hours a day, on their own clock."""

    is_active = forms.BooleanField(label=_("Takes interviews"), required=False)
    most_per_day = forms.IntegerField(label=_("Interviews a day at most"), min_value=1, max_value=12)
    notice_hours = forms.IntegerField(label=_("Notice in hours"), min_value=0, max_value=720)
    buffer_minutes = forms.IntegerField(label=_("Free minutes between interviews"), min_value=0, max_value=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in Weekday:
            self.fields[f"from_{day.value}"] = time_field(_("From"))
            self.fields[f"until_{day.value}"] = time_field(_("Until"))

    @property
    def rules(self) -> list[forms.BoundField]:
        return [self[name] for name in ("most_per_day", "notice_hours", "buffer_minutes")]

    @property
    def days(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        return [(day.label, self[f"from_{day.value}"], self[f"until_{day.value}"]) for day in Weekday]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for day in Weekday:
            starts, ends = cleaned.get(f"from_{day.value}"), cleaned.get(f"until_{day.value}")
            if (starts is None) != (ends is None):
                self.add_error(f"from_{day.value}", _("Give both times, or neither."))
            elif starts is not None and ends <= starts:
                self.add_error(f"until_{day.value}", _("This has to be later than the start."))
        return cleaned

    def hours(self) -> list[Block]:
        data = self.cleaned_data
        return [
            (day.value, data[f"from_{day.value}"], data[f"until_{day.value}"])
            for day in Weekday
            if data[f"from_{day.value}"] is not None
        ]


def initial_rules(interviewer: Interviewer) -> dict[str, Any]:
    """What a ``RulesForm`` starts from: of several blocks of a day, from the first start to the last end."""
    names = ("is_active", "most_per_day", "notice_hours", "buffer_minutes")
    initial: dict[str, Any] = {name: getattr(interviewer, name) for name in names}
    for block in interviewer.hours.all():
        initial.setdefault(f"from_{block.weekday}", block.starts)
        initial[f"until_{block.weekday}"] = block.ends
    return initial


class BusyForm(forms.Form):
    """A span on the interviewer's own clock."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    starts = time_field(_("From"), required=True)
    ends = time_field(_("Until"), required=True)
    what = forms.CharField(label=_("What"), max_length=120, required=False)

    def span(self, zone: str) -> Window:
        day, clock = self.cleaned_data["day"], ZoneInfo(zone)
        return (
            dt.datetime.combine(day, self.cleaned_data["starts"], tzinfo=clock),
            dt.datetime.combine(day, self.cleaned_data["ends"], tzinfo=clock),
        )
