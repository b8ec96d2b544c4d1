"""One delivery: what was sent when, what came back, and once more."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import PersonRequest, administrators_only
from delivery.models import WebhookDelivery
from delivery.selectors.webhooks import host_of, next_attempt
from delivery.services import webhooks as services
from delivery.wording import attempt_text


@administrators_only
@never_cache
@require_GET
def delivery_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    return render(request, "delivery/delivery_detail.html", _context(_delivery(request, pk)))


@administrators_only
@never_cache
@require_GET
def delivery_progress(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The part of the page that changes with every attempt."""
    return render(request, "delivery/_attempts.html", _context(_delivery(request, pk)))


@administrators_only
@require_POST
def delivery_replay(request: PersonRequest, pk: UUID) -> HttpResponse:
    delivery = _delivery(request, pk)
    try:
        again = services.replay_delivery(delivery=delivery, actor=request.user)
    except ValidationError as error:
        context = _context(delivery) | {"errors": error.messages}
        return render(request, "delivery/delivery_detail.html", context, status=422)
    messages.success(request, _("The event is sent again."))
    return redirect("delivery:delivery-detail", pk=again.pk)


def _delivery(request: PersonRequest, pk: UUID) -> WebhookDelivery:
    found = WebhookDelivery.objects.visible_to(request.user).select_related("event", "endpoint", "job")
    delivery: WebhookDelivery = get_object_or_404(found, pk=pk)
    return delivery


def _context(delivery: WebhookDelivery) -> dict[str, Any]:
    """Two queries with the delivery itself."""
    next_at, look_again = next_attempt(delivery, now=timezone.now())
    attempts = [{"attempt": it, "error": attempt_text(it.error)} for it in delivery.attempts.order_by("-number")]
    return {
        "delivery": delivery,
        "host": host_of(delivery.endpoint),
        "attempts": attempts,
        "next_at": next_at,
        "look_again": look_again,
        "payload": json.dumps(delivery.event.payload, indent=2),
        "errors": [],
    }
