"""Tokens over the API: for administrators, the secret once."""

import pytest

from accounts.choices import Role
from accounts.models import ApiToken
from tests.accounts.rest.test_reading import problem
from tests.api import Api, Asking, signed_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return signed_in(UserFactory(roles=[Role.ADMIN]))


def test_a_made_token_works_and_its_secret_is_not_told_again(admin):
    made = admin.post("tokens", {"name": "ATS", "scopes": ["users:read"]})

    assert made.status_code == 201
    secret = made.json()["secret"]
    assert Asking(None, Authorization=f"Bearer {secret}").get("users").status_code == 200
    alone = admin.get(f"tokens/{made.json()['id']}").json()
    assert alone == {
        "id": made.json()["id"],
        "name": "ATS",
        "client": made.json()["client"],
        "prefix": secret[:9],
        "scopes": ["users:read"],
        "requests_per_minute": 600,
        "expires_at": None,
        "last_used_at": alone["last_used_at"],
        "revoked_at": None,
        "created_at": made.json()["created_at"],
    }


def test_change_over_and_end(admin):
    made = admin.post("tokens", {"name": "ATS", "scopes": ["users:read"]}).json()

    second = admin.post(f"tokens/{made['id']}/rotate")
    assert second.status_code == 201
    assert second.json()["client"] == made["client"]
    assert problem(admin.post(f"tokens/{second.json()['id']}/rotate")) == (409, "two_live")
    assert admin.delete(f"tokens/{made['id']}").status_code == 204
    assert problem(admin.post(f"tokens/{made['id']}/rotate")) == (409, "not_live")
    assert ApiToken.objects.get(pk=made["id"]).revoked_at is not None


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"name": "ATS", "scopes": []}, "/scopes", "empty"),
        ({"name": "ATS", "scopes": ["moon:read"]}, "/scopes/0", "invalid_choice"),
        ({"name": " ", "scopes": ["users:read"]}, "/name", "blank"),
        ({"name": "ATS", "scopes": ["users:read"], "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at", "in_the_past"),
        ({"name": "ATS", "scopes": ["users:read"], "expires_at": "2040-01-01T00:00:00"}, "/expires_at", "no_offset"),
        ({"name": "ATS", "scopes": ["users:read"], "requests_per_minute": 0}, "/requests_per_minute", "min_value"),
    ],
)
def test_what_cannot_be_taken_is_pointed_at(admin, body, pointer, code):
    refused = admin.post("tokens", body)

    assert problem(refused) == (422, "invalid")
    assert [(it["pointer"], it["code"]) for it in refused.json()["errors"]] == [(pointer, code)]


def test_a_token_is_made_for_a_client_not_for_a_person(admin):
    person, client = UserFactory(), Api().user
    body = {"name": "ATS", "scopes": ["users:read"]}

    refused = admin.post("tokens", body | {"client": str(person.pk)})
    assert refused.json()["errors"][0] | {"message": ""} == {
        "pointer": "/client",
        "code": "not_a_client",
        "message": "",
    }
    assert admin.post("tokens", body | {"client": str(client.pk)}).json()["client"] == str(client.pk)


def test_others_know_of_no_token():
    api = Api()

    assert api.get("tokens").json()["results"] == []
    assert problem(api.get(f"tokens/{api.token.pk}")) == (404, "not_found")
    assert problem(api.delete(f"tokens/{api.token.pk}")) == (404, "not_found")
    assert problem(api.post("tokens", {"name": "x", "scopes": ["users:read"]})) == (403, "not_allowed")
