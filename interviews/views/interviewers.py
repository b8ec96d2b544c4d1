"""Interviewers and when they can be booked."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.choices import Role
from accounts.requests import PersonRequest
from interviews import policies
from interviews.forms.interviewers import BusyForm, RulesForm, initial_rules
from interviews.models import BusyPeriod, Interviewer
from interviews.selectors.people import interviewer_list as interviewers_of
from interviews.selectors.people import upcoming_busy, upcoming_seats
from interviews.services import availability

PAGE_SIZE = 25


@login_required
@require_GET
def interviewer_list(request: PersonRequest) -> HttpResponse:
    if not (request.user.is_admin or Role.RECRUITER in request.user.roles):
        raise PermissionDenied
    text = request.GET.get("text", "").strip()[:100]
    found = interviewers_of(user=request.user, now=timezone.now(), text=text)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "interviews/interviewer_list.html", {"page": page, "text": text})


@login_required
@require_GET
def interviewer_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _interviewer(request, _visible(request, pk))


def _visible(request: PersonRequest, pk: UUID) -> Interviewer:
    people = interviewers_of(user=request.user, now=timezone.now())
    interviewer: Interviewer = get_object_or_404(people, pk=pk)
    return interviewer


def _editable(request: PersonRequest, pk: UUID) -> Interviewer:
    interviewer = _visible(request, pk)
    if not policies.may_edit_hours(request.user, interviewer):
        raise PermissionDenied
    return interviewer


def _interviewer(request: PersonRequest, interviewer: Interviewer, form: BusyForm | None = None) -> HttpResponse:
    now = timezone.now()
    context = {
        "interviewer": interviewer,
        "busy": upcoming_busy(interviewer=interviewer, now=now),
        "seats": upcoming_seats(interviewer=interviewer, now=now),
        "may_edit": policies.may_edit_hours(request.user, interviewer),
        "form": form or BusyForm(),
    }
    wrong = form is not None and form.errors
    return render(request, "interviews/interviewer_detail.html", context, status=422 if wrong else 200)


@login_required
@require_http_methods(["GET", "POST"])
def interviewer_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    interviewer = _editable(request, pk)
    form = RulesForm(request.POST or None, initial=initial_rules(interviewer))
    if request.method == "POST" and form.is_valid():
        rules = {
            name: form.cleaned_data[name] for name in ("is_active", "notice_hours", "buffer_minutes", "most_per_day")
        }
        try:
            availability.set_rules(interviewer=interviewer, actor=request.user, hours=form.hours(), **rules)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("interviews:interviewer-detail", pk=interviewer.pk)
    context = {"interviewer": interviewer, "form": form}
    return render(request, "interviews/interviewer_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def busy_create(request: PersonRequest, pk: UUID) -> HttpResponse:
    interviewer = _editable(request, pk)
    form = BusyForm(request.POST)
    if form.is_valid():
        starts_at, ends_at = form.span(interviewer.user.time_zone)
        try:
            availability.add_busy_period(
                interviewer=interviewer,
                actor=request.user,
                starts_at=starts_at,
                ends_at=ends_at,
                what=form.cleaned_data["what"],
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("interviews:interviewer-detail", pk=interviewer.pk)
    return _interviewer(request, interviewer, form)


@login_required
@require_POST
def busy_remove(request: PersonRequest, pk: UUID) -> HttpResponse:
    visible = Interviewer.objects.visible_to(request.user)
    busy = get_object_or_404(BusyPeriod.objects.select_related("interviewer__user"), pk=pk, interviewer__in=visible)
    if not policies.may_edit_hours(request.user, busy.interviewer):
        raise PermissionDenied
    availability.remove_busy_period(busy=busy, actor=request.user)
    return redirect("interviews:interviewer-detail", pk=busy.interviewer_id)
