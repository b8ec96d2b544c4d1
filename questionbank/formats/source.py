"""From the bytes of a file to its lines: encodings, caps, damage."""

import codecs
import re
from dataclasses import dataclass

from questionbank.formats.reading import ReadProblem

MAX_BYTES = 20 * 1024 * 1024
MAX_LINES = 1_000_000
MAX_LINE_CHARACTERS = 100_000

_LINE_END = re.compile(r"\r\n?")
_ASCII = re.compile(r"[\x00-\x7f]+")
_IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
_SAMPLE = 100_000
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of a file; those in ``too_long`` (0-based) are blanked and must not be used."""

    lines: list[str]
    problems: tuple[ReadProblem, ...] = ()
    too_long: frozenset[int] = frozenset()
    cut_off: bool = False


def read_source(data: bytes) -> Source:
    """Decode a text file; no lines at all when the file as a whole cannot be read."""
    if len(data) > MAX_BYTES:
        params: dict[str, object] = {"bytes": len(data), "limit": MAX_BYTES}
        return _refused(1, "file_too_large", params)
    if not data.strip():
        return _refused(1, "empty_file")
    if b"\0" in data and not data.startswith(_UTF16_MARKS):
        return _refused(_line_at(data, data.index(b"\0")), "binary")
    cut_off = False
    try:
        text = _decode(data)
    except UnicodeDecodeError as error:
        if error.encoding != "utf-8" or error.reason != "unexpected end of data":
            return _refused(_line_at(data, error.start), "not_utf8")
        # Copied or downloaded in part: the last character is missing bytes, the rest is whole.
        cut_off = True
        text = data[: error.start].decode("utf-8")
    if "\0" in text:
        return _refused(text.count("\n", 0, text.index("\0")) + 1, "binary")
    return _capped(_LINE_END.sub("\n", text.lstrip("\ufeff")), cut_off=cut_off)


def _refused(line: int, code: str, params: dict[str, object] | None = None) -> Source:
    return Source([], (ReadProblem(line, code, params or {}),))


def _line_at(data: bytes, position: int) -> int:
    before = data[:position].replace(b"\r\n", b"\n")
    return before.count(b"\n") + before.count(b"\r") + 1


def _decode(data: bytes) -> str:
    if data.startswith(_UTF16_MARKS):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            text = ""
        if not _is_chinese(text):
            raise
        return text


def _is_chinese(text: str) -> bool:
    """Whether text decoded as GB18030 is Chinese and not another encoding misread.

    Almost any bytes decode, but to rare characters: what people write stays in GB 2312.
    """
    foreign = _ASCII.sub("", text)[:_SAMPLE]
    common = foreign.encode("gb2312", errors="ignore").decode("gb2312")
    return bool(foreign) and len(_IDEOGRAPH.findall(common)) >= 0.5 * len(foreign)


def _capped(text: str, *, cut_off: bool) -> Source:
    count = text.count("\n") + 1
    if count > MAX_LINES:
        return _refused(MAX_LINES + 1, "too_many_lines", {"lines": count, "limit": MAX_LINES})
    lines = text.split("\n")
    if lines[-1] == "" and len(lines) > 1:
        lines.pop()
    problems = []
    too_long = set()
    for index, line in enumerate(lines):
        if len(line) > MAX_LINE_CHARACTERS:
            params: dict[str, object] = {"characters": len(line), "limit": MAX_LINE_CHARACTERS}
            problems.append(ReadProblem(index + 1, "line_too_long", params))
            too_long.add(index)
            lines[index] = ""
    if cut_off:
        problems.append(ReadProblem(len(lines), "cut_off"))
    return Source(lines, tuple(problems), frozenset(too_long), cut_off)
