"""Uploading banks, and what they leave out."""

import json
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from questionbank.choices import ImportStatus
from questionbank.formats.files import ARCHIVES, SUFFIXES
from questionbank.formats.source import MAX_BYTES
from questionbank.forms.lists import IdsField
from questionbank.models import RoleFamily, SeniorityLevel
from questionbank.services.importing import Defaults
from questionbank.services.sources import is_bank
from questionbank.services.uploads import MOST_BYTES, MOST_FILES

_MIB = 1024 * 1024
_ACCEPTED = ",".join(sorted(SUFFIXES | ARCHIVES))


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files. What is in them, or that nothing is, the preview says."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        return [super(FilesField, self).clean(file, initial) for file in data or []]


class UploadForm(forms.Form):
    """Files and a folder. Its limits are held while the files arrive, see forms.uploading: ``refused`` names them."""

    banks = FilesField(
        label=_("Files"),
        required=False,
        allow_empty_file=True,
        widget=FilesInput(attrs={"accept": _ACCEPTED}),
        help_text=_("Markdown, CSV, Excel (XLSX), JSON, or a ZIP archive of them. At most 20 MiB each."),
    )
    folder = FilesField(
        label=_("Or a whole folder"),
        required=False,
        allow_empty_file=True,
        widget=FilesInput(attrs={"webkitdirectory": True, "data-folder": _ACCEPTED}),
        help_text=_("Up to 5,000 files and 200 MiB together. Other kinds of files in it are passed over."),
    )
    # The names of the folder's files with their folders, which browsers leave out; static/js/folder.js adds them.
    paths = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2_000_000)

    def __init__(self, *args: Any, refused: list[forms.ValidationError] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._refused = refused or []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self._refused:
            raise forms.ValidationError(list(self._refused))
        cleaned["files"] = [*self._named(cleaned.get("folder", [])), *((f.name, f) for f in cleaned.get("banks", []))]
        if not cleaned["files"]:
            raise forms.ValidationError(_("Choose at least one file that can be read."), code="no_files")
        return cleaned

    def _named(self, files: list[Any]) -> list[tuple[str, Any]]:
        """The folder's files with their folders, where the browser told them."""
        try:
            paths = json.loads(self.cleaned_data.get("paths") or "[]")
        except ValueError:
            paths = []
        known = (
            paths if isinstance(paths, list) and len(paths) == getattr(files[0] if files else None, "among", 0) else []
        )
        named = [(str(known[file.place]) if known else str(file.name), file) for file in files]
        return [(name, file) for name, file in named if is_bank(name)]


def too_large(name: str) -> forms.ValidationError:
    """A file that is not read any further."""
    values = {"name": name, "limit": MAX_BYTES // _MIB}
    return forms.ValidationError(_("%(name)s is larger than %(limit)s MiB."), "file_too_large", values)


def too_many() -> forms.ValidationError:
    return forms.ValidationError(_("Choose at most %(limit)s files."), "too_many_files", {"limit": MOST_FILES})


def too_large_in_all() -> forms.ValidationError:
    words = _("The files are larger than %(limit)s MiB together. Import them in parts.")
    return forms.ValidationError(words, "too_large_in_all", {"limit": MOST_BYTES // _MIB})


class DefaultsForm(forms.Form):
    """What a bank leaves out. ``category_…`` fields name the competency of each category that is new."""

    role_families = forms.ModelMultipleChoiceField(
        RoleFamily.objects.all(), label=_("Roles"), widget=forms.CheckboxSelectMultiple
    )
    lowest_seniority = forms.ModelChoiceField(SeniorityLevel.objects.all(), label=_("Seniority from"))
    highest_seniority = forms.ModelChoiceField(SeniorityLevel.objects.all(), label=_("up to"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=240)
    difficulty = forms.IntegerField(label=_("Difficulty, 1 to 5"), min_value=1, max_value=5)
    generic_rubric = forms.BooleanField(
        label=_("Give questions without a rubric that of the house, marked as generic"),
        required=False,
        help_text=_("Otherwise they are left out."),
    )

    def __init__(self, *args: Any, categories: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._categories = categories
        # What the datalist offers.
        self.competencies: list[str] = []
        for place, name in enumerate(categories):
            self.fields[f"category_{place}"] = forms.CharField(
                label=name,
                max_length=120,
                required=False,
                widget=forms.TextInput(attrs={"list": "competencies", "autocomplete": "off"}),
            )

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [self[n] for n in ("lowest_seniority", "highest_seniority", "minutes", "difficulty")]

    @property
    def category_fields(self) -> list[forms.BoundField]:
        return [self[f"category_{place}"] for place in range(len(self._categories))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        lowest, highest = cleaned.get("lowest_seniority"), cleaned.get("highest_seniority")
        if lowest and highest and lowest.rank > highest.rank:
            self.add_error("highest_seniority", _("The seniority range is upside down."))
        return cleaned

    def defaults(self) -> Defaults:
        data = self.cleaned_data
        named = [(name, data[f"category_{place}"]) for place, name in enumerate(self._categories)]
        return Defaults(
            role_families=tuple(data["role_families"]),
            lowest_seniority=data["lowest_seniority"],
            highest_seniority=data["highest_seniority"],
            minutes=data["minutes"],
            difficulty=data["difficulty"],
            generic_rubric=data["generic_rubric"],
            competencies=tuple((name, wanted) for name, wanted in named if wanted.strip()),
        )


def initial_defaults() -> dict[str, Any]:
    """All roles and the whole ladder, a middling question."""
    ladder = list(SeniorityLevel.objects.all())
    return {
        "role_families": list(RoleFamily.objects.all()),
        "lowest_seniority": ladder[0],
        "highest_seniority": ladder[-1],
        "minutes": 20,
        "difficulty": 3,
        "generic_rubric": True,
    }


class ChoiceForm(forms.Form):
    """Which of the shown entries are taken in; or, with ``status``, all of one kind."""

    shown = IdsField(required=False)
    chosen = IdsField(required=False)
    status = forms.ChoiceField(choices=ImportStatus.choices, required=False)
    is_chosen = forms.BooleanField(required=False)
