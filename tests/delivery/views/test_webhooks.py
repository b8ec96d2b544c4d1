"""The pages of webhooks: who sees them, the secret that is shown once, the log, sending again."""

import datetime as dt
import re
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import RoleGrant
from accounts.sealing import unseal
from delivery.choices import DeliveryState, EventType
from delivery.models import DurableJob, WebhookDelivery, WebhookEndpoint
from delivery.services import webhooks as services
from delivery.services.events import publish_events, record_event
from delivery.services.jobs import run_job
from tests.delivery.receivers import receiving, says
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

URL = "https://hooks.example.com/in?tenant=berlin"
SECRET = re.compile(r"whsec_[\w+/=]{30,}")
PAGES = ("detail", "edit")
ACTIONS = ("rotate", "switch", "test", "replay", "delete")


def url(name, *args):
    return reverse(f"delivery:{name}", args=args)


@pytest.fixture
def admin(client):
    admin = UserFactory(roles=[Role.ADMIN], time_zone="Asia/Shanghai")
    client.force_login(admin)
    return admin


@pytest.fixture
def hook(admin):
    return make(admin)


def make(admin, address=URL, **changes):
    return services.create_endpoint(owner=admin, actor=admin, url=address, **changes)[0]


def happen(count=1, type=EventType.LOOP_BUILT):
    for _number in range(count):
        record_event(type=type, subject="loops", subject_id=uuid4())
    publish_events()


def try_all():
    for job in DurableJob.objects.filter(kind="webhook.deliver", state="waiting"):
        run_job(job_id=job.pk)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_others_find_no_such_pages(client, hook, role):
    happen()
    delivery = hook.deliveries.get()
    client.force_login(UserFactory(roles=[role]))

    read = [client.get(url("webhook-list")), client.get(url("webhook-create"))]
    read += [client.get(url(f"webhook-{name}", hook.pk)) for name in PAGES]
    read += [client.get(url(f"delivery-{name}", delivery.pk)) for name in ("detail", "progress")]
    done = [client.post(url(f"webhook-{name}", hook.pk)) for name in ACTIONS]
    done += [client.post(url("delivery-replay", delivery.pk)), client.post(url("webhook-create"), {"url": URL})]

    assert {answer.status_code for answer in read + done} == {404}
    assert WebhookEndpoint.objects.get() == hook


def test_nothing_is_done_by_looking(client, hook):
    assert {client.get(url(f"webhook-{name}", hook.pk)).status_code for name in ACTIONS} == {405}


def test_new_webhook_shows_its_secret_once(client, admin):
    fields = {"url": URL, "description": "Warehouse", "types": ["packet.ready", "loop.built"]}
    made = client.post(url("webhook-create"), fields)
    first, again = client.get(made.url), client.get(made.url)

    hook = WebhookEndpoint.objects.get()
    assert made.url == url("webhook-detail", hook.pk)
    assert SECRET.search(first.content.decode())[0] == unseal(hook.secret)
    assert "no-store" in first["Cache-Control"]
    assert SECRET.search(again.content.decode()) is None
    assert (hook.owner, hook.url, hook.description) == (admin, URL, "Warehouse")
    assert hook.types == ["loop.built", "packet.ready"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "http://hooks.example.com/in"),
        ("url", "https://127.0.0.1/in"),
        ("url", "no address"),
        ("types", ["webhook.tested"]),
        ("description", "x" * 201),
    ],
)
def test_refused_webhook_says_at_which_field(client, admin, field, value):
    answer = client.post(url("webhook-create"), {"url": URL, field: value})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not WebhookEndpoint.objects.exists()


def test_changing_keeps_the_secret(client, hook):
    before = hook.secret

    shown = client.get(url("webhook-edit", hook.pk)).context["form"]
    client.post(url("webhook-edit", hook.pk), {"url": f"{URL}&more=1", "description": "", "types": ["loop.built"]})

    hook.refresh_from_db()
    assert shown["url"].value() == URL
    assert (hook.url, hook.types, hook.secret) == (f"{URL}&more=1", ["loop.built"], before)


def test_refused_change_changes_nothing(client, hook):
    answer = client.post(url("webhook-edit", hook.pk), {"url": "https://10.0.0.1/in"})

    hook.refresh_from_db()
    assert (answer.status_code, hook.url) == (422, URL)


