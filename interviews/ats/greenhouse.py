"""Greenhouse Recruiting's web hooks."""

import hashlib
import hmac
import re
import secrets
from datetime import datetime

from interviews.ats.adapter import BadSignature, Headers, Malformed, Nothing, Person, StageReached
from interviews.ats.reading import Part, parse

# All three tell at which stage an application is; the last one only when it begins there.
_EVENTS = frozenset({"candidate_stage_change", "application_updated", "new_candidate_application"})
_SIGNATURE = re.compile(r"sha256 ([0-9a-f]{64})")
_MOST_ADDRESSES = 20


def new_secret() -> str:
    return secrets.token_hex(32)


def verify(*, headers: Headers, body: bytes, secret: str, now: datetime) -> None:
    """The signature covers the body alone and no time, so an old message stays genuine for ever."""
    given = _SIGNATURE.fullmatch(headers.get("signature", ""))
    wanted = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, given[1] if given else ""):
        raise BadSignature


def message_id(*, headers: Headers, body: bytes) -> str:
    """The signature: nobody can change it, as they could the id in the headers, and a copy has the same."""
    return headers["signature"].removeprefix("sha256 ")


def read(body: bytes) -> StageReached | Nothing:
    message = parse(body)
    event = message.text("action", 80)
    if event not in _EVENTS:
        return Nothing("ping") if event == "ping" else Nothing("other_event", {"event": event})
    application = message.part("payload").part("application")
    if application.is_true("prospect"):
        return Nothing("prospect")
    if (status := application.text_or_empty("status", 40)) not in {"", "active"}:
        return Nothing("not_active", {"status": status})
    if not application.has("current_stage"):
        return Nothing("no_stage")
    jobs = application.parts("jobs", 1)  # more than one has only who is a prospect
    candidate = application.part("candidate")
    return StageReached(
        candidate=candidate.identity("id"),
        application=application.identity("id"),
        job=jobs[0].identity("id") if jobs else "",
        job_title=jobs[0].text_or_empty("name", 200) if jobs else "",
        stage=application.part("current_stage").text("name", 120),
        person=_person(candidate),
        occurred_at=application.moment("last_activity_at"),
    )


def _person(candidate: Part) -> Person:
    parts = (candidate.text_or_empty("first_name", 120), candidate.text_or_empty("last_name", 120))
    name = " ".join(part for part in parts if part)
    if not name:
        raise Malformed(candidate.path("first_name"), "missing")
    addresses = [
        (address.text_or_empty("type", 40) != "personal", address.text("value", 254))
        for address in candidate.parts("email_addresses", _MOST_ADDRESSES)
    ]
    # An address at work is read by who should not know.
    return Person(name=name, emails=tuple(email for _work, email in sorted(addresses, key=lambda it: it[0])))
