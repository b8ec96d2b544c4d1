"""What is done to people."""

from django.db import transaction

from accounts.choices import Language, Role
from accounts.models import RoleGrant, User
from accounts.services.trail import record

_PREFERENCES = ("language", "time_zone")


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


@transaction.atomic
def grant_role(*, actor: User | None, user: User, role: Role) -> None:
    """Give a person one role more. Safe to repeat."""
    _grant, is_new = RoleGrant.objects.get_or_create(user=user, role=role)
    if is_new:
        record(actor=actor, action="person.role_granted", subject=user, role=role.value)


def set_preferences(*, user: User, language: str | None = None, time_zone: str | None = None) -> None:
    """Change how the site speaks to a person. Raises ``ValidationError`` for an unknown language or zone."""
    if language is not None:
        user.language = language
    if time_zone is not None:
        user.time_zone = time_zone
    user.clean_fields(exclude={field.name for field in User._meta.fields} - set(_PREFERENCES))
    user.save(update_fields=_PREFERENCES)
