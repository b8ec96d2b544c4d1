"""``interviewers`` and ``pools``: who sits on panels."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.choices import Language, Role
from accounts.models import User
from accounts.rest.bulk import BulkAnswer, bulk_of, upsert
from accounts.rest.fields import Choice, Email, ExternalIds, Flag, Input, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, check_scope, writes
from accounts.services.people import add_person
from interviews import policies
from interviews.api.hours import BlockOutput, give_rules, hours_input, hours_of
from interviews.api.references import several
from interviews.models import Interviewer, Pool
from interviews.services.interviewers import add_interviewer, add_pool, change_interviewer, change_pool

MOST_POOLS = 50
MOST_MEMBERS = 1_000
PERSON = ("user", "email", "display_name", "time_zone", "language")


class InterviewerOutput(Output):
    user = Ref(source="user_id")
    email = Email(source="user.email")
    display_name = Text(source="user.display_name")
    time_zone = Text(source="user.time_zone", help_text="An IANA zone: the hours are in it.")
    title = Text()
    team = Text()
    is_active = Flag(help_text="Takes interviews.")
    notice_hours = Whole(help_text="No interview is booked sooner.")
    buffer_minutes = Whole(help_text="Free before and after an interview.")
    most_per_day = Whole(help_text="Interviews a day.")
    hours = BlockOutput(many=True)
    pools = serializers.ListField(child=Ref())
    external_ids = ExternalIds()
    updated_at = serializers.DateTimeField()


class InterviewerChange(Input):
    title = Text(max_length=120, required=False, allow_blank=True)
    team = Text(max_length=120, required=False, allow_blank=True)
    is_active = Flag(required=False)
    notice_hours = Whole(required=False, min_value=0, max_value=720)
    buffer_minutes = Whole(required=False, min_value=0, max_value=120)
    most_per_day = Whole(required=False, min_value=1, max_value=12)
    hours = hours_input()
    pools = serializers.ListField(child=Ref(), required=False, max_length=MOST_POOLS)
    external_ids = ExternalIds(required=False)


class InterviewerInput(InterviewerChange):
    user = Ref(required=False, help_text="Somebody with an account; else an e-mail address.")
    email = Email(required=False, max_length=254, help_text="Whose account it is; where nobody has it, one is made.")
    display_name = Text(required=False, max_length=120, help_text="For a new account.")
    time_zone = Text(required=False, max_length=64, help_text="For a new account; UTC unless given.")
    language = Choice(required=False, choices=Language.choices, help_text="For a new account.")


class InterviewerQuery(ListQuery):
    user = serializers.UUIDField(required=False)
    email = serializers.CharField(required=False, max_length=254, source="user__email__iexact")
    pool = serializers.UUIDField(required=False, source="pools")
    is_active = serializers.BooleanField(required=False)


class Interviewers(Resource):
    """People who can sit on panels. Recruiters and administrators see and change all, everybody their own."""

    noun = "interviewers"
    scope = "interviewers"
    output = InterviewerOutput
    query = InterviewerQuery
    orderings = {"display_name": "user__display_name"}

    def rows(self) -> QuerySet[Interviewer]:
        return Interviewer.objects.visible_to(self.user)

    def part_hours(self, ids: Ids) -> Mapping[UUID, list[dict[str, str]]]:
        return hours_of(ids)

    def part_pools(self, ids: Ids) -> Mapping[UUID, list[UUID]]:
        return _sets(Pool.members.through.objects.filter(interviewer__in=ids), "interviewer", "pool")

    @writes(InterviewerInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Let a person sit on panels. Hours are those of an office unless given."""
        ids = data.pop("external_ids", {})
        pk = self._add(data)
        self.name_outside(pk, ids)
        return pk

    @writes(InterviewerChange)
    def partial_update(self, interviewer: Interviewer, data: dict[str, Any]) -> UUID:
        """Change how a person can be booked. People change their own hours and rules; titles and pools others do."""
        ids = data.pop("external_ids", {})
        if ids and not policies.may_run_interviewers(self.user):
            raise PermissionDenied
        self._change(interviewer, data)
        self.name_outside(interviewer.pk, ids)
        return interviewer.pk

    @action(detail=False, methods=["post"])
    @writes(bulk_of(InterviewerInput), gives=BulkAnswer, also=(207,))
    def bulk(self, data: dict[str, Any]) -> HttpResponse:
        """Add interviewers, or change those whom one of the ``external_ids`` names; their accounts stay as they are."""
        if not policies.may_run_interviewers(self.user):
            raise PermissionDenied
        return upsert(self, data, takes=InterviewerInput, create=self._add, change=self._change)

    def _add(self, data: dict[str, Any]) -> UUID:
        if not policies.may_run_interviewers(self.user):
            raise PermissionDenied
        person = {name: data.pop(name) for name in PERSON if name in data}
        about = {name: data.pop(name) for name in ("title", "team") if name in data}
        pools = self._pools(data) or ()
        interviewer = add_interviewer(actor=self.user, user=self._person(person), pools=pools, **about)
        give_rules(interviewer, data, self.user)
        return interviewer.pk

    def _change(self, interviewer: Interviewer, data: dict[str, Any]) -> bool:
        for name in PERSON:
            data.pop(name, None)
        pools = self._pools(data)
        if not policies.may_edit_hours(self.user, interviewer):
            raise PermissionDenied
        has_new_rules = give_rules(interviewer, data, self.user)
        if pools is None and not data:
            return has_new_rules
        if not policies.may_run_interviewers(self.user):
            raise PermissionDenied
        return change_interviewer(actor=self.user, interviewer=interviewer, pools=pools, **data) or has_new_rules

    def _pools(self, data: dict[str, Any]) -> list[Pool] | None:
        return several(Pool.objects.visible_to(self.user), data.pop("pools"), "pools") if "pools" in data else None

    def _person(self, wanted: dict[str, Any]) -> User:
        """Whose account it is. Raises ``ValidationError`` for a field, or ``PermissionDenied``."""
        people = User.objects.visible_to(self.user).exclude(role_grants__role=Role.API_CLIENT)
        if "user" in wanted:
            person: User = self.found(people, wanted["user"], "user")
            return person
        if "email" not in wanted:
            text = _("Name a user, or an e-mail address.")
            raise ValidationError({"user": ValidationError(text, "required")})
        known = people.filter(email__iexact=wanted["email"]).first()
        if known is not None:
            return known
        if "display_name" not in wanted:
            text = _("Nobody has this address yet: a new account needs a name.")
            raise ValidationError({"display_name": ValidationError(text, "required")})
        if not policies.may_bring_people(self.user):
            raise PermissionDenied
        check_scope(self.request, "users:write")
        return add_person(actor=self.user, roles=[Role.INTERVIEWER], **wanted)


