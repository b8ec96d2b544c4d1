"""From files to entries: what each file holds, and what of it the bank cannot hold."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import fields
from itertools import chain
from operator import attrgetter

from accounts.choices import Language
from questionbank.choices import LEVELS, ImportStatus
from questionbank.formats.files import read_file
from questionbank.formats.fingerprint import content_fingerprint, title_key
from questionbank.formats.reading import BankReading, ReadProblem, ReadQuestion
from questionbank.models import QuestionText, RubricLevel
from questionbank.services.entries import Entry, as_plain
from questionbank.services.shelves import Shelves
from questionbank.services.sources import Source
from questionbank.services.versions import MOST_MINUTES

BY_TITLE, BY_KEY = "title:", "key:"
_LONGEST_KEY = 290
_TITLE = QuestionText.title.field.max_length or 0
_PROMPT = QuestionText.prompt.field.max_length or 0
_CONTEXT = QuestionText.context.field.max_length or 0
_ANSWER = QuestionText.reference_answer.field.max_length or 0
_ANCHOR = RubricLevel.anchor.field.max_length or 0
# What the fingerprint of a question's texts covers already, or says nothing about the question.
_IN_FINGERPRINT = ("title", "prompt", "reference_answer", "category", "number", "line", "language", "doubts", "key")
_rest_of = attrgetter(*(part.name for part in fields(ReadQuestion) if part.name not in _IN_FINGERPRINT))


class Reader:
    """Reads one file after the other. Five queries to begin with: the words of the bank that files may name."""

    def __init__(self) -> None:
        self._shelves = Shelves()

    def entries(self, source: Source, *, first: int) -> list[Entry]:
        """What one file holds, in its order, or why it could not be opened. Positions count from ``first``."""
        data = source.data
        reading = BankReading((), (data,)) if isinstance(data, ReadProblem) else read_file(source.path, data)
        found = list(self._entries(source.name, reading))
        for position, entry in enumerate(found, start=first):
            entry.position = position
        return found

    def _entries(self, name: str, reading: BankReading) -> Iterator[Entry]:
        unfit = [_unfit(question) for question in reading.questions]
        for problem in chain(reading.problems, filter(None, unfit)):
            note = {"code": problem.code, "params": problem.params}
            yield Entry(0, name, problem.line, "", "", ImportStatus.UNREADABLE, [note], is_chosen=False)
        for question, why in zip(reading.questions, unfit, strict=True):
            if why is None:
                yield self._entry(name, question)

    def _entry(self, name: str, question: ReadQuestion) -> Entry:
        notes = [{"code": code, "params": {}} for code in question.doubts]
        status = ImportStatus.UNSURE if notes else ImportStatus.CREATED
        if question.lowest_seniority or question.highest_seniority:
            for word in filter(None, (question.lowest_seniority, question.highest_seniority)):
                if self._shelves.find_seniority(word) is None:
                    notes.append({"code": "unknown_seniority", "params": {"name": word}})
                    status = ImportStatus.UNSURE
        for word in question.role_families:
            if self._shelves.find_role(word) is None:
                notes.append({"code": "new_role", "params": {"name": word}})
        entry = Entry(0, name, question.line, question.title, question.category, status, notes, question)
        entry.source_key = source_key(question.title)
        entry.fingerprint = file_fingerprint(question)
        return entry


def source_key(title: str) -> str:
    """What a question that says no identity of its own is recognised by."""
    key = title_key(title)
    # Some single characters fold to a dozen, and the column is not endless.
    return BY_TITLE + (key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest())


def named_key(key: str) -> str:
    """What a question with an identity from elsewhere is recognised by."""
    return BY_KEY + (key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest())


def file_fingerprint(question: ReadQuestion) -> str:
    """SHA-256 of all that a file says about a question; that of its texts where it says no more."""
    texts = content_fingerprint(question)
    if not any(_rest_of(question)):
        return texts
    rest = as_plain(question)
    for name in _IN_FINGERPRINT:
        rest.pop(name, None)
    return hashlib.sha256((texts + json.dumps(rest, sort_keys=True)).encode()).hexdigest()


def _unfit(question: ReadQuestion) -> ReadProblem | None:
    """Why the bank cannot hold what was read."""
    line = question.line
    if not question.title.strip() or not question.prompt.strip():
        return ReadProblem(line, "empty_question")
    problem = _too_long(question) or _odd_characters(question)
    if problem:
        return problem
    if question.minutes is not None and not 1 <= question.minutes <= MOST_MINUTES:
        return ReadProblem(line, "minutes_range", {"minutes": question.minutes, "limit": MOST_MINUTES})
    if question.difficulty is not None and question.difficulty not in LEVELS:
        return ReadProblem(line, "difficulty_range", {"difficulty": question.difficulty})
    return _broken_parts(question)


def _too_long(question: ReadQuestion) -> ReadProblem | None:
    limits = [(_TITLE, question.title), (_PROMPT, question.prompt), (_ANSWER, question.reference_answer)]
    if question.context or question.anchors:
        limits += [(_CONTEXT, question.context), *((_ANCHOR, anchor) for anchor in question.anchors)]
    for text in question.translations:
        limits += [(_TITLE, text.title), (_PROMPT, text.prompt), (_ANSWER, text.reference_answer)]
        limits += [(_CONTEXT, text.context), *((_ANCHOR, anchor) for anchor in text.anchors)]
    for limit, text_of in limits:
        if len(text_of) > limit:
            return ReadProblem(question.line, "text_too_long", {"length": len(text_of), "limit": limit})
    return None


def _odd_characters(question: ReadQuestion) -> ReadProblem | None:
    """Structured files may spell characters that no database keeps: NUL, and halves of a pair."""
    whole = "".join(_texts(question))
    if "\0" in whole or not (whole.isascii() or _is_whole(whole)):
        return ReadProblem(question.line, "odd_characters")
    return None


def _texts(question: ReadQuestion) -> Iterator[str]:
    yield from (question.title, question.prompt, question.reference_answer, question.category, question.context)
    yield from (question.key, question.lowest_seniority, question.highest_seniority)
    yield from chain(question.probes, question.tags, question.anchors, question.role_families, question.enemies)
    yield from (name for name, _percent in question.competencies)
    for text in question.translations:
        yield from (text.title, text.prompt, text.reference_answer, text.context, *text.probes, *text.anchors)


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _broken_parts(question: ReadQuestion) -> ReadProblem | None:
    line = question.line
    for anchors in (question.anchors, *(text.anchors for text in question.translations)):
        if anchors and (len(anchors) != len(LEVELS) or not all(anchor.strip() for anchor in anchors)):
            given = {level for level, anchor in zip(LEVELS, anchors, strict=False) if anchor.strip()}
            level = next((level for level in LEVELS if level not in given), len(LEVELS))
            return ReadProblem(line, "anchor_missing", {"level": level})
    if question.competencies:
        percents = [percent for _name, percent in question.competencies]
        if sum(percents) != 100 or min(percents) < 1:
            return ReadProblem(line, "weights", {"sum": sum(percents)})
    languages = [question.language, *(text.language for text in question.translations)]
    unknown = [language for language in languages if language not in Language.values]
    if unknown or len(set(languages)) < len(languages):
        return ReadProblem(line, "language", {"language": (unknown or languages)[-1]})
    for text in question.translations:
        if not text.title.strip() or not text.prompt.strip():
            return ReadProblem(line, "empty_translation", {"language": text.language})
    return None
