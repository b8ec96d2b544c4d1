"""``exports``: everything the company owns in one archive, written by a worker, kept for a day."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Case, QuerySet, Value, When
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.rest.fields import Choice, Output, Ref, Text, Whole
from accounts.rest.files import ZIP, ZIP_RENDERERS, gives_file
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, Row, writes
from delivery import archives
from delivery.choices import JobState
from delivery.models import CompanyExport
from delivery.services.company_exports import file_name, open_export, request_export

STATES = ("waiting", "running", "ready", "removed", "failed")


class ExportProgress(serializers.Serializer[Any]):
    done = Whole(help_text="Tables written.")
    of = Whole()


class ExportError(serializers.Serializer[Any]):
    code = Choice(choices=["fault"])
    message = Text()


class ExportOutput(Output):
    state = Choice(choices=STATES, source="shown_state", help_text="`removed`: the file was kept long enough.")
    progress = ExportProgress()
    error = ExportError(allow_null=True)
    size = Whole(allow_null=True, help_text="In bytes.")
    sha256 = Text(help_text="Of the file; empty until it is ready.")
    requested_by = Ref(source="requested_by_id")
    created_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Until then the file is kept.")
    updated_at = serializers.DateTimeField()


class ExportQuery(ListQuery):
    state = serializers.ChoiceField(required=False, choices=STATES, source="shown_state")


class Exports(Resource):
    """Archives of everything, for administrators: a token acts for one (On-Behalf-Of)."""

    noun = "exports"
    scope = "exports"
    output = ExportOutput
    query = ExportQuery

    def rows(self) -> QuerySet[CompanyExport]:
        return CompanyExport.objects.visible_to(self.user).annotate(
            shown_state=Case(
                When(job__state=JobState.WAITING, then=Value("waiting")),
                When(job__state=JobState.RUNNING, then=Value("running")),
                When(job__state=JobState.DEAD, then=Value("failed")),
                When(file="", then=Value("removed")),
                default=Value("ready"),
            )
        )

    def part_progress(self, ids: Ids) -> Mapping[UUID, Row]:
        of = len(archives.tables())
        rows = CompanyExport.objects.filter(pk__in=ids).values_list("pk", "ready_at", "job__steps_done")
        return {pk: {"done": of if ready_at else done, "of": of} for pk, ready_at, done in rows}

    def part_error(self, ids: Ids) -> Mapping[UUID, Row]:
        failed = CompanyExport.objects.filter(pk__in=ids, job__state=JobState.DEAD).values_list("pk", flat=True)
        message = _("It could not be written. The fault is among the background jobs, where it can be tried again.")
        return {pk: {"code": "fault", "message": message} for pk in failed}

    @writes(status=202)
    def create(self, data: dict[str, Any]) -> UUID:
        """Have everything written to an archive; the one that is being written, if there is one. Ask again until
        ``state`` is ``ready`` or ``failed``.
        """
        return request_export(actor=self.user).pk

    @action(detail=True, methods=["get"], renderer_classes=ZIP_RENDERERS)
    @gives_file(ZIP)
    def file(self, export: CompanyExport, asked: dict[str, Any]) -> FileResponse:
        """The ZIP archive, once it is ready and as long as it is kept; 404 otherwise. Each download is on record."""
        archive = open_export(export=export, actor=self.user)
        if archive is None:
            raise Http404
        return FileResponse(archive, as_attachment=True, filename=file_name(export), content_type=ZIP)
