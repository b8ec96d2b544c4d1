"""Webhooks and their deliveries as people read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from accounts.models import User
from delivery.choices import DeliveryState
from delivery.models import DeliveryAttempt, WebhookDelivery, WebhookEndpoint

DAY = timedelta(days=1)
# A page that shows a delivery looks again by itself while something is about to happen.
ABOUT_TO = timedelta(seconds=30)


@dataclass(frozen=True)
class Share:
    """How the deliveries of a span ended; those that wait still count for neither side."""

    delivered: int = 0
    failed: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        return self.delivered + self.failed

    @property
    def percent(self) -> int:
        """Rounded down: 100 means all of them."""
        return 100 * self.delivered // self.total if self.total else 0


@dataclass(frozen=True)
class DeliveryRow:
    """A delivery in the log, with what its last attempt came to."""

    delivery: WebhookDelivery
    attempts: int
    last: DeliveryAttempt | None


def endpoint_list(*, user: User) -> "QuerySet[WebhookEndpoint]":
    """Newest first, with ``last_at`` and ``last_state`` of the newest delivery, and ``told``: in use, and of an owner
    who may read the feed still. One query a page."""
    newest = WebhookDelivery.objects.filter(endpoint=OuterRef("pk")).order_by("-created_at", "-id")
    found: QuerySet[WebhookEndpoint] = WebhookEndpoint.objects.visible_to(user).select_related("owner")
    return found.annotate(
        told=Exists(WebhookEndpoint.objects.told().filter(pk=OuterRef("pk"))),
        last_at=Subquery(newest.values("created_at")[:1]),
        last_state=Subquery(newest.values("state")[:1]),
    )


def day_shares(endpoints: Iterable[WebhookEndpoint], *, now: datetime) -> dict[UUID, Share]:
    """How the last 24 hours went, by endpoint. One query for all of them."""
    counted = (
        WebhookDelivery.objects.filter(endpoint__in=list(endpoints), created_at__gt=now - DAY)
        .order_by()
        .values("endpoint")
        .annotate(
            delivered=Count("pk", filter=Q(state=DeliveryState.DELIVERED)),
            failed=Count("pk", filter=Q(state=DeliveryState.FAILED)),
            waiting=Count("pk", filter=Q(state=DeliveryState.WAITING)),
        )
    )
    return {row["endpoint"]: Share(row["delivered"], row["failed"], row["waiting"]) for row in counted}


def delivery_log(*, endpoint: WebhookEndpoint, state: str = "") -> "QuerySet[WebhookDelivery]":
    """Newest first, of one state or of all. Two queries a page, without what receivers answered."""
    attempts = Prefetch("attempts", DeliveryAttempt.objects.defer("answer"))
    found = WebhookDelivery.objects.filter(endpoint=endpoint).select_related("event").prefetch_related(attempts)
    return found.filter(state=state) if state else found


def delivery_row(delivery: WebhookDelivery) -> DeliveryRow:
    attempts = list(delivery.attempts.all())
    return DeliveryRow(delivery, len(attempts), attempts[-1] if attempts else None)


def next_attempt(delivery: WebhookDelivery, *, now: datetime) -> tuple[datetime | None, bool]:
    """When a delivery that waits is tried next, and whether that is so soon that a page should look again."""
    if delivery.state != DeliveryState.WAITING or delivery.job is None:
        return None, False
    return delivery.job.due_at, delivery.job.due_at - now < ABOUT_TO


def host_of(endpoint: WebhookEndpoint) -> str:
    """What an endpoint is called where its whole address has no room."""
    return urlsplit(endpoint.url).netloc
