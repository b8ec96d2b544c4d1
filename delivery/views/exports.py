"""Everything the company owns as one file: asked for, watched, downloaded."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import PersonRequest, administrators_only
from delivery import archives
from delivery.choices import JobState
from delivery.models import CompanyExport
from delivery.services.company_exports import file_name, open_export, request_export

SHOWN = 10


@administrators_only
@never_cache
@require_GET
def export_list(request: PersonRequest) -> HttpResponse:
    return render(request, "delivery/export_list.html", _context(request))


@administrators_only
@never_cache
@require_GET
def export_progress(request: PersonRequest) -> HttpResponse:
    """The part of the page that changes while an archive is written."""
    return render(request, "delivery/_exports.html", _context(request))


@administrators_only
@require_POST
def export_create(request: PersonRequest) -> HttpResponse:
    try:
        request_export(actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("delivery:export-list")


@administrators_only
@never_cache
@require_GET
def export_download(request: PersonRequest, pk: UUID) -> HttpResponse | FileResponse:
    """The file, as long as it is kept. Each download is on record."""
    export = get_object_or_404(CompanyExport.objects.visible_to(request.user), pk=pk)
    try:
        archive = open_export(export=export, actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("delivery:export-list")
    if archive is None:
        raise Http404
    return FileResponse(archive, as_attachment=True, filename=file_name(export), content_type="application/zip")


def _context(request: PersonRequest) -> dict[str, Any]:
    """One query."""
    exports = CompanyExport.objects.visible_to(request.user).select_related("job", "requested_by")[:SHOWN]
    rows = [{"export": it, "failed": it.job.state == JobState.DEAD, "underway": it.is_underway} for it in exports]
    return {"rows": rows, "underway": any(row["underway"] for row in rows), "tables": len(archives.tables())}
