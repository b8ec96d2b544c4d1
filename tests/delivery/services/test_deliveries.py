import base64
import json
import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.choices import Role
from accounts.models import AuditEntry
from accounts.services.tokens import create_token
from delivery.choices import DeliveryState, EventType, JobState
from delivery.models import DeliveryAttempt, DurableJob, Event, WebhookDelivery, WebhookEndpoint
from delivery.services import deliveries, jobs
from delivery.services.events import publish_events, record_event
from delivery.services.webhooks import change_endpoint, delete_endpoint, rotate_secret, send_test
from tests.delivery.receivers import receiving, says
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def happen(count=1):
    for _ in range(count):
        record_event(type=EventType.PACKET_READY, subject="packets", subject_id=uuid4(), version=3, debrief=uuid4())
    publish_events()


def work(times=1):
    """What workers do with all that waits, now, however long its pause is."""
    for _ in range(times):
        DurableJob.objects.filter(state=JobState.WAITING).update(due_at=timezone.now() - timedelta(seconds=1))
        for pk in DurableJob.objects.filter(state=JobState.WAITING).values_list("pk", flat=True):
            jobs.run_job(job_id=pk)


def states():
    return list(WebhookDelivery.objects.order_by("pk").values_list("state", flat=True))


def attempts():
    return list(DeliveryAttempt.objects.order_by("delivery", "number").values_list("number", "status", "error"))


def test_delivery_is_verified_by_the_official_library(endpoint):
    with receiving() as receiver:
        _made, secret = endpoint(receiver.url)
        happen()
        work(2)
    [(head, body)] = receiver.seen
    event = Event.objects.get()
    assert Webhook(secret).verify(body, head) == event.payload
    assert head["webhook-id"] == str(event.pk)
    assert head["content-type"] == "application/json"
    assert set(event.payload["data"]) == {"id", "sequence", "subject", "subject_id", "version", "debrief"}
    assert (states(), attempts()) == (["delivered"], [(1, 200, "")])
    assert DurableJob.objects.get().state == JobState.DONE