def test_new_secret_is_shown_once_and_the_old_one_signs_on(client, hook):
    old = unseal(hook.secret)

    page = client.post(url("webhook-rotate", hook.pk), follow=True).content.decode()

    hook.refresh_from_db()
    assert SECRET.search(page)[0] == unseal(hook.secret) != old
    assert unseal(hook.previous_secret) == old
    assert "signs too until" in page
    assert SECRET.search(client.get(url("webhook-detail", hook.pk)).content.decode()) is None


def test_out_of_use_and_back(client, hook):
    off = client.post(url("webhook-switch", hook.pk), {"is_enabled": "0"}, follow=True).content.decode()
    test = client.post(url("webhook-test", hook.pk))
    on = client.post(url("webhook-switch", hook.pk), {"is_enabled": "1"}, follow=True).content.decode()

    assert "Somebody put it out of use." in off
    assert "The webhook is out of use. Put it into use first." in test.content.decode()
    assert test.status_code == 422
    assert "Somebody put it out of use." not in on
    assert WebhookEndpoint.objects.get().is_enabled


def test_deleted_webhook_is_gone_with_its_log(client, hook):
    happen()

    answer = client.post(url("webhook-delete", hook.pk))

    assert answer.url == url("webhook-list")
    assert not WebhookEndpoint.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_webhook_of_somebody_who_may_read_nothing_any_more_says_so(client, admin):
    former = UserFactory(roles=[Role.ADMIN], display_name="Former Admin")
    hook = make(former)
    RoleGrant.objects.filter(user=former).delete()

    page = client.get(url("webhook-detail", hook.pk)).content.decode()

    assert "It is told what Former Admin may read" in page
    assert "Its owner may read no events any more." in client.get(url("webhook-list")).content.decode()


def test_answers_of_the_receiver_are_shown_as_text(client, admin, settings):
    with receiving(says(503, b"<script>alert(1)</script> try \xff later")) as receiver:
        settings.WEBHOOK_ALLOWED_ORIGINS = frozenset({receiver.origin})
        hook = make(admin, receiver.url)
        happen()
        try_all()
    delivery = hook.deliveries.get()

    page = client.get(url("delivery-detail", delivery.pk)).content.decode()
    log = client.get(url("webhook-detail", hook.pk)).context["rows"]

    assert "Answered 503" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; try � later" in page
    assert "<script>alert" not in page
    assert str(delivery.event.subject_id) in page
    assert [(row.attempts, row.last.status, row.delivery.state) for row in log] == [(1, 503, DeliveryState.WAITING)]


def test_what_got_no_answer_is_said_in_words(client, admin, settings):
    with receiving() as receiver:
        settings.WEBHOOK_ALLOWED_ORIGINS = frozenset({receiver.origin})
        hook = make(admin, receiver.url)
    happen()
    try_all()

    page = client.get(url("delivery-detail", hook.deliveries.get().pk)).content.decode()

    assert "No connection to the address." in page


def test_page_looks_again_until_a_test_is_through(client, admin, settings):
    with receiving() as receiver:
        settings.WEBHOOK_ALLOWED_ORIGINS = frozenset({receiver.origin})
        hook = make(admin, receiver.url)
        answer = client.post(url("webhook-test", hook.pk))
        delivery = hook.deliveries.get()
        before = client.get(url("delivery-progress", delivery.pk)).content.decode()
        try_all()
    after = client.get(url("delivery-progress", delivery.pk)).content.decode()

    assert answer.url == url("delivery-detail", delivery.pk)
    assert 'hx-trigger="every 2s"' in before
    assert "hx-trigger" not in after
    assert "Answered 200" in after


def test_next_attempt_that_is_far_off_is_told_and_not_waited_for(client, hook):
    happen()
    delivery = hook.deliveries.get()
    DurableJob.objects.filter(pk=delivery.job_id).update(due_at=dt.datetime(2031, 2, 28, 16, 30, tzinfo=dt.UTC))

    page = client.get(url("delivery-detail", delivery.pk)).content.decode()

    assert "next one 1 Mar 2031, 00:30" in page  # on the reader's clock
    assert "hx-trigger" not in page


