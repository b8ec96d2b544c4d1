"""Work that must happen, what happened, and who is told."""

from delivery.models.events import DeliveryAttempt, Event, WebhookDelivery, WebhookEndpoint
from delivery.models.exports import CompanyExport
from delivery.models.jobs import DurableJob

__all__ = ["CompanyExport", "DeliveryAttempt", "DurableJob", "Event", "WebhookDelivery", "WebhookEndpoint"]
