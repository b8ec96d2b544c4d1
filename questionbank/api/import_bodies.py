"""What is sent for imports: files, as JSON or as a form, and what to make of what is in them."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import User
from accounts.rest.fields import Flag, Input, Ref, Text, Whole
from accounts.rest.problems import Problem
from questionbank.choices import ImportStatus
from questionbank.forms.imports import initial_defaults
from questionbank.forms.uploading import BankUploadHandler
from questionbank.models import Import, RoleFamily, SeniorityLevel
from questionbank.services.importing import Defaults
from questionbank.services.uploads import MOST_FILES, defaults_of
from questionbank.services.versions import MOST_MINUTES

Data = dict[str, Any]


class BankFileInput(Input):
    name = Text(max_length=255, help_text="Its ending says what it is: .md, .csv, .tsv, .json, .jsonl.")
    content = Text(max_length=2_000_000, allow_blank=True)


class Files(serializers.ListField):
    """Files of a form; those that are too large were dropped as they arrived, and are refused as a whole."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        handlers = self.context["request"].upload_handlers
        refused = [it for handler in handlers if isinstance(handler, BankUploadHandler) for it in handler.refused]
        if refused:
            raise Problem(413, str(refused[0].code), " ".join(refused[0].messages))
        return super().run_validation(data)


class ImportForm(Input):
    files = Files(
        child=serializers.FileField(allow_empty_file=True, max_length=255),
        min_length=1,
        max_length=MOST_FILES,
        help_text="Markdown, CSV, XLSX, JSON or ZIP archives of them: 20 MiB each, 200 MiB together.",
    )


class ImportInput(Input):
    """Texts; for workbooks, archives and more than 2 MiB send the same as a form."""

    form = ImportForm

    files = serializers.ListField(child=BankFileInput(), min_length=1, max_length=MOST_FILES)


def contents(files: list[Any]) -> Iterator[tuple[str, bytes]]:
    """Names and bytes, whichever way they came; one at a time."""
    for file in files:
        if isinstance(file, dict):
            yield file["name"], file["content"].encode()
        else:
            yield str(file.name), file.read()


class DefaultsInput(Input):
    """What the files leave out; what is left out here stays."""

    roles = serializers.ListField(child=Ref(), min_length=1, max_length=50, required=False)
    lowest_seniority = Ref(required=False)
    highest_seniority = Ref(required=False, help_text="Not below `lowest_seniority`.")
    minutes = Whole(required=False, min_value=1, max_value=MOST_MINUTES)
    difficulty = Whole(required=False, min_value=1, max_value=5)
    generic_rubric = Flag(
        required=False, help_text="Give questions without a rubric that of the house; else they are left out."
    )
    competencies = serializers.DictField(
        child=Text(max_length=120), required=False, help_text="Name of a new category → name of its competency."
    )


class StatusChoice(Input):
    status = serializers.ChoiceField(choices=ImportStatus.choices)
    is_chosen = Flag()


class ImportChange(Input):
    """First what holds for whole kinds of entries, then for single ones."""

    defaults = DefaultsInput(required=False)
    statuses = serializers.ListField(child=StatusChoice(), max_length=len(ImportStatus), required=False)
    chosen = serializers.ListField(child=Ref(), max_length=1_000, required=False, help_text="Entries to take in.")
    left_out = serializers.ListField(child=Ref(), max_length=1_000, required=False, help_text="Entries to leave out.")


class WritingInput(Input):
    defaults = DefaultsInput(required=False)


def merged_defaults(upload: Import, data: Data, user: User) -> Defaults:
    """The defaults of an import with what ``data`` says. Raises ``ValidationError`` for a field. Four queries."""
    known = defaults_of(upload) if upload.defaults else _first_defaults()
    values: Data = {name: getattr(known, name) for name in Defaults.__slots__}
    values |= {name: data[name] for name in ("minutes", "difficulty", "generic_rubric") if name in data}
    ladder, roles = SeniorityLevel.objects.visible_to(user).in_bulk(), RoleFamily.objects.visible_to(user).in_bulk()
    for name in ("lowest_seniority", "highest_seniority"):
        if name in data:
            values[name] = _named(ladder, data[name], name)
    if "roles" in data:
        values["role_families"] = tuple(_named(roles, pk, f"roles.{place}") for place, pk in enumerate(data["roles"]))
    if "competencies" in data:
        values["competencies"] = tuple(data["competencies"].items())
    if values["lowest_seniority"].rank > values["highest_seniority"].rank:
        refusal = ValidationError(_("The seniority range is upside down."), code="seniority_range")
        raise ValidationError({"defaults.highest_seniority": refusal})
    return Defaults(**values)


def _first_defaults() -> Defaults:
    initial = initial_defaults()
    return Defaults(role_families=tuple(initial.pop("role_families")), **initial)


def _named(rows: Any, pk: Any, field: str) -> Any:
    if pk not in rows:
        refusal = ValidationError(_("There is no such thing."), code="does_not_exist")
        raise ValidationError({f"defaults.{field}": refusal})
    return rows[pk]
