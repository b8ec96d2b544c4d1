"""``applications``: one candidate for one job."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from rest_framework import serializers

from accounts.rest.fields import ExternalIds, Input, Output, Ref
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Resource, writes
from interviews import policies
from interviews.models import Application, Candidate, Job
from interviews.services.jobs import apply


class ApplicationOutput(Output):
    job = Ref(source="job_id")
    candidate = Ref(source="candidate_id")
    loop = Ref(source="loop.id", allow_null=True, help_text="The candidate's way through the rounds, once it is built.")
    external_ids = ExternalIds()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ApplicationInput(Input):
    job = Ref()
    candidate = Ref()
    external_ids = ExternalIds(required=False)


class ApplicationChange(Input):
    external_ids = ExternalIds(required=False)


class ApplicationQuery(ListQuery):
    job = serializers.UUIDField(required=False)
    candidate = serializers.UUIDField(required=False)


class Applications(Resource):
    """One candidate for one job, once. Seen by administrators, recruiters and hiring managers of the job."""

    noun = "applications"
    scope = "candidates"
    output = ApplicationOutput
    query = ApplicationQuery

    def rows(self) -> QuerySet[Application]:
        return Application.objects.visible_to(self.user)

    @writes(ApplicationInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Enter a candidate for a job. 409 ``applied_already`` where they are."""
        job = self.found(Job.objects.visible_to(self.user), data["job"], "job")
        candidate = self.found(Candidate.objects.of_members(self.user), data["candidate"], "candidate")
        if not policies.may_run_job(self.user, job):
            raise PermissionDenied
        application = apply(actor=self.user, job=job, candidate=candidate)
        self.name_outside(application.pk, data.get("external_ids", {}))
        return application.pk

    @writes(ApplicationChange)
    def partial_update(self, application: Application, data: dict[str, Any]) -> UUID:
        """Say what other systems call it."""
        if not policies.may_run_job(self.user, application.job):
            raise PermissionDenied
        self.name_outside(application.pk, data.get("external_ids", {}))
        return application.pk
