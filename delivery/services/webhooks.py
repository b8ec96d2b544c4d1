"""Endpoints: made, changed, given new secrets, tested, told again what they missed."""

import base64
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.sealing import seal
from accounts.services.trail import record
from delivery.choices import EventType
from delivery.models import Event, WebhookDelivery, WebhookEndpoint
from delivery.outbound import BadUrl, read_url
from delivery.querysets import may_read_events
from delivery.services.deliveries import KEPT, disable, queue_deliveries
from delivery.services.events import record_test

SECRET_PREFIX = "whsec_"  # noqa: S105 -- how secrets begin
SECRET_BYTES = 32
# While a receiver changes over, the old secret signs too.
OVERLAP = timedelta(hours=24)
MOST_REPLAYED = 10_000

_URL_TEXTS = {
    "not_a_url": _("This is no address that events can be sent to."),
    "not_https": _("Only https addresses are sent to."),
    "port": _("Only port 443 is sent to."),
    "inside": _("This address is not on the public internet."),
}


@transaction.atomic
def create_endpoint(
    *, owner: User, actor: User, url: str, types: Collection[str] = (), description: str = ""
) -> tuple[WebhookEndpoint, str]:
    """An endpoint that is told what its owner may read, and its secret: shown once, kept encrypted.

    Raises ``PermissionDenied`` unless the actor is an administrator or the owner and may read events, and
    ``ValidationError`` for the fields url (not_a_url, not_https, port, inside), types (unknown_type), description
    or owner (cannot_read).
    """
    if not may_read_events(actor) or not (actor.is_admin or actor == owner):
        raise PermissionDenied
    if not may_read_events(owner):
        text = _("Events are for administrators and API clients.")
        raise ValidationError({"owner": ValidationError(text, code="cannot_read")})
    secret = _new_secret()
    endpoint = WebhookEndpoint(owner=owner, secret=seal(secret))
    _fill(endpoint, url=url, types=types, description=description)
    endpoint.save(force_insert=True)
    record(actor=actor, action="webhook.created", subject=endpoint)
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    *,
    endpoint: WebhookEndpoint,
    actor: User,
    url: str | None = None,
    types: Collection[str] | None = None,
    description: str | None = None,
    is_enabled: bool | None = None,
) -> WebhookEndpoint:
    """Change what is given. Out of use, what waits is dropped; back in use, nothing missed is sent by itself.

    Raises as ``create_endpoint`` does.
    """
    endpoint = _locked(endpoint, actor)
    before = (endpoint.url, endpoint.types, endpoint.description)
    _fill(
        endpoint,
        url=endpoint.url if url is None else url,
        types=endpoint.types if types is None else types,
        description=endpoint.description if description is None else description,
    )
    if (endpoint.url, endpoint.types, endpoint.description) != before:
        endpoint.save(update_fields=["url", "types", "description"])
        record(actor=actor, action="webhook.changed", subject=endpoint)
    if is_enabled is False:
        disable(endpoint=endpoint, because="person", actor=actor)
    elif is_enabled and not endpoint.is_enabled:
        values = {"is_enabled": True, "disabled_at": None, "disabled_because": "", "failing_since": None}
        values |= {"resting_until": None}
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**values)
        record(actor=actor, action="webhook.enabled", subject=endpoint)
    endpoint.refresh_from_db()
    return endpoint


@transaction.atomic
def delete_endpoint(*, endpoint: WebhookEndpoint, actor: User) -> None:
    """Delete an endpoint and its deliveries; jobs that wait find nothing to do. Raises ``PermissionDenied``."""
    endpoint = _locked(endpoint, actor, for_deletion=True)
    record(actor=actor, action="webhook.deleted", subject=endpoint)
    endpoint.delete()


@transaction.atomic
def rotate_secret(*, endpoint: WebhookEndpoint, actor: User) -> str:
    """A new secret, shown once; the one before it signs too for 24 hours. Raises ``PermissionDenied``."""
    endpoint = _locked(endpoint, actor)
    secret = _new_secret()
    # One that came with an import has none yet.
    until = timezone.now() + OVERLAP if endpoint.secret else None
    endpoint.previous_secret, endpoint.previous_until = endpoint.secret, until
    endpoint.secret = seal(secret)
    endpoint.save(update_fields=["secret", "previous_secret", "previous_until"])
    record(actor=actor, action="webhook.secret_rotated", subject=endpoint)
    return secret


