"""What a token is for, what it may do, and until when."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.choices import Role
from accounts.models import User
from accounts.scopes import RESOURCES, SPECIAL
from accounts.selectors.tokens import ScopeRow, scope_rows, special_scopes

USUAL_DAYS = 365


def usual_end() -> date:
    return timezone.localdate() + timedelta(days=USUAL_DAYS)


def _scope_choices() -> list[tuple[str, Any]]:
    by_resource = [(f"{name}:{verb}", label) for name, (label, verbs) in RESOURCES.items() for verb in verbs]
    return by_resource + list(SPECIAL.items())


class TokenForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=80,
        help_text=_("What it is for, as “HR portal, nightly sync”."),
    )
    client = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Client"),
        required=False,
        empty_label=_("A new one, of the same name"),
        help_text=_("The program that speaks with it. A client has two live tokens at most."),
    )
    expires_at = forms.DateField(
        label=_("Works until the end of"),
        required=False,
        initial=usual_end,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: until somebody revokes it."),
    )
    requests_per_minute = forms.IntegerField(
        label=_("Requests a minute at most"), min_value=1, max_value=100_000, initial=600
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=_scope_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what the token may do.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        client = self.fields["client"]
        assert isinstance(client, forms.ModelChoiceField)  # noqa: S101 -- for the type checker
        client.queryset = User.objects.active().with_role(Role.API_CLIENT)

    def clean_expires_at(self) -> datetime | None:
        """The end of the day on the reader's own clock."""
        day: date | None = self.cleaned_data["expires_at"]
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day, time.max))

    @property
    def about(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "client", "expires_at", "requests_per_minute")]

    @property
    def scope_rows(self) -> list[ScopeRow]:
        return scope_rows(self["scopes"].value())

    @property
    def special_scopes(self) -> list[Any]:
        return special_scopes(self["scopes"].value())
