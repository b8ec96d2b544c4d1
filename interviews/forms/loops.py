"""Finding loops, booking and cancelling their panels."""

from django import forms
from django.utils.translation import gettext_lazy as _

from interviews.choices import CancelReason, LoopState


class LoopFilterForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *LoopState.choices], required=False)


class BookForm(forms.Form):
    proposal = forms.UUIDField(widget=forms.HiddenInput)
    link = forms.URLField(
        label=_("Video link"), required=False, assume_scheme="https", help_text=_("One for all rounds; in every mail.")
    )


class CancelForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=CancelReason.choices)
