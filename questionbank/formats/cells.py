"""How several things stand in one cell, and how a cell keeps a text exactly. Reading and writing agree here.

*A list*: parts with ``; `` or a line break between them; where a part itself has such a sign, a JSON list.
*A text* that begins like a formula, or with white space or an apostrophe, or ends in white space, has an apostrophe
before it, which the reader takes off again. An apostrophe before anything else is the text's own.
*A sign* that files cannot keep, such as a carriage return, is written as workbooks do: ``_x000D_``. ``_xE000_`` and
the line break after it are nothing: they part lines that would be too long.
"""

import json
import re
from collections.abc import Iterable

# The names by which we know our own export; see writing_tables for all of them.
OWN_COLUMNS = ("key", "state", "version", "language", "category", "title", "prompt")
LONGEST_LINE = 10_000

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_(\n?)")
_NOTHING = "E000"
_JOINT = f"_x{_NOTHING}_\n"
# Controls but tab and line feed, halves of surrogate pairs, signs that XML has no place for; and our own mark.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4})")
_LINE_PIECE = re.compile(f"(?:[^\n]{{,{LONGEST_LINE}}}\n)+|[^\n]{{1,{LONGEST_LINE}}}")
_FORMULA_SIGNS = "=+-@"
_SEPARATORS = re.compile(r"[\n;；|,，、]")
_ITEM_MARK = re.compile(r"(?:[-*•·–]\s+|[(（]?\d{1,2}[.)、）]\s*)(?=\S)")


def guarded(text: str) -> bool:
    """Whether a cell would not give this text back, or would run it as a formula."""
    return bool(text) and (text[0] in _FORMULA_SIGNS or text[0] == "'" or text != text.strip())


def unquoted(cell: str) -> str:
    """The text that a cell stands for."""
    if cell.startswith("'") and guarded(cell[1:]):
        return cell[1:]
    return cell.strip()


def cell_of(text: str) -> str:
    """The cell of a file with separated values that stands for a text."""
    return "'" + text if guarded(text) else text


def sheet_cell_of(text: str) -> str:
    """The cell of a workbook that stands for a text; its type says already that it is no formula."""
    exact = text and (text[0] == "'" or text != text.strip())
    return "'" + text if exact else text


def escaped(text: str) -> str:
    """A text without the signs that files cannot keep."""
    return _UNFIT.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def short_lines(text: str) -> str:
    """``escaped``, and without lines that a reader would refuse."""
    if len(text) <= LONGEST_LINE or max(map(len, text.split("\n"))) <= LONGEST_LINE:
        return escaped(text)
    return _JOINT.join(escaped(piece) for piece in _LINE_PIECE.findall(text))


def unescaped(cell: str) -> str:
    """The text of which ``escaped`` or ``short_lines`` made this cell."""
    return _ESCAPE.sub(_unescape, cell) if "_x" in cell else cell


def _unescape(match: re.Match[str]) -> str:
    code, line_break = match.groups()
    return "" if code == _NOTHING else chr(int(code, 16)) + line_break


def words_in(cell: str) -> tuple[str, ...]:
    """Tags, keys and names in a cell; people also part them by commas."""
    return _json_list(cell) or _parts(_SEPARATORS.split(cell))


def lines_in(cell: str) -> tuple[str, ...]:
    """Sentences in a cell, one a line, with or without the marks of a list."""
    found = _json_list(cell)
    if found:
        return found
    lines = cell.split("\n") if "\n" in cell.strip() else re.split(r"[;；]\s*(?=\S)", cell)
    return _parts(_ITEM_MARK.sub("", line.strip(), count=1) for line in lines)


def joined_words(words: tuple[str, ...]) -> str:
    """The cell for tags, keys or names."""
    text = "; ".join(words)
    return text if words_in(text) == words else json.dumps(words, ensure_ascii=False)


def joined_lines(lines: tuple[str, ...]) -> str:
    """The cell for sentences."""
    text = "\n".join(lines)
    return text if lines_in(text) == lines else json.dumps(lines, ensure_ascii=False)


def _json_list(cell: str) -> tuple[str, ...]:
    if not cell.lstrip().startswith("["):
        return ()
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return ()
    return tuple(found) if isinstance(found, list) and all(isinstance(part, str) for part in found) else ()


def _parts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(part for part in (text.strip() for text in texts) if part)
