"""Connections to applicant tracking systems: which there are, their rules, what they sent."""

from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import PersonRequest, administrators_only, show_once, shown_once
from interviews.ats_wording import outcome_text
from interviews.forms.ats import ConnectionForm, JobLinkForm, MessageFilterForm, RulesForm, UnlinkForm
from interviews.models import AtsConnection, AtsMessage
from interviews.selectors.ats import connection_list, known_jobs, message_log
from interviews.services import ats as services

PAGE_SIZE = 25


@administrators_only
@require_GET
def ats_list(request: PersonRequest) -> HttpResponse:
    found = connection_list(user=request.user, now=timezone.now())
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "interviews/ats_list.html", {"page": page})


@administrators_only
@require_http_methods(["GET", "POST"])
def ats_create(request: PersonRequest) -> HttpResponse:
    form = ConnectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            connection, secret = services.create_connection(actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            show_once(request, connection, secret)
            return redirect("interviews:ats-detail", pk=connection.pk)
    return render(request, "interviews/ats_create.html", {"form": form}, status=422 if form.errors else 200)


@administrators_only
@never_cache
@require_GET
def ats_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _page(request, _connection(request, pk))


@administrators_only
@require_http_methods(["GET", "POST"])
def ats_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Its name and its rules."""
    connection = _connection(request, pk)
    form = RulesForm(request.POST if request.method == "POST" else None, connection=connection)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                services.change_connection(connection=connection, actor=request.user, name=form.cleaned_data["name"])
                services.set_stage_rules(connection=connection, actor=request.user, rules=form.rules)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("Saved."))
            return redirect("interviews:ats-detail", pk=pk)
    context = {"form": form, "connection": connection}
    return render(request, "interviews/ats_edit.html", context, status=422 if form.errors else 200)


@administrators_only
@require_http_methods(["GET", "POST"])
def ats_jobs(request: PersonRequest, pk: UUID) -> HttpResponse:
    """What the other system calls our jobs."""
    connection = _connection(request, pk)
    asked = {"external_id": request.GET.get("external_id", "")}
    form = JobLinkForm(request.POST if request.method == "POST" else None, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            services.link_job(connection=connection, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("external_id", error.messages)
        else:
            messages.success(request, _("Saved."))
            return redirect("interviews:ats-jobs", pk=pk)
    page = Paginator(known_jobs(system=connection.system), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "connection": connection, "page": page}
    return render(request, "interviews/ats_jobs.html", context, status=422 if form.errors else 200)


@administrators_only
@require_POST
def ats_unlink(request: PersonRequest, pk: UUID) -> HttpResponse:
    """``job`` is no longer known to the other system."""
    connection = _connection(request, pk)
    form = UnlinkForm(request.POST)
    if form.is_valid():
        services.link_job(connection=connection, actor=request.user, job=form.cleaned_data["job"], external_id="")
        messages.success(request, _("Saved."))
    return redirect("interviews:ats-jobs", pk=pk)


@administrators_only
@require_POST
def ats_rotate(request: PersonRequest, pk: UUID) -> HttpResponse:
    connection = _connection(request, pk)
    show_once(request, connection, services.rotate_connection_secret(connection=connection, actor=request.user))
    return redirect("interviews:ats-detail", pk=pk)


@administrators_only
@require_POST
def ats_switch(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Into use, or out of it: ``is_enabled`` says which."""
    wanted = request.POST.get("is_enabled") == "1"
    services.change_connection(connection=_connection(request, pk), actor=request.user, is_enabled=wanted)
    text = _("The connection is in use.") if wanted else _("The connection is out of use. What it sends is refused.")
    messages.success(request, text)
    return redirect("interviews:ats-detail", pk=pk)


@administrators_only
@require_POST
def ats_retry(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Work through a message again, once what stood in its way is put right."""
    found = AtsMessage.objects.visible_to(request.user).select_related("connection")
    message: AtsMessage = get_object_or_404(found, pk=pk)
    try:
        services.retry_message(message=message, actor=request.user)
    except ValidationError as error:
        return _page(request, message.connection, error)
    messages.success(request, _("The message is worked through again."))
    return redirect("interviews:ats-detail", pk=message.connection_id)


def _connection(request: PersonRequest, pk: UUID) -> AtsConnection:
    connection: AtsConnection = get_object_or_404(AtsConnection.objects.visible_to(request.user), pk=pk)
    return connection


def _page(request: PersonRequest, connection: AtsConnection, error: ValidationError | None = None) -> HttpResponse:
    filter_form = MessageFilterForm(request.GET)
    state = filter_form.cleaned_data["state"] if filter_form.is_valid() else ""
    log = message_log(connection=connection, state=state)
    page = Paginator(log, PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "connection": connection,
        "address": urljoin(settings.SITE_URL, reverse("api:inbound", args=[connection.pk])),
        "secret": shown_once(request, connection),
        "rules": connection.rules.select_related("job"),
        "known_jobs": known_jobs(system=connection.system).count(),
        "page": page,
        "rows": [{"message": message, "outcome": outcome_text(message.outcome)} for message in page],
        "state": state,
        "filter_form": filter_form,
        "errors": error.messages if error else [],
    }
    return render(request, "interviews/ats_detail.html", context, status=422 if error else 200)