def test_one_delivery_is_sent_again(client, hook):
    happen()
    first = hook.deliveries.get()
    hook.deliveries.update(state=DeliveryState.DELIVERED, finished_at=timezone.now())

    answer = client.post(url("delivery-replay", first.pk))

    again = hook.deliveries.exclude(pk=first.pk).get()
    assert answer.url == url("delivery-detail", again.pk)
    assert (again.event, again.replay) == (first.event, 1)


def test_span_is_sent_again_on_the_readers_clock(client, hook):
    happen(2)
    now = timezone.localtime(timezone.now(), dt.timezone(dt.timedelta(hours=8)))
    span = {
        "after": f"{now - dt.timedelta(minutes=5):%Y-%m-%dT%H:%M}",
        "until": f"{now + dt.timedelta(minutes=5):%Y-%m-%dT%H:%M}",
    }

    page = client.post(url("webhook-replay", hook.pk), span, follow=True).content.decode()

    assert "2 events are sent again." in page
    assert hook.deliveries.filter(replay=1).count() == 2


@pytest.mark.parametrize(
    ("after", "until", "words"),
    [
        ("2020-01-01T00:00", "2020-01-02T00:00", "Events of the last 30 days can be sent again."),
        ("2031-01-02T00:00", "2031-01-01T00:00", "The beginning is not before the end."),
        ("", "2031-01-01T00:00", "This field is required."),
    ],
)
def test_refused_span_says_why(client, hook, after, until, words):
    answer = client.post(url("webhook-replay", hook.pk), {"after": after, "until": until})

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_replaying_out_of_use_says_why_not(client, hook):
    happen()
    delivery = hook.deliveries.get()
    services.change_endpoint(endpoint=hook, actor=hook.owner, is_enabled=False)

    answer = client.post(url("delivery-replay", delivery.pk))

    assert answer.status_code == 422
    assert "The webhook is out of use." in answer.content.decode()


def test_log_is_filtered_by_state_and_paged(client, hook):
    happen(26)
    some = hook.deliveries.order_by("pk")[:2].values("pk")
    hook.deliveries.filter(pk__in=list(some.values_list("pk", flat=True))).update(
        state=DeliveryState.DELIVERED, finished_at=timezone.now()
    )
    address = url("webhook-detail", hook.pk)

    assert client.get(f"{address}?state=delivered").context["page"].paginator.count == 2
    assert client.get(f"{address}?state=nonsense").context["page"].paginator.count == 26
    assert len(client.get(f"{address}?page=2").context["rows"]) == 1


def test_list_says_how_the_last_day_went(client, hook):
    happen(4)
    ends = [DeliveryState.DELIVERED, DeliveryState.DELIVERED, DeliveryState.FAILED]
    for delivery, state in zip(hook.deliveries.order_by("pk"), ends, strict=False):
        WebhookDelivery.objects.filter(pk=delivery.pk).update(state=state, finished_at=timezone.now())
    old = hook.deliveries.filter(state=DeliveryState.FAILED).get()
    before = client.get(url("webhook-list")).context["rows"][0]["share"]
    WebhookDelivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(hours=25))
    after = client.get(url("webhook-list")).context["rows"][0]["share"]

    assert (before.delivered, before.failed, before.waiting, before.percent) == (2, 1, 1, 66)
    assert (after.delivered, after.failed, after.waiting, after.percent) == (2, 0, 1, 100)


def test_list_is_paged(client, admin):
    for _number in range(26):
        make(admin)

    assert len(client.get(f"{url('webhook-list')}?page=2").context["rows"]) == 1


@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize(("name", "queries"), [("list", 6), ("detail", 8), ("edit", 4), ("delivery", 5)])
def test_query_counts_are_constant(client, admin, settings, size, name, queries, django_assert_num_queries):
    with receiving() as receiver:
        settings.WEBHOOK_ALLOWED_ORIGINS = frozenset({receiver.origin})
        hooks = [make(admin, receiver.url) for _number in range(size)]
        happen(size)
        try_all()
    delivery = hooks[0].deliveries.first()
    addresses = {
        "list": url("webhook-list"),
        "detail": url("webhook-detail", hooks[0].pk),
        "edit": url("webhook-edit", hooks[0].pk),
        "delivery": url("delivery-detail", delivery.pk),
    }

    with django_assert_num_queries(queries):
        client.get(addresses[name])