class PoolOutput(Output):
    slug = Text()
    name_en = Text(help_text="May be empty; then the other name stands in.")
    name_zh = Text()
    members = serializers.ListField(child=Ref(), help_text="Ids of interviewers.")
    external_ids = ExternalIds()
    updated_at = serializers.DateTimeField()


class PoolChange(Input):
    slug = Text(max_length=80, required=False, help_text="Letters, digits, hyphens and underscores; no other has it.")
    name_en = Text(max_length=120, required=False, allow_blank=True)
    name_zh = Text(max_length=120, required=False, allow_blank=True)
    members = serializers.ListField(child=Ref(), required=False, max_length=MOST_MEMBERS, help_text="All of them.")
    external_ids = ExternalIds(required=False)


class PoolInput(PoolChange):
    slug = Text(max_length=80, help_text="Letters, digits, hyphens and underscores; no other has it.")


class PoolQuery(ListQuery):
    slug = serializers.CharField(required=False, max_length=80)
    member = serializers.UUIDField(required=False, source="members")


class Pools(Resource):
    """Interviewers of whom any one may take a seat. Whoever works with jobs sees all; recruiters change them."""

    noun = "pools"
    scope = "interviewers"
    output = PoolOutput
    query = PoolQuery
    orderings = {"slug": "slug"}

    def rows(self) -> QuerySet[Pool]:
        return Pool.objects.visible_to(self.user)

    def part_members(self, ids: Ids) -> Mapping[UUID, list[UUID]]:
        return _sets(Pool.members.through.objects.filter(pool__in=ids), "pool", "interviewer")

    @writes(PoolInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Add a pool."""
        ids = data.pop("external_ids", {})
        pool = add_pool(actor=self.user, **self._written(data))
        self.name_outside(pool.pk, ids)
        return pool.pk

    @writes(PoolChange)
    def partial_update(self, pool: Pool, data: dict[str, Any]) -> UUID:
        """Change its names or members. Booked seats stay."""
        ids = data.pop("external_ids", {})
        change_pool(actor=self.user, pool=pool, **self._written(data))
        self.name_outside(pool.pk, ids)
        return pool.pk

    def _written(self, data: dict[str, Any]) -> dict[str, Any]:
        if not policies.may_run_interviewers(self.user):
            raise PermissionDenied
        if "members" in data:
            data["members"] = several(Interviewer.objects.visible_to(self.user), data["members"], "members")
        return data


def _sets(rows: QuerySet[Any], one: str, many: str) -> dict[UUID, list[UUID]]:
    """The ids of ``many`` of each ``one``. One query."""
    found: dict[UUID, list[UUID]] = {}
    for key, value in rows.order_by(many).values_list(one, many):
        found.setdefault(key, []).append(value)
    return found
