"""Asking for a packet and drawing it: the same inputs give the same edition, and the same bytes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from cattrs.preconf.json import make_converter
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language
from accounts.models import User
from accounts.services.trail import record
from delivery.choices import EventType
from delivery.handlers import JobRun
from delivery.services.events import record_event
from delivery.services.jobs import enqueue
from scoring.models import Debrief, Packet
from scoring.rendering.document import Edition, PacketDocument
from scoring.rendering.packet import packet_data, packet_html
from scoring.rendering.process import RenderedPacket, RenderProcess
from scoring.selectors.packets import packet_document

JOB_KIND = "packet.render"
# The steps that the progress on the page names.
STEPS = ("write", "draw", "keep")
# Letters and digits that are not taken for one another when read aloud.
_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# Documents as JSON and back: an old edition can be drawn again as it was.
_converter = make_converter()
_converter.register_structure_hook_func(lambda kind: kind == Mapping[str, object], lambda value, _kind: value)
# One warm process per worker; starting it costs about a second.
_renderer = RenderProcess()


@transaction.atomic
def request_packet(*, debrief: Debrief, language: str, actor: User, now: datetime | None = None) -> Packet:
    """The packet of a debrief as it stands: the edition there is for these inputs, else a new one, soon drawn.

    The caller has found the debrief through ``visible_to``. Raises ``ValidationError`` with code unknown_language.
    """
    if language not in Language.values:
        raise ValidationError(_("There is no packet in this language."), code="unknown_language")
    # Two who ask at once get one edition: the second waits here and then finds it.
    Debrief.objects.select_for_update().get(pk=debrief.pk)
    document = packet_document(debrief=debrief, language=language)  # type: ignore[arg-type]
    inputs_hash = _hash(document)
    editions = Packet.objects.filter(debrief=debrief, language=language)
    existing = editions.filter(inputs_hash=inputs_hash).first()
    if existing is not None:
        return existing
    packet = _new_edition(debrief, document, inputs_hash, actor, now or timezone.now())
    record(actor=actor, action="packet.requested", subject=packet, edition=packet.edition)
    return packet


def _new_edition(debrief: Debrief, document: PacketDocument, inputs_hash: str, actor: User, now: datetime) -> Packet:
    earlier = list(Packet.objects.filter(debrief=debrief, language=document.language).order_by("edition"))
    number = earlier[-1].edition + 1 if earlier else 1
    code = verification_code(inputs_hash)
    editions = tuple(
        Edition(packet.edition, packet.requested_at, verification_code(packet.inputs_hash), packet.inputs["change"])
        for packet in earlier
    )
    change = _change(earlier[-1], document) if earlier else "first"
    whole = replace(
        document,
        editions=(*editions, Edition(number, now, code, change)),
        inputs_hash=inputs_hash,
        verification_code=code,
        generated_at=now,
    )
    packet = Packet(
        debrief=debrief,
        language=document.language,
        edition=number,
        inputs_hash=inputs_hash,
        inputs={"change": change, "document": _plain(whole)},
        requested_by=actor,
        requested_at=now,
    )
    packet.job = enqueue(
        kind=JOB_KIND, key=f"{JOB_KIND}:{packet.pk}", input={"packet": str(packet.pk)}, requested_by=actor
    )
    packet.save(force_insert=True)
    return packet


def draw_packet(run: JobRun) -> None:
    """Draw the packet that the job names and keep the file. Safe to run twice: the bytes are the same."""
    packet = Packet.objects.get(pk=UUID(run.input["packet"]))
    run.step(STEPS[0], 0, len(STEPS))
    document = document_of(packet)
    html = packet_html(document)
    run.step(STEPS[1], 1, len(STEPS))
    drawn = draw(
        html, identifier=packet.inputs_hash[:32], made_at=packet.requested_at, attachment=packet_data(document)
    )
    run.step(STEPS[2], 2, len(STEPS))
    sha256 = hashlib.sha256(drawn.pdf).hexdigest()
    name = f"packets/{packet.pk}.pdf"
    # A worker killed while writing may have left half a file under this name.
    default_storage.delete(name)
    default_storage.save(name, ContentFile(drawn.pdf))
    with run.commit():
        Packet.objects.filter(pk=packet.pk).update(file=name, sha256=sha256, pages=drawn.pages, ready_at=timezone.now())
        record_event(
            type=EventType.PACKET_READY,
            subject="packets",
            subject_id=packet.pk,
            version=packet.edition,
            debrief=packet.debrief_id,
        )


def draw(html: str, *, identifier: str, made_at: datetime, attachment: str | None = None) -> RenderedPacket:
    """HTML of a packet or kit as PDF, by this worker's one warm process. Raises ``RenderFailed``."""
    return _renderer.render(html, identifier=identifier, made_at=made_at, attachment=attachment)


def document_of(packet: Packet) -> PacketDocument:
    """What the pages of this edition say."""
    return _converter.structure(packet.inputs["document"], PacketDocument)


def verification_code(inputs_hash: str) -> str:
    """Twelve letters and digits from the hash, to compare a printed page with the record: D1R3-KRMS-NK22."""
    number = int(inputs_hash[:15], 16)
    letters = ""
    for _place in range(12):
        number, place = divmod(number, len(_CODE_ALPHABET))
        letters += _CODE_ALPHABET[place]
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def _plain(document: PacketDocument) -> Any:
    return _converter.unstructure(document)


def _hash(document: PacketDocument) -> str:
    """SHA-256 over everything the packet says, as JSON with sorted keys."""
    return hashlib.sha256(json.dumps(_plain(document), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _change(previous: Packet, document: PacketDocument) -> str:
    """What makes this edition differ from the one before."""
    before = document_of(previous)
    if before.decision != document.decision:
        return "decision"
    if before.inputs[1:2] != document.inputs[1:2]:
        return "cards"
    return "policy" if before.policy != document.policy else "other"
