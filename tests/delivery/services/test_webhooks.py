import base64
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry, Deletion
from accounts.sealing import unseal
from delivery.choices import DeliveryState, EventType
from delivery.models import Event, WebhookDelivery, WebhookEndpoint
from delivery.services import webhooks as services
from delivery.services.events import happened, publish_events, record_event
from tests.api import Api
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/loopwright"


@pytest.fixture
def admin():
    return UserFactory(roles=[Role.ADMIN])


@pytest.fixture
def made(admin):
    return services.create_endpoint(owner=admin, actor=admin, url=URL)[0]


def happen(type=EventType.LOOP_BUILT):
    event = record_event(type=type, subject="loops", subject_id=uuid4())
    publish_events()
    return event


def codes(refused):
    return {field: [it.code for it in errors] for field, errors in refused.value.error_dict.items()}


def actions():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_secret_is_shown_once_and_kept_sealed(admin):
    types = ["packet.ready", "loop.built"]
    made, secret = services.create_endpoint(
        owner=admin, actor=admin, url="https://Hooks.Example.com:443/x", types=types, description=" Team "
    )
    made.refresh_from_db()
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
    assert secret not in made.secret
    assert unseal(made.secret) == secret
    assert (made.url, made.types, made.description) == ("https://hooks.example.com/x", sorted(types), "Team")
    assert actions() == ["webhook.created"]


def test_two_endpoints_have_different_secrets(admin):
    secrets = {services.create_endpoint(owner=admin, actor=admin, url=URL)[1] for _ in range(5)}
    assert len(secrets) == 5


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"url": "http://hooks.example.com/"}, {"url": ["not_https"]}),
        ({"url": "https://hooks.example.com:8443/"}, {"url": ["port"]}),
        ({"url": "https://10.0.0.1/"}, {"url": ["inside"]}),
        ({"url": "https://user@hooks.example.com/"}, {"url": ["not_a_url"]}),
        ({"url": "https://hooks.example.com/" + "a" * 500}, {"url": ["not_a_url"]}),
        ({"types": ["loop.built", "loop.eaten"]}, {"types": ["unknown_type"]}),
        ({"types": ["webhook.tested"]}, {"types": ["unknown_type"]}),
        ({"description": "x" * 201}, {"description": ["max_length"]}),
        ({"description": "a\x00b"}, {"description": ["not_text"]}),
    ],
)
def test_what_cannot_be_told_is_refused_by_field(admin, made, fields, expected):
    with pytest.raises(ValidationError) as refused:
        services.create_endpoint(owner=admin, actor=admin, **({"url": URL} | fields))
    assert codes(refused) == expected
    with pytest.raises(ValidationError) as refused:
        services.change_endpoint(endpoint=made, actor=admin, **fields)
    assert codes(refused) == expected
    assert WebhookEndpoint.objects.get().url == URL


def test_listed_origin_may_be_http_and_inside(admin, settings):
    settings.WEBHOOK_ALLOWED_ORIGINS = frozenset({"http://receiver:8080"})
    made, _secret = services.create_endpoint(owner=admin, actor=admin, url="http://receiver:8080/hook")
    assert made.url == "http://receiver:8080/hook"


def test_administrators_manage_all_and_clients_their_own(admin):
    client, other = Api(["events:read"]).user, UserFactory(roles=[Role.API_CLIENT])
    stranger = UserFactory(roles=[Role.RECRUITER, Role.HIRING_MANAGER, Role.INTERVIEWER, Role.AUTHOR])
    made, _secret = services.create_endpoint(owner=client, actor=client, url=URL)
    services.create_endpoint(owner=client, actor=admin, url=URL)
    happen()
    delivery = made.deliveries.get()
    now = timezone.now()
    for actor in (other, stranger):
        with pytest.raises(PermissionDenied):
            services.create_endpoint(owner=client, actor=actor, url=URL)
        for refused in (
            lambda actor=actor: services.change_endpoint(endpoint=made, actor=actor, description="x"),
            lambda actor=actor: services.rotate_secret(endpoint=made, actor=actor),
            lambda actor=actor: services.delete_endpoint(endpoint=made, actor=actor),
            lambda actor=actor: services.send_test(endpoint=made, actor=actor),
            lambda actor=actor: services.replay_delivery(delivery=delivery, actor=actor),
            lambda actor=actor: services.replay_range(endpoint=made, actor=actor, after=now, until=now),
        ):
            with pytest.raises(PermissionDenied):
                refused()
    with pytest.raises(PermissionDenied):
        services.create_endpoint(owner=stranger, actor=stranger, url=URL)
    with pytest.raises(ValidationError) as refused:
        services.create_endpoint(owner=stranger, actor=admin, url=URL)
    assert codes(refused) == {"owner": ["cannot_read"]}
    services.rotate_secret(endpoint=made, actor=client)
    services.delete_endpoint(endpoint=made, actor=admin)


def test_change_writes_what_is_given_and_nothing_else(admin, made):
    services.change_endpoint(endpoint=made, actor=admin, description="Ours", types=["packet.ready"])
    services.change_endpoint(endpoint=made, actor=admin, description="Ours")
    made.refresh_from_db()
    assert (made.url, made.types, made.description, made.is_enabled) == (URL, ["packet.ready"], "Ours", True)
    assert actions() == ["webhook.created", "webhook.changed"]


