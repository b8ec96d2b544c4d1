"""Our own format, for every system that has no module: JSON signed as Standard Webhooks 1.0 says. See docs/ats.md."""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime
from zoneinfo import available_timezones

from interviews.ats.adapter import BadSignature, Headers, Malformed, Nothing, Person, StageReached
from interviews.ats.reading import Part, parse

STAGE_REACHED = "application.stage_reached"
TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"
_ID = re.compile(r"[\x21-\x7e]{1,255}")
_SECONDS = re.compile(r"[0-9]{1,12}")


def new_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def verify(*, headers: Headers, body: bytes, secret: str, now: datetime) -> None:
    """One of the signatures must fit: a sender who changes its secret signs with both for a while."""
    message_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (_ID.fullmatch(message_id) and _SECONDS.fullmatch(sent_at)):
        raise BadSignature
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    digest = hmac.new(key, f"{message_id}.{sent_at}.".encode() + body, hashlib.sha256).digest()
    # Compared as text: Base64 has several spellings of one value, and only one of them was sent.
    wanted = b"v1," + base64.b64encode(digest)
    given = headers.get("webhook-signature", "").encode(errors="replace").split(b" ")
    if not any(hmac.compare_digest(wanted, signature) for signature in given):
        raise BadSignature
    if abs(now.astimezone(UTC).timestamp() - int(sent_at)) > TOLERANCE_SECONDS:
        raise BadSignature


def message_id(*, headers: Headers, body: bytes) -> str:
    return headers["webhook-id"]


def read(body: bytes) -> StageReached | Nothing:
    message = parse(body)
    event = message.text("type", 80)
    if event != STAGE_REACHED:
        return Nothing("ping") if event == "ping" else Nothing("other_event", {"event": event})
    occurred_at = message.moment("timestamp")
    if occurred_at is None:
        raise Malformed("timestamp", "missing")
    data = message.part("data")
    job = data.part("job")
    candidate = data.part("candidate")
    return StageReached(
        candidate=candidate.identity("id"),
        application=data.part("application").identity("id"),
        job=job.identity("id"),
        job_title=job.text_or_empty("title", 200),
        stage=data.text("stage", 120),
        person=_person(candidate),
        occurred_at=occurred_at,
    )


def _person(candidate: Part) -> Person:
    zone = candidate.text_or_empty("time_zone", 64)
    if zone and zone not in available_timezones():
        raise Malformed(candidate.path("time_zone"), "not_a_zone")
    return Person(
        name=candidate.text("name", 120),
        emails=(candidate.text("email", 254),),
        time_zone=zone,
        language=candidate.text_or_empty("language", 35),
    )
