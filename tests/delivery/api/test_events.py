from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import Role
from delivery.choices import EventType
from delivery.models import Event
from delivery.services.events import publish_events, record_event
from tests.api import Api, signed_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def happen(*types):
    for type in types or (EventType.LOOP_BUILT,):
        record_event(type=type, subject="loops", subject_id=uuid4(), job=uuid4())
    publish_events()


def numbers(answer):
    assert answer.status_code == 200, answer.content
    return [row["sequence"] for row in answer.json()["results"]]


def test_event_in_the_feed_says_what_webhooks_say():
    happen()
    event = Event.objects.get()
    answer = Api().get("events")
    assert answer.json() == {
        "results": [
            {
                "id": str(event.pk),
                "sequence": 1,
                "type": "loop.built",
                "timestamp": answer.json()["results"][0]["timestamp"],
                "data": event.payload["data"],
            }
        ],
        "next": None,
    }
    assert Api().get(f"events/{event.pk}").json() == answer.json()["results"][0]


def test_feed_goes_on_after_the_last_number_seen():
    api = Api()
    happen(*[EventType.LOOP_BUILT, EventType.PACKET_READY] * 3)
    assert numbers(api.get("events")) == [1, 2, 3, 4, 5, 6]
    assert numbers(api.get("events?after=4")) == [5, 6]
    assert numbers(api.get("events?after=6")) == []
    assert numbers(api.get("events?types=packet.ready&after=2")) == [4, 6]
    assert numbers(api.get("events?types=packet.ready,loop.built&limit=2")) == [1, 2]
    assert numbers(api.get("events?ordering=-sequence&limit=1")) == [6]
    event = Event.objects.get(sequence=3)
    assert numbers(api.get(f"events?subject_id={event.subject_id}")) == [3]
    assert numbers(api.get("events?fields=sequence")) == [1, 2, 3, 4, 5, 6]


def test_pages_of_the_feed_miss_and_repeat_nothing():
    api, seen, path = Api(), [], "events?limit=2"
    happen(*[EventType.LOOP_BUILT] * 5)
    while path:
        answer = api.get(path)
        seen += numbers(answer)
        happen()
        following = answer.json()["next"]
        path = following and len(seen) < 7 and f"events?limit=2&cursor={following}"
    assert seen[:7] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("query", ["after=-1", "after=x", f"after={2**63}", "types=loop.eaten", "types=webhook.tested"])
def test_wrong_parameter_is_refused(query):
    answer = Api().get(f"events?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_query")


def test_feed_is_for_programs_and_administrators():
    happen()
    event = Event.objects.get()
    panel = UserFactory(roles=[Role.RECRUITER, Role.HIRING_MANAGER, Role.INTERVIEWER, Role.AUTHOR])
    assert numbers(signed_in(UserFactory(roles=[Role.ADMIN])).get("events")) == [1]
    assert numbers(signed_in(panel).get("events")) == []
    assert signed_in(panel).get(f"events/{event.pk}").status_code == 404
    assert Api(["webhooks:read"]).get("events").status_code == 403


def test_feed_costs_the_same_at_any_size():
    api, costs = Api(), []
    api.get("events")
    for count in (2, 40):
        happen(*[EventType.LOOP_BUILT] * count)
        with CaptureQueriesContext(connection) as queries:
            api.get("events?limit=200")
        costs.append(len(queries))
    assert costs[0] == costs[1]
