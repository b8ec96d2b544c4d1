"""Write questions as tables. ``cells`` says how texts and lists stand in a cell, ``tables`` reads them.

A question is a row, whatever its languages: the columns of its first language have plain names, those of its
translations end in the language. A text longer than a cell of a workbook may be goes on in the cells to the right of
the last column, each of which begins with the name of its column on a line of its own.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from questionbank.formats.cells import (
    OWN_COLUMNS,
    cell_of,
    escaped,
    joined_lines,
    joined_words,
    sheet_cell_of,
    short_lines,
)
from questionbank.formats.headers import LEVELS
from questionbank.formats.reading import ReadQuestion, ReadText
from questionbank.formats.records import LANGUAGES
from questionbank.formats.written import Written

_WORDS = ("title", "prompt", "context", "reference_answer", "probes", *(f"level_{level}" for level in LEVELS))
COLUMNS = (
    *OWN_COLUMNS,
    *(name for name in _WORDS if name not in OWN_COLUMNS),
    "minutes",
    "difficulty",
    "tags",
    "competencies",
    "role_families",
    "lowest_seniority",
    "highest_seniority",
    "enemies",
    "number",
    *(f"{name} [{language}]" for language in LANGUAGES for name in _WORDS),
)
_ROWS_AT_ONCE = 200
_CHUNK = 64 * 1024
# Of a sheet, and of a cell: the latter in units of UTF-16, of which some signs take two.
MOST_ROWS = 50_000
LONGEST_CELL = 32_767
_PIECE = 16_000
_WIDTHS = {"title": 40, "prompt": 60, "reference_answer": 80, "context": 40, "category": 24}


def write_csv(questions: Iterable[Written]) -> Iterator[bytes]:
    """Values separated by commas, with the mark that makes spreadsheets read UTF-8."""
    yield _lines([COLUMNS], "\ufeff")
    rest = iter(questions)
    while batch := list(islice(rest, _ROWS_AT_ONCE)):
        yield _lines([short_lines(cell_of(text)) for text in _row(written)] for written in batch)


def _lines(rows: Iterable[Sequence[str]], start: str = "") -> bytes:
    text = io.StringIO(start, newline="")
    text.seek(0, io.SEEK_END)
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def write_workbook(questions: Iterable[Written]) -> Iterator[bytes]:
    """A workbook; its rows go to a temporary file on the way, so memory stays small."""
    book = Workbook(write_only=True)
    rest = iter(questions)
    batch = islice(rest, MOST_ROWS)
    first: Written | None = next(batch, None)
    number = 1
    while first is not None or number == 1:
        sheet: Any = book.create_sheet("Questions" if number == 1 else f"Questions {number}")
        _prepare(sheet)
        if first is not None:
            sheet.append(_cells(sheet, first))
        for written in batch:
            sheet.append(_cells(sheet, written))
        number += 1
        batch = islice(rest, MOST_ROWS)
        first = next(batch, None)
    with SpooledTemporaryFile(max_size=4 * 1024 * 1024) as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _prepare(sheet: Any) -> None:
    sheet.freeze_panes = "A2"
    for at, name in enumerate(COLUMNS, start=1):
        if name in _WIDTHS:
            sheet.column_dimensions[get_column_letter(at)].width = _WIDTHS[name]
    sheet.append(COLUMNS)


def _cells(sheet: Any, written: Written) -> list[Any]:
    cells: list[Any] = []
    more: list[Any] = []
    for name, text in zip(COLUMNS, _row(written), strict=True):
        cell = escaped(sheet_cell_of(text))
        if len(cell) > _PIECE and len(cell.encode("utf-16-le")) > 2 * LONGEST_CELL:
            pieces = [cell[at : at + _PIECE] for at in range(0, len(cell), _PIECE)]
            cell = pieces[0]
            more += [_typed(sheet, f"{name}\n{piece}") for piece in pieces[1:]]
        is_figure = name in ("minutes", "difficulty", "version") and cell.isdigit()
        cells.append(int(cell) if is_figure else _typed(sheet, cell))
    return cells + more


def _typed(sheet: Any, cell: str) -> Any:
    """A text that looks like a formula or an error is told to be a text."""
    if not cell:
        return None
    if cell[0] not in "=#":
        return cell
    typed = WriteOnlyCell(sheet, value=cell)
    typed.data_type = "s"
    return typed


def _row(written: Written) -> list[str]:
    question = written.question
    values = {
        "key": question.key,
        "state": written.state,
        "version": str(written.version or ""),
        "language": question.language,
        "category": question.category,
        **_words(question),
        "minutes": str(question.minutes or ""),
        "difficulty": str(question.difficulty or ""),
        "tags": joined_words(question.tags),
        "competencies": joined_words(tuple(f"{name}: {percent}" for name, percent in question.competencies)),
        "role_families": joined_words(question.role_families),
        "lowest_seniority": question.lowest_seniority,
        "highest_seniority": question.highest_seniority,
        "enemies": joined_words(question.enemies),
        "number": question.number,
    }
    for text in question.translations:
        values |= {f"{name} [{text.language}]": value for name, value in _words(text).items()}
    return [values.get(name, "") for name in COLUMNS]


def _words(text: ReadQuestion | ReadText) -> dict[str, str]:
    anchors = {f"level_{level}": anchor for level, anchor in zip(LEVELS, text.anchors, strict=False)}
    return {
        "title": text.title,
        "prompt": text.prompt,
        "context": text.context,
        "reference_answer": text.reference_answer,
        "probes": joined_lines(text.probes),
        **anchors,
    }
