"""Sign as the vendors do, without our own code."""

import datetime as dt
import hashlib
import hmac
from pathlib import Path

from standardwebhooks.webhooks import Webhook

MESSAGES = Path(__file__).parent / "messages"
NOW = dt.datetime(2026, 11, 24, 9, 30, 5, tzinfo=dt.UTC)


def message(name: str) -> bytes:
    return (MESSAGES / f"{name}.json").read_bytes()


def generic_headers(body: bytes, secret: str, *, message_id: str = "msg_1", at: dt.datetime = NOW) -> dict[str, str]:
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body.decode()),
    }


def greenhouse_headers(body: bytes, secret: str, *, event_id: str = "3f6c2f0e") -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"signature": f"sha256 {digest}", "greenhouse-event-id": event_id}
