"""Write questions as Markdown, in the form that ``own_markdown`` describes and reads."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from questionbank.formats.own_markdown import METADATA, TRANSLATION
from questionbank.formats.reading import ReadQuestion, ReadText
from questionbank.formats.written import Written

LONGEST_LINE = 50_000
_PIECE = 10_000
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_UNFIT = re.compile("[\r\x00\ud800-\udfff]")
_UNFIT_TITLE = re.compile("[\r\n\x00\ud800-\udfff]")
_FRAME = re.compile(r"^(?:#|\s*(?:```|~~~))", re.MULTILINE)
_TILDES = re.compile("~+")


def write_markdown(questions: Iterable[Written]) -> Iterator[bytes]:
    """A file that people can read and edit; ``# `` is a category, ``## `` a question."""
    category = ""
    for written in questions:
        question = written.question
        lines: list[str] = []
        told = question.category
        if told != category and _is_heading(told):
            lines += [f"# {told}", ""]
            category = told
        lines += [f"## {_heading(question.title)}", "", METADATA]
        lines += [_metadata(written, named=told == category), "```", ""]
        lines += _parts(question)
        for text in question.translations:
            lines += [f"{TRANSLATION}{text.language}: {_heading(text.title)}", "", *_parts(text)]
        yield ("\n".join(lines) + "\n").encode()


def _metadata(written: Written, *, named: bool) -> str:
    question = written.question
    seniority = [question.lowest_seniority, question.highest_seniority]
    titles = {text.language: text.title for text in question.translations if not _is_heading(text.title)}
    fields: dict[str, Any] = {
        "key": question.key,
        "state": written.state,
        "version": written.version,
        "number": question.number,
        "language": question.language,
        "minutes": question.minutes,
        "difficulty": question.difficulty,
        "tags": list(question.tags),
        "competencies": dict(question.competencies),
        "roles": list(question.role_families),
        "seniority": seniority if any(seniority) else None,
        "enemies": list(question.enemies),
        "title": None if _is_heading(question.title) else question.title,
        "titles": titles,
    }
    kept = {name: value for name, value in fields.items() if value}
    if not named:
        kept["category"] = question.category
    text: str = yaml.dump(kept, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=1_000_000)
    return text.rstrip("\n")


def _parts(text: ReadQuestion | ReadText) -> Iterator[str]:
    for heading, words in (
        ("### Prompt", text.prompt),
        ("### Context", text.context),
        ("### Reference answer", text.reference_answer),
    ):
        if words:
            yield from (heading, "", _text(words), "")
    if text.probes:
        yield from ("### Probes", "", _items(text.probes, ["- "] * len(text.probes)), "")
    if text.anchors:
        yield from ("### Rubric", "", _items(text.anchors, [f"{at}. " for at in range(1, len(text.anchors) + 1)]), "")


def _text(text: str) -> str:
    lines = text.split("\n")
    if _UNFIT.search(text) or any(len(line) > LONGEST_LINE for line in lines):
        return _pieces([text[at : at + _PIECE] for at in range(0, len(text), _PIECE)])
    if lines[0].strip() and lines[-1].strip() and not _FRAME.search(text):
        return text
    mark = "~" * max(4, 1 + max((len(run) for run in _TILDES.findall(text)), default=0))
    return f"{mark}markdown\n{text}\n{mark}"


def _items(items: tuple[str, ...], marks: list[str]) -> str:
    if any(map(_is_no_item, items)):
        return _pieces(items)
    written = []
    for item, mark in zip(items, marks, strict=True):
        first, *rest = item.split("\n")
        indent = " " * len(mark)
        written += [mark + first, *(indent + line if line else line for line in rest)]
    return "\n".join(written)


def _is_no_item(item: str) -> bool:
    lines = item.split("\n")
    long = any(len(line) > LONGEST_LINE for line in lines)
    return long or bool(_UNFIT.search(item)) or not lines[0].strip() or not lines[-1].strip()


def _pieces(pieces: Iterable[str]) -> str:
    inside = ",\n".join(json.dumps(piece) for piece in pieces)
    return f"~~~~json\n[\n{inside}\n]\n~~~~"


def _is_heading(title: str) -> bool:
    return bool(title) and title == title.strip() and not _UNFIT_TITLE.search(title) and len(title) <= LONGEST_LINE


def _heading(title: str) -> str:
    return title if _is_heading(title) else " ".join(title.split())[:200] or "…"
