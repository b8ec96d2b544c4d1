"""Work that must happen, what happened, and who is told."""

from delivery.models.events import DeliveryAttempt, Event, WebhookDelivery, WebhookEndpoint
from delivery.models.jobs import DurableJob

__all__ = ["DeliveryAttempt", "DurableJob", "Event", "WebhookDelivery", "WebhookEndpoint"]
