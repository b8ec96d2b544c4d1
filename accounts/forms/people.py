"""How the site speaks to a person."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=[("auto", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))])


class ProfileForm(forms.Form):
    """How the site speaks to the person."""

    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=64, help_text=_("For example Europe/Berlin or Asia/Shanghai.")
    )
