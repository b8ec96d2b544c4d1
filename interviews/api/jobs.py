"""``jobs``: openings and the people on them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.choices import Language, Role
from accounts.models import User
from accounts.rest.fields import Choice, ExternalIds, Input, Output, Ref, Text
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, writes
from interviews import policies
from interviews.api.references import several
from interviews.api.shortfalls import RelaxInput, remedies_in
from interviews.choices import JobRole
from interviews.models import Job, JobMember, LoopPlan, LoopTemplate
from interviews.services.jobs import change_job, create_job
from interviews.services.templates import relax_for_job
from questionbank.models import RoleFamily, SeniorityLevel

MOST_MEMBERS = 50
# The field of the body, and the role that a person in it has to have.
MEMBERS = {"recruiters": Role.RECRUITER, "hiring_managers": Role.HIRING_MANAGER}


class JobOutput(Output):
    title = Text()
    team = Text()
    place = Text()
    role = Ref(source="role_family_id")
    seniority = Ref(source="seniority_id")
    language = Choice(choices=Language.choices, help_text="In which the questions are asked.")
    time_zone = Text(help_text="An IANA zone.")
    recruiters = serializers.ListField(child=Ref(), help_text="Ids of users.")
    hiring_managers = serializers.ListField(child=Ref(), help_text="Ids of users.")
    template = Ref(allow_null=True, help_text="The loop template with rules of its own, if it has any.")
    plan = Ref(allow_null=True, help_text="The approved loop plan, which the loops copy.")
    external_ids = ExternalIds()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def _people(role: str, *, least: int) -> serializers.ListField:
    text = f"Ids of users who have the role {role}."
    return serializers.ListField(child=Ref(), min_length=least, max_length=MOST_MEMBERS, required=False, help_text=text)


class JobChange(Input):
    title = Text(max_length=120, required=False)
    team = Text(max_length=120, required=False, allow_blank=True)
    place = Text(max_length=120, required=False, allow_blank=True)
    time_zone = Text(max_length=64, required=False, help_text="An IANA zone.")
    recruiters = _people(Role.RECRUITER, least=1)
    hiring_managers = _people(Role.HIRING_MANAGER, least=0)
    external_ids = ExternalIds(required=False)


class JobInput(JobChange):
    title = Text(max_length=120)
    role = Ref(help_text="Of `roles`.")
    seniority = Ref(help_text="Of `seniorities`.")
    language = Choice(choices=Language.choices, default=Language.EN, help_text="In which the questions are asked.")
    time_zone = Text(max_length=64, help_text="An IANA zone.")
    recruiters = serializers.ListField(
        child=Ref(), min_length=1, max_length=MOST_MEMBERS, help_text="Somebody has to build and book the loops."
    )


class JobQuery(ListQuery):
    role = serializers.UUIDField(required=False, source="role_family")
    seniority = serializers.UUIDField(required=False)


class Jobs(Resource):
    """Openings. Seen by administrators and by the recruiters and hiring managers on them."""

    noun = "jobs"
    scope = "jobs"
    output = JobOutput
    query = JobQuery
    orderings = {"title": "title", "created_at": "created_at"}

    def rows(self) -> QuerySet[Job]:
        return Job.objects.visible_to(self.user)

    def part_recruiters(self, ids: Ids) -> Mapping[UUID, list[UUID]]:
        return _members(ids, JobRole.RECRUITER)

    def part_hiring_managers(self, ids: Ids) -> Mapping[UUID, list[UUID]]:
        return _members(ids, JobRole.HIRING_MANAGER)

    def part_plan(self, ids: Ids) -> Mapping[UUID, UUID]:
        return dict(LoopPlan.objects.approved().filter(job__in=ids).order_by().values_list("job", "pk"))

    def part_template(self, ids: Ids) -> Mapping[UUID, UUID]:
        return dict(LoopTemplate.objects.current().filter(job__in=ids).order_by().values_list("job", "pk"))

    @writes(JobInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Open a job. A person who opens one has to be on it; a program names others."""
        if not policies.may_open_jobs(self.user):
            raise PermissionDenied
        ids = data.pop("external_ids", {})
        data["role_family"] = self.found(RoleFamily.objects.visible_to(self.user), data.pop("role"), "role")
        seniorities = SeniorityLevel.objects.visible_to(self.user)
        data["seniority"] = self.found(seniorities, data["seniority"], "seniority")
        job = create_job(actor=self.user, **data | self._people(data))
        self._check_seen(job)
        self.name_outside(job.pk, ids)
        return job.pk

    @writes(JobChange)
    def partial_update(self, job: Job, data: dict[str, Any]) -> UUID:
        """Change it or its people. Role, seniority and language stay: plans were built for them."""
        if not policies.may_run_job(self.user, job):
            raise PermissionDenied
        ids = data.pop("external_ids", {})
        change_job(actor=self.user, job=job, **data | self._people(data))
        self._check_seen(job)
        self.name_outside(job.pk, ids)
        return job.pk

    @action(detail=True, methods=["post"])
    @writes(RelaxInput, scope="loop-templates:write")
    def relax(self, job: Job, data: dict[str, Any]) -> UUID:
        """Let rules of the template give way for this job, as the `shortfalls` of a refused plan say."""
        if not policies.may_run_job(self.user, job):
            raise PermissionDenied
        relax_for_job(job=job, remedies=remedies_in(data), actor=self.user)
        return job.pk

    def _check_seen(self, job: Job) -> None:
        """Nobody takes a job out of their own sight. Raises ``ValidationError`` for a field."""
        if not self.rows().filter(pk=job.pk).exists():
            text = _("Put yourself on the job: you could not see it otherwise.")
            raise ValidationError({"recruiters": ValidationError(text, "not_on_it")})

    def _people(self, data: dict[str, Any]) -> dict[str, list[User]]:
        """The people that the body names. Raises ``ValidationError`` for the place of one who cannot be on a job."""
        people = User.objects.visible_to(self.user)
        return {
            field: several(people.with_role(role), data[field], field)
            for field, role in MEMBERS.items()
            if field in data
        }


def _members(ids: Ids, role: JobRole) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {pk: [] for pk in ids}
    rows = JobMember.objects.filter(job__in=ids, role=role).order_by("user")
    for job, user in rows.values_list("job", "user"):
        found[job].append(user)
    return found
