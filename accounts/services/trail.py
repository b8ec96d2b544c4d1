"""The audit trail."""

from contextvars import ContextVar
from uuid import UUID

from django.db import models

from accounts.models import AuditEntry, User

# The API token through which this request acts, if any: the trail names it beside the person.
through: ContextVar[UUID | None] = ContextVar("through", default=None)


def record(*, actor: User | None, action: str, subject: models.Model, **detail: str | int | bool | None) -> AuditEntry:
    """Write one line of the audit trail, inside the caller's transaction. ``detail`` holds ids and codes only."""
    subject_id: UUID = subject.pk
    if (token := through.get()) is not None:
        detail["token"] = str(token)
    return AuditEntry.objects.create(
        actor=actor,
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=subject_id,
        detail=detail,
    )
