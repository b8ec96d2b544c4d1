"""What is done to people, and the audit trail."""

from uuid import UUID

from django.db import models, transaction

from accounts.choices import Language, Role
from accounts.models import AuditEntry, RoleGrant, User

_PREFERENCES = ("language", "time_zone")


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


@transaction.atomic
def add_person(
    *,
    email: str,
    display_name: str,
    roles: list[Role],
    time_zone: str = "UTC",
    language: str = Language.EN,
    password: str | None = None,
    actor: User | None = None,
) -> User:
    """Add a person with their roles.

    Raises ``ValidationError`` with code ``email_taken`` or ``unknown_zone``.
    """
    user = User(
        email=email.strip().lower(),
        display_name=display_name.strip(),
        time_zone=time_zone,
        language=language,
        # The administration site asks Django for permissions; what people may read is asked of querysets alone.
        is_staff=Role.ADMIN in roles,
        is_superuser=Role.ADMIN in roles,
    )
    user.set_password(password)
    user.full_clean()
    user.save(force_insert=True)
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role) for role in sorted(set(roles)))
    record(actor=actor, action="person.added", subject=user)
    return user


def set_preferences(*, user: User, language: str | None = None, time_zone: str | None = None) -> None:
    """Change how the site speaks to a person. Raises ``ValidationError`` for an unknown language or zone."""
    if language is not None:
        user.language = language
    if time_zone is not None:
        user.time_zone = time_zone
    user.clean_fields(exclude={field.name for field in User._meta.fields} - set(_PREFERENCES))
    user.save(update_fields=_PREFERENCES)
