"""What an import would do with each entry, against the bank as it is now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from questionbank.choices import ImportStatus
from questionbank.models import QuestionVersion
from questionbank.services.entries import BATCH, Entries, Entry, Light, Note, Progress, no_progress
from questionbank.services.merging import changes_question, changes_version, stored_questions
from questionbank.services.reading import named_key, source_key
from questionbank.services.shelves import Shelves

# What comparing finds out; everything else in an entry's notes comes from reading.
FOUND = {"same_key", "same_title_above", "same_title_there", "changed_since"}
FOUND |= {"similar", "similar_there", "similar_other_language"}
# Worth knowing, and no reason to be unsure.
PLAIN = {"new_role", "new_competency"}
LEFT_OUT = {ImportStatus.UNCHANGED, ImportStatus.DUPLICATE, ImportStatus.UNREADABLE}


@dataclass(slots=True)
class Known:
    """A question of the bank: what the last file said of it, and its newest text (any writing makes another)."""

    question_id: UUID
    fingerprint: str
    seen: UUID | None = None


@dataclass(slots=True)
class Bank:
    """What the bank has of the questions that the entries may be."""

    by_id: dict[UUID, Known] = field(default_factory=dict)
    by_key: dict[str, Known] = field(default_factory=dict)
    # Questions by the key that one of their titles would have.
    by_title: dict[str, Known] = field(default_factory=dict)


@dataclass(slots=True)
class Verdict:
    """What becomes of an entry."""

    status: ImportStatus
    known: Known | None = None
    notes: list[Note] = field(default_factory=list)


def compare(entries: Entries, *, progress: Progress = no_progress) -> list[Light]:
    """Give every readable entry its status, its notes and the question that it would change.

    One pass over the entries, one query for the whole bank, and a handful for every five hundred entries that are
    not simply new. Returns those that are new.
    """
    lights = list(entries.lights())
    verdicts = judge(lights)
    found = [light.position for light in lights if _is_news(light, verdicts[light.position])]
    shelves = Shelves()
    for start in range(0, len(found), BATCH):
        progress("compare", start, len(found))
        batch = list(entries.at(found[start : start + BATCH]))
        for entry in batch:
            _note(entry, verdicts[entry.position])
        _settle_changes(batch, shelves)
        entries.keep(batch)
    return [light for light in lights if verdicts[light.position].known is None and _is_written(verdicts, light)]


def _is_written(verdicts: dict[int, Verdict], light: Light) -> bool:
    return verdicts[light.position].status not in LEFT_OUT


def judge(lights: Sequence[Light]) -> dict[int, Verdict]:
    """A verdict for each, by position; whether a changed one really changes anything is not looked at. One query."""
    court = _Court(_bank_of(lights))
    return {light.position: court.verdict(light) for light in lights}


class _Court:
    """Judges entries in their order: the first with a key or a title is the question, the next repeats it."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._keys: dict[str, Light] = {}
        self._titles: dict[str, Light] = {}
        self._questions: dict[UUID, Light] = {}

    def verdict(self, light: Light) -> Verdict:
        if light.key:
            first = self._keys.setdefault(light.key, light)
            if first is not light:
                place = f"{first.file}:{first.line}"
                return Verdict(ImportStatus.UNREADABLE, None, [note("same_key", key=light.key, first=place)])
        above = self._titles.setdefault(light.source_key, light)
        known = self._known(light)
        if known is not None:
            first = self._questions.setdefault(known.question_id, light)
            return self._of_known(light, known) if first is light else _repeats(first, known)
        if above is not light and not light.key:
            return _repeats(above)
        there = self._bank.by_title.get(light.source_key)
        if there is not None:
            return Verdict(ImportStatus.DUPLICATE, there, [note("same_title_there")])
        if above is not light:
            return Verdict(ImportStatus.UNSURE, None, [_above(above)])
        return Verdict(ImportStatus.CREATED if _is_sure(light) else ImportStatus.UNSURE)

    def _known(self, light: Light) -> Known | None:
        if light.key:
            key_id = _as_id(light.key)
            known = self._bank.by_id.get(key_id) if key_id else None
            known = known or self._bank.by_key.get(named_key(light.key))
            if known is not None:
                return known
        return self._bank.by_key.get(light.source_key)

    def _of_known(self, light: Light, known: Known) -> Verdict:
        if known.fingerprint == light.fingerprint:
            return Verdict(ImportStatus.UNCHANGED, known)
        return Verdict(ImportStatus.CHANGED if _is_sure(light) else ImportStatus.UNSURE, known)


def note(code: str, **params: object) -> Note:
    """Why something is worth a look: a code, and what its words need."""
    return {"code": code, "params": params}


def _repeats(first: Light, known: Known | None = None) -> Verdict:
    return Verdict(ImportStatus.DUPLICATE, known, [_above(first)])


def _above(first: Light) -> Note:
    return note("same_title_above", file=first.file, line=first.line)


def _is_sure(light: Light) -> bool:
    return all(code in PLAIN or code in FOUND for code in light.notes)


def _is_news(light: Light, verdict: Verdict) -> bool:
    return bool(
        light.status != verdict.status
        or verdict.known
        or verdict.notes
        or light.question_id
        or FOUND.intersection(light.notes)
    )


def _note(entry: Entry, verdict: Verdict) -> None:
    entry.status = verdict.status
    entry.notes = [one for one in entry.notes if one["code"] not in FOUND] + verdict.notes
    entry.question_id = verdict.known.question_id if verdict.known else None
    entry.seen = verdict.known.seen if verdict.known else None
    entry.is_chosen = verdict.status not in LEFT_OUT


def _settle_changes(entries: list[Entry], shelves: Shelves) -> None:
    """What a file says again, or what the bank says already, is no change."""
    changed = {
        entry.question_id: entry
        for entry in entries
        if entry.question_id and entry.status in (ImportStatus.CHANGED, ImportStatus.UNSURE)
    }
    for stored in stored_questions([key for key in changed if key]) if changed else ():
        entry = changed[stored.pk]
        if entry.question and not (
            changes_version(entry.question, stored.versions.all()[0], shelves)
            or changes_question(entry.question, stored, shelves)
        ):
            entry.status, entry.is_chosen = ImportStatus.UNCHANGED, False


def _bank_of(lights: Iterable[Light]) -> Bank:
    """Reads the key and the titles of every newest version, and keeps those that some entry asks for. One query."""
    bank, keys, ids = Bank(), set(), set()
    for light in lights:
        keys.add(light.source_key)
        if light.key:
            keys.add(named_key(light.key))
            ids.add(_as_id(light.key))
    columns = ("question_id", "question__source_key", "fingerprint", "texts__title", "texts__pk")
    newest = QuestionVersion.objects.newest().order_by()
    for question_id, key, fingerprint, title, text in newest.values_list(*columns).iterator():
        title_key = source_key(title) if title else ""
        if not (key in keys or title_key in keys or question_id in ids):
            continue
        known = bank.by_id.setdefault(question_id, Known(question_id, fingerprint))
        known.seen = max(known.seen, text) if known.seen and text else known.seen or text
        if key:
            bank.by_key[key] = known
        if title_key:
            bank.by_title.setdefault(title_key, known)
    return bank


def _as_id(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None
