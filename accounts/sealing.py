"""Secrets at rest: texts that only this installation can read again."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):  # noqa: N818 -- what it is, not a mistake of the caller
    """The text was sealed with a key that this installation no longer has, or was changed."""


def seal(text: str) -> str:
    """``text`` encrypted and authenticated (Fernet) with a key made from ``SECRET_KEY``."""
    return _cipher().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed with ``SECRET_KEY`` or one of ``SECRET_KEY_FALLBACKS``. Raises ``Unreadable``."""
    try:
        return _cipher().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> bytes:
    # SECRET_KEY is long and random already, so one hash with a name of its own is enough to make a second key of it.
    return base64.urlsafe_b64encode(
        hashlib.sha256(b"loopwright.sealing:" + (secret.encode() if isinstance(secret, str) else secret)).digest()
    )
