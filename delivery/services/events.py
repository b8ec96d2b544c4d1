"""What happened: written with what it tells of, then numbered by one writer at a time and handed out."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from delivery.choices import EventType
from delivery.models import Event, WebhookEndpoint
from delivery.services import jobs
from delivery.services.deliveries import queue_deliveries

# How many events are numbered in one transaction.
BATCH = 200
# Whoever numbers events holds this lock of PostgreSQL; any number that nothing else locks.
_LOCK = 5_927_301


def happened(
    *, type: EventType, subject: str, subject_id: UUID, version: int | None = None, **ids: UUID | str
) -> Event:
    """An event that is not written yet, for ``record_events``."""
    return Event(
        type=type,
        subject=subject,
        subject_id=subject_id,
        version=version,
        ids={name: str(value) for name, value in ids.items()},
        occurred_at=timezone.now(),
    )


def record_event(
    *, type: EventType, subject: str, subject_id: UUID, version: int | None = None, **ids: UUID | str
) -> Event:
    """Write that something happened, inside the transaction that makes it so. One query.

    ``subject`` is the resource of the API that the event speaks of. Ids only: never names, scores or texts.
    """
    event = happened(type=type, subject=subject, subject_id=subject_id, version=version, **ids)
    record_events([event])
    return event


def record_events(events: Iterable[Event]) -> None:
    """Likewise for many at once."""
    Event.objects.bulk_create(events)
    # However many there are in one transaction, one ring is enough.
    if not any(entry[1] is _ring_publisher for entry in connection.run_on_commit):
        transaction.on_commit(_ring_publisher, robust=True)


def record_test(endpoint: WebhookEndpoint) -> Event:
    """The event of the test button: told to this endpoint alone, never numbered, in no feed."""
    event = happened(type=EventType.WEBHOOK_TESTED, subject="webhooks", subject_id=endpoint.pk)
    event.save(force_insert=True)
    return event


def publish_events() -> int:
    """Number all events that are not numbered yet, and queue their deliveries. Returns how many there were.

    A reader who asks for what comes after the last number it has seen misses none. Events become visible in the
    order in which their transactions commit, not in that of their ids, so an id that is read later may be smaller.
    Numbers are given afterwards, without gaps, by one writer at a time: the next writer waits until the one before
    has committed, so whoever sees a number sees all smaller ones too, and no event gets one below it any more.
    """
    published = 0
    while Event.objects.unpublished().exists():
        published += _publish_batch()
    return published


@transaction.atomic
def _publish_batch() -> int:
    """Six queries or fewer, and two batched inserts for the deliveries."""
    _wait_for_turn()
    events = list(Event.objects.unpublished().order_by("pk")[:BATCH])
    last = Event.objects.aggregate(last=Max("sequence"))["last"] or 0
    for number, event in enumerate(events, last + 1):
        event.sequence = number
    Event.objects.bulk_update(events, ["sequence"])
    endpoints = list(WebhookEndpoint.objects.told())
    queue_deliveries([(endpoint, event, 0) for event in events for endpoint in endpoints if endpoint.wants(event.type)])
    return len(events)


def _wait_for_turn() -> None:
    """Let one transaction at a time number events; SQLite begins IMMEDIATE and has but one writer anyway.

    What follows is a statement of its own and so sees all that whoever held the lock before has committed.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _ring_publisher() -> None:
    jobs.send(task="delivery.publish_events")
