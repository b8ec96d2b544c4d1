"""Tables of questions in Markdown: one row a question, columns named as in a spreadsheet."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from questionbank.formats import wording
from questionbank.formats.blocks import Block
from questionbank.formats.facts import Facts, split_marks
from questionbank.formats.headers import Column, columns_of, is_question
from questionbank.formats.inline import plain, shortened
from questionbank.formats.reading import ReadQuestion
from questionbank.formats.records import Record, question_of

_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_CONTENTS_LINK = re.compile(r"(?:\*\*|`)?\[[^\n]*\]\(\s*#[^)\n]*\)(?:\*\*|`)?\s*$")
_WORDS = re.compile(r"[^\W\d_]{2,}[^\w\n]+[^\W\d_]|[\u3400-\u9fff]{4}|^[^\W\d_]{3,}$")
_LINK = re.compile(r"!?\[[^\n]*\]\([^)\n]*\)|https?://\S+")
_CODE_OR_BAR = re.compile(r"(`+)(?:.*?)\1(?!`)|\\\||\|")


def cells_of(line: str) -> list[str]:
    """The cells of a table's row; a bar in code or after a backslash parts none."""
    text = line.strip()
    cells, start = [], 0
    for found in _CODE_OR_BAR.finditer(text):
        if found[0] == "|":
            cells.append(text[start : found.start()])
            start = found.end()
    cells.append(text[start:])
    if text.startswith("|"):
        cells = cells[1:]
    if cells and not cells[-1].strip():
        cells.pop()
    return [cell.strip().replace("\\|", "|") for cell in cells]


def questions_in_table(lines: Sequence[str], block: Block) -> Iterator[ReadQuestion]:
    """The questions of a table; none where its columns or its words say that it is something else."""
    heads = [plain(cell) for cell in cells_of(lines[block.start])]
    columns = columns_of(heads)
    if not any(is_question(column) for column in columns):
        return
    rows = [(at, cells_of(lines[at])) for at in range(block.start + 2, block.end)]
    asked = next(at for at, column in enumerate(columns) if is_question(column))
    texts = [cells[asked] for _, cells in rows if asked < len(cells) and cells[asked]]
    linked = sum(_CONTENTS_LINK.match(text) is not None for text in texts)
    asking = sum(wording.asks(plain(text)) for text in texts)
    answered = any(column is not None and column.field == "reference_answer" for column in columns)
    if 2 * linked > len(texts) or not (answered or 2 * asking >= len(texts)):
        return
    for at, cells in rows:
        question = _question(at, heads, cells, columns)
        if question is not None:
            yield question


def _is_prose(text: str) -> bool:
    """Whether a cell below an unknown head says something to an interviewer: words, and no bare link."""
    return _WORDS.search(text) is not None and _LINK.fullmatch(text) is None


def _question(at: int, heads: list[str], cells: list[str], columns: list[Column | None]) -> ReadQuestion | None:
    values: dict[Column, str] = {}
    facts = Facts()
    notes: list[str] = []
    for head, column, cell in zip(heads, columns, cells, strict=False):
        text = _BREAK.sub("\n", cell)
        if column is None:
            if _is_prose(text):
                notes.append(f"**{head}**: {text}" if head else text)
            continue
        if not text:
            continue
        if column.field in ("title", "prompt"):
            text = split_marks(text, facts)
        values.setdefault(column, text)
    question = question_of(Record(at + 1, values)) if values else None
    if question is None:
        return None
    number, title, _ = wording.split_number(plain(question.title))
    return replace(
        question,
        title=shortened(title),
        prompt=wording.split_number(question.prompt).text if number else question.prompt,
        number=question.number or number,
        context="\n\n".join(note for note in (question.context, *notes) if note),
        difficulty=question.difficulty or facts.difficulty,
        minutes=question.minutes or facts.minutes,
    )
