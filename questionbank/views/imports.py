"""Uploading banks, looking at what an import would do, importing."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from questionbank import policies
from questionbank.choices import ImportStatus, VersionState
from questionbank.forms import DefaultsForm, UploadForm, initial_defaults
from questionbank.models import Import
from questionbank.services import uploads
from questionbank.services.importing import ImportReport

PAGE_SIZE = 100


@login_required
@require_http_methods(["GET", "POST"])
def import_create(request: PersonRequest) -> HttpResponse:
    if not policies.may_write(request.user):
        raise PermissionDenied
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        files = [(file.name, file.read()) for file in form.cleaned_data["banks"]]
        upload = uploads.keep_upload(user=request.user, files=files)
        return redirect("questionbank:import-detail", pk=upload.pk)
    status = 422 if form.errors else 200
    return render(request, "questionbank/import_create.html", {"form": form}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def import_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    upload = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    if upload.imported_at:
        return redirect("questionbank:question-list")
    if request.method == "GET":
        return _preview(request, upload, DefaultsForm(initial=initial_defaults()))
    form = DefaultsForm(request.POST)
    if form.is_valid():
        try:
            report = uploads.import_upload(upload=upload, actor=request.user, defaults=form.defaults())
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _summary(report))
            return redirect(reverse("questionbank:question-list") + f"?state={VersionState.DRAFT}")
    return _preview(request, upload, form, status=422)


def _preview(request: PersonRequest, upload: Import, form: DefaultsForm, status: int = 200) -> HttpResponse:
    report = uploads.preview_upload(upload=upload)
    page = Paginator(report.questions, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = [(ImportStatus(value).label, count) for value, count in report.counts.items()]
    context = {"form": form, "report": report, "page": page, "counts": counts, "names": report.file_names}
    return render(request, "questionbank/import_detail.html", context, status=status)


def _summary(report: ImportReport) -> str:
    words = ngettext(
        "%(count)s draft was written. Somebody else publishes it.",
        "%(count)s drafts were written. Somebody else publishes them.",
        report.drafts,
    )
    return words % {"count": report.drafts} if report.drafts else _("Nothing to import: all was here already.")
