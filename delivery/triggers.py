"""An event is what happened: it never changes but for its place in the feed."""

from accounts.triggers import Effect, Trigger, tracked

_EVENT = "delivery_event"
_KEPT = ("id", "type", "subject", "subject_id", "version", "ids", "occurred_at")

TRIGGERS: list[Trigger | Effect] = [
    Trigger(
        f"{_EVENT}_kept",
        _EVENT,
        "UPDATE",
        "an event never changes",
        "OLD.sequence IS NOT NULL OR " + " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in _KEPT),
    ),
    *tracked("delivery_webhookendpoint", "webhooks"),
    *tracked("delivery_companyexport", "exports"),
]
