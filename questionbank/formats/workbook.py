"""Read questions from workbooks (XLSX). Formulas count by the value they had; nothing in the file is run.

What a workbook unpacks to is held against caps before it is opened; its XML may not declare entities. A sheet
is a table as in ``tables``; where there are several, those without a column for categories are categories themselves.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from io import BytesIO
from itertools import chain
from typing import Any
from warnings import catch_warnings, simplefilter

import openpyxl
from openpyxl.utils import column_index_from_string

from questionbank.formats.archives import ArchiveError, open_zip
from questionbank.formats.reading import BankReading, ReadProblem
from questionbank.formats.records import Record, reading_of
from questionbank.formats.tables import MAX_COLUMNS, MAX_ROWS, Row, records_of

MAX_PARTS = 2_000
MAX_UNPACKED = 100 * 1024 * 1024
MAX_SHEETS = 200
# Marks of XML in all parts together; a row of twenty cells has about a hundred.
MAX_MARKS = 5_000_000
_MAX_MERGES = 20_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]{0,80}?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_PLAIN_NAME = re.compile(r"(?:sheet|tabelle|工作表|表)\s?\d*", re.IGNORECASE)
_CHUNK = 1024 * 1024
# The library has no error of its own: whatever a damaged part makes of its code.
_CANNOT = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
)


def read_workbook(data: bytes, *, folder: str = "") -> BankReading:
    """Read all sheets. Never raises, whatever the bytes. The lines of questions are the rows of their sheets."""
    if data.startswith(_OLE):
        return _refused("workbook_encrypted")
    try:
        with open_zip(data, max_files=MAX_PARTS, max_unpacked=MAX_UNPACKED) as archive:
            if any(name.endswith("vbaProject.bin") for name in archive.namelist()):
                return _refused("workbook_macros")
            if _marks(archive) > MAX_MARKS:
                return _refused("workbook_too_large")
            with catch_warnings():  # the library tells developers what styles it leaves out
                simplefilter("ignore")
                return _read(data, archive, folder)
    except ArchiveError as error:
        code = "bad_workbook" if error.code == "bad_archive" else error.code
        return _refused(code, **error.params)
    except _CANNOT as error:
        return _refused(_reason(error))


def _refused(code: str, **params: object) -> BankReading:
    return BankReading((), (ReadProblem(1, code, params),))


def _reason(error: BaseException | None) -> str:
    """Why a part could not be read; the library wraps what its parser says."""
    while error is not None:
        if type(error).__module__.startswith("defusedxml"):
            return "workbook_unsafe"
        error = error.__cause__ or error.__context__
    return "bad_workbook"


def _read(data: bytes, archive: zipfile.ZipFile, folder: str) -> BankReading:
    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        sheets: list[Any] = book.worksheets
        alone = len(sheets) == 1
        found = [_records(sheet, archive, alone=alone) for sheet in sheets[:MAX_SHEETS]]
        reading = reading_of(chain.from_iterable(found), folder=folder)
    finally:
        book.close()
    problems = reading.problems
    if reading.questions:  # a sheet with something else is worth no word where another has the questions
        problems = tuple(problem for problem in problems if problem.code != "no_question_column")
    if len(sheets) > MAX_SHEETS:
        problems = (*problems, ReadProblem(1, "too_many_sheets", {"limit": MAX_SHEETS}))
    return replace(reading, problems=problems)


def _records(sheet: Any, archive: zipfile.ZipFile, *, alone: bool) -> Iterator[Record | ReadProblem]:
    title = str(sheet.title)
    category = "" if alone or _PLAIN_NAME.fullmatch(title) else title
    return records_of(_rows_or_problem(sheet, title, archive), category=category)


def _rows_or_problem(sheet: Any, title: str, archive: zipfile.ZipFile) -> Iterator[Row | ReadProblem]:
    try:
        yield from _rows(sheet, title, _merges(archive, sheet))
    except _CANNOT as error:
        yield ReadProblem(1, _reason(error), {"place": title})


def _rows(sheet: Any, title: str, merges: "_Merges") -> Iterator[Row | ReadProblem]:
    """The rows of a sheet as texts; a cell merged downwards speaks for every row it covers."""
    above: dict[int, str] = {}
    for number, found in enumerate(sheet.iter_rows(min_row=1, max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS), start=1):
        width = next((at for at in range(len(found), 0, -1) if found[at - 1].value is not None), 0)
        cells = [_text(cell.value) for cell in found[:width]]
        covered = merges.covered(number)
        if number > MAX_ROWS:
            yield ReadProblem(number, "too_many_rows", {"limit": MAX_ROWS, "place": title})
            return
        if covered:
            cells += [""] * (max(covered) + 1 - len(cells))
        for at in covered:
            if not cells[at]:
                cells[at] = above.get(at, "")
        above = {at: cells[at] for at in merges.columns if at < len(cells)}
        if any(map(str.strip, cells)):
            wide = number in merges.wide
            yield Row(number, cells, end=number, sheet=title, is_wide=wide, continued=frozenset(covered))


class _Merges:
    """Which cells of a sheet are covered by one above them, and which rows begin with one over several columns."""

    def __init__(self) -> None:
        self.wide: set[int] = set()
        self.columns: set[int] = set()
        self._spans: list[tuple[int, int, int]] = []

    def add(self, left: str, top: str, right: str, bottom: str) -> None:
        first, last = column_index_from_string(left) - 1, column_index_from_string(right) - 1
        if last > first and first == 0:
            self.wide.add(int(top))
        if int(bottom) > int(top) and first < MAX_COLUMNS:
            self.columns.add(first)
            self._spans.append((int(top) + 1, int(bottom), first))
            self._spans.sort()

    def covered(self, row: int) -> set[int]:
        """Columns of a row whose cell stands further up. Asked for rows in order."""
        while self._spans and self._spans[0][1] < row:
            self._spans.pop(0)
        return {at for top, bottom, at in self._spans[:MAX_COLUMNS] if top <= row <= bottom}


def _merges(archive: zipfile.ZipFile, sheet: Any) -> _Merges:
    """Merged cells stand behind all rows in the file, so they are looked for first."""
    merges = _Merges()
    found = 0
    with archive.open(sheet._worksheet_path.lstrip("/")) as part:
        rest = b""
        while chunk := part.read(_CHUNK):
            window = rest + chunk
            end = 0
            for match in _MERGE.finditer(window):
                end = match.end()
                found += 1
                if found <= _MAX_MERGES:
                    merges.add(*(group.decode() for group in match.groups()))
            rest = window[max(end, len(window) - 200) :]
    return merges


def _marks(archive: zipfile.ZipFile) -> int:
    count = 0
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                while chunk := part.read(_CHUNK):
                    count += chunk.count(b"<")
    return count


def _text(value: object) -> str:
    """A cell's value as somebody would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value)
