"""``users``: people and API clients, by name and what they may do."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from rest_framework import serializers

from accounts.choices import Language, Role
from accounts.models import ApiToken, RoleGrant, User
from accounts.rest.fields import Choice, Email, ExternalIds, Input, Output, Text
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, writes
from accounts.services.people import add_person


class UserOutput(Output):
    email = Email()
    display_name = Text()
    time_zone = Text(help_text="An IANA zone.")
    language = Choice(choices=Language.choices)
    roles = serializers.ListField(child=Choice(choices=Role.choices))
    external_ids = ExternalIds()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class UserInput(Input):
    email = Email(max_length=254)
    display_name = Text(max_length=120)
    time_zone = Text(max_length=64, default="UTC")
    language = Choice(choices=Language.choices, default=Language.EN)
    roles = serializers.ListField(child=Choice(choices=[it for it in Role.choices if it[0] != Role.API_CLIENT]))
    external_ids = ExternalIds(required=False)


class UserQuery(ListQuery):
    email = serializers.CharField(required=False, max_length=254, source="email__iexact")
    role = serializers.ChoiceField(required=False, choices=Role.choices)


class Users(Resource):
    """People with an account. Who may sign in sees their names; administrators add them."""

    noun = "users"
    scope = "users"
    output = UserOutput
    query = UserQuery
    orderings = {"display_name": "display_name"}

    def rows(self) -> QuerySet[User]:
        return User.objects.visible_to(self.user)

    def narrow(self, rows: QuerySet[User], asked: dict[str, Any]) -> QuerySet[User]:
        role = asked.pop("role", None)
        return rows.filter(pk__in=RoleGrant.objects.filter(role=role).values("user")) if role else rows

    def part_roles(self, ids: Ids) -> Mapping[UUID, list[str]]:
        found: dict[UUID, list[str]] = {pk: [] for pk in ids}
        grants = RoleGrant.objects.filter(user__in=ids).order_by("role")
        for user_id, role in grants.values_list("user", "role"):
            found[user_id].append(role)
        return found

    @writes(UserInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Add a person. They sign in after setting a password by mail. Administrators are not made by a token."""
        self.only_admins()
        if Role.ADMIN in data["roles"] and isinstance(self.request.auth, ApiToken):
            raise PermissionDenied
        ids = data.pop("external_ids", {})
        roles = [Role(it) for it in data.pop("roles")]
        person = add_person(actor=self.user, roles=roles, **data)
        self.name_outside(person.pk, ids)
        return person.pk
