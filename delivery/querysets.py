from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.choices import Role
from accounts.models import User
from delivery.choices import JobState


class DurableJobQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators see all work; everybody sees what they asked for."""
        return self if user.is_admin else self.filter(requested_by=user)

    def claimable(self, now: datetime) -> Self:
        """Waiting and due, or running under a lease that ran out: its worker is gone."""
        return self.filter(Q(state=JobState.WAITING, due_at__lte=now) | Q(state=JobState.RUNNING, lease_until__lte=now))


class EventQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The feed is for programs and administrators: who of a panel is done, and when, is no news for its members."""
        allowed = user.is_admin or Role.API_CLIENT in user.roles
        return self.filter(sequence__isnull=False) if allowed else self.none()


class WebhookEndpointQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators see all, an API client its own."""
        if user.is_admin:
            return self
        return self.filter(owner=user) if Role.API_CLIENT in user.roles else self.none()


class WebhookDeliveryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """As their endpoint."""
        if user.is_admin:
            return self
        return self.filter(endpoint__owner=user) if Role.API_CLIENT in user.roles else self.none()
