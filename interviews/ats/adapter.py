"""What the module of a vendor gives, and the words it gives it in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

Headers = Mapping[str, str]
"""Finds a header by its name in lower case."""


class BadSignature(Exception):  # noqa: N818 -- what it is, not a mistake of the caller
    """Not signed with the secret, or not lately. Says no more: whoever sent it must not learn what was wrong."""


class Malformed(Exception):  # noqa: N818 -- likewise
    """Signed, but not what the vendor sends. ``path`` says where, ``problem`` is a code; neither quotes the message."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Person:
    """Who applied. ``emails`` has the best one first; "" is what the vendor does not say."""

    name: str
    emails: tuple[str, ...]
    time_zone: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class StageReached:
    """An application has come to a stage. ``candidate``, ``application`` and ``job`` are the vendor's ids.

    ``job`` is "" and ``occurred_at``, which orders the messages about one application, None if it is not said.
    """

    candidate: str
    application: str
    job: str
    job_title: str
    stage: str
    person: Person
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class Nothing:
    """A message that asks nothing of us: why, as a code with its parameters."""

    code: str
    params: dict[str, str] = field(default_factory=dict)


class Adapter(Protocol):
    """One vendor. A module with these functions is one."""

    def new_secret(self) -> str:
        """A secret for both sides, in the form that the vendor takes."""

    def verify(self, *, headers: Headers, body: bytes, secret: str, now: datetime) -> None:
        """Raises ``BadSignature`` unless ``secret`` signed ``body`` as it came, and lately if the vendor says when."""

    def message_id(self, *, headers: Headers, body: bytes) -> str:
        """What tells a verified message from every other, copies aside: 1 to 255 ASCII characters, out of signed data.

        Raises ``Malformed``.
        """

    def read(self, body: bytes) -> StageReached | Nothing:
        """What a verified message says. Raises ``Malformed``, whatever the bytes are."""
