"""Typed readers of the environment. A wrong value stops the start with a sentence that says which and why."""

import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_ORIGIN = re.compile(
    r"(?:http(?!://[^/]*:80$)|https(?!://[^/]*:443$))://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?"
)
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable ``name``; where ``NAME_FILE`` is set instead, the content of that file (for mounted secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        if name in os.environ:
            raise ImproperlyConfigured(f"Set either {name} or {name}_FILE, not both.")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error}") from error
    return os.environ.get(name, default)


def flag(name: str, default: bool) -> bool:
    """A yes or no. Raises ``ImproperlyConfigured`` on any other word."""
    value = text(name).lower()
    if not value:
        return default
    if value not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}; use true or false.")
    return value in _TRUE


def number(name: str, default: int, *, least: int = 0) -> int:
    """A whole number of at least ``least``. Raises ``ImproperlyConfigured`` otherwise."""
    value = text(name)
    if not value:
        return default
    if not value.isdecimal() or int(value) < least:
        raise ImproperlyConfigured(f"{name} is {value!r}; use a whole number of at least {least}.")
    return int(value)


def kept_secret(path: Path) -> str:
    """A random text made at the first start and kept in a file that only this account can read."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A list parted by commas."""
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else list(default)


def origins(name: str) -> frozenset[str]:
    """Origins of URLs, such as ``http://ats.internal:8080``, parted by commas: scheme, host in lower case, port.

    A port that the scheme implies is left out. Raises ``ImproperlyConfigured`` for anything else.
    """
    found = words(name)
    for origin in found:
        if not _ORIGIN.fullmatch(origin):
            raise ImproperlyConfigured(f"{name} holds {origin!r}; write it like https://host or http://host:8080.")
    return frozenset(found)


def database(name: str, *, sqlite_path: Path) -> dict[str, Any]:
    """Django's settings for the database in ``name``: ``postgres://user:password@host:port/name``, else SQLite."""
    url = text(name)
    if not url:
        return sqlite(sqlite_path)
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or len(parts.path) < 2:
        raise ImproperlyConfigured(f"{name} must look like postgres://user:password@host:5432/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite as the promises need it: no lost commit on power loss, no "locked" answer on a late write."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        # Opening the file and setting it up costs more than most requests ask of it.
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # A deferred transaction that reads first and writes later is refused at once under load.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=20000;"
            ),
        },
        # Tests that open a second connection (threads, a live server) need a file, not memory.
        "TEST": {"NAME": str(path.with_name("test.sqlite3"))},
    }
