import random
import threading
import time
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.choices import Role
from accounts.models import RoleGrant
from accounts.services.tokens import revoke_token
from delivery.choices import DeliveryState, EventType
from delivery.models import DurableJob, Event, WebhookDelivery
from delivery.services import events, jobs
from delivery.services.events import happened, publish_events, record_event, record_events, record_test
from tests.api import Api
from tests.delivery.test_services import together
from tests.factories import UserFactory

URL = "https://hooks.example.com/"


def built(**ids):
    return record_event(type=EventType.LOOP_BUILT, subject="loops", subject_id=uuid4(), **ids)


@pytest.fixture
def rings(monkeypatch):
    sent = []
    monkeypatch.setattr(jobs, "send", lambda *, task, args=(): sent.append(task) or True)
    return sent


@pytest.mark.django_db(transaction=True)
def test_event_is_there_with_its_transaction_or_not_at_all(rings):
    with transaction.atomic():
        built()
        transaction.set_rollback(True)
    assert (Event.objects.count(), rings) == (0, [])
    with transaction.atomic():
        for _ in range(3):
            built()
        assert rings == []
    assert (Event.objects.count(), rings) == (3, ["delivery.publish_events"])


@pytest.mark.django_db
def test_event_says_ids_and_time_only():
    job = uuid4()
    event = built(job=job)
    publish_events()
    event.refresh_from_db()
    assert event.payload == {
        "type": "loop.built",
        "timestamp": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "id": str(event.pk),
            "sequence": 1,
            "subject": "loops",
            "subject_id": str(event.subject_id),
            "version": None,
            "job": str(job),
        },
    }


@pytest.mark.django_db
def test_numbers_follow_ids_without_gaps_over_batches(monkeypatch):
    monkeypatch.setattr(events, "BATCH", 3)
    made = [built() for _ in range(7)]
    assert publish_events() == 7
    assert list(Event.objects.values_list("sequence", "pk")) == [(n, it.pk) for n, it in enumerate(made, 1)]
    late = built()
    assert [publish_events(), publish_events()] == [1, 0]
    late.refresh_from_db()
    assert late.sequence == 8


@pytest.mark.django_db
def test_many_events_are_written_by_one_query(django_assert_num_queries):
    for count in (2, 50):
        made = [happened(type=EventType.QUESTION_PUBLISHED, subject="x", subject_id=uuid4()) for _ in range(count)]
        with django_assert_num_queries(1):
            record_events(made)


@pytest.mark.django_db
def test_publishing_many_costs_a_few_statements(endpoint, django_assert_max_num_queries):
    for _ in range(3):
        endpoint(URL)
    for count in (2, 100):
        for _ in range(count):
            built()
        with django_assert_max_num_queries(20):
            assert publish_events() == count
    assert WebhookDelivery.objects.count() == DurableJob.objects.count() == 3 * 102


@pytest.mark.django_db(transaction=True)
def test_published_event_never_changes():
    event = built()
    publish_events()
    with pytest.raises(DatabaseError):
        Event.objects.update(sequence=2)
    with pytest.raises(DatabaseError):
        Event.objects.filter(pk=event.pk).update(type=EventType.LOOP_CHANGED)


@pytest.mark.django_db
def test_everybody_who_wants_it_is_told_once(endpoint):
    everything, _secret = endpoint(URL)
    loops, _secret = endpoint(URL, types=["loop.built", "loop.changed"])
    endpoint(URL, types=["packet.ready"])
    idle, _secret = endpoint(URL)
    idle.is_enabled, idle.disabled_at = False, timezone.now()
    idle.save()
    event = built()
    assert [publish_events(), publish_events()] == [1, 0]
    told = WebhookDelivery.objects.values_list("endpoint", "event", "replay", "state")
    assert set(told) == {(it.pk, event.pk, 0, DeliveryState.WAITING) for it in (everything, loops)}
    assert {it.job.input["delivery"] for it in WebhookDelivery.objects.select_related("job")} == {
        str(it.pk) for it in WebhookDelivery.objects.all()
    }


@pytest.mark.django_db
def test_who_may_not_read_the_feed_any_more_is_told_nothing(endpoint):
    client, former, gone = (Api(["events:read"]).user for _ in range(3))
    narrow, revoked = Api(["webhooks:write"]).user, Api(["events:read"])
    revoke_token(token=revoked.token, actor=UserFactory(roles=[Role.ADMIN]))
    boss = UserFactory(is_superuser=True)
    for owner in (client, former, gone, narrow, revoked.user, boss):
        endpoint(URL, owner=owner)
    RoleGrant.objects.filter(user=former).update(role=Role.RECRUITER)
    gone.is_active = False
    gone.save()
    built()
    publish_events()
    owners = WebhookDelivery.objects.values_list("endpoint__owner", flat=True)
    assert set(owners) == {client.pk, boss.pk}


@pytest.mark.django_db
def test_feed_shows_numbered_events_to_programs_and_administrators():
    client, admin = UserFactory(roles=[Role.API_CLIENT]), UserFactory(roles=[Role.ADMIN])
    panel = UserFactory(roles=[Role.RECRUITER, Role.HIRING_MANAGER, Role.INTERVIEWER, Role.AUTHOR])
    first = built()
    publish_events()
    built()
    for user, seen in ((client, [first]), (admin, [first]), (panel, [])):
        assert list(Event.objects.visible_to(user)) == seen


@pytest.mark.django_db
def test_test_events_get_no_number(endpoint):
    one, _secret = endpoint(URL)
    event = record_test(one)
    assert publish_events() == 0
    event.refresh_from_db()
    assert (event.sequence, event.subject, event.subject_id) == (None, "webhooks", one.pk)


@pytest.mark.django_db(transaction=True)
def test_reader_by_number_misses_none_while_many_write_and_number(rings):
    """Writers commit late and out of order, three number at once, one reads along from its last number."""
    writers, each = 6, 8
    written = threading.Event()
    seen = []

    def write(number):
        for _ in range(each):
            with transaction.atomic():
                built()
                time.sleep(random.uniform(0, 0.01))

    def number_them(_number):
        while not written.is_set():
            publish_events()
            time.sleep(0.01)

    def read(_number):
        while not written.is_set():
            last = seen[-1][0] if seen else 0
            seen.extend(Event.objects.filter(sequence__gt=last).values_list("sequence", "pk"))
            time.sleep(0.003)

    def work(number):
        if number < writers:
            write(number)
        elif number == writers:
            read(number)
        else:
            number_them(number)

    def stop():
        while Event.objects.filter(sequence__isnull=False).count() < writers * each:
            time.sleep(0.02)
        time.sleep(0.1)
        written.set()
        connection.close()

    stopper = threading.Thread(target=stop)
    stopper.start()
    together(writers + 4, work)
    stopper.join()
    assert [number for number, _pk in seen] == list(range(1, writers * each + 1))
    assert {pk for _number, pk in seen} == set(Event.objects.values_list("pk", flat=True))
