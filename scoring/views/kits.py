"""The kit of a round: to read, and as a PDF."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.choices import Language
from accounts.requests import PersonRequest
from accounts.services.trail import record
from delivery.choices import JobState
from interviews.models import PanelSeat, Round
from scoring.selectors.kits import kit_document, kit_job, kit_round
from scoring.services.kits import file_name, request_kit
from scoring.views.times import round_times


@login_required
@require_GET
@never_cache
def kit_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    round_ = _round(request, pk)
    candidate = round_.loop.application.candidate
    texts = [request.GET.get("text", "")]
    spoken = {text.language for it in round_.questions.all() for text in it.version.texts.all()}
    context = {
        "round": round_,
        "kit": kit_document(round_, language=_reader(), texts=texts),
        "times": round_times(round_.starts_at, round_.ends_at, candidate.time_zone),
        "seat": PanelSeat.objects.of(request.user).filter(round=round_).first(),
        "languages": [(code, name) for code, name in Language.choices if code in spoken],
        "files": _files(round_),
    }
    return render(request, "scoring/kit_detail.html", context)


@login_required
@require_GET
@never_cache
def kit_progress(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The part of the page that changes while the kit is drawn."""
    round_ = _round(request, pk)
    return render(request, "scoring/_kit_files.html", {"round": round_, "files": _files(round_)})


@login_required
@require_POST
def kit_request(request: PersonRequest, pk: UUID) -> HttpResponse:
    round_ = _round(request, pk)
    try:
        request_kit(round_=round_, language=request.POST.get("language", ""), actor=request.user)
    except ValidationError as error:
        raise Http404 from error
    return redirect("scoring:kit-detail", pk)


@login_required
@require_GET
@never_cache
def kit_download(request: PersonRequest, pk: UUID) -> FileResponse:
    """The file of the kit as it now is, for who may see the round at this moment. Each download is on record."""
    round_ = _round(request, pk)
    language = request.GET.get("language", "")
    if language not in Language.values:
        raise Http404
    name = file_name(kit_document(round_, language=language))
    if not default_storage.exists(name):
        raise Http404
    record(actor=request.user, action="kit.downloaded", subject=round_, language=language)
    slug = slugify(f"{round_.loop.application.candidate.name}-{round_.name}", allow_unicode=True) or "kit"
    shown = request.GET.get("show") == "1"
    return FileResponse(
        default_storage.open(name),
        as_attachment=not shown,
        filename=f"{slug}-{language}.pdf",
        content_type="application/pdf",
    )


def _round(request: PersonRequest, pk: UUID) -> Round:
    try:
        return kit_round(round_id=pk, user=request.user)
    except Round.DoesNotExist as error:
        raise Http404 from error


def _reader() -> str:
    language = get_language() or ""
    return language if language in Language.values else Language.EN


def _files(round_: Round) -> list[dict[str, object]]:
    """How far the drawing is in each language. One query each."""
    steps = {"write": _("Writing the pages"), "draw": _("Drawing the pages"), "keep": _("Keeping the file")}
    found: list[dict[str, object]] = []
    for code, name in Language.choices:
        document = kit_document(round_, language=code)
        job = kit_job(round_.pk, document)
        ready = job is not None and job.state == JobState.DONE and default_storage.exists(file_name(document))
        waiting = job is not None and job.state in (JobState.WAITING, JobState.RUNNING)
        found.append(
            {
                "language": code,
                "name": name,
                "ready": ready,
                "waiting": waiting,
                "failed": job is not None and job.state == JobState.DEAD,
                "done": job.steps_done if job else 0,
                "step": steps.get(job.step, _("Waiting for a worker")) if job else "",
            }
        )
    return found
