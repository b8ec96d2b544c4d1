"""Who asks: a program with a token, or a person in a browser."""

import base64
import binascii
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from accounts.choices import Role
from accounts.models import ApiToken, User
from accounts.rest.problems import Problem
from accounts.scopes import ACT_AS
from accounts.services.tokens import find_token

ON_BEHALF_OF = "On-Behalf-Of"


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer lw_…``, or Basic with the token as user name, as many ATS tools have it.

    With ``On-Behalf-Of`` (an id or e-mail address) the request is that person's, within the token's scopes. One
    query, two with ``On-Behalf-Of``.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        secret = _secret(request.headers.get("Authorization", ""))
        if secret is None:
            return None
        token = find_token(secret)
        if token is None:
            raise exceptions.AuthenticationFailed
        name = request.headers.get(ON_BEHALF_OF)
        return (token.user if name is None else _acting(token, name), token)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Loopwright"'


class BrowserAuthentication(SessionAuthentication):
    """The session of a signed-in person; writes carry Django's CSRF token."""

    def enforce_csrf(self, request: HttpRequest) -> None:
        try:
            super().enforce_csrf(request)  # type: ignore[arg-type]
        except exceptions.PermissionDenied as error:
            raise Problem(
                403, "csrf", _("This request did not come from a page of yours. Load the page again.")
            ) from error


def _secret(header: str) -> str | None:
    scheme, _space, rest = header.strip().partition(" ")
    match scheme.lower():
        case "bearer":
            return rest.strip()
        case "basic":
            try:
                return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[0]
            except (binascii.Error, ValueError):
                return ""
        case "":
            return None
        case _:
            return ""  # a scheme we do not know is a failed try, not an anonymous one


def _acting(token: ApiToken, name: str) -> User:
    if ACT_AS not in token.scopes:
        raise Problem(403, "insufficient_scope", _("The token may not act for a person."), scope=ACT_AS)
    people = User.objects.active().exclude(role_grants__role=Role.API_CLIENT)
    try:
        person = people.filter(pk=UUID(name.strip())).first()
    except ValueError:
        person = people.filter(email__iexact=name.strip()).first() if "\x00" not in name else None
    if person is None:
        raise Problem(403, "unknown_person", _("On-Behalf-Of names nobody who can sign in."))
    return person
