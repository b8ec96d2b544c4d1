"""What is to change of many questions at once, and the words of the preview."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from questionbank.forms.weights import WeightsForm
from questionbank.models import Category, RoleFamily, SeniorityLevel, Tag
from questionbank.services.changes import Changes, Step

STEPS = [
    ("", _("Stays as it is")),
    (Step.SUBMIT.value, _("Send for review")),
    (Step.PUBLISH.value, _("Publish")),
    (Step.RETIRE.value, _("Retire")),
]
LABELS = {
    "category": _("Category"),
    "tags": _("Tags"),
    "roles": _("Roles"),
    "lowest_seniority": _("Seniority from"),
    "highest_seniority": _("Seniority up to"),
    "minutes": _("Minutes"),
    "difficulty": _("Difficulty"),
    "weights": _("Competencies"),
    "state": _("State"),
}
REFUSALS = {
    "open_draft": _("Somebody else has an open draft of it."),
    "seniority_range": _("The seniority range would be upside down."),
    "not_a_draft": _("It is not a draft."),
    "not_open": _("It has no draft to publish."),
    "own_version": _("Somebody other than the author has to publish it."),
    "not_published": _("It is not in use."),
}
_SAME = _("Stays as it is")
_MOST_TAGS = 20


class BulkForm(WeightsForm):
    """What is left empty stays as it is."""

    no_competency = _SAME
    first_is_required = False

    category = forms.ModelChoiceField(Category.objects.all(), label=_("Category"), required=False, empty_label=_SAME)
    add_tags = forms.CharField(
        label=_("Add tags"), max_length=500, required=False, help_text=_("With commas between them.")
    )
    remove_tags = forms.ModelMultipleChoiceField(Tag.objects.none(), label=_("Remove tags"), required=False)
    role_families = forms.ModelMultipleChoiceField(
        RoleFamily.objects.all(), label=_("Roles"), required=False, widget=forms.CheckboxSelectMultiple
    )
    lowest_seniority = forms.ModelChoiceField(
        SeniorityLevel.objects.all(), label=_("Seniority from"), required=False, empty_label=_SAME
    )
    highest_seniority = forms.ModelChoiceField(
        SeniorityLevel.objects.all(), label=_("up to"), required=False, empty_label=_SAME
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=240, required=False)
    difficulty = forms.TypedChoiceField(
        label=_("Difficulty"),
        choices=[("", _SAME), *((str(level), str(level)) for level in range(1, 6))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    step = forms.ChoiceField(label=_("State"), choices=STEPS, required=False)

    def __init__(self, *args: Any, tags: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        removable: Any = self.fields["remove_tags"]
        removable.queryset = Tag.objects.none() if tags is None else tags
        self._may_remove = bool(removable.queryset)

    @property
    def sorting_fields(self) -> list[forms.BoundField]:
        names = ["category", "add_tags", *(["remove_tags"] if self._may_remove else [])]
        return [self[name] for name in names]

    @property
    def saying_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("lowest_seniority", "highest_seniority", "minutes", "difficulty")]

    def clean_add_tags(self) -> str:
        names = _names(self.cleaned_data["add_tags"])
        if len(names) > _MOST_TAGS:
            raise ValidationError(_("At most %(limit)s tags."), code="too_many_tags", params={"limit": _MOST_TAGS})
        return ", ".join(names)

    def changes(self) -> Changes:
        data = self.cleaned_data
        return Changes(
            category=data["category"],
            add_tags=tuple(_names(data["add_tags"])),
            remove_tags=tuple(data["remove_tags"]),
            role_families=tuple(data["role_families"]),
            lowest_seniority=data["lowest_seniority"],
            highest_seniority=data["highest_seniority"],
            minutes=data["minutes"],
            difficulty=data["difficulty"],
            weights=data["weights"],
            step=Step(data["step"]) if data["step"] else None,
        )


def _names(text: str) -> list[str]:
    """Names between commas, Chinese ones too."""
    parts = text.replace("，", ",").replace("、", ",").split(",")
    return list(dict.fromkeys(filter(None, (" ".join(part.split()) for part in parts))))
