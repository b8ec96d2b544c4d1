"""``tokens``: what programs speak to the API with."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.models import ApiToken, User
from accounts.rest.fields import Input, Moment, Output, Ref, Text, Whole
from accounts.rest.resources import Resource, Row, check_scope, writes
from accounts.scopes import SCOPES
from accounts.services.tokens import create_token, revoke_token, rotate_token

_SCOPE = serializers.ChoiceField(choices=sorted(SCOPES))


class TokenOutput(Output):
    name = Text()
    client = Ref(source="user_id", help_text="The API client's account.")
    prefix = Text(help_text="The beginning of the secret.")
    scopes = serializers.ListField(child=_SCOPE)
    requests_per_minute = Whole()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class IssuedToken(TokenOutput):
    secret = Text(help_text="Shown this once.")


class TokenInput(Input):
    name = Text(max_length=80)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=sorted(SCOPES)), allow_empty=False)
    expires_at = Moment(required=False, allow_null=True)
    requests_per_minute = Whole(default=600, min_value=1, max_value=100_000)
    client = Ref(required=False, help_text="An API client that is there; left out, one is made.")


class Tokens(Resource):
    """API tokens, for administrators."""

    noun = "tokens"
    scope = "tokens"
    output = TokenOutput

    def rows(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.visible_to(self.user)

    @writes(TokenInput, status=201, gives=IssuedToken)
    def create(self, data: dict[str, Any]) -> Row:
        """Make a token. Its secret is in this answer and nowhere else. A token makes none that may do more."""
        self._check_no_wider(data["scopes"])
        if (client := data.get("client")) is not None:
            data["client"] = self.found(User.objects.visible_to(self.user), client, "client")
        return self._issued(*create_token(actor=self.user, **data))

    @action(detail=True, methods=["post"])
    @writes(status=201, gives=IssuedToken)
    def rotate(self, token: ApiToken, data: dict[str, Any]) -> Row:
        """Make its successor; this one ends in seven days."""
        self._check_no_wider(token.scopes)
        return self._issued(*rotate_token(token=token, actor=self.user))

    @writes(status=204)
    def destroy(self, token: ApiToken, data: dict[str, Any]) -> None:
        """End it at once; the row stays for the record."""
        revoke_token(token=token, actor=self.user)

    def _check_no_wider(self, scopes: Iterable[str]) -> None:
        for scope in sorted(scopes):
            check_scope(self.request, scope)

    def _issued(self, token: ApiToken, secret: str) -> Row:
        return self.represent(token.pk) | {"secret": secret}
