"""People, what they may do, and the trail of what they did."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language, Role
from accounts.constraints import known
from accounts.identifiers import new_id
from accounts.models.base import Touched
from accounts.querysets import AuditEntryQuerySet, UserManager
from accounts.validators import validate_time_zone


class User(Touched, AbstractBaseUser, PermissionsMixin):
    """A person of the hiring team, known by e-mail address. Candidates have no account."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail"))
    display_name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.EN)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["display_name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_one_per_email",
                violation_error_code="email_taken",
                violation_error_message=_("Somebody has this e-mail address already."),
            ),
            known("language", Language, model="user"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.email

    @cached_property
    def roles(self) -> frozenset[str]:
        """The granted roles. One query at the first use."""
        return frozenset(self.role_grants.values_list("role", flat=True))

    @property
    def is_admin(self) -> bool:
        return self.is_superuser or Role.ADMIN in self.roles


class RoleGrant(models.Model):
    """One role given to one person."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role)
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="rolegrant_once"),
            known("role", Role, model="rolegrant"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"


class AuditEntry(models.Model):
    """Who did what to which thing, when. Append-only; holds ids, never names or texts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    detail = models.JSONField(default=dict)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="auditentry_subject")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"
