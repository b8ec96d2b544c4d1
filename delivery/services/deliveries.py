"""One event for one endpoint: queued, signed, sent, tried again, given up, forgotten."""

import json
import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import partial
from secrets import SystemRandom

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from standardwebhooks import Webhook

from accounts.choices import Role
from accounts.identifiers import new_id
from accounts.models import User
from accounts.sealing import Unreadable, unseal
from accounts.services.trail import record
from delivery import outbound
from delivery.choices import DeliveryState, EventType, JobState
from delivery.clock import database_now
from delivery.handlers import JobRun
from delivery.models import DeliveryAttempt, DurableJob, Event, WebhookDelivery, WebhookEndpoint
from delivery.notices import disabled_mail
from delivery.services import jobs

JOB_KIND = "webhook.deliver"
MAIL_KIND = "webhook.tell_disabled"
BELL = "delivery.deliver_due"
# Before the second, third, … attempt; about three days in all.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
# So that what failed together does not come back together.
JITTER = 0.2
# A receiver may ask for a longer pause than ours, up to this.
LONGEST_WAIT = timedelta(hours=24)
DISABLED_AFTER = timedelta(days=5)
KEPT = timedelta(days=30)
# At once for one endpoint.
MOST_AT_ONCE = 4
CROWDED_PAUSE = timedelta(seconds=5)
# What has been failing for a while rests between attempts: a receiver that hangs must not hold the workers.
A_WHILE = timedelta(minutes=1)
REST = timedelta(minutes=1)
AT_A_TIME = 20
# A worker is stopped after three minutes.
LONGEST_SHIFT = 60
GONE = 410
_BATCH = 500
_random = SystemRandom()


@transaction.atomic
def queue_deliveries(wanted: Iterable[tuple[WebhookEndpoint, Event, int]]) -> list[WebhookDelivery]:
    """Write a delivery and its job for each (endpoint, event, number of the replay). Two batched inserts."""
    deliveries = [WebhookDelivery(endpoint=endpoint, event=event, replay=replay) for endpoint, event, replay in wanted]
    if not deliveries:
        return []
    now = database_now()
    for it in deliveries:
        names = {"delivery": str(it.pk), "endpoint": str(it.endpoint_id)}
        it.job = DurableJob(kind=JOB_KIND, key=f"{JOB_KIND}:{it.pk}", input=names, due_at=now)
    DurableJob.objects.bulk_create([it.job for it in deliveries if it.job], batch_size=_BATCH)
    WebhookDelivery.objects.bulk_create(deliveries, batch_size=_BATCH)
    transaction.on_commit(partial(jobs.send, task=BELL), robust=True)
    return deliveries


def deliver_due() -> int:
    """Do what is due, one after the other, until nothing is or the next sweep rings. Returns how many it did."""
    done, until = 0, time.monotonic() + min(settings.JOB_SWEEP_SECONDS, LONGEST_SHIFT)
    while time.monotonic() < until:
        due = DurableJob.objects.claimable(database_now()).filter(kind=JOB_KIND).order_by("due_at")
        job_ids = list(due.values_list("pk", flat=True)[:AT_A_TIME])
        if not job_ids:
            break
        # Workers that do this side by side go through them in different orders.
        _random.shuffle(job_ids)
        for job_id in job_ids:
            jobs.run_job(job_id=job_id)
            done += 1
            if time.monotonic() >= until:
                break
    return done


def deliver(run: JobRun) -> None:
    """Send one delivery once, and write down what came of it together with what happens next."""
    waiting = WebhookDelivery.objects.filter(pk=run.input["delivery"], state=DeliveryState.WAITING)
    delivery = waiting.select_related("event", "endpoint__owner").first()
    if delivery is None:
        return
    if not delivery.endpoint.is_told:
        with run.commit():
            _end(delivery, DeliveryState.DROPPED)
        return
    if pause := _not_now(delivery.endpoint, run):
        with run.put_back(due_at=database_now() + _jittered(pause), counts=False):
            return
    began, clock = timezone.now(), time.monotonic()
    answer = send(delivery.endpoint, delivery.event, now=began)
    milliseconds = round((time.monotonic() - clock) * 1000)
    is_last = run.attempt > len(PAUSES) or delivery.event.type == EventType.WEBHOOK_TESTED
    if answer.is_success or answer.status == GONE or is_last:
        with run.commit():
            _note(delivery, answer, began, milliseconds)
            _end(delivery, DeliveryState.DELIVERED if answer.is_success else DeliveryState.FAILED)
    else:
        with run.put_back(due_at=_next_attempt(run, answer), error=answer.error or f"status {answer.status}"):
            _note(delivery, answer, began, milliseconds)


