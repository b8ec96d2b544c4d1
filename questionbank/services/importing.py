"""Reading other people's question files into the bank."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from accounts.models import User
from accounts.services import record
from questionbank.choices import GENERIC_ANCHORS, ImportStatus
from questionbank.formats.fingerprint import content_fingerprint, title_key
from questionbank.formats.markdown import read_markdown_bank
from questionbank.formats.reading import ReadProblem, ReadQuestion
from questionbank.formats.source import MAX_BYTES
from questionbank.models import (
    Category,
    Question,
    QuestionText,
    QuestionVersion,
    RoleFamily,
    SeniorityLevel,
)
from questionbank.services.shelves import Shelves
from questionbank.services.versions import (
    Content,
    Wording,
    as_wording,
    create_question,
    wait_for_numbers,
    write_draft,
)
from questionbank.wording import doubt_message, problem_message

SUFFIXES = {".md", ".markdown"}
WRITTEN = {ImportStatus.CREATED, ImportStatus.CHANGED, ImportStatus.UNSURE}
_BY_TITLE = "title:"
_LONGEST_KEY = 290


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a file does not say about its questions. Shown in the preview, changed there."""

    role_families: tuple[RoleFamily, ...]
    lowest_seniority: SeniorityLevel
    highest_seniority: SeniorityLevel
    minutes: int = 20
    difficulty: int = 3


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One question of a file and what happens to it. ``line`` is 1-based."""

    file: str
    line: int
    title: str
    category: str
    status: ImportStatus
    doubts: tuple[str, ...] = ()  # codes
    question: ReadQuestion | None = field(default=None, compare=False, repr=False)

    @property
    def doubts_in_words(self) -> list[str]:
        return [doubt_message(code) for code in self.doubts]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a place in a file could not be read, in the reader's language."""

    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The preview of an import, or what it did: both look the same."""

    items: tuple[ImportItem, ...]
    errors: tuple[Unreadable, ...]

    @property
    def file_names(self) -> list[str]:
        return list(dict.fromkeys(item.file for item in self.items))

    @property
    def counts(self) -> dict[str, int]:
        return {status.value: sum(item.status == status for item in self.items) for status in ImportStatus}

    @property
    def questions(self) -> list[ImportItem]:
        return [item for item in self.items if item.question]

    @property
    def drafts(self) -> int:
        """How many versions it writes."""
        return sum(item.status in WRITTEN for item in self.items)

    @property
    def usable(self) -> int:
        return sum(item.status != ImportStatus.UNREADABLE for item in self.items)


def read_files(paths: Iterable[Path]) -> tuple[list[tuple[str, bytes]], list[Unreadable]]:
    """The contents of files, and of the Markdown files in folders, in order of name."""
    files: list[tuple[str, bytes]] = []
    errors = []
    for path in paths:
        found = _markdown_in(path) if path.is_dir() else [path]
        if not found:
            errors.append(_unreadable(path, "no_markdown"))
        for file in found:
            try:
                with file.open("rb") as opened:
                    # One byte more than may be read, so that the reader can say that it is too much.
                    files.append((_shown(file), opened.read(MAX_BYTES + 1)))
            except FileNotFoundError:
                errors.append(_unreadable(file, "no_file"))
            except PermissionError:
                errors.append(_unreadable(file, "no_access"))
            except OSError:
                errors.append(_unreadable(file, "unopenable"))
    return files, errors


def _markdown_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and not path.is_dir())


def _unreadable(path: Path, code: str) -> Unreadable:
    return Unreadable(_shown(path), 0, problem_message(ReadProblem(0, code)))


def _shown(path: Path) -> str:
    """A path as text that any output takes: file names may hold bytes that are no characters."""
    return str(path).encode("utf-8", "replace").decode()


def preview(*, files: Iterable[tuple[str, bytes]]) -> ImportReport:
    """What an import of these files would do; nothing is written. One query however many questions."""
    items: list[ImportItem] = []
    errors: list[Unreadable] = []
    stored, taken = _stored_questions()
    seen: set[str] = set()
    for name, data in files:
        reading = read_markdown_bank(data)
        unfit = [problem for problem in map(_unfit, reading.questions) if problem]
        for problem in [*reading.problems, *unfit]:
            errors.append(Unreadable(name, problem.line, problem_message(problem)))
            items.append(ImportItem(name, problem.line, "", "", ImportStatus.UNREADABLE))
        refused = {problem.line for problem in unfit}
        for question in reading.questions:
            if question.line in refused:
                continue
            key = _source_key(question.title)
            status = _status(question, stored.get(key))
            if key in seen or (key in taken and key not in stored):
                status = ImportStatus.DUPLICATE
            seen.add(key)
            items.append(
                ImportItem(name, question.line, question.title, question.category, status, question.doubts, question)
            )
    return ImportReport(tuple(items), tuple(errors))


@transaction.atomic
def import_files(*, files: Iterable[tuple[str, bytes]], author: User, defaults: Defaults) -> ImportReport:
    """Import what the preview shows, all or nothing: new and changed questions become drafts.

    Unchanged ones and possible duplicates write nothing, so importing the same files twice is safe. A changed
    question takes from the file what the file says and keeps the rest: anchors, weights, the other language.
    """
    wait_for_numbers()
    report = preview(files=files)
    shelves = Shelves()
    for item in report.items:
        question = item.question
        if question is None or item.status not in WRITTEN:
            continue
        category = shelves.category(question.category, question.language)
        version = _store(question, category, author, defaults)
        record(actor=author, action="version.imported", subject=version, line=question.line)
    return report


def with_errors(report: ImportReport, errors: Iterable[Unreadable]) -> ImportReport:
    """The report, with files that could not even be opened."""
    added = tuple(errors)
    items = tuple(ImportItem(error.file, error.line, "", "", ImportStatus.UNREADABLE) for error in added)
    return ImportReport(report.items + items, report.errors + added)


def _store(question: ReadQuestion, category: Category, author: User, defaults: Defaults) -> QuestionVersion:
    key = _source_key(question.title)
    existing = Question.objects.filter(source_key=key).first()
    if existing is None:
        content = _new_content(question, category, defaults)
        return create_question(author=author, category=category, content=content, source_key=key)
    return write_draft(
        question=existing,
        author=author,
        content=_next_content(question, existing.versions.order_by("-number")[0]),
        category=category if question.category else None,
    )


def _new_content(question: ReadQuestion, category: Category, defaults: Defaults) -> Content:
    return Content(
        minutes=question.minutes or defaults.minutes,
        difficulty=question.difficulty or defaults.difficulty,
        lowest_seniority=defaults.lowest_seniority,
        highest_seniority=defaults.highest_seniority,
        role_families=defaults.role_families,
        weights={category.competency: 100},
        wordings=(_wording(question, None),),
        fingerprint=content_fingerprint(question),
    )


def _next_content(question: ReadQuestion, last: QuestionVersion) -> Content:
    """The last version with what the file says now."""
    words = {text.language: as_wording(text) for text in last.texts.prefetch_related("levels")}
    words[question.language] = _wording(question, words.get(question.language))
    return Content(
        minutes=question.minutes or last.minutes,
        difficulty=question.difficulty or last.difficulty,
        lowest_seniority=last.lowest_seniority,
        highest_seniority=last.highest_seniority,
        role_families=tuple(last.role_families.all()),
        weights={weight.competency: weight.percent for weight in last.weights.select_related("competency")},
        wordings=tuple(words.values()),
        fingerprint=content_fingerprint(question),
    )


def _wording(question: ReadQuestion, last: Wording | None) -> Wording:
    return Wording(
        language=question.language,
        title=question.title,
        prompt=question.prompt,
        anchors=last.anchors if last else GENERIC_ANCHORS[question.language],
        context=last.context if last else "",
        reference_answer=question.reference_answer,
        probes=question.probes or (last.probes if last else ()),
    )


def _unfit(question: ReadQuestion) -> ReadProblem | None:
    """Why the bank cannot hold what was read."""
    if not question.title.strip() or not question.prompt.strip():
        return ReadProblem(question.line, "empty_question")
    prompt, answer = QuestionText.prompt.field, QuestionText.reference_answer.field
    for text, limit in ((question.prompt, prompt.max_length), (question.reference_answer, answer.max_length)):
        if limit is not None and len(text) > limit:
            return ReadProblem(question.line, "text_too_long", {"length": len(text), "limit": limit})
    return None


def _status(question: ReadQuestion, stored: str | None) -> ImportStatus:
    if stored is not None and content_fingerprint(question) == stored:
        return ImportStatus.UNCHANGED
    if question.doubts:
        return ImportStatus.UNSURE
    return ImportStatus.CREATED if stored is None else ImportStatus.CHANGED


def _stored_questions() -> tuple[dict[str, str], set[str]]:
    """Fingerprints of imported questions by source key, and the keys that all titles of the bank would have."""
    rows = QuestionVersion.objects.newest().values_list("question__source_key", "fingerprint", "texts__title")
    stored: dict[str, str] = {}
    taken: set[str] = set()
    for source_key, fingerprint, title in rows:
        if source_key and source_key.startswith(_BY_TITLE):
            stored[source_key] = fingerprint
        if title:
            taken.add(_source_key(title))
    return stored, taken


def _source_key(title: str) -> str:
    key = title_key(title)
    # Some single characters fold to a dozen, and the column is not endless.
    return _BY_TITLE + (key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest())
