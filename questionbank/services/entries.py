"""What was read from the files of an import, one entry a question or place that could not be read.

The same steps work on entries in memory (the command) and on stored ones (the page): both kinds know how to go
through the entries in their order and how to note what was found out about some of them.
"""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.db.models.fields.json import KT
from django.db.models.functions import Substr

from questionbank.choices import ImportStatus
from questionbank.formats.reading import ReadQuestion, ReadText
from questionbank.models import Import, ImportEntry
from questionbank.services.inserting import as_json, insert_rows, new_key, update_rows

Note = dict[str, Any]  # {"code": …, "params": {…}}, in words by wording.py
# Says how far a step is: its code, done, total.
Progress = Callable[[str, int, int], None]
BATCH = 500
_LONGEST = 200
_LONGEST_FILE = 255
_ASKED = 600
_STORED = ("position", "file", "line", "title", "category", "status", "notes", "question_id", "is_chosen", "content")
_LIGHT = ("position", "file", "line", "title", "status", "notes", "question_id")
_KEY = ("upload_id", "position")


@dataclass(slots=True)
class Entry:
    """One question of a file and what happens to it, or a place that could not be read. ``line`` is 1-based.

    ``source_key`` and ``fingerprint`` are what a later import recognises the question by. ``seen`` names the text
    of the bank that it was compared with: any writing there makes another.
    """

    position: int
    file: str
    line: int
    title: str
    category: str
    status: ImportStatus
    notes: list[Note] = field(default_factory=list)
    question: ReadQuestion | None = None
    source_key: str = ""
    fingerprint: str = ""
    question_id: UUID | None = None
    seen: UUID | None = None
    is_chosen: bool = True


