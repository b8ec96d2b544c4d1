"""Take values out of a message that may hold anything."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import orjson

from interviews.ats.adapter import Malformed

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# They turn the direction of the text around them, by which a name could pose as another.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def parse(body: bytes) -> "Part":
    """The message, which must be a JSON object. Raises ``Malformed``; nesting of any depth is bounded."""
    try:
        return Part(orjson.loads(body), "")
    except orjson.JSONDecodeError as error:
        raise Malformed("", "not_json") from error


class Part:
    """One object of the message. Fields that nobody asks for do not matter; null is the same as not there."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise Malformed(path, "not_an_object")
        self._values: dict[str, Any] = value
        self._path = path

    def part(self, key: str) -> "Part":
        """The object under ``key``."""
        return Part(self._needed(key), self.path(key))

    def parts(self, key: str, most: int) -> "list[Part]":
        """The first ``most`` objects of the list under ``key``; none if it is not there."""
        values = self._values.get(key)
        if values is None:
            return []
        if not isinstance(values, list):
            raise Malformed(self.path(key), "not_a_list")
        return [Part(value, f"{self.path(key)}[{place}]") for place, value in enumerate(values[:most])]

    def has(self, key: str) -> bool:
        return self._values.get(key) is not None

    def is_true(self, key: str) -> bool:
        return self._values.get(key) is True

    def text(self, key: str, most: int) -> str:
        """One line of text: composed, single-spaced, 1 to ``most`` characters."""
        text = self.text_or_empty(key, most)
        if not text:
            raise Malformed(self.path(key), "missing")
        return text

    def text_or_empty(self, key: str, most: int) -> str:
        """The same, or "" if it is not there."""
        value = self._values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Malformed(self.path(key), "not_text")
        text = unicodedata.normalize("NFC", _BIDI.sub("", " ".join(value.split())))
        if _CONTROLS.search(text):
            raise Malformed(self.path(key), "not_text")
        if len(text) > most:
            raise Malformed(self.path(key), "too_long")
        return text

    def identity(self, key: str) -> str:
        """An id: text of up to 200 characters, or a whole number."""
        value = self._needed(key)
        if type(value) is int and value >= 0:  # a truth value is an int, too
            return str(value)
        return self.text(key, 200)

    def moment(self, key: str) -> datetime | None:
        """A time with its offset, in UTC; None if it is not there."""
        text = self.text_or_empty(key, 40)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise Malformed(self.path(key), "not_a_time") from error
        if moment.tzinfo is None or not 2000 <= moment.year < 2200:
            raise Malformed(self.path(key), "not_a_time")
        return moment.astimezone(UTC)

    def path(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _needed(self, key: str) -> Any:
        value = self._values.get(key)
        if value is None:
            raise Malformed(self.path(key), "missing")
        return value
