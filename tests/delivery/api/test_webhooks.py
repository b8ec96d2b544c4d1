from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.choices import Role
from accounts.sealing import unseal
from delivery.choices import EventType
from delivery.models import WebhookDelivery, WebhookEndpoint
from delivery.services import jobs
from delivery.services.events import publish_events, record_event
from tests.api import Api, signed_in
from tests.delivery.receivers import receiving, says
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/x"


def made(api, **body):
    answer = api.post("webhooks", {"url": URL} | body)
    assert answer.status_code == 201, answer.content
    return answer


def happen(count=1):
    for _ in range(count):
        record_event(type=EventType.LOOP_BUILT, subject="loops", subject_id=uuid4())
    publish_events()


def codes(answer):
    return answer.status_code, [(it["pointer"], it["code"]) for it in answer.json().get("errors", [])]


def test_made_webhook_is_shown_whole_and_its_secret_once():
    api = Api()
    answer = made(api, types=["loop.built"], description="Ours")
    endpoint = WebhookEndpoint.objects.get()
    body = answer.json()
    assert body == {
        "id": str(endpoint.pk),
        "owner": str(api.user.pk),
        "url": URL,
        "description": "Ours",
        "types": ["loop.built"],
        "is_enabled": True,
        "disabled_at": None,
        "disabled_because": "",
        "failing_since": None,
        "previous_secret_until": None,
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
        "secret": unseal(endpoint.secret),
    }
    shown = api.get(f"webhooks/{endpoint.pk}")
    assert shown.json() | {"secret": body["secret"]} == body
    assert api.get("webhooks").json()["results"] == [shown.json()]


def test_making_is_repeated_without_a_second_one():
    api = Api()
    first, again = (api.post("webhooks", {"url": URL}, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert WebhookEndpoint.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("/url", "required")]),
        ({"url": "http://hooks.example.com/"}, [("/url", "not_https")]),
        ({"url": "https://127.0.0.1/"}, [("/url", "inside")]),
        ({"url": URL, "types": ["loop.eaten"]}, [("/types/0", "invalid_choice")]),
        ({"url": URL, "types": ["webhook.tested"]}, [("/types/0", "invalid_choice")]),
        ({"url": URL, "secret": "mine"}, [("/secret", "unknown_field")]),
    ],
)
def test_wrong_body_is_refused_by_pointer(body, errors):
    assert codes(Api().post("webhooks", body)) == (422, errors)


def test_webhook_is_changed_switched_rotated_and_deleted():
    api = Api()
    secret, path = made(api).json()["secret"], f"webhooks/{WebhookEndpoint.objects.get().pk}"
    changed = api.patch(path, {"description": "Theirs", "is_enabled": False})
    assert (changed.status_code, changed.json()["is_enabled"], changed.json()["disabled_because"]) == (
        200,
        False,
        "person",
    )
    assert api.post(f"{path}/test").json()["code"] == "out_of_use"
    assert api.patch(path, {"is_enabled": True}).json()["disabled_at"] is None
    rotated = api.post(f"{path}/rotate-secret")
    assert rotated.status_code == 200
    assert rotated.json()["secret"] not in {secret, None}
    assert rotated.json()["previous_secret_until"]
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_test_and_its_outcome(settings):
    api = Api()
    with receiving(says(500, b"inside things")) as receiver:
        settings.WEBHOOK_ALLOWED_ORIGINS = frozenset({receiver.origin})
        path = f"webhooks/{made(api, url=receiver.url).json()['id']}"
        asked = api.post(f"{path}/test")
        assert (asked.status_code, asked.json()["state"], asked.json()["type"]) == (202, "waiting", "webhook.tested")
        waiting = api.get(f"{path}/deliveries/{asked.json()['id']}")
        assert waiting.json() == asked.json()
        jobs.run_job(job_id=WebhookDelivery.objects.get().job_id)
    done = api.get(f"{path}/deliveries/{asked.json()['id']}").json()
    attempt = done["attempts"][0]
    assert (done["state"], done["next_attempt_at"]) == ("failed", None)
    assert attempt == {
        "number": 1,
        "at": attempt["at"],
        "milliseconds": attempt["milliseconds"],
        "status": 500,
        "error": "",
    }


def test_one_delivery_and_a_span_are_sent_again():
    api = Api()
    path = f"webhooks/{made(api).json()['id']}"
    start = timezone.now()
    happen(3)
    first = api.get(f"{path}/deliveries?ordering=created_at").json()["results"][0]
    again = api.post(f"{path}/deliveries/{first['id']}/replay")
    assert (again.status_code, again.json()["event"], again.json()["replay"]) == (202, first["event"], 1)
    assert again["Location"].endswith(f"/api/v1/{path}/deliveries/{again.json()['id']}")
    span = {"after": start.isoformat(), "until": timezone.now().isoformat()}
    answer = api.post(f"{path}/replay", span)
    assert (answer.status_code, answer.json()) == (202, {"count": 3})
    assert len(api.get(f"{path}/deliveries?event={first['event']}").json()["results"]) == 3
    assert len(api.get(f"{path}/deliveries?state=waiting").json()["results"]) == 7
    assert api.get(f"{path}/deliveries?state=failed").json()["results"] == []
    too_old = {"after": (start - timedelta(days=31)).isoformat(), "until": start.isoformat()}
    assert codes(api.post(f"{path}/replay", too_old)) == (422, [("/after", "too_old")])


def test_others_webhooks_are_not_to_be_known_of():
    owner, other = Api(), Api()
    path = f"webhooks/{made(owner).json()['id']}"
    happen()
    delivery = f"{path}/deliveries/{WebhookDelivery.objects.get().pk}"
    recruiter = signed_in(UserFactory(roles=[Role.RECRUITER, Role.HIRING_MANAGER, Role.INTERVIEWER]))
    for asking in (other, recruiter):
        assert asking.get("webhooks").json()["results"] == []
        for hidden in (path, f"{path}/deliveries", delivery):
            assert asking.get(hidden).status_code == 404
        for hidden in (f"{path}/test", f"{path}/rotate-secret", f"{delivery}/replay"):
            assert asking.post(hidden).status_code == 404
        assert asking.patch(path, {}).status_code == asking.delete(path).status_code == 404
    assert recruiter.post("webhooks", {"url": URL}).status_code == 403
    assert Api(["webhooks:read"]).post("webhooks", {"url": URL}).status_code == 403
    # The delivery of one webhook is not below another.
    mine = made(other, url=URL).json()["id"]
    assert other.get(f"webhooks/{mine}/deliveries/{WebhookDelivery.objects.get().pk}").status_code == 404
    assert signed_in(UserFactory(roles=[Role.ADMIN])).get(delivery).status_code == 200


def test_lists_cost_the_same_at_any_size():
    api, costs = Api(), []
    path = f"webhooks/{made(api).json()['id']}"
    for count in (2, 20):
        made(api)
        happen(count)
        jobs.run_job(job_id=WebhookDelivery.objects.first().job_id)
        for address in ("webhooks", f"{path}/deliveries"):
            api.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert api.get(f"{address}?limit=200").status_code == 200
            costs.append(len(queries))
    assert costs[:2] == costs[2:]