def no_progress(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class Light:
    """As much of a readable entry as has to be at hand for all entries at once.

    ``notes`` are codes; ``asked`` is what the question asks, in so many words as likeness is judged by.
    """

    position: int
    file: str
    line: int
    status: ImportStatus
    source_key: str
    key: str
    fingerprint: str
    asked: str
    notes: list[str]
    question_id: UUID | None


class Entries(Protocol):
    """Entries in the order of their positions."""

    def __iter__(self) -> Iterator[Entry]: ...

    def lights(self) -> Iterator[Light]:
        """The readable ones, lightly."""

    def at(self, positions: Iterable[int]) -> Iterator[Entry]:
        """Those at these positions, with what was read."""

    def keep(self, changed: Iterable[Entry]) -> None:
        """Remember the status, notes and question of these."""


class EntryList:
    """Entries in memory."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = list(entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def lights(self) -> Iterator[Light]:
        for entry in self._entries:
            if entry.question is not None:
                names = (entry.position, entry.file, entry.line, entry.status, entry.source_key, entry.question.key)
                asked = _asked(entry.title, entry.question.prompt)
                codes = [note["code"] for note in entry.notes]
                yield Light(*names, entry.fingerprint, asked, codes, entry.question_id)

    def at(self, positions: Iterable[int]) -> Iterator[Entry]:
        wanted = set(positions)
        return (entry for entry in self._entries if entry.position in wanted)

    def keep(self, changed: Iterable[Entry]) -> None:
        by_position = {entry.position: entry for entry in changed}
        self._entries = [by_position.get(entry.position, entry) for entry in self._entries]


class StoredEntries:
    """The rows of an import's preview; ``chosen`` narrows to those that are to be written."""

    def __init__(self, upload: Import, *, chosen: bool = False) -> None:
        self._rows = ImportEntry.objects.filter(upload=upload).order_by("position")
        self._upload = upload
        self._chosen = chosen

    def __iter__(self) -> Iterator[Entry]:
        rows = self._rows.filter(is_chosen=True) if self._chosen else self._rows
        return map(_stored, rows.values_list(*_STORED).iterator(BATCH))

    def lights(self) -> Iterator[Light]:
        rows = self._rows.filter(is_chosen=True) if self._chosen else self._rows
        # The database takes these few out of what was read faster than Python reads it all.
        start = Substr(KT("content__read__prompt"), 1, _ASKED)
        parts = (KT("content__key"), KT("content__read__key"), KT("content__fingerprint"), start)
        for row in rows.exclude(content=None).values_list(*_LIGHT, *parts).iterator(BATCH):
            position, file, line, title, status, notes, question_id, source_key, key, mark, prompt = row
            codes = [note["code"] for note in notes]
            names = (position, file, line, ImportStatus(status), source_key, key or "")
            yield Light(*names, mark, _asked(title, prompt), codes, question_id)

    def at(self, positions: Iterable[int]) -> Iterator[Entry]:
        for batch in _batches(positions):
            yield from map(_stored, self._rows.filter(position__in=batch).values_list(*_STORED))

    def add(self, entries: Iterable[Entry]) -> None:
        """Store new entries: one statement however many."""
        rows = [_row(self._upload.pk.hex, entry) for entry in entries]
        insert_rows(ImportEntry, ("id", "upload_id", *_STORED), rows)

    def keep(self, changed: Iterable[Entry]) -> None:
        """Two statements however many."""
        entries, upload = list(changed), self._upload.pk.hex
        found = [
            (entry.status.value, json.dumps(entry.notes), _hex(entry.question_id), entry.is_chosen) for entry in entries
        ]
        keys = [(upload, entry.position) for entry in entries]
        update_rows(ImportEntry, ("status", "notes", "question_id", "is_chosen"), found, _KEY, keys)
        compared = [entry for entry in entries if entry.seen and entry.question]
        contents = [(_content(entry),) for entry in compared]
        update_rows(ImportEntry, ("content",), contents, _KEY, [(upload, entry.position) for entry in compared])


def _asked(title: str, prompt: str) -> str:
    start = prompt[:_ASKED]
    return start if title in start else f"{title} {start}"


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries by the five hundred."""
    return _batches(entries)


def _row(upload_id: str, entry: Entry) -> tuple[Any, ...]:
    return (
        new_key(),
        upload_id,
        entry.position,
        entry.file[-_LONGEST_FILE:],
        entry.line,
        entry.title[:_LONGEST],
        entry.category[:_LONGEST],
        entry.status.value,
        json.dumps(entry.notes),
        _hex(entry.question_id),
        entry.is_chosen,
        _content(entry),
    )


def _hex(key: UUID | None) -> str | None:
    return key.hex if key else None


def _content(entry: Entry) -> str | None:
    if entry.question is None:
        return None
    parts = {"read": as_plain(entry.question), "key": entry.source_key, "fingerprint": entry.fingerprint}
    if entry.seen:
        parts["seen"] = str(entry.seen)
    return as_json(parts)


def _stored(row: tuple[Any, ...]) -> Entry:
    position, file, line, title, category, status, notes, question_id, is_chosen, content = row
    entry = Entry(position, file, line, title, category, ImportStatus(status), notes)
    entry.question_id, entry.is_chosen = question_id, is_chosen
    if content:
        entry.question = from_plain(content["read"])
        entry.source_key, entry.fingerprint = content["key"], content["fingerprint"]
        entry.seen = UUID(content["seen"]) if "seen" in content else None
    return entry


# What was read, as JSON has it -----------------------------------------------------------------------

_FIELDS = tuple(part.name for part in dataclasses.fields(ReadQuestion))
_TEXT_FIELDS = tuple(part.name for part in dataclasses.fields(ReadText))


def as_plain(question: ReadQuestion) -> dict[str, Any]:
    """What was read, without what is empty."""
    plain = {name: value for name in _FIELDS if (value := getattr(question, name))}
    if question.translations:
        plain["translations"] = [
            {name: value for name in _TEXT_FIELDS if (value := getattr(text, name))} for text in question.translations
        ]
    return plain


_NEEDED: dict[str, Any] = dict.fromkeys(("title", "prompt", "reference_answer", "category", "number"), "")
_NEEDED["line"] = 0


def from_plain(plain: dict[str, Any]) -> ReadQuestion:
    """The other way round."""
    parts: dict[str, Any] = _NEEDED | {
        name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()
    }
    if "competencies" in plain:
        parts["competencies"] = tuple((name, percent) for name, percent in plain["competencies"])
    if "translations" in plain:
        parts["translations"] = tuple(map(_text, plain["translations"]))
    return ReadQuestion(**parts)


def _text(plain: dict[str, Any]) -> ReadText:
    return ReadText(**{"title": "", "prompt": ""} | _with_tuples(plain))


def _with_tuples(plain: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
