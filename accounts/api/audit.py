"""``audit``: who did what, when; and ``deletions``: what was there and is gone."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from accounts.choices import Role
from accounts.models import AuditEntry, Deletion
from accounts.rest.fields import Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import ListResource, Resource


class AuditOutput(Output):
    at = serializers.DateTimeField()
    actor = Ref(source="actor_id", allow_null=True)
    action = Text()
    subject_type = Text()
    subject_id = Ref()
    detail = serializers.JSONField(help_text="Ids and codes.")


class AuditQuery(ListQuery):
    action = serializers.CharField(required=False, max_length=60)
    actor = serializers.UUIDField(required=False)
    subject_id = serializers.UUIDField(required=False)
    after = serializers.DateTimeField(required=False, source="at__gt")


class Audit(Resource):
    """The audit trail, for administrators."""

    noun = "audit"
    scope = "audit"
    output = AuditOutput
    query = AuditQuery

    def rows(self) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.visible_to(self.user)


class DeletionOutput(serializers.Serializer[Any]):
    id = Whole()
    resource = Text()
    object_id = Ref()
    deleted_at = serializers.DateTimeField()


class DeletionQuery(ListQuery):
    resource = serializers.CharField(required=False, max_length=40)
    deleted_after = serializers.DateTimeField(required=False, source="deleted_at__gt")


class Deletions(ListResource):
    """What was deleted, for programs that keep a copy: the other half of ``updated_after``."""

    noun = "deletions"
    scope = "events"
    output = DeletionOutput
    query = DeletionQuery

    def rows(self) -> QuerySet[Deletion]:
        allowed = self.user.is_admin or Role.API_CLIENT in self.user.roles
        return Deletion.objects.all() if allowed else Deletion.objects.none()
