"""Loops and their panels: list, page, planning board, booking."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import PersonRequest
from interviews import policies
from interviews.choices import CancelReason, ProposalState
from interviews.forms.loops import BookForm, CancelForm, LoopFilterForm
from interviews.models import Loop
from interviews.selectors.loops import loop_list as loops_of
from interviews.selectors.loops import loop_page, stages
from interviews.selectors.proposals import proposal_card
from interviews.selectors.weeks import week_board
from interviews.services import booking
from interviews.services.panels import propose_panel

PAGE_SIZE = 25


@login_required
@require_GET
def loop_list(request: PersonRequest) -> HttpResponse:
    if not policies.may_read_jobs(request.user):
        raise PermissionDenied
    form = LoopFilterForm(request.GET)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    page = Paginator(loops_of(user=request.user, state=state), PAGE_SIZE).get_page(request.GET.get("page"))
    now = timezone.now()
    rows = [{"loop": loop, "stages": stages(state=loop.state, last_end=loop.last_end, now=now)} for loop in page]
    return render(request, "interviews/loop_list.html", {"page": page, "rows": rows, "form": form, "state": state})


@login_required
@require_GET
def loop_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    loop = get_object_or_404(_with_people(Loop.objects.visible_to(request.user)), pk=pk)
    return _loop(request, loop)


def _with_people(loops: "QuerySet[Loop]") -> "QuerySet[Loop]":
    return loops.select_related("application__candidate", "application__job__role_family", "plan")


def _loop(request: PersonRequest, loop: Loop, error: ValidationError | None = None) -> HttpResponse:
    context = {
        "about": loop_page(loop=loop, user=request.user, now=timezone.now()),
        "loop": loop,
        "may_run": policies.may_run_loop(request.user, loop),
        "may_follow": policies.may_follow_loop(request.user, loop),
        "cancel_form": CancelForm(),
        "errors": error.messages if error else [],
    }
    return render(request, "interviews/loop_detail.html", context, status=422 if error else 200)


@login_required
@require_GET
def loop_panel(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _panel(request, get_object_or_404(_with_people(Loop.objects.run_by(request.user)), pk=pk))


def _panel(
    request: PersonRequest, loop: Loop, error: ValidationError | None = None, form: BookForm | None = None
) -> HttpResponse:
    """The planning board; ``error`` is why there is no panel or why it was not booked."""
    live = (ProposalState.PROPOSED, ProposalState.BOOKED)
    proposal = loop.proposals.filter(state__in=live).first()
    wrong = error.error_list if error else []
    context = {
        "loop": loop,
        "board": week_board(
            loop=loop, proposal=proposal, zone=request.user.time_zone, now=timezone.now(), monday=_week(request)
        ),
        "proposal": proposal_card(proposal=proposal, zone=request.user.time_zone) if proposal else None,
        "form": form or BookForm(initial={"proposal": proposal.pk if proposal else None}),
        "conflicts": [message for it in wrong if it.code != "way_out" for message in it.messages],
        "ways_out": [message for it in wrong if it.code == "way_out" for message in it.messages],
    }
    wrong_form = bool(form and form.errors)
    return render(request, "interviews/loop_panel.html", context, status=422 if wrong or wrong_form else 200)


def _week(request: PersonRequest) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return None


@login_required
@require_POST
def panel_propose(request: PersonRequest, pk: UUID) -> HttpResponse:
    loop = get_object_or_404(_with_people(Loop.objects.run_by(request.user)), pk=pk)
    try:
        propose_panel(loop=loop, actor=request.user, now=timezone.now())
    except ValidationError as error:
        return _panel(request, loop, error)
    return redirect("interviews:loop-panel", pk=loop.pk)


@login_required
@require_POST
def panel_book(request: PersonRequest, pk: UUID) -> HttpResponse:
    loop = get_object_or_404(_with_people(Loop.objects.run_by(request.user)), pk=pk)
    form = BookForm(request.POST)
    if not form.is_valid():
        return _panel(request, loop, form=form)
    proposal = get_object_or_404(loop.proposals, pk=form.cleaned_data["proposal"])
    try:
        booking.book_panel(proposal=proposal, actor=request.user, now=timezone.now(), link=form.cleaned_data["link"])
    except ValidationError as error:
        return _panel(request, loop, error, form)
    messages.success(request, _("Booked. The candidate and all interviewers are being invited."))
    return redirect("interviews:loop-detail", pk=loop.pk)


@login_required
@require_POST
def panel_cancel(request: PersonRequest, pk: UUID) -> HttpResponse:
    loop = get_object_or_404(_with_people(Loop.objects.run_by(request.user)), pk=pk)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _loop(request, loop, ValidationError(_("Choose a reason.")))
    reason = CancelReason(form.cleaned_data["reason"])
    try:
        booking.cancel_booking(loop=loop, actor=request.user, reason=reason, now=timezone.now())
    except ValidationError as error:
        return _loop(request, loop, error)
    messages.success(request, _("Taken back. Everybody is being told."))
    return redirect("interviews:loop-panel", pk=loop.pk)
