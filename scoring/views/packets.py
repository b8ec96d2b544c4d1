"""Asking for packets, watching them being drawn, and reading them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import PersonRequest
from accounts.services.trail import record
from delivery.choices import JobState
from scoring.models import Debrief, Packet
from scoring.services.packets import request_packet, verification_code


@login_required
@require_POST
def packet_request(request: PersonRequest, loop_pk: UUID) -> HttpResponse:
    debrief = get_object_or_404(Debrief.objects.visible_to(request.user), loop=loop_pk)
    try:
        packet = request_packet(debrief=debrief, language=request.POST.get("language", ""), actor=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("scoring:debrief-detail", loop_pk)
    return redirect("scoring:packet-detail", packet.pk)


@login_required
@require_GET
@never_cache
def packet_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    return render(request, "scoring/packet_detail.html", _context(_packet(request, pk)))


@login_required
@require_GET
@never_cache
def packet_progress(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The part of the page that changes while the packet is drawn."""
    return render(request, "scoring/_packet_progress.html", _context(_packet(request, pk)))


@login_required
@require_GET
@never_cache
def packet_download(request: PersonRequest, pk: UUID) -> FileResponse:
    """The file, for who may read the debrief at this moment. Each download is on record."""
    packet = _packet(request, pk)
    if not packet.file:
        raise Http404
    record(actor=request.user, action="packet.downloaded", subject=packet)
    candidate = packet.debrief.loop.application.candidate.name
    name = f"{slugify(candidate, allow_unicode=True) or 'packet'}-{packet.language}-{packet.edition}.pdf"
    shown = request.GET.get("show") == "1"
    return FileResponse(
        default_storage.open(packet.file), as_attachment=not shown, filename=name, content_type="application/pdf"
    )


def _packet(request: PersonRequest, pk: UUID) -> Packet:
    packets = Packet.objects.visible_to(request.user).select_related(
        "job", "requested_by", "debrief__loop__application__candidate", "debrief__loop__application__job"
    )
    return get_object_or_404(packets, pk=pk)


def _context(packet: Packet) -> dict[str, object]:
    steps = {"write": _("Writing the pages"), "draw": _("Drawing the pages"), "keep": _("Keeping the file")}
    return {
        "packet": packet,
        "loop": packet.debrief.loop,
        "step": steps.get(packet.job.step, _("Waiting for a worker")),
        "failed": packet.job.state == JobState.DEAD,
        "code": verification_code(packet.inputs_hash),
    }