def test_no_changed_bit_is_verified(endpoint):
    """Bits of what is signed and of the signature; base64 can spell one signature in several ways."""
    with receiving() as receiver:
        _made, secret = endpoint(receiver.url)
        happen()
        work()
    [(head, body)] = receiver.seen
    parts = [head[HEADERS[0]].encode(), head[HEADERS[1]].encode(), body]
    parts.append(base64.b64decode(head[HEADERS[2]].removeprefix("v1,")))
    verifier, chance, refused = Webhook(secret), random.Random(4), 0
    for _ in range(10_000):
        changed = [bytearray(part) for part in parts]
        part = chance.choice(changed)
        bit = chance.randrange(len(part) * 8)
        part[bit // 8] ^= 1 << bit % 8
        sent = (*(it.decode("latin-1") for it in changed[:2]), f"v1,{base64.b64encode(changed[3]).decode()}")
        try:
            verifier.verify(bytes(changed[2]), dict(zip(HEADERS, sent, strict=True)))
        except (WebhookVerificationError, ValueError):
            refused += 1
    assert refused == 10_000


def test_old_delivery_is_not_verified_again(endpoint):
    made, secret = endpoint("https://hooks.example.com/")
    happen()
    sent = {}

    def post(url, *, content, headers, allowed):
        sent.update(headers=headers, body=content)
        return deliveries.outbound.Answer(200)

    for age, accepted in ((290, True), (301, False)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(deliveries.outbound, "post", post)
            deliveries.send(made, Event.objects.get(), now=timezone.now() - timedelta(seconds=age))
        if accepted:
            Webhook(secret).verify(sent["body"], sent["headers"])
        else:
            with pytest.raises(WebhookVerificationError):
                Webhook(secret).verify(sent["body"], sent["headers"])


def test_retries_repeat_id_and_body_and_stop_after_three_days(endpoint):
    pauses = []
    with receiving(says(500, b"no")) as receiver:
        _made, secret = endpoint(receiver.url)
        happen()
        for _ in range(10):
            before = timezone.now()
            work()
            job = DurableJob.objects.get()
            pauses.append((job.due_at - before) / timedelta(seconds=1))
        work()
    assert {(head["webhook-id"], body) for head, body in receiver.seen} == {
        (str(Event.objects.get().pk), receiver.seen[0][1])
    }
    for head, body in receiver.seen:
        Webhook(secret).verify(body, head)
    planned = [5, 300, 1800, *(3600 * hours for hours in (2, 5, 10, 14, 20, 24))]
    for pause, plan in zip(pauses[:9], planned, strict=True):
        assert 0.8 * plan - 1 <= pause <= 1.2 * plan + 5
    assert attempts() == [(number, 500, "") for number in range(1, 11)]
    assert (states(), job.state, job.attempts) == (["failed"], JobState.DONE, 10)
    assert DeliveryAttempt.objects.first().answer == "no"


@pytest.mark.parametrize(("asked", "waited"), [("3600", 3600), ("9999999", 86400), ("1", 4)])
def test_receiver_may_ask_for_a_longer_pause_up_to_a_day(endpoint, asked, waited):
    with receiving(says(429, Retry_After=asked)) as receiver:
        endpoint(receiver.url)
        happen()
        before = timezone.now()
        work()
    assert waited - 1 <= (DurableJob.objects.get().due_at - before).total_seconds() <= waited + 5
    assert DurableJob.objects.get().error == "status 429"


def test_gone_puts_the_endpoint_out_of_use_at_once_and_tells_people(endpoint):
    admins = [UserFactory(roles=[Role.ADMIN], language=language) for language in ("en", "zh-hans")]
    client, gone = UserFactory(roles=[Role.API_CLIENT]), UserFactory(roles=[Role.ADMIN], is_active=False)
    create_token(actor=admins[0], name="ATS", scopes=["events:read"], client=client)
    with receiving(says(410)) as receiver:
        made, _secret = endpoint(receiver.url, owner=client)
        happen(3)
        jobs.run_job(job_id=WebhookDelivery.objects.order_by("pk").first().job_id)
        work()
    made.refresh_from_db()
    assert (made.is_enabled, made.disabled_because) == (False, "gone")
    assert states() == [DeliveryState.FAILED, DeliveryState.DROPPED, DeliveryState.DROPPED]
    assert len(receiver.seen) == 1
    assert AuditEntry.objects.filter(action="webhook.disabled", subject_id=made.pk, actor=None).count() == 1
    assert {it.to[0] for it in mail.outbox} == {it.email for it in admins}
    assert gone.email not in {it.to[0] for it in mail.outbox}
    assert all(made.url in it.body and str(made.pk) in it.body and it.extra_headers["Message-ID"] for it in mail.outbox)


def test_five_days_of_failures_put_the_endpoint_out_of_use(endpoint):
    with receiving(says(500)) as receiver:
        made, _secret = endpoint(receiver.url)
        happen()
        work()
        made.refresh_from_db()
        assert made.failing_since
        for days, is_enabled in ((4.9, True), (5, False)):
            since = timezone.now() - timedelta(days=days)
            WebhookEndpoint.objects.update(failing_since=since, resting_until=None)
            work()
            made.refresh_from_db()
            assert made.is_enabled == is_enabled
    assert (made.disabled_because, states()) == ("failing", ["dropped"])
    happen()
    assert len(states()) == 1


def test_one_success_ends_the_failing(endpoint):
    with receiving() as receiver:
        made, _secret = endpoint(receiver.url)
        WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=4))
        happen()
        work()
    made.refresh_from_db()
    assert made.failing_since is None


def test_endpoint_out_of_use_is_sent_nothing_that_still_waits(endpoint):
    with receiving() as receiver:
        made, _secret = endpoint(receiver.url)
        happen()
        change_endpoint(endpoint=made, actor=made.owner, is_enabled=False)
        # Handed out by a publisher that had read the endpoint just before.
        deliveries.queue_deliveries([(made, Event.objects.get(), 1)])
        work()
    assert (receiver.seen, states()) == ([], ["dropped", "dropped"])
    assert set(DurableJob.objects.values_list("state", flat=True)) == {JobState.DONE}


