"""Write questions so that reading gives them back without loss; see the module of each format for its form.

Writers take questions as they come and hand out the file in pieces, so a bank of any size needs little memory.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from questionbank.formats.structured import FORMAT
from questionbank.formats.writing_markdown import write_markdown
from questionbank.formats.writing_tables import write_csv, write_workbook
from questionbank.formats.written import Written

Writer = Callable[[Iterable[Written]], Iterator[bytes]]


def write_json(questions: Iterable[Written]) -> Iterator[bytes]:
    """One object with a list of questions in it, each on a line of its own; what is empty is left out."""
    yield json.dumps({"format": FORMAT, "version": 1}).removesuffix("}").encode() + b', "questions": ['
    comma = "\n"
    for written in questions:
        yield (comma + json.dumps(_object(written), ensure_ascii=False)).encode()
        comma = ",\n"
    yield b"\n]}\n"


def _object(written: Written) -> dict[str, Any]:
    question = written.question
    found: dict[str, Any] = {
        "key": question.key,
        "state": written.state,
        "version": written.version,
        "number": question.number,
        "language": question.language,
        "category": question.category,
        **_words(question),
        "minutes": question.minutes,
        "difficulty": question.difficulty,
        "tags": question.tags,
        "competencies": [{"competency": name, "percent": percent} for name, percent in question.competencies],
        "role_families": question.role_families,
        "lowest_seniority": question.lowest_seniority,
        "highest_seniority": question.highest_seniority,
        "enemies": question.enemies,
        "translations": [{"language": text.language, **_words(text)} for text in question.translations],
    }
    return {name: value for name, value in found.items() if value or value == 0}


def _words(text: Any) -> dict[str, Any]:
    names = ("title", "prompt", "context", "reference_answer", "probes", "anchors")
    return {name: getattr(text, name) for name in names if getattr(text, name)}


WRITERS: dict[str, Writer] = {
    "markdown": write_markdown,
    "json": write_json,
    "csv": write_csv,
    "xlsx": write_workbook,
}
SUFFIXES = {"markdown": ".md", "json": ".json", "csv": ".csv", "xlsx": ".xlsx"}
TYPES = {
    "markdown": "text/markdown; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
