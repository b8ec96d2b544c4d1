"""What recruiters and interviewers type."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language, Role
from accounts.models import User
from accounts.validators import validate_time_zone
from interviews.choices import CancelReason, LoopState, Weekday
from interviews.models import Interviewer
from interviews.services.interviewers import Block
from interviews.services.jobs import Window
from questionbank.models import RoleFamily, SeniorityLevel

ZONE_HELP = _("For example Europe/Berlin or Asia/Shanghai.")
WINDOW_ROWS = 5


def _zone_field() -> forms.CharField:
    return forms.CharField(label=_("Time zone"), max_length=64, help_text=ZONE_HELP, validators=[validate_time_zone])


def _time(label: Any, *, required: bool = False) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=required, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


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
            self.fields[f"from_{row}"] = _time(_("From"))
            self.fields[f"until_{row}"] = _time(_("Until"))

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


class LoopFilterForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *LoopState.choices], required=False)


class BookForm(forms.Form):
    proposal = forms.UUIDField(widget=forms.HiddenInput)
    link = forms.URLField(
        label=_("Video link"), required=False, assume_scheme="https", help_text=_("One for all rounds; in every mail.")
    )


class CancelForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=CancelReason.choices)


class RulesForm(forms.Form):
    """How a person can be booked: one block of hours a day, on their own clock."""

    is_active = forms.BooleanField(label=_("Takes interviews"), required=False)
    most_per_day = forms.IntegerField(label=_("Interviews a day at most"), min_value=1, max_value=12)
    notice_hours = forms.IntegerField(label=_("Notice in hours"), min_value=0, max_value=720)
    buffer_minutes = forms.IntegerField(label=_("Free minutes between interviews"), min_value=0, max_value=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in Weekday:
            self.fields[f"from_{day.value}"] = _time(_("From"))
            self.fields[f"until_{day.value}"] = _time(_("Until"))

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
    starts = _time(_("From"), required=True)
    ends = _time(_("Until"), required=True)
    what = forms.CharField(label=_("What"), max_length=120, required=False)

    def span(self, zone: str) -> Window:
        day, clock = self.cleaned_data["day"], ZoneInfo(zone)
        return (
            dt.datetime.combine(day, self.cleaned_data["starts"], tzinfo=clock),
            dt.datetime.combine(day, self.cleaned_data["ends"], tzinfo=clock),
        )
