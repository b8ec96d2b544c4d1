"""YAML at the head of a file or a question: plain text, lists and mappings, and nothing else.

It is built from the parser's events, so nothing that a file says can make an object, repeat a part without
end, or nest deep enough to harm. Every value is text as written: ``yes`` and ``2024-01-01`` stay what they are.
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

import yaml

MAX_CHARACTERS = 64 * 1024
MAX_DEPTH = 8

_LOADER: type = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLAIN_FIELD = re.compile(r"([^\s:#'\"\[\]{},&*!|>%@`-][^:：]{0,60}?)\s?(?::\s|：)\s*(.*)")

Value: TypeAlias = str | list["Value"] | dict[str, "Value"]


class MetadataError(Exception):
    """Why a block could not be read: a problem code and the 0-based line inside the block."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(code)
        self.code = code
        self.line = line


def read_mapping(text: str) -> dict[str, Value]:
    """The mapping a block holds; raises ``MetadataError`` with ``unsafe_yaml`` or ``bad_yaml``."""
    if len(text) > MAX_CHARACTERS:
        raise MetadataError("bad_yaml", 0)
    try:
        value = _document(iter(yaml.parse(text, Loader=_LOADER)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise MetadataError("bad_yaml", mark.line if mark else 0) from error
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise MetadataError("bad_yaml", 0) from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MetadataError("bad_yaml", 0)
    return value


def _document(events: Iterator[yaml.Event]) -> Value | None:
    """The first document's value, built without recursion; a second document is no metadata."""
    open_: list[tuple[list[Value], bool]] = []  # what is being filled, and whether it is a mapping
    result: Value | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent) and result is not None:
            raise MetadataError("bad_yaml", _line(event))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise MetadataError("unsafe_yaml", _line(event))
        done: Value | None = None
        if isinstance(event, yaml.ScalarEvent):
            done = event.value
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            if len(open_) == MAX_DEPTH:
                raise MetadataError("unsafe_yaml", _line(event))
            open_.append(([], isinstance(event, yaml.MappingStartEvent)))
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            items, is_mapping = open_.pop()
            done = _mapping(items) if is_mapping else items
        if done is None:
            continue
        if open_:
            open_[-1][0].append(done)
        else:
            result = done
    return result


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


def _mapping(items: list[Value]) -> dict[str, Value]:
    pairs = zip(items[::2], items[1::2], strict=True)
    return {key: value for key, value in pairs if isinstance(key, str)}


def plain_fields(text: str) -> dict[str, Value]:
    """The ``name: value`` lines of a block that is no YAML, such as ``title: Promise: what is it?``."""
    found: dict[str, Value] = {}
    for line in text.split("\n"):
        match = _PLAIN_FIELD.fullmatch(line.rstrip()[:4_000])
        if match is not None:
            found.setdefault(match[1], match[2].strip().strip("\"'"))
    return found


def texts_of(value: Value | None) -> tuple[str, ...]:
    """The texts of a field that may be one text, several set apart by commas, or a list."""
    if isinstance(value, list):
        return tuple(item.strip() for item in value if isinstance(item, str) and item.strip())
    if isinstance(value, str):
        inner = value.strip().removeprefix("[").removesuffix("]")
        return tuple(part.strip().strip("\"'#") for part in re.split(r"[,，、;；]", inner) if part.strip(" \"'#"))
    return ()


def text_of(value: Value | None) -> str:
    """A field's one text; of a list its items, set apart by commas."""
    return value.strip() if isinstance(value, str) else ", ".join(texts_of(value))
