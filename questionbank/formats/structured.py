"""Read questions from JSON and JSON Lines: our own export, and objects as people and programs write them.

An object with a question in it is one, wherever it stands; the names around it (``category``, or the key of a list)
say where it belongs. Objects are decoded one by one, so that each has its line and one broken one costs no other.
"""

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from questionbank.formats import wording
from questionbank.formats.headers import Column, column_named
from questionbank.formats.objects import Doubled, Huge, UnfitError, is_question_object, record_of
from questionbank.formats.reading import BankReading, ReadProblem
from questionbank.formats.records import Record, reading_of
from questionbank.formats.source import Source, read_source

FORMAT = "loopwright-questions"
MAX_DEPTH = 8
# Lists and objects in one file; each takes memory, however little it holds.
MAX_PARTS = 1_500_000
_SPACE = re.compile(r"[ \t\n\r]*")
# Names of lists that say nothing about what is in them.
_ITEMS = frozenset({"items", "questions", "data", "results", "list", "bank", "题目", "题库", "问题", "列表"})
_ENCODINGS = ("utf-8-sig", "utf-16", "gb18030")


# What is found on the way through a value, and in the end the place behind it.
_Steps: TypeAlias = Generator[Record | ReadProblem, None, int]


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a value: its path, the category it is in, and how deep it lies."""

    path: str = "$"
    category: str = ""
    depth: int = 0

    def below(self, step: str, category: str = "") -> "_Around":
        return _Around(f"{self.path}{step}"[-200:], category or self.category, self.depth + 1)


def read_json(data: bytes, *, folder: str = "") -> BankReading:
    """Read a JSON file; one object after the other is read too. Never raises, whatever the bytes."""
    source = read_source(data)
    if not source.lines:
        return BankReading((), source.problems)
    text = "\n".join(source.lines) if not source.too_long else _whole(data)
    problems = tuple(problem for problem in source.problems if problem.code != "line_too_long")
    if text.count("{") + text.count("[") > MAX_PARTS:
        return BankReading((), (ReadProblem(1, "too_many_parts", {"limit": MAX_PARTS}),))
    return _reading(problems, _Walk(text).records(), folder)


def read_json_lines(data: bytes, *, folder: str = "") -> BankReading:
    """Read a file with one object a line; a line that is none is a problem and costs no other."""
    source = read_source(data)
    if not source.lines:
        return BankReading((), source.problems)
    if data.count(b"{") + data.count(b"[") > MAX_PARTS:
        return BankReading((), (ReadProblem(1, "too_many_parts", {"limit": MAX_PARTS}),))
    return _reading(source.problems, _line_records(source), folder)


def _line_records(source: Source) -> Iterator[Record | ReadProblem]:
    exact = False
    for number, line in enumerate(source.lines, start=1):
        if line.strip():
            walk = _Walk(line, line=number, exact=exact)
            yield from walk.records()
            exact = walk.exact


def _reading(problems: tuple[ReadProblem, ...], records: Iterator[Record | ReadProblem], folder: str) -> BankReading:
    reading = reading_of(records, folder=folder)
    found = sorted((*problems, *reading.problems), key=lambda problem: problem.line)
    return BankReading(reading.questions, tuple(found))


def _whole(data: bytes) -> str:
    """The text of a file that ``read_source`` could decode, long lines and all: programs write JSON in one."""
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


class _Walk:
    """Goes through a JSON text once; every value it meets is decoded where it stands."""

    def __init__(self, text: str, *, line: int = 1, exact: bool = False) -> None:
        self.exact = exact
        self._text = text
        self._seen = 0
        self._line = line
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_object, parse_int=_whole_number, parse_constant=Huge, strict=False
        )

    def records(self) -> Iterator[Record | ReadProblem]:
        at = self._skip(0)
        try:
            while at < len(self._text):
                at = yield from self._value(at, _Around())
                at = self._skip(at)
                if at < len(self._text) and self._text[at] not in "{[":
                    raise json.JSONDecodeError("", self._text, at)
        except json.JSONDecodeError as error:
            yield ReadProblem(self._line_at(error.pos), "bad_json")
        except RecursionError:
            yield ReadProblem(self._line, "too_deep", {"path": "$"})

    def _value(self, at: int, around: _Around) -> _Steps:
        sign = self._text[at : at + 1]
        if sign in ("{", "[") and around.depth > MAX_DEPTH:
            yield ReadProblem(self._line_at(at), "too_deep", {"path": around.path})
        elif sign == "[":
            return (yield from self._list(at, around))
        elif sign == "{":
            return (yield from self._object(at, around))
        value, end = self._decoder.raw_decode(self._text, at)
        if isinstance(value, str) and around.depth and wording.asks(value):
            yield Record(self._line_at(at), {Column("prompt"): value, **_category(around)}, doubts=["guessed"])
        return end

    def _list(self, at: int, around: _Around) -> _Steps:
        at = self._skip(at + 1)
        if self._text[at : at + 1] == "]":
            return at + 1
        count = 0
        while True:
            at = yield from self._value(at, around.below(f"[{count}]"))
            count += 1
            at = self._skip(at)
            if self._text[at : at + 1] == "]":
                return at + 1
            at = self._expected(",", at)

    def _object(self, at: int, around: _Around) -> _Steps:
        found, end = self._decoder.raw_decode(self._text, at)
        line = self._line_at(at)
        if isinstance(found, Doubled):
            yield ReadProblem(line, "doubled_name", {"path": f"{around.path}.{found.name}"[-200:]})
            return end
        self.exact = self.exact or found.get("format") == FORMAT
        if is_question_object(found):
            try:
                record = record_of(found, line=line, path=around.path, exact=self.exact)
            except UnfitError as error:
                yield ReadProblem(line, error.code, {"path": error.path[-200:]})
            else:
                record.values = {**_category(around), **record.values}
                yield record
            return end
        names = (name for name, value in found.items() if isinstance(value, str) and _names_category(name, around))
        own = next((found[name] for name in names), "")
        inside = _Around(around.path, own or around.category, around.depth)
        del found
        yield from self._members(at, inside)
        return end

    def _members(self, at: int, around: _Around) -> Iterator[Record | ReadProblem]:
        """What lies in an object that is no question itself. The text is known to be an object."""
        at = self._skip(at + 1)
        while self._text[at : at + 1] != "}":
            name, at = self._decoder.raw_decode(self._text, at)
            at = self._expected(":", self._skip(at))
            if self._text[at : at + 1] in ("{", "["):
                named = "" if name.casefold() in _ITEMS or column_named(name) else name
                at = yield from self._value(at, around.below(f".{name}", named))
            else:
                _, at = self._decoder.raw_decode(self._text, at)
            at = self._skip(at)
            if self._text[at : at + 1] == ",":
                at = self._skip(at + 1)

    def _skip(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        return match.end() if match else at

    def _expected(self, sign: str, at: int) -> int:
        if self._text[at : at + 1] != sign:
            raise json.JSONDecodeError("", self._text, at)
        return self._skip(at + 1)

    def _line_at(self, position: int) -> int:
        """The line of a position; asked for mostly in order, so each stretch is counted once."""
        if position < self._seen:
            return self._line - self._text.count("\n", position, self._seen)
        self._line += self._text.count("\n", self._seen, position)
        self._seen = position
        return self._line


def _category(around: _Around) -> dict[Column, str]:
    return {Column("category"): around.category} if around.category else {}


def _names_category(name: str, around: _Around) -> bool:
    """Whether a member says what the lists beside it are about; the title of the whole file does not."""
    column = column_named(name)
    named = around.depth > 0 and name.casefold() in ("name", "title", "名称", "标题")
    return named or (column is not None and column.field == "category")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    return Doubled(found, name=next(name for name in names if names.count(name) > 1))


def _whole_number(digits: str) -> int | Huge:
    return int(digits) if len(digits) < 18 else Huge(digits)
