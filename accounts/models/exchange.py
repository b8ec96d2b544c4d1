"""What other systems need to speak to us: tokens, remembered answers, their own ids, what was deleted."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.constraints import between
from accounts.identifiers import new_id
from accounts.querysets import ApiTokenQuerySet


class ApiToken(models.Model):
    """A secret with which a program speaks to the API as ``user``. Only its SHA-256 is kept.

    ``user`` is an account of its own with the role of an API client. ``scopes`` are words such as
    ``candidates:read``; see ``choices.Scope``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    # The first characters of the secret, by which people tell tokens apart.
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    requests_per_minute = models.PositiveIntegerField(_("requests a minute at most"), default=600)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["name", "-created_at"]
        constraints = [between("requests_per_minute", 1, 100_000, model="apitoken")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class IdempotentRequest(models.Model):
    """A POST that was asked for once, and its answer: asked again with the same key it is answered, not done.

    ``answer`` is encrypted, as it may hold assessments. While the work runs it is empty and ``held_until`` says how
    long nobody else may take it over.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    # Of method, path and body: the same key with another request is a mistake of the client.
    fingerprint = models.CharField(max_length=64)
    held_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotentrequest_once")]

    def __str__(self) -> str:
        return self.key


class ExternalId(models.Model):
    """What another system calls one of our things: unique per system and kind of thing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.CharField(max_length=40)
    object_id = models.UUIDField()
    system = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["system"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "system", "external_id"], name="externalid_once"),
            models.UniqueConstraint(fields=["resource", "object_id", "system"], name="externalid_one_per_system"),
        ]

    def __str__(self) -> str:
        return f"{self.system}:{self.external_id}"


class Deletion(models.Model):
    """That a thing was there and is gone, for programs that keep a copy. Written by triggers; holds ids only."""

    id = models.BigAutoField(primary_key=True)
    resource = models.CharField(max_length=40)
    object_id = models.UUIDField()
    deleted_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.resource} {self.object_id}"
