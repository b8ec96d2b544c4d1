import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import Role
from scoring.models import Scorecard, ScorecardRevision
from tests.factories import UserFactory
from tests.scoring.worlds import asked_of, fill, panel_world, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat():
    return panel_world(panel=(2,)).seats[0][0]


@pytest.fixture
def client(seat):
    client = Client()
    client.force_login(seat.interviewer.user)
    return client


def url(seat):
    return reverse("scoring:card-save", args=[seat.pk])


def save(client, seat, body, *, version=0, key="k", **headers):
    sent = {"If-Match": f'"{version}"', "Idempotency-Key": key} | headers
    sent = {name: value for name, value in sent.items() if value is not None}
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.patch(url(seat), data, content_type="application/json", headers=sent)


def test_get_answers_the_own_card_with_its_version(client, seat):
    fill(seat)

    response = client.get(url(seat))

    card = response.json()
    assert (response.status_code, response["ETag"], card["version"]) == (200, '"1"', 1)
    assert card["scores"][str(asked_of(seat)[0].pk)]["level"] == 4
    assert response["Cache-Control"] == "private, no-store"


def test_patch_saves_and_answers_version_and_time(client, seat):
    asked = str(asked_of(seat)[0].pk)

    response = save(client, seat, {"scores": {asked: {"level": 4, "evidence": "先估算"}}})

    card = Scorecard.objects.get()
    assert (response.status_code, response["ETag"]) == (200, '"1"')
    assert response.json() == {"version": 1, "saved_at": card.saved_at.isoformat(timespec="milliseconds")[:-6] + "Z"}
    assert card.scores.get().evidence == "先估算"


def test_repeated_patch_gets_the_same_answer(client, seat):
    first = save(client, seat, {"summary": "One"}, key="same")
    second = save(client, seat, {"summary": "One"}, key="same")

    assert (first.json(), first["ETag"]) == (second.json(), second["ETag"])
    assert ScorecardRevision.objects.count() == 1


def test_stale_patch_gets_412_with_what_the_card_is_now(client, seat):
    save(client, seat, {"summary": "Newer"})

    response = save(client, seat, {"summary": "Older"}, key="other")

    assert (response.status_code, response["ETag"], response["Content-Type"]) == (
        412,
        '"1"',
        "application/problem+json",
    )
    assert response.json()["code"] == "stale_version"
    assert (response.json()["current"]["version"], response.json()["current"]["summary"]) == (1, "Newer")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"If-Match": None}, 428, "if_match_required"),
        ({"If-Match": "*"}, 400, "bad_if_match"),
        ({"If-Match": "0"}, 400, "bad_if_match"),
        ({"If-Match": '"-1"'}, 400, "bad_if_match"),
        ({"If-Match": '"99999999999999999999"'}, 400, "bad_if_match"),
        ({"If-Match": '"999999999"'}, 412, "stale_version"),
        ({"Idempotency-Key": None}, 400, "idempotency_key_required"),
        ({"Idempotency-Key": "x" * 65}, 422, "invalid_key"),
        ({"Content-Type": "text/plain"}, 415, "not_json"),
    ],
)
def test_headers_that_are_missing_or_wrong(client, seat, headers, status, code):
    response = save(client, seat, {"summary": "Words"}, **headers)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not ScorecardRevision.objects.exists()


def test_weakened_etag_still_names_its_version(client, seat):
    assert save(client, seat, {}, **{"If-Match": 'W/"0"'}).status_code == 200


