"""A POST that is asked for twice is done once.

The first request writes its key before any work; the answer is kept in the transaction of the work itself, so
there is never work without its answer or an answer without its work.
"""

import json
import time
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import IdempotentRequest, User
from accounts.sealing import seal, unseal

KEPT = timedelta(hours=24)
# After this a request whose process was lost may be done by its repetition.
HELD = timedelta(seconds=60)
# A repetition that comes while the first still runs waits so long for its answer.
PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What the first request was answered."""

    status: int
    body: str
    headers: dict[str, str]
    # The id of the thing that it shows, if it is one.
    thing: str = ""


class OtherRequest(Exception):  # noqa: N818 -- an answer to the caller
    """The key stands for another request."""


class StillRunning(Exception):  # noqa: N818 -- likewise
    """The first request has not been answered yet."""


def begin(*, user: User, key: str, fingerprint: str) -> IdempotentRequest | KeptAnswer:
    """Take the key for this request, or give the answer that it had. Two or three queries, outside any transaction.

    Raises ``OtherRequest``, and ``StillRunning`` after a short wait.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        taken = _take(user, key, fingerprint)
        if taken is not None:
            return taken
        if time.monotonic() > deadline:
            raise StillRunning
        time.sleep(0.05)


def finish(*, request: IdempotentRequest, answer: KeptAnswer) -> None:
    """Keep the answer, inside the transaction of the work. Raises ``StillRunning`` if another has taken over."""
    sealed = seal(json.dumps(asdict(answer)))
    mine = IdempotentRequest.objects.filter(pk=request.pk, status=None, held_until=request.held_until)
    if not mine.update(status=answer.status, answer=sealed):
        raise StillRunning


def give_up(*, request: IdempotentRequest) -> None:
    """Nothing was done: the key is free again, so that the client can try the same once more."""
    IdempotentRequest.objects.filter(pk=request.pk, status=None, held_until=request.held_until).delete()


def _take(user: User, key: str, fingerprint: str) -> IdempotentRequest | KeptAnswer | None:
    now = timezone.now()
    found = IdempotentRequest.objects.filter(user=user, key=key).first()
    if found is not None and found.created_at < now - KEPT:
        IdempotentRequest.objects.filter(pk=found.pk).delete()
        found = None
    if found is None:
        return _insert(user, key, fingerprint)
    if found.fingerprint != fingerprint:
        raise OtherRequest
    if found.status is not None:
        return KeptAnswer(**json.loads(unseal(found.answer)))
    if found.held_until > now:
        return None
    lost = IdempotentRequest.objects.filter(pk=found.pk, status=None, held_until=found.held_until)
    found.held_until = now + HELD
    return found if lost.update(held_until=found.held_until) else None


def _insert(user: User, key: str, fingerprint: str) -> IdempotentRequest | None:
    now = timezone.now()
    try:
        with transaction.atomic():
            return IdempotentRequest.objects.create(
                user=user, key=key, fingerprint=fingerprint, held_until=now + HELD, created_at=now
            )
    except IntegrityError:  # another one was faster; look again what became of it
        return None


def forget_old() -> int:
    """Delete what is older than ``KEPT``."""
    return IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
