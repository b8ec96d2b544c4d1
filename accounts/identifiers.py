"""Public identifiers."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: unguessable enough for a URL, and sorted by the time it was made."""
    return uuid7()
