"""Webhooks: which there are, where they lead, their secrets, in and out of use."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import PersonRequest, administrators_only, show_once, shown_once
from delivery.choices import EventType
from delivery.forms.webhooks import EndpointForm, LogForm, RangeForm
from delivery.models import WebhookEndpoint
from delivery.selectors.webhooks import Share, day_shares, delivery_log, delivery_row, endpoint_list, host_of
from delivery.services import webhooks as services
from delivery.wording import disabled_text

PAGE_SIZE = 25


@administrators_only
@require_GET
def webhook_list(request: PersonRequest) -> HttpResponse:
    page = Paginator(endpoint_list(user=request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    shares = day_shares(page, now=timezone.now())
    rows = [
        {
            "endpoint": endpoint,
            "share": shares.get(endpoint.pk, Share()),
            "types": _type_labels(endpoint),
            "why_off": disabled_text(endpoint.disabled_because),
        }
        for endpoint in page
    ]
    return render(request, "delivery/webhook_list.html", {"page": page, "rows": rows})


@administrators_only
@require_http_methods(["GET", "POST"])
def webhook_create(request: PersonRequest) -> HttpResponse:
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = services.create_endpoint(owner=request.user, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            show_once(request, endpoint, secret)
            return redirect("delivery:webhook-detail", pk=endpoint.pk)
    return render(request, "delivery/webhook_edit.html", {"form": form}, status=422 if form.errors else 200)


@administrators_only
@require_http_methods(["GET", "POST"])
def webhook_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    endpoint = _endpoint(request, pk)
    initial = {"url": endpoint.url, "description": endpoint.description, "types": endpoint.types}
    form = EndpointForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_endpoint(endpoint=endpoint, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("delivery:webhook-detail", pk=pk)
    context = {"form": form, "endpoint": endpoint, "host": host_of(endpoint)}
    return render(request, "delivery/webhook_edit.html", context, status=422 if form.errors else 200)


@administrators_only
@never_cache
@require_GET
def webhook_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _page(request, _endpoint(request, pk))


@administrators_only
@require_POST
def webhook_rotate(request: PersonRequest, pk: UUID) -> HttpResponse:
    endpoint = _endpoint(request, pk)
    try:
        secret = services.rotate_secret(endpoint=endpoint, actor=request.user)
    except ValidationError as error:
        return _page(request, endpoint, error)
    show_once(request, endpoint, secret)
    return redirect("delivery:webhook-detail", pk=pk)


@administrators_only
@require_POST
def webhook_switch(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Into use, or out of it: ``is_enabled`` says which."""
    endpoint, wanted = _endpoint(request, pk), request.POST.get("is_enabled") == "1"
    try:
        services.change_endpoint(endpoint=endpoint, actor=request.user, is_enabled=wanted)
    except ValidationError as error:
        return _page(request, endpoint, error)
    text = _("The webhook is in use.") if wanted else _("The webhook is out of use. Nothing is sent to it.")
    messages.success(request, text)
    return redirect("delivery:webhook-detail", pk=pk)


@administrators_only
@require_POST
def webhook_delete(request: PersonRequest, pk: UUID) -> HttpResponse:
    services.delete_endpoint(endpoint=_endpoint(request, pk), actor=request.user)
    messages.success(request, _("The webhook and its log are deleted."))
    return redirect("delivery:webhook-list")


@administrators_only
@require_POST
def webhook_test(request: PersonRequest, pk: UUID) -> HttpResponse:
    endpoint = _endpoint(request, pk)
    try:
        delivery = services.send_test(endpoint=endpoint, actor=request.user)
    except ValidationError as error:
        return _page(request, endpoint, error)
    return redirect("delivery:delivery-detail", pk=delivery.pk)


@administrators_only
@require_POST
def webhook_replay(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Everything of a span, once more."""
    endpoint, form = _endpoint(request, pk), RangeForm(request.POST)
    if not form.is_valid():
        return _page(request, endpoint, range_form=form)
    try:
        count = services.replay_range(endpoint=endpoint, actor=request.user, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, endpoint, range_form=form)
    text = ngettext("%(count)s event is sent again.", "%(count)s events are sent again.", count)
    messages.success(request, text % {"count": count})
    return redirect("delivery:webhook-detail", pk=pk)


def _endpoint(request: PersonRequest, pk: UUID) -> WebhookEndpoint:
    endpoint: WebhookEndpoint = get_object_or_404(endpoint_list(user=request.user), pk=pk)
    return endpoint


def _page(
    request: PersonRequest,
    endpoint: WebhookEndpoint,
    error: ValidationError | None = None,
    range_form: RangeForm | None = None,
) -> HttpResponse:
    log_form = LogForm(request.GET)
    state = log_form.cleaned_data["state"] if log_form.is_valid() else ""
    log = delivery_log(endpoint=endpoint, state=state)
    page = Paginator(log, PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "endpoint": endpoint,
        "host": host_of(endpoint),
        "secret": shown_once(request, endpoint),
        "share": day_shares([endpoint], now=timezone.now()).get(endpoint.pk, Share()),
        "types": _type_labels(endpoint),
        "why_off": disabled_text(endpoint.disabled_because),
        "overlaps": endpoint.previous_until is not None and endpoint.previous_until > timezone.now(),
        "page": page,
        "rows": [delivery_row(delivery) for delivery in page],
        "state": state,
        "log_form": log_form,
        "range_form": range_form or RangeForm(),
        "errors": error.messages if error else [],
    }
    return render(request, "delivery/webhook_detail.html", context, status=422 if error or range_form else 200)


def _type_labels(endpoint: WebhookEndpoint) -> list[tuple[str, str]]:
    """(code, label) of what it is told of; none means everything."""
    return [(code, str(EventType(code).label)) for code in endpoint.types if code in EventType]