def test_out_of_use_drops_what_waits_and_back_sends_only_what_comes(admin, made):
    happen()
    services.change_endpoint(endpoint=made, actor=admin, is_enabled=False)
    services.change_endpoint(endpoint=made, actor=admin, is_enabled=False)
    made.refresh_from_db()
    assert (made.is_enabled, made.disabled_because, bool(made.disabled_at)) == (False, "person", True)
    happen()
    for refused in (
        lambda: services.send_test(endpoint=made, actor=admin),
        lambda: services.replay_delivery(delivery=made.deliveries.get(), actor=admin),
        lambda: services.replay_range(endpoint=made, actor=admin, after=timezone.now(), until=timezone.now()),
    ):
        with pytest.raises(ValidationError) as error:
            refused()
        assert error.value.code == "out_of_use"
    WebhookEndpoint.objects.update(failing_since=timezone.now())
    made = services.change_endpoint(endpoint=made, actor=admin, is_enabled=True)
    assert (made.is_enabled, made.disabled_because, made.disabled_at, made.failing_since) == (True, "", None, None)
    happen()
    assert set(made.deliveries.values_list("event__sequence", "state")) == {
        (1, DeliveryState.DROPPED),
        (3, DeliveryState.WAITING),
    }
    assert actions() == ["webhook.created", "webhook.disabled", "webhook.enabled"]


def test_deleted_endpoint_takes_its_log_along_and_is_remembered(admin, made):
    happen()
    services.delete_endpoint(endpoint=made, actor=admin)
    assert not WebhookDelivery.objects.exists()
    assert Deletion.objects.get().object_id == made.pk
    with pytest.raises(PermissionDenied):
        services.delete_endpoint(endpoint=made, actor=admin)


def test_rotated_secret_leaves_the_old_one_for_a_day(admin, made):
    old = unseal(made.secret)
    new = services.rotate_secret(endpoint=made, actor=admin)
    made.refresh_from_db()
    assert (unseal(made.secret), unseal(made.previous_secret)) == (new, old)
    assert timedelta(hours=23) < made.previous_until - timezone.now() <= timedelta(hours=24)


def test_replay_is_another_delivery_of_the_same_event(admin, made):
    event = happen()
    first = made.deliveries.get()
    second = services.replay_delivery(delivery=first, actor=admin)
    third = services.replay_delivery(delivery=first, actor=admin)
    assert [(it.event_id, it.replay, it.state) for it in (second, third)] == [
        (event.pk, 1, "waiting"),
        (event.pk, 2, "waiting"),
    ]
    assert len({it.job_id for it in made.deliveries.all()}) == 3


def test_replayed_range_sends_what_the_endpoint_wants_sent_before_or_not(admin, made):
    start = timezone.now()
    before, wanted, other = happen(), happen(EventType.PACKET_READY), happen()
    services.change_endpoint(endpoint=made, actor=admin, is_enabled=False)
    missed = happen(EventType.PACKET_READY)
    services.change_endpoint(endpoint=made, actor=admin, is_enabled=True, types=["packet.ready"])
    services.send_test(endpoint=made, actor=admin)
    end = timezone.now()
    assert services.replay_range(endpoint=made, actor=admin, after=start, until=before.occurred_at) == 0
    assert services.replay_range(endpoint=made, actor=admin, after=start, until=end) == 2
    assert services.replay_range(endpoint=made, actor=admin, after=missed.occurred_at, until=end) == 1
    replays = made.deliveries.exclude(event__sequence=None).order_by("event__sequence", "replay")
    assert list(replays.values_list("event", "replay")) == [
        (before.pk, 0),
        (wanted.pk, 0),
        (wanted.pk, 1),
        (other.pk, 0),
        (missed.pk, 0),
        (missed.pk, 1),
    ]


def test_range_is_bounded_in_time_and_number(admin, made, monkeypatch):
    now = timezone.now()
    for after, code in ((now, "not_before"), (now - timedelta(days=31), "too_old")):
        with pytest.raises(ValidationError) as refused:
            services.replay_range(endpoint=made, actor=admin, after=after, until=now)
        assert codes(refused) == {"after": [code]}
    monkeypatch.setattr(services, "MOST_REPLAYED", 1)
    happen()
    happen()
    with pytest.raises(ValidationError) as refused:
        services.replay_range(endpoint=made, actor=admin, after=now, until=timezone.now())
    assert refused.value.code == "too_many"


def test_replayed_range_costs_a_few_statements(admin, made, django_assert_max_num_queries):
    since = timezone.now()
    for count in (2, 200):
        Event.objects.bulk_create(
            happened(type=EventType.LOOP_BUILT, subject="loops", subject_id=uuid4()) for _ in range(count)
        )
        publish_events()
        with django_assert_max_num_queries(24):
            services.replay_range(endpoint=made, actor=admin, after=since, until=timezone.now())


def test_test_event_is_for_this_endpoint_alone(admin, made):
    services.create_endpoint(owner=admin, actor=admin, url=URL)
    delivery = services.send_test(endpoint=made, actor=admin)
    assert (delivery.endpoint, delivery.event.type, delivery.event.sequence) == (made, "webhook.tested", None)
    assert WebhookDelivery.objects.count() == 1
