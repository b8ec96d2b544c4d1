"""``imports``: files that become drafts, read and written in the background; and what was found in them."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request

from accounts.rest.bodies import JSONParser
from accounts.rest.fields import Choice, Flag, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Keys, ListResource, Resource, Row, Rows, writes
from accounts.rest.schema import FORM
from delivery.models import DurableJob
from questionbank.api.import_bodies import (
    ImportChange,
    ImportInput,
    WritingInput,
    contents,
    merged_defaults,
)
from questionbank.choices import ImportState, ImportStatus
from questionbank.forms.uploading import BankUploadHandler
from questionbank.models import Import, ImportEntry
from questionbank.services import uploads
from questionbank.wording import entry_messages

_STEPS = ["waiting", "read", "compare", "similar", "write"]
_FIGURES = ("files", "created", "changed", "left_alone", "without_rubric")


class ProgressOutput(serializers.Serializer[Any]):
    step = Choice(choices=_STEPS)
    done = Whole()
    total = Whole(help_text="0 where it is not known yet.")


class ImportErrorOutput(serializers.Serializer[Any]):
    code = Choice(
        choices=["failed", "refused"], help_text="`refused`: see the messages, choose otherwise, write again."
    )
    messages = serializers.ListField(child=Text())


class StatusCountOutput(serializers.Serializer[Any]):
    status = Choice(choices=ImportStatus.choices)
    count = Whole()
    chosen = Whole()


class DefaultsOutput(serializers.Serializer[Any]):
    roles = serializers.ListField(child=Ref())
    lowest_seniority = Ref()
    highest_seniority = Ref()
    minutes = Whole()
    difficulty = Whole()
    generic_rubric = Flag()
    competencies = serializers.DictField(child=Text())


class OutcomeOutput(serializers.Serializer[Any]):
    files = Whole()
    created = Whole()
    changed = Whole()
    left_alone = Whole(help_text="Changed in the bank since the preview.")
    without_rubric = Whole(help_text="Left out for want of a rubric.")


class ImportOutput(Output):
    state = Choice(choices=ImportState.choices)
    progress = ProgressOutput(allow_null=True, help_text="While files are read or drafts written.")
    error = ImportErrorOutput(allow_null=True)
    counts = StatusCountOutput(many=True, help_text="Entries by what would become of them.")
    defaults = DefaultsOutput(allow_null=True, help_text="What the files leave out; null until something is chosen.")
    outcome = OutcomeOutput()
    created_by = Ref(source="created_by_id")
    created_at = serializers.DateTimeField()
    imported_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()


class _Page:
    """What the parts of one page of imports are made of."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids

    @cached_property
    def uploads(self) -> dict[UUID, Import]:
        return Import.objects.only("state", "outcome", "defaults").in_bulk(self.ids)

    @cached_property
    def jobs(self) -> dict[UUID, DurableJob]:
        return uploads.jobs_of(self.uploads.values())


