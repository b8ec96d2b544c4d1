"""A client of the API for tests: a real token, JSON in and out."""

import json
from itertools import count
from uuid import uuid4

from django.test import Client

from accounts.choices import Role
from accounts.scopes import ACT_AS, SCOPES
from accounts.services.tokens import create_token
from tests.factories import UserFactory

_numbers = count(1)


class Asking:
    """``get``, ``post`` … below /api/v1/; header names are given with underscores."""

    def __init__(self, user, **headers):
        self.user, self.headers = user, headers
        self.client = Client(raise_request_exception=False)

    def get(self, path, **headers):
        return self._ask("get", path, None, headers)

    def post(self, path, body=None, **headers):
        """With a new Idempotency-Key, unless one is given."""
        return self._ask("post", path, body, {"Idempotency_Key": str(uuid4())} | headers)

    def patch(self, path, body=None, **headers):
        return self._ask("patch", path, body, headers)

    def delete(self, path, **headers):
        return self._ask("delete", path, None, headers)

    def _ask(self, method, path, body, headers):
        sent = {} if body is None else {"data": body if isinstance(body, bytes | str) else json.dumps(body)}
        names = {name.replace("_", "-"): value for name, value in (self.headers | headers).items() if value is not None}
        path = path if path.startswith("/") else f"/api/v1/{path}"
        return getattr(self.client, method)(path, content_type="application/json", headers=names, **sent)


class Api(Asking):
    """A program with a token of every scope but ``act:as``, or of ``scopes``; ``user`` is the API client."""

    def __init__(self, scopes=None, **options):
        admin = UserFactory(roles=[Role.ADMIN])
        scopes = SCOPES - {ACT_AS} if scopes is None else scopes
        self.token, self.secret = create_token(actor=admin, name=f"ATS {next(_numbers)}", scopes=scopes, **options)
        super().__init__(self.token.user, Authorization=f"Bearer {self.secret}")


def signed_in(user):
    """A person in a browser (without CSRF checks, as the test client has it)."""
    asking = Asking(user)
    asking.client.force_login(user)
    return asking