def test_owner_who_may_not_read_any_more_is_sent_nothing(endpoint):
    with receiving() as receiver:
        made, _secret = endpoint(receiver.url)
        happen()
        made.owner.role_grants.all().delete()
        work()
    assert (receiver.seen, states()) == ([], ["dropped"])


def test_deleted_endpoint_leaves_jobs_that_find_nothing_to_do(endpoint):
    with receiving() as receiver:
        made, _secret = endpoint(receiver.url)
        happen(2)
        jobs.run_job(job_id=WebhookDelivery.objects.first().job_id)
        delete_endpoint(endpoint=made, actor=made.owner)
        work()
        assert len(receiver.seen) == 1
    assert not WebhookDelivery.objects.exists()
    deliveries.tidy()
    assert not DurableJob.objects.exists()


def test_endpoint_deleted_while_it_is_sent_to(endpoint):
    def answer(handler):
        WebhookDelivery.objects.all().delete()
        WebhookEndpoint.objects.all().delete()

    endpoint("https://hooks.example.com/")
    happen()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            deliveries.outbound, "post", lambda *a, **k: answer(None) or deliveries.outbound.Answer(500, "", b"")
        )
        work()
    assert not DeliveryAttempt.objects.exists()


def test_crowded_endpoint_waits_without_losing_an_attempt(endpoint):
    with receiving() as receiver:
        _made, _secret = endpoint(receiver.url)
        happen(5)
        running = list(DurableJob.objects.order_by("pk"))
        leases = [jobs.claim(job_id=job.pk).lease for job in running[:4]]
        jobs.run_job(job_id=running[4].pk)
        running[4].refresh_from_db()
        assert (running[4].state, running[4].attempts, receiver.seen) == (JobState.WAITING, 0, [])
        assert running[4].due_at > timezone.now() + timedelta(seconds=3)
        with jobs.JobRun(job_id=running[0].pk, kind="", lease=leases[0], attempt=1, input={}).commit():
            pass
        work()
        running[4].refresh_from_db()
        assert (running[4].state, len(receiver.seen)) == (JobState.DONE, 1)


def test_endpoint_that_has_been_failing_rests_between_attempts(endpoint):
    answers = [500, 500, 200]
    with receiving(lambda handler: says(answers.pop(0))(handler)) as receiver:
        made, _secret = endpoint(receiver.url)
        happen(3)
        first = DurableJob.objects.order_by("pk").first()
        jobs.run_job(job_id=first.pk)
        made.refresh_from_db()
        assert made.resting_until is None, "it may be nothing"
        WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(minutes=2))
        work()
        assert len(receiver.seen) == 2, "the others wait, and lose no attempt"
        waiting = DurableJob.objects.filter(state=JobState.WAITING)
        assert sorted(waiting.values_list("attempts", flat=True)) in ([0, 0, 2], [0, 1, 1])
        assert all(it.due_at > timezone.now() + timedelta(seconds=50) for it in waiting.filter(attempts=0))
        WebhookEndpoint.objects.update(resting_until=timezone.now() - timedelta(seconds=1))
        jobs_left = waiting.values_list("pk", flat=True)
        DurableJob.objects.filter(pk__in=jobs_left[:1]).update(due_at=timezone.now() - timedelta(seconds=1))
        deliveries.deliver_due()
    made.refresh_from_db()
    assert (len(receiver.seen), made.failing_since, made.resting_until) == (3, None, None)


def test_one_ring_does_all_that_is_due(endpoint, settings):
    with receiving() as receiver:
        endpoint(receiver.url)
        happen(45)
        DurableJob.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        later = DurableJob.objects.first()
        DurableJob.objects.filter(pk=later.pk).update(due_at=timezone.now() + timedelta(hours=1))
        settings.JOB_SWEEP_SECONDS = 0
        assert deliveries.deliver_due() == 0, "the next sweep rings anew"
        settings.JOB_SWEEP_SECONDS = 15
        assert deliveries.deliver_due() == 44
        assert deliveries.deliver_due() == 0
    assert sorted(states()) == ["delivered"] * 44 + ["waiting"]


