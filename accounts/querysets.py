"""Who may see which people."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User


class UserQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def with_role(self, role: str) -> Self:
        return self.filter(role_grants__role=role)

    def visible_to(self, user: "User") -> Self:
        """Colleagues see each other's name; nobody outside sees anyone."""
        return self.active() if user.is_active else self.none()


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes users by e-mail address, as ``createsuperuser`` and allauth expect."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user: User = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        user: User = self.get(email__iexact=email)
        return user


class ApiTokenQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> Self:
        """Administrators alone."""
        return self if user.is_admin else self.none()

    def live(self, now: datetime) -> Self:
        """Neither revoked nor ended, of an account that is in use."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None, user__is_active=True)


class AuditEntryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> Self:
        return self if user.is_admin else self.none()
