"""A job, its candidates, and the times at which they can come."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language, Role
from accounts.models import User
from accounts.validators import validate_time_zone
from interviews.forms.fields import time_field
from interviews.services.jobs import Window
from questionbank.models import RoleFamily, SeniorityLevel

ZONE_HELP = _("For example Europe/Berlin or Asia/Shanghai.")
WINDOW_ROWS = 5


def _zone_field() -> forms.CharField:
    return forms.CharField(label=_("Time zone"), max_length=64, help_text=ZONE_HELP, validators=[validate_time_zone])


class JobForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=120)
    role_family = forms.ModelChoiceField(RoleFamily.objects.all(), label=_("Role"), empty_label=_("Choose"))
    seniority = forms.ModelChoiceField(SeniorityLevel.objects.all(), label=_("Seniority"), empty_label=_("Choose"))
    team = forms.CharField(label=_("Team"), max_length=120, required=False)
    place = forms.CharField(label=_("Place"), max_length=120, required=False)
    language = forms.ChoiceField(label=_("Questions are asked in"), choices=Language.choices)
    time_zone = _zone_field()
    recruiters = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("Recruiters"), widget=forms.CheckboxSelectMultiple
    )
    hiring_managers = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("Hiring managers"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, role in (("recruiters", Role.RECRUITER), ("hiring_managers", Role.HIRING_MANAGER)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 -- for the type checker
            field.queryset = User.objects.active().with_role(role)


class CandidateForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    native_name = forms.CharField(label=_("Name in their own script"), max_length=120, required=False)
    email = forms.EmailField(label=_("E-mail"))
    time_zone = _zone_field()
    language = forms.ChoiceField(label=_("Language of mails"), choices=Language.choices)


class WindowsForm(forms.Form):
    """Spans in which a candidate can be interviewed, on the candidate's own clock. Empty rows are left out."""

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clock = ZoneInfo(zone)
        for row in range(WINDOW_ROWS):
            self.fields[f"day_{row}"] = forms.DateField(
                label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            )
            self.fields[f"from_{row}"] = time_field(_("From"))
            self.fields[f"until_{row}"] = time_field(_("Until"))

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"{name}_{row}"] for name in ("day", "from", "until")] for row in range(WINDOW_ROWS)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for row in range(WINDOW_ROWS):
            parts = [cleaned.get(f"{name}_{row}") for name in ("day", "from", "until")]
            if any(part is not None for part in parts) and not all(part is not None for part in parts):
                self.add_error(f"day_{row}", _("Give a day and both times, or leave the row empty."))
        return cleaned

    def windows(self) -> list[Window]:
        found = []
        for row in range(WINDOW_ROWS):
            day = self.cleaned_data[f"day_{row}"]
            if day is not None:
                starts, ends = (self.cleaned_data[f"{name}_{row}"] for name in ("from", "until"))
                found.append((self._moment(day, starts), self._moment(day, ends)))
        return found

    def _moment(self, day: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, time, tzinfo=self.clock)


def initial_windows(windows: list[Window], zone: str) -> dict[str, Any]:
    """The first rows of a ``WindowsForm`` from what is kept."""
    initial: dict[str, Any] = {}
    for row, (starts_at, ends_at) in enumerate(windows[:WINDOW_ROWS]):
        starts, ends = (moment.astimezone(ZoneInfo(zone)) for moment in (starts_at, ends_at))
        initial |= {f"day_{row}": starts.date(), f"from_{row}": starts.time(), f"until_{row}": ends.time()}
    return initial
