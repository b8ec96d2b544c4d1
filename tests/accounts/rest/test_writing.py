"""Writes: strict bodies, done once, all or nothing; on the example of users."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.choices import Role
from accounts.models import IdempotentRequest, User
from tests.accounts.rest.test_reading import problem
from tests.api import Asking, signed_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

BODY = {"email": "new@example.org", "display_name": "New", "roles": ["author"]}


@pytest.fixture
def admin():
    return signed_in(UserFactory(roles=[Role.ADMIN]))


def test_a_new_thing_is_answered_whole_with_its_address(admin):
    made = admin.post("users", BODY | {"external_ids": {"hris": "7"}})

    assert made.status_code == 201
    assert made["Location"].endswith(f"/api/v1/users/{made.json()['id']}")
    alone = admin.get(made["Location"].removeprefix("http://testserver"))
    assert (alone.json(), alone["ETag"]) == (made.json(), made["ETag"])


def test_the_same_again_gets_the_same_answer_and_does_nothing(admin):
    first = admin.post("users", BODY, Idempotency_Key="k")
    again = admin.post("users", BODY, Idempotency_Key="k")

    assert (again.status_code, again.content) == (201, first.content)
    assert (again["Location"], again["ETag"]) == (first["Location"], first["ETag"])
    assert (again["Idempotent-Replayed"], "Idempotent-Replayed" in first) == ("true", False)
    assert User.objects.filter(email="new@example.org").count() == 1


def test_the_key_of_another_request_is_refused(admin):
    admin.post("users", BODY, Idempotency_Key="k")

    assert problem(admin.post("users", BODY | {"display_name": "Other"}, Idempotency_Key="k")) == (
        422,
        "idempotency_key_reused",
    )
    assert problem(admin.post("tokens", BODY, Idempotency_Key="k"))[0] == 422


def test_keys_belong_to_whoever_sends_them(admin):
    other = signed_in(UserFactory(roles=[Role.ADMIN]))
    admin.post("users", BODY, Idempotency_Key="k")

    assert other.post("users", BODY | {"email": "b@example.org"}, Idempotency_Key="k").status_code == 201


def test_what_was_refused_leaves_the_key_free(admin):
    UserFactory(email=BODY["email"])
    assert problem(admin.post("users", BODY, Idempotency_Key="k")) == (409, "email_taken")
    User.objects.filter(email=BODY["email"]).update(email="moved@example.org")

    assert admin.post("users", BODY, Idempotency_Key="k").status_code == 201


def test_answers_are_kept_encrypted_for_a_day(admin):
    admin.post("users", BODY, Idempotency_Key="k")
    kept = IdempotentRequest.objects.get()
    assert BODY["email"] not in kept.answer

    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert problem(admin.post("users", BODY, Idempotency_Key="k")) == (409, "email_taken")


def test_a_request_whose_process_was_lost_is_done_by_its_repetition(admin):
    admin.post("users", BODY, Idempotency_Key="k")
    User.objects.filter(email=BODY["email"]).delete()
    kept = IdempotentRequest.objects.filter(key="k")
    kept.update(status=None, answer="", held_until=timezone.now() + timedelta(seconds=30))
    running = admin.post("users", BODY, Idempotency_Key="k")
    assert problem(running) == (409, "still_running")
    assert running["Retry-After"] == "1"

    kept.update(held_until=timezone.now())
    assert admin.post("users", BODY, Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize("key", [None, "", "x" * 256, "sch\u00f6n"])
def test_a_post_needs_a_usable_key(admin, key):
    status, code = problem(admin.post("users", BODY, Idempotency_Key=key))

    assert (status, code) == (400, "bad_idempotency_key" if key else "idempotency_key_required")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1, 2",
        b"\xff",
        b'{"a": NaN}',
        b'{"email": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b"[" * 40 + b"]" * 40,
        b"[" * 5000 + b"]" * 5000,
    ],
)
def test_malformed_bodies_are_refused(admin, body):
    status, _code = problem(admin.post("users", body))

    assert status == 400 if body else status == 422


def test_bodies_have_a_size_and_a_type(admin):
    assert problem(admin.post("users", b'"' + b"x" * (2 * 1024 * 1024) + b'"')) == (413, "too_large")
    answer = admin.client.post("/api/v1/users", "a=1", content_type="text/plain", headers={"Idempotency-Key": "1"})
    assert problem(answer) == (415, "unsupported_media_type")
    assert problem(admin.get("users", Accept="text/html")) == (406, "not_acceptable")


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"nonsense": 1}, "/nonsense", "unknown_field"),
        ({"email": 7}, "/email", "invalid"),
        ({"email": "x"}, "/email", "invalid"),
        ({"display_name": ""}, "/display_name", "blank"),
        ({"display_name": True}, "/display_name", "invalid"),
        ({"display_name": "x" * 121}, "/display_name", "max_length"),
        ({"roles": ["king"]}, "/roles/0", "invalid_choice"),
        ({"roles": ["api_client"]}, "/roles/0", "invalid_choice"),
        ({"roles": "author"}, "/roles", "not_a_list"),
        ({"time_zone": "Mars/Base"}, "/time_zone", "unknown_zone"),
        ({"external_ids": {"a/b": "1"}}, "/external_ids", "bad_system"),
        ({"external_ids": {"hris": 7}}, "/external_ids/hris", "invalid"),
    ],
)
def test_what_cannot_be_taken_is_pointed_at(admin, change, pointer, code):
    refused = admin.post("users", BODY | change)

    assert problem(refused) == (422, "invalid")
    assert [(it["pointer"], it["code"]) for it in refused.json()["errors"]] == [(pointer, code)]
    assert not User.objects.filter(email=BODY["email"]).exists()


def test_a_body_that_is_no_object_is_refused(admin):
    assert problem(admin.post("users", [1])) == (422, "invalid")


def test_nothing_is_half_done(admin):
    admin.post("users", BODY | {"external_ids": {"hris": "7"}})

    refused = admin.post("users", BODY | {"email": "second@example.org", "external_ids": {"hris": "7"}})

    assert problem(refused) == (409, "external_id_taken")
    assert not User.objects.filter(email="second@example.org").exists()


def test_others_may_look_but_not_write():
    assert problem(signed_in(UserFactory()).post("users", BODY)) == (403, "not_allowed")


@pytest.mark.django_db(transaction=True)
def test_64_equal_posts_at_once_make_one_thing_and_64_equal_answers():
    from tests.api import Api

    api = Api(["users:write", "act:as"])
    admin = UserFactory(roles=[Role.ADMIN])
    answers = []

    def ask():
        try:
            asking = Asking(None, **api.headers)
            while True:
                answer = asking.post("users", BODY, Idempotency_Key="k", On_Behalf_Of=admin.email)
                if answer.status_code != 409:
                    break
            answers.append((answer.status_code, answer.content))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 64
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert User.objects.filter(email=BODY["email"]).count() == 1
