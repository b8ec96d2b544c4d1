"""What happened, and the programs that are told of it."""

from datetime import UTC
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.constraints import known
from accounts.identifiers import new_id
from accounts.models import Touched
from delivery.choices import DeliveryState, EventType
from delivery.models.jobs import DurableJob
from delivery.querysets import EventQuerySet, WebhookDeliveryQuerySet, WebhookEndpointQuerySet, may_read_events


class Event(models.Model):
    """That something happened: type, ids and time, never a name, a score or a text.

    Written in the transaction that it tells of. ``sequence`` is given afterwards by one writer at a time, in
    the order in which transactions became visible: whoever reads by it misses none.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    type = models.CharField(max_length=40, choices=EventType)
    # The resource of the API that it speaks of, as "loops", and which one.
    subject = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    # The version of the subject where it counts them, such as a scorecard.
    version = models.PositiveIntegerField(null=True, blank=True)
    # Further ids by the name of what they name, such as {"job": "…"}.
    ids = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    sequence = models.PositiveBigIntegerField(null=True, blank=True, unique=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        indexes = [models.Index(fields=["id"], condition=Q(sequence=None), name="event_without_sequence")]
        constraints = [known("type", EventType, model="event")]

    def __str__(self) -> str:
        return f"{self.type} {self.subject_id}"

    @property
    def payload(self) -> dict[str, Any]:
        """What is told of it: the same in the feed, in every delivery and in every replay."""
        about = {"sequence": self.sequence, "subject": self.subject, "subject_id": str(self.subject_id)}
        return {
            "type": self.type,
            "timestamp": self.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "data": {"id": str(self.pk), **about, "version": self.version, **self.ids},
        }


class WebhookEndpoint(Touched, models.Model):
    """An address that is told of events. Its secrets are encrypted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Whose it is: a person or an API client. It is told what that one may read of the feed.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhook_endpoints")
    url = models.URLField(_("address"), max_length=500)
    description = models.CharField(_("description"), max_length=200, blank=True)
    # Types it wants; none means all.
    types = models.JSONField(default=list, blank=True)
    is_enabled = models.BooleanField(_("in use"), default=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    # A code of wording.py: who or what put it out of use.
    disabled_because = models.CharField(max_length=40, blank=True)
    # Since when every delivery has failed.
    failing_since = models.DateTimeField(null=True, blank=True)
    # It has been failing for a while: until then nothing is tried.
    resting_until = models.DateTimeField(null=True, blank=True, editable=False)
    secret = models.TextField(editable=False)
    # Signs too until then, so that a receiver can change over without missing one.
    previous_secret = models.TextField(blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_enabled=True, disabled_at=None) | Q(is_enabled=False, disabled_at__isnull=False),
                name="webhookendpoint_disabled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(previous_secret="", previous_until=None)
                | (~Q(previous_secret="") & Q(previous_until__isnull=False)),
                name="webhookendpoint_previous_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.url

    def wants(self, type: str) -> bool:
        return not self.types or type in self.types

    @property
    def is_told(self) -> bool:
        """Whether it is in use and its owner may read the feed still. One query for the owner's roles."""
        return self.is_enabled and self.owner.is_active and may_read_events(self.owner)


class WebhookDelivery(models.Model):
    """One event for one endpoint, tried until it is taken. ``replay`` counts the times it was asked for again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, models.PROTECT, related_name="deliveries")
    replay = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    job = models.OneToOneField(DurableJob, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["endpoint", "-created_at"], name="webhookdelivery_newest")]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event", "replay"], name="webhookdelivery_once"),
            known("state", DeliveryState, model="webhookdelivery"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.event_id}"


class DeliveryAttempt(models.Model):
    """What came of sending once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    # What the receiver answered; empty where there was no answer, then ``error`` is a code of wording.py.
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=40, blank=True)
    # The beginning of the answer's body.
    answer = models.TextField(max_length=4096, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="deliveryattempt_number_once"),
            models.CheckConstraint(
                condition=Q(status__isnull=False, error="") | (Q(status=None) & ~Q(error="")),
                name="deliveryattempt_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.number}"