class Imports(Resource):
    """Files that somebody imports; an unfinished import is its uploader's alone. Authors and programs import.

    Read in the background, looked through, then written in the background, all or nothing.
    """

    noun = "imports"
    scope = "imports"
    output = ImportOutput
    _handler: BankUploadHandler | None = None

    def rows(self) -> QuerySet[Import]:
        return Import.objects.visible_to(self.user)

    # Files ------------------------------------------------------------------------------------------

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        if request.content_type == FORM:
            # Before anybody reads the request: what is too large is dropped as it arrives.
            self._handler = BankUploadHandler(request)
            request.upload_handlers = [self._handler]
        return super().initialize_request(request, *args, **kwargs)

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        if self._handler is not None:
            self._handler.spool.close()
        return super().finalize_response(*args, **kwargs)

    def get_parsers(self) -> list[BaseParser]:
        """A form is understood where files come, and nowhere else."""
        method = str(getattr(self.request, "method", "")).lower()
        is_create = getattr(self, "action_map", {}).get(method) == "create"
        return [JSONParser(), MultiPartParser()] if is_create else [JSONParser()]

    # Parts ------------------------------------------------------------------------------------------

    def _read(self, *args: Any, **options: Any) -> tuple[Rows, Keys]:
        self._page: _Page | None = None
        return super()._read(*args, **options)

    def _parts(self, ids: Ids) -> _Page:
        if self._page is None:
            self._page = _Page(ids)
        return self._page

    def part_state(self, ids: Ids) -> Mapping[UUID, str]:
        page = self._parts(ids)
        failed = {pk for pk, job in page.jobs.items() if uploads.has_failed(job)}
        return {pk: ImportState.FAILED.value if pk in failed else it.state for pk, it in page.uploads.items()}

    def part_progress(self, ids: Ids) -> Mapping[UUID, Row]:
        return {
            pk: {"step": job.step or "waiting", "done": job.steps_done, "total": job.steps_total}
            for pk, job in self._parts(ids).jobs.items()
            if not uploads.has_failed(job)
        }

    def part_error(self, ids: Ids) -> Mapping[UUID, Row]:
        page = self._parts(ids)
        found = {
            pk: {"code": "refused", "messages": it.outcome["refused"]}
            for pk, it in page.uploads.items()
            if "refused" in it.outcome
        }
        text = _("It failed for good. Try again, or give it up.")
        return found | {
            pk: {"code": "failed", "messages": [text]} for pk, job in page.jobs.items() if uploads.has_failed(job)
        }

    def part_counts(self, ids: Ids) -> Mapping[UUID, list[Row]]:
        rows = ImportEntry.objects.filter(upload__in=ids).order_by("upload", "status").values_list("upload", "status")
        found: dict[UUID, list[Row]] = defaultdict(list)
        counted = rows.annotate(count=Count("pk"), chosen=Count("pk", filter=Q(is_chosen=True)))
        for pk, status, count, chosen in counted:
            found[pk].append({"status": status, "count": count, "chosen": chosen})
        return found

    def part_defaults(self, ids: Ids) -> Mapping[UUID, Row]:
        return {
            pk: {"roles": it.defaults["role_families"]}
            | {name: value for name, value in it.defaults.items() if name != "role_families"}
            for pk, it in self._parts(ids).uploads.items()
            if it.defaults
        }

    def part_outcome(self, ids: Ids) -> Mapping[UUID, Row]:
        return {pk: {name: it.outcome.get(name, 0) for name in _FIGURES} for pk, it in self._parts(ids).uploads.items()}

    # Writing ----------------------------------------------------------------------------------------

    @writes(ImportInput, status=202)
    def create(self, data: dict[str, Any]) -> UUID:
        """Have files read. Watch `state`: once it is `ready`, look at the entries, choose, and have them written."""
        return uploads.keep_upload(user=self.user, files=contents(data["files"])).pk

    @writes(ImportChange)
    def partial_update(self, upload: Import, data: dict[str, Any]) -> UUID:
        """Say what the files leave out, and which entries are taken in."""
        if "defaults" in data:
            defaults = merged_defaults(upload, data["defaults"], self.user)
            uploads.save_defaults(upload=upload, actor=self.user, defaults=defaults)
        for it in data.get("statuses", []):
            uploads.choose_status(upload=upload, actor=self.user, **it)
        if data.get("chosen") or data.get("left_out"):
            chosen, left_out = data.get("chosen", []), data.get("left_out", [])
            uploads.choose(upload=upload, actor=self.user, chosen=chosen, left_out=left_out)
        return upload.pk

    @action(detail=True, methods=["post"])
    @writes(WritingInput, status=202)
    def write(self, upload: Import, data: dict[str, Any]) -> UUID:
        """Have the chosen entries written as drafts, all or nothing."""
        defaults = merged_defaults(upload, data.get("defaults", {}), self.user)
        uploads.request_writing(upload=upload, actor=self.user, defaults=defaults)
        return upload.pk

    @action(detail=True, methods=["post"])
    @writes(status=202)
    def retry(self, upload: Import, data: dict[str, Any]) -> UUID:
        """Try again what failed for good."""
        uploads.retry(upload=upload, actor=self.user)
        return upload.pk

    @writes(status=204)
    def destroy(self, upload: Import, data: dict[str, Any]) -> None:
        """Give it up: forget its files and what was found in them."""
        uploads.discard(upload=upload, actor=self.user)


class ImportEntryOutput(Output):
    position = Whole()
    file = Text()
    line = Whole()
    title = Text()
    category = Text()
    status = Choice(choices=ImportStatus.choices)
    notes = serializers.ListField(child=Text(), help_text="Doubts, or why it could not be read.")
    question = Ref(source="question_id", allow_null=True, help_text="The question it changes, repeats or resembles.")
    is_chosen = Flag()


class ImportEntryQuery(ListQuery):
    status = serializers.ChoiceField(required=False, choices=ImportStatus.choices)
    is_chosen = serializers.BooleanField(required=False)


class ImportEntries(ListResource):
    """What was found in the files of an import: one entry a question, or a place that could not be read."""

    noun = "import-entries"
    path = "imports/<uuid:upload>/entries"
    scope = "imports"
    output = ImportEntryOutput
    query = ImportEntryQuery
    orderings: ClassVar[dict[str, str]] = {"position": "position"}

    def rows(self) -> QuerySet[ImportEntry]:
        upload = Import.objects.visible_to(self.user).filter(pk=self.kwargs["upload"]).first()
        if upload is None:
            raise Http404
        return ImportEntry.objects.filter(upload=upload)

    def part_notes(self, ids: Ids) -> Mapping[UUID, list[str]]:
        rows = ImportEntry.objects.filter(pk__in=ids).values_list("pk", "status", "notes")
        return {pk: entry_messages(status, notes) for pk, status, notes in rows}
