"""``packets``: a debrief as a PDF, drawn by a worker, read by who may read the debrief at that moment."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db.models import Case, QuerySet, Value, When
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.choices import Language
from accounts.rest.fields import Choice, Input, Output, Ref, Text, Whole
from accounts.rest.files import PDF, RENDERERS, gives_pdf
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, Row, writes
from accounts.services.trail import record
from delivery.choices import JobState
from scoring.models import Debrief, Packet
from scoring.services.packets import STEPS, request_packet, verification_code

STATES = ("waiting", "running", "ready", "failed")


class DrawingProgress(serializers.Serializer[Any]):
    step = Choice(choices=STEPS, allow_null=True)
    done = Whole()
    of = Whole()


class DrawingError(serializers.Serializer[Any]):
    code = Choice(choices=["fault"])
    message = Text()


class PacketOutput(Output):
    debrief = Ref(source="debrief_id")
    loop = Ref(source="debrief.loop_id")
    application = Ref(source="debrief.loop.application_id")
    job = Ref(source="debrief.loop.application.job_id")
    language = Choice(choices=Language.choices)
    edition = Whole(help_text="Counts the packets of a debrief and language whose inputs differ.")
    state = Choice(choices=STATES, source="drawn")
    progress = DrawingProgress()
    error = DrawingError(allow_null=True)
    pages = Whole(allow_null=True)
    sha256 = Text(help_text="Of the file; empty until it is ready.")
    verification_code = Text(help_text="As it is printed on the pages.")
    requested_by = Ref(source="requested_by_id")
    requested_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()


class PacketInput(Input):
    loop = Ref(help_text="Its debrief is open.")
    language = Choice(choices=Language.choices)


class PacketQuery(ListQuery):
    debrief = serializers.UUIDField(required=False)
    loop = serializers.UUIDField(required=False, source="debrief__loop")
    application = serializers.UUIDField(required=False, source="debrief__loop__application")
    job = serializers.UUIDField(required=False, source="debrief__loop__application__job")
    language = serializers.ChoiceField(required=False, choices=Language.choices)
    state = serializers.ChoiceField(required=False, choices=STATES, source="drawn")


class Packets(Resource):
    """Packets, as their debriefs may be read."""

    noun = "packets"
    scope = "packets"
    output = PacketOutput
    query = PacketQuery

    def rows(self) -> QuerySet[Packet]:
        return Packet.objects.visible_to(self.user).annotate(
            drawn=Case(
                When(ready_at__isnull=False, then=Value("ready")),
                When(job__state=JobState.DEAD, then=Value("failed")),
                When(job__state=JobState.RUNNING, then=Value("running")),
                default=Value("waiting"),
            )
        )

    def part_progress(self, ids: Ids) -> Mapping[UUID, Row]:
        packets = Packet.objects.filter(pk__in=ids)
        rows = packets.values_list("pk", "ready_at", "job__step", "job__steps_done")
        return {pk: drawing(step, len(STEPS) if ready_at else done) for pk, ready_at, step, done in rows}

    def part_error(self, ids: Ids) -> Mapping[UUID, Row]:
        failed = Packet.objects.filter(pk__in=ids, ready_at=None, job__state=JobState.DEAD)
        return dict.fromkeys(failed.values_list("pk", flat=True), fault())

    def part_verification_code(self, ids: Ids) -> Mapping[UUID, str]:
        hashes = Packet.objects.filter(pk__in=ids).values_list("pk", "inputs_hash")
        return {pk: verification_code(inputs_hash) for pk, inputs_hash in hashes}

    @writes(PacketInput, status=202)
    def create(self, data: dict[str, Any]) -> UUID:
        """Have the debrief of a loop drawn as it stands: the edition there is for that, else a new one."""
        debrief = Debrief.objects.visible_to(self.user).filter(loop=data["loop"]).first()
        if debrief is None:
            raise ValidationError({"loop": ValidationError(_("There is no such thing."), code="does_not_exist")})
        return request_packet(debrief=debrief, language=data["language"], actor=self.user).pk

    @action(detail=True, methods=["get"], renderer_classes=RENDERERS)
    @gives_pdf()
    def file(self, packet: Packet, asked: dict[str, Any]) -> FileResponse:
        """The PDF, once it is ready; 404 before. Each download is on record."""
        if not packet.file:
            raise Http404
        record(actor=self.user, action="packet.downloaded", subject=packet)
        name = f"packet-{packet.language}-{packet.edition}.pdf"
        return FileResponse(default_storage.open(packet.file), as_attachment=True, filename=name, content_type=PDF)


def drawing(step: str, done: int) -> Row:
    """How far the drawing of a PDF is."""
    return {"step": step or None, "done": done, "of": len(STEPS)}


def fault() -> Row:
    return {"code": "fault", "message": _("It could not be drawn. The fault has been logged.")}
