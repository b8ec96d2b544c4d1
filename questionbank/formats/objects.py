"""A question made of a JSON object: the names of its members, and the shapes their values come in."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from questionbank.formats.headers import LEVELS, Column, columns_of, is_question, language_named
from questionbank.formats.records import Record

_LISTS = frozenset({"probes", "tags", "role_families", "enemies"})
_TEXTS = frozenset({"title", "prompt", "reference_answer", "context", "rubric"})
_SHARE_NAMES = ("competency", "name", "slug", "能力")
_SHARES = ("percent", "weight", "share", "权重")
_ANCHOR_NAMES = ("anchor", "text", "description", "描述")


class UnfitError(Exception):
    """A value that its member cannot have: a problem code, and the path of the value."""

    def __init__(self, code: str, path: str) -> None:
        super().__init__(code)
        self.code = code
        self.path = path


class Doubled(dict[str, Any]):
    """An object that has a name twice."""

    def __init__(self, found: Mapping[str, Any], *, name: str) -> None:
        super().__init__(found)
        self.name = name


class Huge:
    """A number that is none or too large: ``NaN``, ``Infinity``, hundreds of digits."""

    def __init__(self, digits: str) -> None:
        self.digits = digits[:20]


def is_question_object(found: Mapping[str, Any]) -> bool:
    """Whether an object asks something itself, rather than holding others that do."""
    members = list(zip(columns_of(found), found.values(), strict=True))
    if any(column is None or is_question(column) for column, value in members if _holds_questions(value)):
        return False
    return any(is_question(column) and (isinstance(value, str) or _is_by_language(value)) for column, value in members)


def _holds_questions(value: Any) -> bool:
    return isinstance(value, list) and any(_asked_in(item) for item in value)


def _asked_in(value: Any) -> str:
    """The question of an object inside a list."""
    if not isinstance(value, dict):
        return ""
    pairs = zip(columns_of(value), value.values(), strict=True)
    return next((text for column, text in pairs if is_question(column) and isinstance(text, str)), "")


def record_of(found: Mapping[str, Any], *, line: int, path: str, exact: bool) -> Record:
    """What an object says. Raises ``UnfitError`` with the path of a value that makes no sense."""
    record = Record(line, {}, exact=exact)
    for (name, value), column in zip(found.items(), columns_of(found), strict=True):
        if column is not None and value is not None and column.field != "ignored":
            _take(record, column, value, f"{path}.{name}")
    return record


def _take(record: Record, column: Column, value: Any, path: str) -> None:
    if isinstance(value, Doubled):
        raise UnfitError("doubled_name", f"{path}.{value.name}")
    if isinstance(value, Huge) or (isinstance(value, float) and not math.isfinite(value)):
        raise UnfitError("unfit_number", path)
    if isinstance(value, (str, int, float)):
        text = _text(value)
        if text if record.exact else text.strip():
            record.values[column] = text if record.exact else text.strip()
    elif column.field == "translations":
        _take_translations(record, value, path)
    elif column.field == "competencies":
        record.shares = tuple(_shares(value, path))
    elif column.field in ("anchors", "rubric"):
        _take_anchors(record, column.language, value, path)
    elif column.field == "options":
        for at, text in enumerate(_texts(value, path)[:8]):
            record.values[Column(f"option_{'abcdefgh'[at]}")] = text
    elif _is_by_language(value):
        for language, text in value.items():
            _take(record, Column(column.field, language_named(language)), text, f"{path}.{language}")
    elif column.field in _LISTS and isinstance(value, list):
        record.lists[column] = tuple(text for text in _texts(value, path) if text.strip())
    elif column.field in _TEXTS and isinstance(value, list):
        record.values[column] = "\n".join(_texts(value, path))
    elif column.field == "category" and isinstance(value, list):
        record.values[column] = " / ".join(_texts(value, path))
    else:
        raise UnfitError("wrong_type", path)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _texts(value: Any, path: str) -> list[str]:
    items = value if isinstance(value, list) else list(value.values())
    items = [_asked_in(item) or item for item in items]  # a follow-up with an answer of its own
    if not all(isinstance(item, (str, int, float)) for item in items):
        raise UnfitError("wrong_type", path)
    return [_text(item) for item in items]


def _is_by_language(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(map(language_named, value))


def _take_translations(record: Record, value: Any, path: str) -> None:
    pairs: Iterator[tuple[Any, Any, str]]
    if isinstance(value, dict):
        pairs = ((name, words, f"{path}.{name}") for name, words in value.items())
    else:
        pairs = (
            (words.get("language") if isinstance(words, dict) else None, words, f"{path}[{at}]")
            for at, words in enumerate(value)
        )
    for named, words, place in pairs:
        language = language_named(named) if isinstance(named, str) else ""
        if not language or not isinstance(words, dict):
            raise UnfitError("wrong_type", place)
        if isinstance(words, Doubled):
            raise UnfitError("doubled_name", f"{place}.{words.name}")
        for (name, text), column in zip(words.items(), columns_of(words), strict=True):
            if column is not None and text is not None and column.field not in ("language", "ignored"):
                _take(record, Column(column.field, language), text, f"{place}.{name}")


def _take_anchors(record: Record, language: str, value: Any, path: str) -> None:
    """Anchors as a list of five, as an object by level, or as a list of objects with a level each."""
    if isinstance(value, dict):
        levels = {str(name): text for name, text in value.items()}
    elif all(isinstance(item, dict) for item in value):
        levels = {str(item.get("level", "")): next((item[n] for n in _ANCHOR_NAMES if n in item), "") for item in value}
    else:
        levels = {str(at): text for at, text in enumerate(value, start=1)}
    for name, text in levels.items():
        if not isinstance(text, str):
            raise UnfitError("wrong_type", f"{path}.{name}")
        level = "".join(sign for sign in name if sign.isdecimal())
        if level.isascii() and level.isdigit() and len(level) == 1 and int(level) in LEVELS and text.strip():
            record.values[Column(f"level_{level}", language)] = text if record.exact else text.strip()


def _shares(value: Any, path: str) -> Iterator[tuple[str, int]]:
    """Competencies by name, as an object, as pairs or as objects; names alone share equally."""
    if isinstance(value, dict):
        value = [{"name": name, "percent": share} for name, share in value.items()]
    if value and all(isinstance(item, str) for item in value):
        share, more = divmod(100, len(value))
        yield from ((name, share + (at < more)) for at, name in enumerate(value))
        return
    for at, item in enumerate(value):
        if isinstance(item, list) and len(item) == 2:
            item = {"name": item[0], "percent": item[1]}
        if not isinstance(item, dict):
            raise UnfitError("wrong_type", f"{path}[{at}]")
        name = next((item[key] for key in _SHARE_NAMES if key in item), None)
        share = next((item[key] for key in _SHARES if key in item), 0)
        if not isinstance(name, str) or isinstance(share, bool) or not isinstance(share, (int, float)):
            raise UnfitError("wrong_type", f"{path}[{at}]")
        if not math.isfinite(share):
            raise UnfitError("unfit_number", f"{path}[{at}]")
        yield name, int(share) if share == int(share) else 0
