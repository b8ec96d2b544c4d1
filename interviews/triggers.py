"""Nobody in two places, on SQLite; PostgreSQL has an exclusion constraint (migration 0002)."""

from accounts.triggers import Trigger
from interviews.choices import LIVE_OCCUPANCY

_LIVE = ", ".join(f"'{state.value}'" for state in LIVE_OCCUPANCY)
_TABLE = "interviews_occupancy"
# Half-open spans: one may start at the moment another ends.
_OVERLAP = (
    f"NEW.state IN ({_LIVE}) AND EXISTS (SELECT 1 FROM {_TABLE} o WHERE o.resource_id = NEW.resource_id"
    f" AND o.id <> NEW.id AND o.state IN ({_LIVE}) AND o.starts_at < NEW.ends_at AND o.ends_at > NEW.starts_at)"
)

TRIGGERS = [
    Trigger(f"{_TABLE}_no_overlap_{event.lower()}", _TABLE, event, "occupancy_no_overlap", _OVERLAP, vendor="sqlite")
    for event in ("INSERT", "UPDATE")
]
