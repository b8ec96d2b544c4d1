"""Debriefs: the list, the page, and what is recorded on it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import PersonRequest
from interviews.choices import JobRole
from interviews.models import JobMember, Loop
from scoring.forms import DecisionForm, ReasonForm
from scoring.models import Debrief
from scoring.selectors.debriefs import as_row, card_progress, debrief_access, debrief_context, debrief_rows
from scoring.selectors.packets import packet_list
from scoring.services import debriefs as services
from scoring.views import debrief_parts as parts

PAGE_SIZE = 25


@login_required
@require_GET
def debrief_list(request: PersonRequest) -> HttpResponse:
    page = Paginator(debrief_rows(user=request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [as_row(loop, request.user) for loop in page]
    return render(request, "scoring/debrief_list.html", {"page": page, "rows": rows})


@login_required
@never_cache
@require_GET
def debrief_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _render(request, _loop(request, pk))


@login_required
@never_cache
@require_GET
def card_progress_part(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Who has given their card: a part that the page of the loop loads, for those who may know it."""
    loop = _loop(request, pk)
    if debrief_access(loop=loop, user=request.user) not in ("readable", "progress"):
        raise Http404
    progress = card_progress(loop=loop)
    context = {"progress": progress, "cards_in": sum(each.is_in for each in progress)}
    return render(request, "scoring/_card_progress.html", context)


@login_required
@never_cache
@require_POST
def debrief_open(request: PersonRequest, pk: UUID) -> HttpResponse:
    loop = _loop(request, pk)
    form = ReasonForm(request.POST)
    return _record(request, loop, form, lambda data: services.open_early(loop=loop, actor=request.user, **data))


@login_required
@never_cache
@require_POST
def debrief_access_take(request: PersonRequest, pk: UUID) -> HttpResponse:
    loop = _loop(request, pk)
    debrief = get_object_or_404(Debrief, loop=loop)
    form = ReasonForm(request.POST)
    return _record(
        request, loop, form, lambda data: services.request_access(debrief=debrief, admin=request.user, **data)
    )


@login_required
@never_cache
@require_POST
def decision_create(request: PersonRequest, pk: UUID) -> HttpResponse:
    loop = _loop(request, pk)
    debrief = get_object_or_404(Debrief.objects.visible_to(request.user), loop=loop)
    form = DecisionForm(request.POST)
    return _record(
        request, loop, form, lambda data: services.record_decision(debrief=debrief, actor=request.user, **data)
    )


def _loop(request: PersonRequest, pk: UUID) -> Loop:
    loops = Loop.objects.visible_to(request.user).select_related("application__candidate", "application__job")
    return get_object_or_404(loops, pk=pk)


def _record(request: PersonRequest, loop: Loop, form: Form, service: Any) -> HttpResponse:
    """Hand a checked form to a service; what it refuses stands on the page beside what was typed."""
    if form.is_valid():
        try:
            service(form.cleaned_data)
        except PermissionDenied as error:
            raise Http404 from error
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Recorded."))
            return redirect("scoring:debrief-detail", pk=loop.pk)
    return _render(request, loop, form=form, status=422)


def _render(request: PersonRequest, loop: Loop, *, form: Form | None = None, status: int = 200) -> HttpResponse:
    access = debrief_access(loop=loop, user=request.user)
    context: dict[str, Any] = {"loop": loop, "access": access, "form": form}
    if access == "readable":
        return render(request, "scoring/debrief_detail.html", context | _opened(request, loop, form), status=status)
    if access == "progress":
        progress = card_progress(loop=loop)
        context |= {"progress": progress, "cards_in": sum(each.is_in for each in progress)}
    if access in ("progress", "reason_first"):
        context["form"] = form or ReasonForm()
    return render(request, "scoring/debrief_locked.html", context, status=status)


def _opened(request: PersonRequest, loop: Loop, form: Form | None) -> dict[str, Any]:
    debrief = Debrief.objects.visible_to(request.user).select_related("policy", "opened_by", "decision").get(loop=loop)
    page = debrief_context(debrief=debrief)
    decision = getattr(debrief, "decision", None)
    manages = JobMember.objects.filter(
        job=loop.application.job_id, user=request.user, role=JobRole.HIRING_MANAGER
    ).exists()
    return {
        "page": page,
        "panel": parts.panel_of(page),
        "rows": parts.agreement_rows(page),
        "evidence": parts.evidence_by_disagreement(page),
        "result_figure": parts.result_figure(page),
        "table": parts.result_table(page),
        "radar": parts.radar_figure(page),
        "rules": parts.rule_reasons(page),
        "decides": parts.what_decides(page),
        "doubt": parts.doubt_words(page),
        "decision": decision,
        "may_decide": manages and decision is None,
        "form": form or DecisionForm(),
        "packets": packet_list(user=request.user, debrief=debrief),
    }
