"""What an author types."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language
from questionbank.choices import LEVELS, VersionState
from questionbank.models import Category, Competency, QuestionVersion, RoleFamily, SeniorityLevel
from questionbank.services.versions import Content, Wording

MOST_COMPETENCIES = 3


class FacetsForm(forms.Form):
    """Narrows the list of questions; whatever is not among the choices is left out."""

    text = forms.CharField(label=_("Search"), max_length=100, required=False)
    category = forms.ModelChoiceField(
        Category.objects.all(), to_field_name="slug", label=_("Category"), required=False, empty_label=_("All")
    )
    competency = forms.ModelChoiceField(
        Competency.objects.all(), to_field_name="slug", label=_("Competency"), required=False, empty_label=_("All")
    )
    role = forms.ModelChoiceField(
        RoleFamily.objects.all(), to_field_name="slug", label=_("Role"), required=False, empty_label=_("All")
    )
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *VersionState.choices], required=False)


class WordingForm(forms.Form):
    """The words in one language. Left empty as a whole, the question has no text in it."""

    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    prompt = forms.CharField(
        label=_("Prompt, as it is read out"), max_length=10_000, required=False, widget=forms.Textarea
    )
    context = forms.CharField(
        label=_("Note for the interviewer"), max_length=10_000, required=False, widget=forms.Textarea
    )
    reference_answer = forms.CharField(
        label=_("Reference answer"),
        max_length=100_000,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Markdown: lists, tables, code."),
    )
    probes = forms.CharField(
        label=_("Follow-up questions"), required=False, widget=forms.Textarea, help_text=_("One a line.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for level in LEVELS:
            self.fields[f"anchor_{level}"] = forms.CharField(
                label=_("Level %(level)s") % {"level": level},
                max_length=2_000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def anchors(self) -> list[forms.BoundField]:
        return [self[f"anchor_{level}"] for level in LEVELS]

    def is_empty(self) -> bool:
        return not any(str(value).strip() for value in self.cleaned_data.values())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.is_empty():
            return cleaned
        required = {"title": _("Give it a title."), "prompt": _("Write what is asked.")}
        required |= {f"anchor_{level}": _("Say what this level looks like.") for level in LEVELS}
        for name, message in required.items():
            if not cleaned.get(name, "").strip() and name not in self.errors:
                self.add_error(name, message)
        return cleaned

    def wording(self, language: str) -> Wording:
        data = self.cleaned_data
        return Wording(
            language=language,
            title=data["title"],
            prompt=data["prompt"],
            context=data["context"],
            reference_answer=data["reference_answer"],
            probes=tuple(data["probes"].splitlines()),
            anchors=tuple(data[f"anchor_{level}"] for level in LEVELS),
        )


class VersionForm(forms.Form):
    """What holds for all languages of a version."""

    category = forms.ModelChoiceField(Category.objects.all(), label=_("Category"))
    role_families = forms.ModelMultipleChoiceField(
        RoleFamily.objects.all(), label=_("Roles"), widget=forms.CheckboxSelectMultiple
    )
    lowest_seniority = forms.ModelChoiceField(SeniorityLevel.objects.all(), label=_("Seniority from"))
    highest_seniority = forms.ModelChoiceField(SeniorityLevel.objects.all(), label=_("up to"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=240, initial=15)
    difficulty = forms.IntegerField(label=_("Difficulty, 1 to 5"), min_value=1, max_value=5, initial=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, MOST_COMPETENCIES + 1):
            self.fields[f"competency_{place}"] = forms.ModelChoiceField(
                Competency.objects.all(), label=_("Competency"), required=place == 1
            )
            self.fields[f"percent_{place}"] = forms.IntegerField(
                label=_("Weight in percent"), min_value=1, max_value=100, required=place == 1
            )

    @property
    def weight_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"competency_{n}"], self[f"percent_{n}"]) for n in range(1, MOST_COMPETENCIES + 1)]

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [self[n] for n in ("category", "minutes", "difficulty", "lowest_seniority", "highest_seniority")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        weights: dict[Competency, int] = {}
        for place in range(1, MOST_COMPETENCIES + 1):
            competency, percent = cleaned.get(f"competency_{place}"), cleaned.get(f"percent_{place}")
            if bool(competency) != bool(percent):
                self.add_error(f"percent_{place}", _("Choose a competency together with its weight."))
            elif competency and percent:
                weights[competency] = weights.get(competency, 0) + percent
        cleaned["weights"] = weights
        return cleaned

    def content(self, wordings: tuple[Wording, ...]) -> Content:
        data = self.cleaned_data
        return Content(
            minutes=data["minutes"],
            difficulty=data["difficulty"],
            lowest_seniority=data["lowest_seniority"],
            highest_seniority=data["highest_seniority"],
            role_families=tuple(data["role_families"]),
            weights=data["weights"],
            wordings=wordings,
        )


def initial_version(version: QuestionVersion) -> dict[str, Any]:
    """What the form shows for a version that is there."""
    initial: dict[str, Any] = {
        "category": version.question.category,
        "role_families": list(version.role_families.all()),
        "lowest_seniority": version.lowest_seniority,
        "highest_seniority": version.highest_seniority,
        "minutes": version.minutes,
        "difficulty": version.difficulty,
    }
    for place, weight in enumerate(version.weights.all()[:MOST_COMPETENCIES], start=1):
        initial |= {f"competency_{place}": weight.competency, f"percent_{place}": weight.percent}
    return initial


def initial_wordings(version: QuestionVersion) -> dict[str, dict[str, Any]]:
    """The words by language, as the form shows them."""
    found: dict[str, dict[str, Any]] = {language: {} for language in Language.values}
    for text in version.texts.all():
        found[text.language] = {
            "title": text.title,
            "prompt": text.prompt,
            "context": text.context,
            "reference_answer": text.reference_answer,
            "probes": "\n".join(text.probes),
        } | {f"anchor_{level.level}": level.anchor for level in text.levels.all()}
    return found
