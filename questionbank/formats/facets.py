"""What the questions of a bank are counted by, and the key of each value; see packing."""

from enum import IntEnum
from uuid import UUID

from questionbank.formats.packing import KEY_SIZE

# From how many minutes on a question is in the next group.
MINUTE_STEPS = (11, 21, 31, 46)


class Facet(IntEnum):
    """The first byte of a key. Numbers are never used again for something else."""

    STATE = 1
    CATEGORY = 2
    COMPETENCY = 3
    ROLE = 4
    SENIORITY = 5
    DIFFICULTY = 6
    MINUTES = 7
    LANGUAGE = 8
    TAG = 9
    AUTHOR = 10
    FLAG = 11


GENERIC_RUBRIC = "generic"
LEAK = "leak"  # in no record: flags are few and looked up


def facet_key(facet: Facet, value: UUID | str | int) -> bytes:
    """The key of a row by its id, or of a short word or number."""
    found = value.bytes if isinstance(value, UUID) else str(value).encode().ljust(KEY_SIZE - 1, b"\0")
    return bytes([facet]) + found


def facet_of(key: bytes) -> Facet:
    return Facet(key[0])


def word_of(key: bytes) -> str:
    """The word or number of a key that was made of one."""
    return key[1:].rstrip(b"\0").decode()


def id_of(key: bytes) -> UUID:
    return UUID(bytes=key[1:])


def minutes_group(minutes: int) -> int:
    """The least minutes of the group that a question is in."""
    return max((step for step in MINUTE_STEPS if step <= minutes), default=1)
