from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.choices import Role
from accounts.models import ApiToken, RoleGrant, User
from delivery.choices import EventType, JobState


class DurableJobQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators see all work; everybody sees what they asked for."""
        return self if user.is_admin else self.filter(requested_by=user)

    def claimable(self, now: datetime) -> Self:
        """Waiting and due, or running under a lease that ran out: its worker is gone."""
        return self.filter(Q(state=JobState.WAITING, due_at__lte=now) | Q(state=JobState.RUNNING, lease_until__lte=now))


def may_read_events(user: User) -> bool:
    """Whether the feed is for this user: programs and administrators."""
    return user.is_admin or Role.API_CLIENT in user.roles


class EventQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The feed is for programs and administrators: who of a panel is done, and when, is no news for its members."""
        return self.filter(sequence__isnull=False) if may_read_events(user) else self.none()

    def unpublished(self) -> Self:
        """Not numbered yet. What the test button sends is for one endpoint and never gets a number."""
        return self.filter(sequence=None).exclude(type=EventType.WEBHOOK_TESTED)


class WebhookEndpointQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators see all, an API client its own."""
        if user.is_admin:
            return self
        return self.filter(owner=user) if Role.API_CLIENT in user.roles else self.none()

    def told(self) -> Self:
        """In use, and of an owner who may read the feed still: an administrator, or a program with a token for it."""
        admins = RoleGrant.objects.filter(user=OuterRef("owner"), role=Role.ADMIN)
        clients = RoleGrant.objects.filter(user=OuterRef("owner"), role=Role.API_CLIENT)
        tokens = ApiToken.objects.live(timezone.now()).annotate(words=Cast("scopes", models.TextField()))
        allowed = tokens.filter(user=OuterRef("owner"), words__contains='"events:read"')
        reads = Q(owner__is_superuser=True) | Q(Exists(admins)) | (Q(Exists(clients)) & Q(Exists(allowed)))
        return self.filter(reads, is_enabled=True, owner__is_active=True)


class WebhookDeliveryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """As their endpoint."""
        if user.is_admin:
            return self
        return self.filter(endpoint__owner=user) if Role.API_CLIENT in user.roles else self.none()


class CompanyExportQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators alone: an archive holds what everybody may see together, and more."""
        return self if user.is_admin else self.none()

    def underway(self) -> Self:
        """Asked for, and neither written nor given up."""
        return self.filter(job__state__in=[JobState.WAITING, JobState.RUNNING])

    def expired(self, now: datetime) -> Self:
        return self.filter(expires_at__lte=now).exclude(file="")
