"""How to take the bank along."""

from django import forms
from django.utils.translation import gettext_lazy as _

FORMATS = [
    ("markdown", _("Markdown: to read and to edit as text")),
    ("xlsx", _("Workbook (XLSX): one row a question")),
    ("csv", _("CSV: one row a question, for other programs")),
    ("json", _("JSON: for programs")),
]


class ExportForm(forms.Form):
    """The format; which questions, the search in the address says."""

    format = forms.ChoiceField(label=_("Format"), choices=FORMATS, initial="markdown", widget=forms.RadioSelect)
    query = forms.CharField(max_length=2_000, required=False, widget=forms.HiddenInput)
