"""Read questions from files with values separated by commas, semicolons, tabs or bars; and from rows of any origin.

The first row that names a question is the head. A file without one is read by what its columns look like, and
every question in it is marked as guessed. Lines are physical lines: a quoted line break counts.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from statistics import mean

from questionbank.formats import wording
from questionbank.formats.cells import OWN_COLUMNS, unescaped, unquoted
from questionbank.formats.headers import Column, columns_of, is_question
from questionbank.formats.reading import BankReading, ReadProblem
from questionbank.formats.records import Record, reading_of
from questionbank.formats.source import read_source

DELIMITERS = ",;\t|"
MAX_ROWS = 100_000
MAX_COLUMNS = 200
# The head is looked for this far down: people write a title above their tables.
_HEAD_WITHIN = 10
_SAMPLE = 30

# The longest answer and its quotes; the default of the module is less than two answers.
csv.field_size_limit(1_000_000)


@dataclass(slots=True)
class Row:
    """The cells of a row as they stand in the file, and where they are."""

    line: int
    cells: list[str]
    end: int = 0
    sheet: str = ""
    # Its first cell is merged with those to its right: a heading between rows, not a value.
    is_wide: bool = False
    # Columns whose cell is merged with the one above.
    continued: frozenset[int] = frozenset()

    def place(self, at: int) -> str:
        return f"{self.sheet}!{letters(at)}{self.line}" if self.sheet else ""


@dataclass(slots=True)
class Head:
    """What the columns mean, and the category that a row without values has announced for those below it."""

    columns: dict[int, Column] = field(default_factory=dict)
    unread: dict[int, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    guessed: bool = False
    exact: bool = False
    category: str = ""


def read_table(data: bytes, *, folder: str = "", tabs: bool = False) -> BankReading:
    """Read a file of separated values. Linear time; never raises, whatever the bytes."""
    source = read_source(data)
    if not source.lines:
        return BankReading((), source.problems)
    told = source.lines[0].strip().casefold()
    said = told[4] if told.startswith("sep=") and len(told) == 5 else ""
    delimiter = said or _delimiter(source.lines, tabs=tabs)
    rows = _rows(source.lines, delimiter, skip=bool(said))
    usable = (row for row in rows if isinstance(row, ReadProblem) or not _is_damaged(row, source.too_long))
    reading = reading_of(records_of(usable), folder=folder)
    problems = sorted((*source.problems, *reading.problems), key=lambda problem: problem.line)
    return BankReading(reading.questions, tuple(problems))


def records_of(rows: Iterable[Row | ReadProblem], *, category: str = "") -> Iterator[Record | ReadProblem]:
    """The records of a table's rows; ``category`` is for tables without such a column. One pass, little memory."""
    rows = iter(rows)
    ahead = list(islice(rows, _SAMPLE))
    head, used = _head(ahead)
    sheet = next(({"place": row.sheet} for row in ahead if isinstance(row, Row) and row.sheet), {})
    if head is None:
        yield from (row for row in ahead if isinstance(row, ReadProblem))
        if any(isinstance(row, Row) for row in ahead):
            yield ReadProblem(1, "no_question_column", {**sheet})
        return
    head.category = "" if head.exact else category
    filled: set[int] = set()
    open_: Record | None = None
    for row in chain(ahead[used:], rows):
        if isinstance(row, ReadProblem):
            yield row
            continue
        filled.update(at for at in head.unread if at < len(row.cells) and row.cells[at].strip())
        record = _record(row, head)
        if open_ is not None and record is not None and _goes_on(row, head):
            _join(open_, record, row, head)
            continue
        if open_ is not None:
            yield open_
        open_ = record
    if open_ is not None:
        yield open_
    if filled:
        names = ", ".join(head.unread[at] for at in sorted(filled))[:300]
        yield ReadProblem(ahead[used - 1].line if used else 1, "unread_columns", {"names": names, **sheet})


