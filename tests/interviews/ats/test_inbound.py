"""The address that systems send to, over HTTP."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import random
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interviews.api import inbound as view
from interviews.models import AtsMessage
from interviews.services import ats
from tests.interviews.ats.signing import generic_headers
from tests.interviews.ats.test_signatures import flipped
from tests.interviews.ats.worlds import connected_world, work_through

pytestmark = pytest.mark.django_db
VENDORS = ["generic", "greenhouse"]
HOSTILE = [
    b"",
    b"\xff\xfe\x00",
    b"[" * 500_000,
    b'{"type":' * 50_000,
    b'{"type": "\\ud800"}',
    b'{"type": "a\\u0000b", "action": "a\\u0000b"}',
    b'{"type": ' + b"9" * 100_000 + b"}",
    b'{"type": "application.stage_reached", "timestamp": "9999-12-31T23:59:59-14:00", "data": {}}',
    b'{"action": "candidate_stage_change", "payload": {"application": [1e400]}}',
    b'{"action": "candidate_stage_change", "payload": null}',
    b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
    b"a=b&c=d",
    b"null",
    b"\x00" * 1_000,
]


def post(connection, body, headers, client=None):
    url = reverse("api:inbound", args=[getattr(connection, "pk", connection)])
    client = client or Client(enforce_csrf_checks=True, raise_request_exception=False)
    return client.post(url, body, content_type="application/json", headers=headers)


def send(here, body=None, **signed):
    body = here.body() if body is None else body
    return post(here.connection, body, here.headers(body, **signed))


def told(response):
    """Status and code, of an answer that says no more than it should."""
    assert response["Content-Type"] == "application/problem+json"
    assert "sessionid" not in response.cookies
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_message_is_kept_before_it_is_answered_and_a_copy_is_the_same(vendor):
    here = connected_world(vendor)
    first, second = send(here), send(here)
    message = AtsMessage.objects.get()
    assert (first.status_code, first.json()) == (202, {"id": str(message.pk)})
    assert (second.status_code, second.json()) == (202, {"id": str(message.pk)})
    assert "no-cache" in first["Cache-Control"]
    assert work_through(message).outcome["code"] == "loop_started"


def test_what_asks_nothing_of_us_is_taken_too():
    here = connected_world()
    assert send(here, b'{"type": "something.else"}').status_code == 202


def test_a_wrong_signature_a_late_one_and_none_are_all_the_same():
    here = connected_world()
    body = here.body()
    late = timezone.now() - dt.timedelta(seconds=301)
    genuine = here.headers(body)
    answers = [
        post(here.connection, body, {}),
        post(here.connection, body + b" ", genuine),
        post(here.connection, body, here.headers(body, at=late)),
        post(here.connection, body, generic_headers(body, "whsec_c2VjcmV0c2VjcmV0", at=timezone.now())),
    ]
    assert [told(answer) for answer in answers] == [(401, "not_genuine")] * 4
    bodies = [{key: value for key, value in answer.json().items() if key != "request_id"} for answer in answers]
    assert bodies == bodies[:1] * 4
    assert not AtsMessage.objects.exists()


def test_a_copy_after_five_minutes_is_refused(monkeypatch):
    here = connected_world()
    body = here.body()
    headers = here.headers(body)
    assert post(here.connection, body, headers).status_code == 202
    after = timezone.now() + dt.timedelta(seconds=301)
    monkeypatch.setattr(view.timezone, "now", lambda: after)
    assert told(post(here.connection, body, headers)) == (401, "not_genuine")


def test_a_connection_that_is_not_there_and_one_not_in_use_cannot_be_told_apart():
    here = connected_world()
    body = here.body()
    ats.change_connection(connection=here.connection, actor=here.admin, is_enabled=False)
    unused, unknown = send(here), post(uuid4(), body, here.headers(body))
    assert told(unused) == told(unknown) == (404, "not_found")
    assert unused.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}


def test_only_post_is_answered():
    here = connected_world()
    response = Client().get(reverse("api:inbound", args=[here.connection.pk]))
    assert told(response) == (405, "method_not_allowed")
    assert response["Allow"] == "POST"


def test_a_message_has_one_megabyte_at_most():
    here = connected_world()
    filled = here.body(data__more="")
    most = filled.replace(b'"more": ""', b'"more": "' + b"x" * (view.MOST_BYTES - len(filled)) + b'"')
    assert len(most) == view.MOST_BYTES
    assert send(here, most).status_code == 202
    assert told(send(here, most + b" ")) == (413, "too_large")
    assert work_through(AtsMessage.objects.get()).outcome["code"] == "loop_started"


@pytest.mark.parametrize("vendor", VENDORS)
def test_hostile_bodies_that_are_signed_are_kept_and_said_to_be_unusable(vendor):
    here = connected_world(vendor)
    for number, body in enumerate(HOSTILE):
        headers = here.headers(b"x", message_id=f"msg_{number}")
        if vendor == "greenhouse":
            headers = here.headers(body)
        else:
            # The official library signs text alone.
            at = headers["webhook-timestamp"]
            headers["webhook-signature"] = standard_signature(here.secret, f"msg_{number}", at, body)
        response = post(here.connection, body, headers)
        assert response.status_code == 202, body[:40]
        message = work_through(AtsMessage.objects.get(pk=response.json()["id"]))
        assert message.state in {"failed", "ignored"}, body[:40]


def standard_signature(secret, message_id, at, body):
    """As the standard says, for bytes that are no text."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


@pytest.mark.parametrize("vendor", VENDORS)
def test_hostile_bodies_and_headers_that_are_not_signed_are_401(vendor):
    here = connected_world(vendor)
    genuine = here.headers(here.body())
    for body in HOSTILE:
        assert told(post(here.connection, body, genuine)) == (401, "not_genuine")
    for value in ("", "é", "\x80\xff", "v1,", "sha256 ", "0" * 5_000, "v1,é " * 400):
        for name in genuine:
            if vendor == "greenhouse" and name != "signature":
                continue
            headers = genuine | {name: value}
            assert told(post(here.connection, here.body(), headers)) == (401, "not_genuine")


def test_single_bits_that_flip_on_the_way_are_refused():
    here = connected_world()
    body = here.body()
    headers = here.headers(body)
    chance = random.Random(11)
    for _ in range(60):
        name = chance.choice(["", *headers])
        if name:
            bit = chance.randrange(len(headers[name]) * 8)
            changed = headers | {name: flipped(headers[name].encode(), bit).decode("latin-1")}
            response = post(here.connection, body, changed)
        else:
            response = post(here.connection, flipped(body, chance.randrange(len(body) * 8)), headers)
        assert told(response) == (401, "not_genuine")
    assert not AtsMessage.objects.exists()


def test_the_sender_is_told_to_come_again_when_the_database_is_busy(monkeypatch):
    here = connected_world()

    def busy(**kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(view, "receive", busy)
    response = send(here)
    assert told(response) == (503, "busy")
    assert response["Retry-After"] == "1"


def test_no_token_and_no_session_is_looked_at():
    here = connected_world()
    body = json.dumps({"type": "ping"}).encode()
    headers = here.headers(body) | {"Authorization": "Bearer lw_wrong", "Cookie": "sessionid=abc"}
    assert post(here.connection, body, headers).status_code == 202