def test_old_secret_signs_too_until_its_day_is_over(endpoint):
    with receiving() as receiver:
        made, old = endpoint(receiver.url)
        new = rotate_secret(endpoint=made, actor=made.owner)
        happen()
        work()
        WebhookEndpoint.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
        happen()
        work()
    (during, after) = receiver.seen
    for secret in (old, new):
        Webhook(secret).verify(during[1], during[0])
    Webhook(new).verify(after[1], after[0])
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(after[1], after[0])


def test_what_cannot_be_sent_is_an_attempt_with_its_reason(endpoint, settings):
    with receiving() as receiver:
        _made, _secret = endpoint(receiver.url)
        happen()
        settings.WEBHOOK_ALLOWED_ORIGINS = frozenset()
        work()
        WebhookEndpoint.objects.update(secret="sealed with another key")
        work()
    assert (attempts(), receiver.seen) == ([(1, None, "url"), (2, None, "secret")], [])


def test_test_is_sent_once_to_this_endpoint_and_keeps_no_answer(endpoint):
    with receiving(says(500, b"inside things")) as receiver:
        made, secret = endpoint(receiver.url, types=["packet.ready"])
        endpoint(receiver.url)
        delivery = send_test(endpoint=made, actor=made.owner)
        work(2)
    [(head, body)] = receiver.seen
    assert Webhook(secret).verify(body, head)["type"] == "webhook.tested"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts.get().status, delivery.attempts.get().answer) == ("failed", 500, "")


def test_answer_that_is_no_text_is_kept_readable(endpoint):
    with receiving(says(500, b"a\x00\xff" + b"x" * 5000)) as receiver:
        endpoint(receiver.url)
        happen()
        work()
    kept = DeliveryAttempt.objects.get().answer
    assert (kept[:4], len(kept)) == ("a\ufffd\ufffdx", 4096)


def test_worker_lost_while_sending_sends_again_with_the_same_id(endpoint):
    with receiving() as receiver:
        _made, secret = endpoint(receiver.url)
        happen()
        job = DurableJob.objects.get()
        lost = jobs.claim(job_id=job.pk)
        delivery = WebhookDelivery.objects.select_related("endpoint", "event").get()
        deliveries.send(delivery.endpoint, delivery.event, now=timezone.now())
        DurableJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        jobs.run_job(job_id=job.pk)
        with pytest.raises(jobs.LeaseLost), lost.commit():
            pass
    assert len({Webhook(secret).verify(body, head)["data"]["id"] for head, body in receiver.seen}) == 1
    assert (len(receiver.seen), attempts(), states()) == (2, [(1, 200, "")], ["delivered"])


def test_tidy_forgets_after_thirty_days_and_gives_up_with_dead_jobs(endpoint):
    with receiving() as receiver:
        endpoint(receiver.url)
        happen(3)
        work()
        happen()
    old, _kept, waiting, dead = WebhookDelivery.objects.order_by("pk")
    WebhookDelivery.objects.filter(pk__in=[old.pk]).update(created_at=timezone.now() - timedelta(days=30, seconds=1))
    WebhookDelivery.objects.filter(pk=waiting.pk).update(state="waiting")
    DurableJob.objects.filter(pk=dead.job_id).update(state=JobState.DEAD, finished_at=timezone.now())
    assert deliveries.tidy() == 1
    assert states() == ["delivered", "waiting", "failed"]
    assert not DurableJob.objects.filter(pk=old.job_id).exists()
    assert (DurableJob.objects.count(), Event.objects.count(), DeliveryAttempt.objects.count()) == (3, 4, 2)


def test_payload_is_the_same_whatever_the_local_time():
    at = datetime(2026, 11, 23, 8, 30, 1, 250000, tzinfo=UTC)
    event = Event(type="loop.built", subject="loops", subject_id=uuid4(), occurred_at=at, sequence=7)
    payload = json.loads(json.dumps(event.payload))
    assert (payload["timestamp"], payload["data"]["sequence"]) == ("2026-11-23T08:30:01.250000Z", 7)


def test_delivery_costs_the_same_queries_however_many_wait(endpoint, django_assert_max_num_queries):
    with receiving() as receiver:
        endpoint(receiver.url)
        for count in (1, 20):
            happen(count)
            job = DurableJob.objects.filter(state=JobState.WAITING).first()
            with django_assert_max_num_queries(16):
                jobs.run_job(job_id=job.pk)
