"""Choosing among the rows of the list of questions, and naming searches."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _


class IdsField(forms.Field):
    """Ids of which at least one must be chosen."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: list[str] | None) -> list[UUID]:
        try:
            return [UUID(one) for one in value or []]
        except ValueError:
            return []


class SeenManyForm(forms.Form):
    """As ``SeenForm``, for many; whether they may be published is for the service to say."""

    seen = IdsField(error_messages={"required": _("Choose at least one question.")})


class SavedSearchForm(forms.Form):
    """A name for a search; the search itself is the address of the list."""

    name = forms.CharField(label=_("Name"), max_length=80)
    query = forms.CharField(max_length=1_000, required=False, widget=forms.HiddenInput)
