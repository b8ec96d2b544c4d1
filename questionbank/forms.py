"""What an author types."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language
from questionbank.choices import LEVELS, VersionState
from questionbank.formats.source import MAX_BYTES
from questionbank.models import Category, Competency, QuestionVersion, RoleFamily, SeniorityLevel
from questionbank.selectors import WAITING
from questionbank.services.importing import SUFFIXES, Defaults
from questionbank.services.versions import Content, Wording

MOST_COMPETENCIES = 3
MOST_FILES = 20
_MIB = 1024 * 1024


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
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("All")), *VersionState.choices, (WAITING, _("Drafts of others"))],
        required=False,
    )


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
            prompt=_lines(data["prompt"]),
            context=_lines(data["context"]),
            reference_answer=_lines(data["reference_answer"]),
            probes=tuple(data["probes"].splitlines()),
            anchors=tuple(_lines(data[f"anchor_{level}"]) for level in LEVELS),
        )


def _lines(text: str) -> str:
    """Text as files have it: browsers send every line end as two characters."""
    return text.replace("\r\n", "\n")


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
        return [self[n] for n in ("category", "lowest_seniority", "highest_seniority", "minutes", "difficulty")]

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
            "probes": "\n".join(" ".join(probe.splitlines()) for probe in text.probes),
        } | {f"anchor_{level.level}": level.anchor for level in text.levels.all()}
    return found


class SeenForm(forms.Form):
    """Which words somebody has read, by the id of their text: what is published is what was read."""

    seen = forms.UUIDField()


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


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more Markdown files. What is in them, or that nothing is, the preview says."""

    widget = FilesInput(attrs={"accept": ",".join(sorted(SUFFIXES))})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [super(FilesField, self).clean(file, initial) for file in data or [None]]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("Choose at most %(limit)s files."), "too_many_files", {"limit": MOST_FILES})
        for file in files:
            if file.size > MAX_BYTES:
                words = {"name": file.name, "limit": MAX_BYTES // _MIB}
                raise forms.ValidationError(_("%(name)s is larger than %(limit)s MiB."), "file_too_large", words)
        return files


class UploadForm(forms.Form):
    banks = FilesField(
        label=_("Markdown files"),
        allow_empty_file=True,
        max_length=255,
        help_text=_("Up to 20 files of at most 20 MiB each. You see what the import would do before it does it."),
    )


class DefaultsForm(forms.Form):
    """What a bank leaves out."""

    role_families = forms.ModelMultipleChoiceField(
        RoleFamily.objects.all(), label=_("Roles"), widget=forms.CheckboxSelectMultiple
    )
    lowest_seniority = forms.ModelChoiceField(SeniorityLevel.objects.all(), label=_("Seniority from"))
    highest_seniority = forms.ModelChoiceField(SeniorityLevel.objects.all(), label=_("up to"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=240)
    difficulty = forms.IntegerField(label=_("Difficulty, 1 to 5"), min_value=1, max_value=5)

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [self[n] for n in ("lowest_seniority", "highest_seniority", "minutes", "difficulty")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        lowest, highest = cleaned.get("lowest_seniority"), cleaned.get("highest_seniority")
        if lowest and highest and lowest.rank > highest.rank:
            self.add_error("highest_seniority", _("The seniority range is upside down."))
        return cleaned

    def defaults(self) -> Defaults:
        data = self.cleaned_data
        return Defaults(**data | {"role_families": tuple(data["role_families"])})


def initial_defaults() -> dict[str, Any]:
    """All roles and the whole ladder, a middling question."""
    ladder = list(SeniorityLevel.objects.all())
    return {
        "role_families": list(RoleFamily.objects.all()),
        "lowest_seniority": ladder[0],
        "highest_seniority": ladder[-1],
        "minutes": 20,
        "difficulty": 3,
    }
