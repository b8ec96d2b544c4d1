"""Uploading banks, watching them being read, looking at what an import would do, importing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import PersonRequest
from questionbank import policies
from questionbank.choices import ImportState
from questionbank.forms.imports import ChoiceForm, DefaultsForm, UploadForm
from questionbank.forms.uploading import BankUploadHandler
from questionbank.models import Import
from questionbank.selectors.imports import latest_imports
from questionbank.services import uploads
from questionbank.views import import_parts as parts

PAGE_SIZE = 50


@csrf_exempt  # only until the upload handler is in place: the check reads the request, files and all
@login_required
@require_http_methods(["GET", "POST"])
def import_create(request: PersonRequest) -> HttpResponse:
    if not policies.may_write(request.user):
        raise PermissionDenied
    with BankUploadHandler.of(request) as handler:
        return _import_create(request, handler)


@csrf_protect
def _import_create(request: PersonRequest, handler: BankUploadHandler) -> HttpResponse:
    form = UploadForm()
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, refused=handler.refused)
        if form.is_valid():
            files = ((name, file.read()) for name, file in form.cleaned_data["files"])
            upload = uploads.keep_upload(user=request.user, files=files)
            return redirect("questionbank:import-detail", pk=upload.pk)
    latest = latest_imports(user=request.user)
    jobs = uploads.jobs_of(latest)
    rows = [parts.latest_row(upload, jobs.get(upload.pk)) for upload in latest]
    context = {"form": form, "latest": rows, "most_files": uploads.MOST_FILES}
    return render(request, "questionbank/import_create.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def import_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The progress, the preview or what was done, as far as the import is."""
    upload = _upload(request, pk)
    if upload.state in (ImportState.READING, ImportState.WRITING):
        context = {"upload": upload, **parts.progress(upload, uploads.job_of(upload))}
        return render(request, "questionbank/import_progress.html", context)
    if upload.state == ImportState.DONE:
        return render(request, "questionbank/import_done.html", _table(request, upload) | parts.outcome(upload))
    if request.method == "GET":
        return _preview(request, upload, parts.defaults_form(upload))
    form = parts.defaults_form(upload, request.POST)
    if form.is_valid():
        try:
            uploads.request_writing(upload=upload, actor=request.user, defaults=form.defaults())
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("questionbank:import-detail", pk=upload.pk)
    return _preview(request, upload, form, status=422)


@login_required
@require_GET
@never_cache
def import_progress(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The part of the page that changes while files are read or drafts written; then the page asks for itself."""
    upload = _upload(request, pk)
    context = {"upload": upload, **parts.progress(upload, uploads.job_of(upload))}
    response = render(request, "questionbank/_import_progress.html", context)
    if not context["is_working"]:
        response["HX-Redirect"] = reverse("questionbank:import-detail", args=[upload.pk])
    return response


@login_required
@require_GET
def import_entry(request: PersonRequest, pk: UUID, position: int) -> HttpResponse:
    """One row of the preview as it was read, and beside what the bank says."""
    upload = _upload(request, pk)
    entry = get_object_or_404(upload.entries.select_related("question"), position=position)
    if entry.content is None:
        raise Http404
    template = "_import_entry" if "HX-Request" in request.headers else "import_entry"
    context = {"upload": upload, "entry": entry, **parts.entry_parts(entry)}
    return render(request, f"questionbank/{template}.html", context)


@login_required
@require_POST
def import_choose(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Take entries in or leave them out: the shown ones by their boxes, or all of a status."""
    upload = _upload(request, pk)
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        raise Http404
    choice = form.cleaned_data
    try:
        if choice["status"]:
            uploads.choose_status(
                upload=upload, actor=request.user, status=choice["status"], is_chosen=choice["is_chosen"]
            )
        else:
            chosen = set(choice["chosen"])
            left_out = set(choice["shown"]) - chosen
            uploads.choose(upload=upload, actor=request.user, chosen=chosen, left_out=left_out)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    if "HX-Request" in request.headers:
        return render(request, "questionbank/_import_chosen.html", parts.chosen(upload))
    back = reverse("questionbank:import-detail", args=[upload.pk])
    query = request.POST.get("query", "")
    return redirect(f"{back}?{query}" if query else back)


@login_required
@require_POST
def import_defaults(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Keep the defaults as they are chosen; half-chosen ones are simply not kept yet."""
    upload = _upload(request, pk)
    form = parts.defaults_form(upload, request.POST)
    if upload.state == ImportState.READY and form.is_valid():
        uploads.save_defaults(upload=upload, actor=request.user, defaults=form.defaults())
    return HttpResponse(status=204)


@login_required
@require_POST
def import_discard(request: PersonRequest, pk: UUID) -> HttpResponse:
    upload = _upload(request, pk)
    try:
        uploads.discard(upload=upload, actor=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("questionbank:import-detail", pk=upload.pk)
    messages.success(request, _("The files are forgotten. Nothing was imported."))
    return redirect("questionbank:import-create")


@login_required
@require_POST
def import_retry(request: PersonRequest, pk: UUID) -> HttpResponse:
    upload = _upload(request, pk)
    try:
        uploads.retry(upload=upload, actor=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("questionbank:import-detail", pk=upload.pk)


def _upload(request: PersonRequest, pk: UUID) -> Import:
    return get_object_or_404(Import.objects.visible_to(request.user), pk=pk)


def _preview(request: PersonRequest, upload: Import, form: DefaultsForm, status: int = 200) -> HttpResponse:
    context = _table(request, upload) | parts.chosen(upload) | {"form": form}
    return render(request, "questionbank/import_detail.html", context, status=status)


def _table(request: PersonRequest, upload: Import) -> dict[str, Any]:
    """The rows of one status, a page at a time."""
    table = parts.table(upload, request.GET.get("status", ""))
    page = Paginator(table.pop("entries"), PAGE_SIZE).get_page(request.GET.get("page"))
    return table | {"upload": upload, "page": page, "rows": parts.rows(page)}
