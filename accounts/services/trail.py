"""The audit trail."""

from uuid import UUID

from django.db import models

from accounts.models import AuditEntry, User


def record(*, actor: User | None, action: str, subject: models.Model, **detail: str | int | bool | None) -> AuditEntry:
    """Write one line of the audit trail, inside the caller's transaction. ``detail`` holds ids and codes only."""
    subject_id: UUID = subject.pk
    return AuditEntry.objects.create(
        actor=actor,
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=subject_id,
        detail=detail,
    )
