"""Who may ask: tokens, their scopes, their ends, and people they act for."""

import base64
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.choices import Role
from accounts.models import ApiToken, AuditEntry, User
from accounts.scopes import ACT_AS
from accounts.services.tokens import revoke_token, rotate_token
from tests.accounts.rest.test_reading import problem
from tests.api import Api, Asking
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_only_the_hash_of_the_secret_is_kept():
    api = Api()

    assert api.secret.startswith(api.token.prefix)
    assert not any(api.secret in str(value) for value in ApiToken.objects.values().get().values())


@pytest.mark.parametrize("shape", ["{0}:", "{0}:x", "{0}"])
def test_basic_takes_the_token_as_user_name(shape):
    api = Api()
    packed = base64.b64encode(shape.format(api.secret).encode()).decode()

    assert Asking(None).get("users", Authorization=f"Basic {packed}").status_code == 200


@pytest.mark.parametrize("header", ["Bearer lw_wrong", "Bearer", "Basic !", "Basic w6k6", "Digest x", "Bearer \u00e9"])
def test_a_wrong_token_is_refused(header):
    assert problem(Asking(None).get("users", Authorization=header)) == (401, "not_signed_in")


def test_a_wrong_token_is_not_made_good_by_a_session():
    asking = Asking(None, Authorization="Bearer lw_wrong")
    asking.client.force_login(UserFactory())

    assert problem(asking.get("users")) == (401, "not_signed_in")


def test_ended_revoked_and_ownerless_tokens_are_refused():
    ended, revoked, left = Api(), Api(), Api()
    ApiToken.objects.filter(pk=ended.token.pk).update(expires_at=timezone.now())
    revoke_token(token=revoked.token, actor=UserFactory(roles=[Role.ADMIN]))
    User.objects.filter(pk=left.user.pk).update(is_active=False)

    assert [it.get("users").status_code for it in (ended, revoked, left)] == [401, 401, 401]


def test_scopes_are_per_resource_and_verb():
    api = Api(["users:read"])

    assert api.get("users").status_code == 200
    refused = api.post("users", {})
    assert problem(refused) == (403, "insufficient_scope")
    assert refused.json()["scope"] == "users:write"
    assert problem(api.get("audit")) == (403, "insufficient_scope")


def test_two_tokens_live_while_programs_change_over():
    api = Api()
    admin = UserFactory(roles=[Role.ADMIN])

    new, secret = rotate_token(token=api.token, actor=admin)

    assert api.get("users").status_code == 200
    assert Asking(None, Authorization=f"Bearer {secret}").get("users").status_code == 200
    old = ApiToken.objects.get(pk=api.token.pk)
    assert timedelta(days=6) < old.expires_at - timezone.now() <= timedelta(days=7)
    assert (new.user, new.scopes) == (old.user, old.scopes)


def test_on_behalf_of_sees_no_more_than_the_person():
    api = Api(["users:write", "audit:read", ACT_AS])
    admin, other = UserFactory(roles=[Role.ADMIN]), UserFactory()

    assert api.get("audit").json()["results"] == []
    assert api.get("audit", On_Behalf_Of=admin.email.upper()).json()["results"] != []
    assert api.get("audit", On_Behalf_Of=str(other.pk)).json()["results"] == []


def test_the_trail_names_the_person_and_the_token():
    api = Api(["users:write", ACT_AS])
    admin = UserFactory(roles=[Role.ADMIN])
    body = {"email": "new@example.org", "display_name": "New", "roles": ["author"]}

    assert api.post("users", body, On_Behalf_Of=admin.email).status_code == 201

    entry = AuditEntry.objects.get(action="person.added", subject_id=User.objects.get(email="new@example.org").pk)
    assert (entry.actor, entry.detail) == (admin, {"token": str(api.token.pk)})


@pytest.mark.parametrize("name", ["nobody@example.org", "0192f0c1-0000-7000-8000-000000000000", "x\tx", ""])
def test_on_behalf_of_nobody_is_refused(name):
    assert problem(Api([ACT_AS, "users:read"]).get("users", On_Behalf_Of=name)) == (403, "unknown_person")


def test_on_behalf_of_needs_its_scope_and_an_active_person():
    gone = UserFactory(is_active=False)

    assert problem(Api().get("users", On_Behalf_Of=gone.email)) == (403, "insufficient_scope")
    assert problem(Api([ACT_AS]).get("users", On_Behalf_Of=gone.email)) == (403, "unknown_person")


def test_requests_are_counted_per_token():
    api, other = Api(requests_per_minute=2), Api()

    first = api.get("users")
    api.get("users")
    refused = api.get("users")

    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("2", "1")
    assert problem(refused) == (429, "too_many_requests")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert other.get("users").status_code == 200


def test_a_write_from_a_strange_page_is_refused():
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(roles=[Role.ADMIN]))

    refused = client.post("/api/v1/users", "{}", content_type="application/json", headers={"Idempotency-Key": "1"})

    assert problem(refused) == (403, "csrf")