def letters(at: int) -> str:
    """The name of a workbook's column: 0 is A, 26 is AA."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    return name


def _rows(lines: Sequence[str], delimiter: str, *, skip: bool) -> Iterator[Row | ReadProblem]:
    """Rows with the physical lines they are on; empty ones left out."""
    ended = False

    def feed() -> Iterator[str]:
        nonlocal ended
        yield from (line + "\n" for line in lines)
        ended = True

    reader = csv.reader(feed(), delimiter=delimiter)
    count = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield ReadProblem(line, "unclosed_quote")
            return
        if ended:  # the last row asked for one more line: its quote is never closed
            yield ReadProblem(line, "unclosed_quote")
            return
        if skip and line == 1:
            continue
        row = Row(line, cells[:MAX_COLUMNS], end=reader.line_num)
        if any(cell.strip() for cell in row.cells):
            count += 1
            if count > MAX_ROWS:
                yield ReadProblem(line, "too_many_rows", {"limit": MAX_ROWS})
                return
            yield row


def _is_damaged(row: Row, too_long: frozenset[int]) -> bool:
    return bool(too_long) and not too_long.isdisjoint(range(row.line - 1, row.end))


def _delimiter(lines: Sequence[str], *, tabs: bool) -> str:
    """The sign that makes the best table of the first rows: one with a head, else even and wide."""
    sample = lines[:200]

    def fitness(delimiter: str) -> tuple[int, float, int]:
        rows = [row for row in islice(_rows(sample, delimiter, skip=False), _SAMPLE) if isinstance(row, Row)]
        head, _ = _head(rows)
        known = len(head.columns) if head and not head.guessed else 0
        widths = [len(row.cells) for row in rows]
        usual = max(set(widths), key=widths.count) if widths else 1
        even = widths.count(usual) / len(widths) if widths and usual > 1 else 0.0
        return known, even, usual

    return max(("\t,;|" if tabs else DELIMITERS), key=fitness)


def _head(rows: Sequence[Row | ReadProblem]) -> tuple[Head | None, int]:
    """The head among the first rows and how many rows it takes; a guess from the columns where there is none."""
    best: tuple[int, int] | None = None
    for at, row in enumerate(rows[:_HEAD_WITHIN]):
        if not isinstance(row, Row):
            continue
        columns = columns_of(unescaped(cell) for cell in row.cells)
        known = sum(column is not None for column in columns)
        if any(map(is_question, columns)) and 2 * known >= sum(bool(cell.strip()) for cell in row.cells):
            best = max(best or (0, 0), (known, -at))
    if best is None:
        return _guessed_head([row for row in rows if isinstance(row, Row)]), 0
    at = -best[1]
    row = rows[at]
    assert isinstance(row, Row)  # noqa: S101 -- only rows were looked at
    names = [unescaped(cell).strip() for cell in row.cells]
    while not names[-1]:
        names.pop()
    columns = columns_of(names)
    known_columns = {place: column for place, column in enumerate(columns) if column}
    unread = {place: name for place, name in enumerate(names) if name and columns[place] is None}
    return Head(known_columns, unread, names, exact=set(OWN_COLUMNS) <= set(names)), at + 1


def _guessed_head(rows: Sequence[Row]) -> Head | None:
    """What columns without names hold, by their look; none when no column asks anything."""
    width = max((len(row.cells) for row in rows), default=0)
    columns = [[row.cells[at].strip() for row in rows if at < len(row.cells)] for at in range(width)]
    asking = [mean(map(wording.asks, cells)) if cells else 0.0 for cells in columns]
    if not asking or max(asking) < 0.3:
        return None
    question = asking.index(max(asking))
    found = {question: Column("prompt")}
    rest = [at for at in range(width) if at != question and any(columns[at])]
    for at in rest:
        cells = [cell for cell in columns[at] if cell]
        if all(wording.difficulty_in(cell) for cell in cells) and Column("difficulty") not in found.values():
            found[at] = Column("difficulty")
    rest = [at for at in rest if at not in found]
    if rest:
        answer = max(rest, key=lambda at: mean(map(len, columns[at])))
        found[answer] = Column("reference_answer")
        before = [at for at in rest if at != answer and at < question]
        if before and len(set(columns[before[-1]])) < len(rows):
            found[before[-1]] = Column("category")
    return Head(found, {}, guessed=True)


def _record(row: Row, head: Head) -> Record | None:
    """What a row says; none where it is empty or only announces a category."""
    raw = _with_continuations(row.cells, head) if head.exact else row.cells
    cells = [unquoted(unescaped(cell)) for cell in raw]
    values: dict[Column, str] = {}
    for at, column in head.columns.items():
        if at < len(cells) and cells[at]:
            values[column] = cells[at]
    alone = [cell for cell in cells if cell]
    if len(alone) == 1 and (row.is_wide or next(iter(values), None) == Column("category")):
        head.category = " ".join(alone[0].split())[:200]
        return None
    if not values:
        return None
    if head.category:
        values.setdefault(Column("category"), head.category)
    first = min((at for at, column in head.columns.items() if is_question(column)), default=0)
    record = Record(row.line, values, place=row.place(first), exact=head.exact)
    if head.guessed:
        record.doubts.append("guessed")
    return record


def _with_continuations(cells: list[str], head: Head) -> list[str]:
    """Texts longer than a cell of a workbook go on to the right of the last column, below the name of theirs."""
    cells, rest = cells[: len(head.names)], cells[len(head.names) :]
    for more in rest:
        name, _, piece = more.partition("\n")
        if name in head.names:
            cells[head.names.index(name)] += piece
    return cells


def _goes_on(row: Row, head: Head) -> bool:
    """Whether the question of a row is the one above, in a cell merged over both."""
    return any(at in row.continued for at, column in head.columns.items() if is_question(column))


def _join(record: Record, more: Record, row: Row, head: Head) -> None:
    """Add to a question what further rows beside it say."""
    for at, column in head.columns.items():
        if at not in row.continued and column in more.values:
            said = record.values.get(column)
            record.values[column] = f"{said}\n{more.values[column]}" if said else more.values[column]
