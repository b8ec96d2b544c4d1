from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from delivery.choices import JobState


class DurableJobQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators see all work; everybody sees what they asked for."""
        return self if user.is_admin else self.filter(requested_by=user)

    def claimable(self, now: datetime) -> Self:
        """Waiting and due, or running under a lease that ran out: its worker is gone."""
        return self.filter(Q(state=JobState.WAITING, due_at__lte=now) | Q(state=JobState.RUNNING, lease_until__lte=now))