NASTY = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"{",
    b"\xff\xfe\x00",
    b'{"summary": NaN}',
    b'{"summary": "a\\u0000b"}',
    b'{"summary": "half \\ud83d"}',
    b'{"summary": "\x07"}',
    b'{"summary": {"a": 1}}',
    b'{"recommendation": 1e400}',
    b'{"recommendation": {}}',
    b'{"scores": 1}',
    b'{"scores": null}',
    b'{"scores": [1, 2]}',
    b'{"scores": {"x": {"level": 3}}}',
    b'{"scores": {"\\u0000": {}}}',
    b'{"\\ud800": 1}',
    b'{"id": "x"}',
    b'{"__class__": "x"}',
    b'{"a": 1' + b"0" * 5000 + b"}",
    b"[" * 100_000 + b"]" * 100_000,
    b'{"scores": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    b'{"summary": "' + b"x" * 600_000 + b'"}',
]
NASTY_SCORES = [
    "null",
    "[]",
    '{"level": 1' + "0" * 4000 + "}",
    '{"level": -1}',
    '{"level": 2.5}',
    '{"level": "5"}',
    '{"level": [5]}',
    '{"level": true}',
    '{"not_assessed": "no"}',
    '{"evidence": 5}',
    '{"evidence": "a\\u0000"}',
    '{"private_note": {"$ne": 1}}',
    '{"scorecard_id": 1}',
    '{"level": 3, "not_assessed": true}',
]


@pytest.mark.parametrize("body", NASTY, ids=lambda body: repr(body[:30]))
def test_nasty_bodies_get_a_clear_4xx_and_change_nothing(client, seat, body):
    response = save(client, seat, body)

    assert 400 <= response.status_code < 500
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] in {"malformed", "invalid", "too_large", "not_json"}
    assert not ScorecardRevision.objects.exists()


@pytest.mark.parametrize("score", NASTY_SCORES, ids=lambda score: score[:30])
def test_nasty_scores_get_422_with_a_pointer(client, seat, score):
    asked = asked_of(seat)[0].pk

    response = save(client, seat, f'{{"summary": "not kept", "scores": {{"{asked}": {score}}}}}')

    assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert response.json()["errors"][0]["pointer"].startswith(f"/scores/{asked}")
    assert not ScorecardRevision.objects.exists()


def test_question_of_another_round_is_unknown(client, seat):
    foreign = asked_of(panel_world().seats[1][0])[0].pk

    response = save(client, seat, {"scores": {str(foreign): {"level": 3}}})

    assert [error["code"] for error in response.json()["errors"]] == ["unknown_question"]


def test_expired_session_gets_401_as_json_not_a_page(seat):
    response = save(Client(), seat, {"summary": "Words"})

    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert response.json()["code"] == "signed_out"


def test_request_without_the_token_of_the_session_is_refused(seat):
    client = Client(enforce_csrf_checks=True)
    client.force_login(seat.interviewer.user)

    refused = save(client, seat, {"summary": "Words"})
    token = client.get(url(seat)).json()["csrf_token"]
    accepted = save(client, seat, {"summary": "Words"}, **{"X-CSRFToken": token})

    assert (refused.status_code, refused.json()["code"], accepted.status_code) == (403, "forbidden", 200)


@pytest.mark.parametrize("who", ["second", "recruiter", "manager", "admin"])
@pytest.mark.parametrize("method", ["get", "patch"])
def test_card_of_somebody_else_does_not_exist(who, method):
    world = panel_world(panel=(2,))
    seat = world.seats[0][0]
    fill(seat)
    user = {
        "second": world.seats[0][1].interviewer.user,
        "recruiter": world.recruiter,
        "manager": world.manager,
        "admin": UserFactory(roles=[Role.ADMIN]),
    }[who]
    client = Client()
    client.force_login(user)

    response = client.get(url(seat)) if method == "get" else save(client, seat, {"summary": "Mine"}, version=1)
    unknown = client.get(reverse("scoring:card-save", args=[uuid.uuid4()]))

    assert response.status_code == 404
    assert response.content == unknown.content
    assert ScorecardRevision.objects.count() == 1


def test_submitted_card_answers_409(client, seat):
    submit(seat)

    response = save(client, seat, {"summary": "More"}, version=2)

    assert (response.status_code, response.json()["code"]) == (409, "already_submitted")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods_are_refused_as_json(client, seat, method):
    response = getattr(client, method)(url(seat))

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