@transaction.atomic
def send_test(*, endpoint: WebhookEndpoint, actor: User) -> WebhookDelivery:
    """Send a ``webhook.tested`` event to this endpoint alone, once, whatever types it wants.

    Raises ``PermissionDenied``, or ``ValidationError`` with code ``out_of_use``.
    """
    endpoint = _locked(endpoint, actor)
    _refuse_out_of_use(endpoint)
    record(actor=actor, action="webhook.tested", subject=endpoint)
    return queue_deliveries([(endpoint, record_test(endpoint), 0)])[0]


@transaction.atomic
def replay_delivery(*, delivery: WebhookDelivery, actor: User) -> WebhookDelivery:
    """Send the event of a delivery once more, with all retries. Raises as ``send_test`` does."""
    endpoint = _locked(delivery.endpoint, actor)
    _refuse_out_of_use(endpoint)
    last = endpoint.deliveries.filter(event=delivery.event_id).aggregate(last=Max("replay"))["last"]
    record(actor=actor, action="webhook.replayed", subject=endpoint, event=str(delivery.event_id))
    return queue_deliveries([(endpoint, delivery.event, 0 if last is None else last + 1)])[0]


@transaction.atomic
def replay_range(*, endpoint: WebhookEndpoint, actor: User, after: datetime, until: datetime) -> int:
    """Send all events from ``after`` to before ``until`` that the endpoint wants, sent before or not. Returns how many.

    Raises ``PermissionDenied``, or ``ValidationError`` with code ``out_of_use``, ``too_many`` or for the field after
    (too_old, not_before).
    """
    endpoint = _locked(endpoint, actor)
    _refuse_out_of_use(endpoint)
    if after >= until:
        raise ValidationError({"after": ValidationError(_("The beginning is not before the end."), code="not_before")})
    if after < timezone.now() - KEPT:
        text = _("Events of the last 30 days can be sent again.")
        raise ValidationError({"after": ValidationError(text, code="too_old")})
    events = Event.objects.visible_to(endpoint.owner).filter(occurred_at__gte=after, occurred_at__lt=until)
    if endpoint.types:
        events = events.filter(type__in=endpoint.types)
    if (count := events.count()) > MOST_REPLAYED:
        text = _("These are %(count)s events; at most %(most)s are sent again at once. Choose a shorter time.")
        raise ValidationError(text, code="too_many", params={"count": count, "most": MOST_REPLAYED})
    sent = endpoint.deliveries.filter(event__occurred_at__gte=after, event__occurred_at__lt=until)
    last = dict(sent.order_by().values_list("event").annotate(Max("replay")))
    queue_deliveries([(endpoint, event, last.get(event.pk, -1) + 1) for event in events.order_by("sequence")])
    record(actor=actor, action="webhook.range_replayed", subject=endpoint, count=count)
    return count


def _locked(endpoint: WebhookEndpoint, actor: User, *, for_deletion: bool = False) -> WebhookEndpoint:
    """The endpoint as it is now, for this transaction alone. Raises ``PermissionDenied``."""
    visible = WebhookEndpoint.objects.visible_to(actor)
    found: WebhookEndpoint | None = visible.select_for_update(no_key=not for_deletion).filter(pk=endpoint.pk).first()
    if found is None:
        raise PermissionDenied
    return found


def _fill(endpoint: WebhookEndpoint, *, url: str, types: Collection[str], description: str) -> None:
    try:
        endpoint.url = read_url(url.strip(), allowed=settings.WEBHOOK_ALLOWED_ORIGINS).url
    except BadUrl as error:
        raise ValidationError({"url": ValidationError(_URL_TEXTS[error.code], code=error.code)}) from error
    # What the test button sends cannot be chosen.
    wanted = [it.value for it in EventType if it in types and it is not EventType.WEBHOOK_TESTED]
    if unknown := sorted(set(types) - set(wanted)):
        text = _("There is no event of the type %(type)s.")
        errors = [ValidationError(text, code="unknown_type", params={"type": it}) for it in unknown]
        raise ValidationError({"types": errors})
    endpoint.types = wanted
    endpoint.description = description.strip()
    if "\x00" in description:
        raise ValidationError({"description": ValidationError(_("This text cannot be stored."), code="not_text")})
    # The address is judged by what sends to it; the field's own check knows no host of a single word.
    endpoint.full_clean(exclude=["url"])


def _refuse_out_of_use(endpoint: WebhookEndpoint) -> None:
    if not endpoint.is_enabled:
        raise ValidationError(_("The webhook is out of use. Put it into use first."), code="out_of_use")


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