def send(endpoint: WebhookEndpoint, event: Event, *, now: datetime) -> outbound.Answer:
    """Sign one event with the endpoint's secrets and post it. No query."""
    body = json.dumps(event.payload, separators=(",", ":"))
    secrets = [endpoint.secret]
    if endpoint.previous_until and endpoint.previous_until > now:
        secrets.append(endpoint.previous_secret)
    try:
        signatures = [Webhook(unseal(it)).sign(str(event.pk), now, body) for it in secrets]
    except Unreadable:
        return outbound.Answer(None, "secret")
    headers = {
        "content-type": "application/json",
        "user-agent": "Loopwright",
        "webhook-id": str(event.pk),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    try:
        return outbound.post(
            endpoint.url, content=body.encode(), headers=headers, allowed=settings.WEBHOOK_ALLOWED_ORIGINS
        )
    except outbound.BadUrl:
        return outbound.Answer(None, "url")


def tell_disabled(run: JobRun) -> None:
    """Send one mail that says that a webhook was put out of use."""
    endpoint = WebhookEndpoint.objects.filter(pk=run.input["endpoint"]).first()
    reader = User.objects.filter(pk=run.input["reader"]).first()
    if endpoint and reader:
        disabled_mail(endpoint=endpoint, reader=reader, because=run.input["because"], number=run.job_id).send()


@transaction.atomic
def disable(*, endpoint: WebhookEndpoint, because: str, actor: User | None) -> bool:
    """Put an endpoint out of use and drop what waits for it. False if it was out of use already."""
    now = timezone.now()
    values = {"is_enabled": False, "disabled_at": now, "disabled_because": because}
    if not WebhookEndpoint.objects.filter(pk=endpoint.pk, is_enabled=True).update(**values):
        return False
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.DROPPED, finished_at=now)
    record(actor=actor, action="webhook.disabled", subject=endpoint, because=because)
    return True


def tidy(*, now: datetime | None = None) -> int:
    """Forget deliveries and their jobs after 30 days, and give up those whose job is dead. Returns how many went.

    In batches, each a transaction of its own: nobody waits for long.
    """
    now = now or timezone.now()
    lost = WebhookDelivery.objects.filter(state=DeliveryState.WAITING, job__state=JobState.DEAD)
    lost.update(state=DeliveryState.FAILED, finished_at=now)
    old = WebhookDelivery.objects.filter(created_at__lt=now - KEPT).exclude(state=DeliveryState.WAITING)
    gone = 0
    while ids := list(old.values_list("pk", flat=True)[:_BATCH]):
        WebhookDelivery.objects.filter(pk__in=ids).delete()
        gone += len(ids)
    told = WebhookDelivery.objects.filter(job=OuterRef("pk"))
    jobless = DurableJob.objects.filter(~Exists(told), kind=JOB_KIND, state__in=[JobState.DONE, JobState.DEAD])
    while ids := list(jobless.values_list("pk", flat=True)[:_BATCH]):
        DurableJob.objects.filter(pk__in=ids).delete()
    return gone


def _note(delivery: WebhookDelivery, answer: outbound.Answer, began: datetime, milliseconds: int) -> None:
    """Keep what came back, and what it says about the endpoint. Nothing if the endpoint was deleted meanwhile."""
    # First the endpoint: whoever deletes it or puts it out of use goes from there to the deliveries too.
    rows = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id)
    endpoint = rows.select_for_update(no_key=True).first()
    if endpoint is None:
        return
    is_test = delivery.event.type == EventType.WEBHOOK_TESTED
    # Who may press the test button must not be able to read answers by it.
    body = "" if is_test else answer.body.decode("utf-8", "replace").replace("\x00", "\ufffd")
    DeliveryAttempt.objects.create(
        delivery=delivery,
        number=delivery.attempts.count() + 1,
        at=began,
        milliseconds=milliseconds,
        status=answer.status,
        error=answer.error,
        answer=body,
    )
    if answer.is_success:
        rows.filter(failing_since__isnull=False).update(failing_since=None, resting_until=None)
        return
    since = endpoint.failing_since or began
    rows.filter(failing_since=None).update(failing_since=began)
    if began - since > A_WHILE:
        rows.update(resting_until=timezone.now() + REST)
    if answer.status == GONE:
        _disable_and_tell(endpoint, "gone")
    elif began - since >= DISABLED_AFTER:
        _disable_and_tell(endpoint, "failing")


def _disable_and_tell(endpoint: WebhookEndpoint, because: str) -> None:
    if not disable(endpoint=endpoint, because=because, actor=None):
        return
    who = Q(role_grants__role=Role.ADMIN) | Q(is_superuser=True) | Q(pk=endpoint.owner_id)
    # An API client has no mailbox.
    readers = User.objects.filter(who, is_active=True).exclude(role_grants__role=Role.API_CLIENT).distinct()
    for reader in readers:
        jobs.enqueue(
            kind=MAIL_KIND,
            key=f"{MAIL_KIND}:{new_id()}",
            input={"endpoint": str(endpoint.pk), "reader": str(reader.pk), "because": because},
        )


def _end(delivery: WebhookDelivery, state: DeliveryState) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(state=state, finished_at=timezone.now())


def _next_attempt(run: JobRun, answer: outbound.Answer) -> datetime:
    pause = _jittered(PAUSES[run.attempt - 1])
    asked = min(timedelta(seconds=answer.retry_after or 0), LONGEST_WAIT)
    return database_now() + max(pause, asked)


def _jittered(pause: timedelta) -> timedelta:
    return pause * _random.uniform(1 - JITTER, 1 + JITTER)


def _not_now(endpoint: WebhookEndpoint, run: JobRun) -> timedelta | None:
    """How long to leave an endpoint alone that rests, or that enough workers are busy with.

    Two workers that look at once may both stand back, for seconds.
    """
    now = database_now()
    if endpoint.resting_until and endpoint.resting_until > now:
        return endpoint.resting_until - now + CROWDED_PAUSE
    held = DurableJob.objects.filter(kind=JOB_KIND, lease_until__gt=now).exclude(pk=run.job_id)
    inputs: Collection[dict[str, str]] = held.values_list("input", flat=True)
    is_crowded = sum(it["endpoint"] == str(endpoint.pk) for it in inputs) >= MOST_AT_ONCE
    return CROWDED_PAUSE if is_crowded else None
