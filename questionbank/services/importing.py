"""Reading other people's question files into the bank."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import Language
from accounts.models import User
from accounts.services import record
from questionbank.choices import GENERIC_ANCHORS, ImportStatus
from questionbank.formats.fingerprint import content_fingerprint, title_key
from questionbank.formats.markdown import read_markdown_bank
from questionbank.formats.reading import ReadProblem, ReadQuestion
from questionbank.models import (
    Category,
    Competency,
    Question,
    QuestionText,
    QuestionVersion,
    RoleFamily,
    SeniorityLevel,
)
from questionbank.services.versions import Content, Wording, create_question, write_draft

SUFFIXES = {".md", ".markdown"}

_MESSAGES = {
    "file_too_large": gettext_lazy("The file has %(bytes)s bytes; %(limit)s are the most."),
    "too_many_lines": gettext_lazy("The file has too many lines."),
    "empty_file": gettext_lazy("The file is empty."),
    "binary": gettext_lazy("This is not a text file."),
    "not_utf8": gettext_lazy("The text is not UTF-8. Save the file as UTF-8 and try again."),
    "cut_off": gettext_lazy("The file ends in the middle of a character: it was copied only in part."),
    "line_too_long": gettext_lazy("This line has %(characters)s characters; %(limit)s are the most."),
    "unclosed_code": gettext_lazy("A code block that starts here never ends."),
    "unclosed_comment": gettext_lazy("A comment that starts here never ends."),
    "no_questions": gettext_lazy("No question was found. Questions stand under headings such as “### Q1: …”."),
    "text_too_long": gettext_lazy("This question has %(length)s characters in one part; %(limit)s are the most."),
}


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
    doubts: tuple[str, ...] = ()
    question: ReadQuestion | None = field(default=None, compare=False, repr=False)


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
    def counts(self) -> dict[str, int]:
        return {status.value: sum(item.status == status for item in self.items) for status in ImportStatus}

    @property
    def usable(self) -> int:
        return sum(item.status != ImportStatus.UNREADABLE for item in self.items)


def read_files(paths: Iterable[Path]) -> tuple[list[tuple[str, bytes]], list[Unreadable]]:
    """The contents of files, and of the Markdown files in folders, in order of name."""
    files: list[tuple[str, bytes]] = []
    errors = []
    for path in paths:
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES) if path.is_dir() else [path]
        if not found:
            errors.append(Unreadable(str(path), 0, _("This folder holds no Markdown file.")))
        for file in found:
            try:
                files.append((str(file), file.read_bytes()))
            except OSError as error:
                errors.append(Unreadable(str(file), 0, error.strerror or str(error)))
    return files, errors


def preview(*, files: Iterable[tuple[str, bytes]]) -> ImportReport:
    """What an import of these files would do; nothing is written. Two queries however many questions."""
    items: list[ImportItem] = []
    errors: list[Unreadable] = []
    known = _stored_fingerprints()
    seen: set[str] = set()
    for name, data in files:
        reading = read_markdown_bank(data)
        problems = [*reading.problems, *filter(None, map(_too_long, reading.questions))]
        refused = {problem.line for problem in problems}
        for problem in problems:
            errors.append(Unreadable(name, problem.line, _message(problem)))
            items.append(ImportItem(name, problem.line, "", "", ImportStatus.UNREADABLE))
        for question in reading.questions:
            if question.line in refused:
                continue
            key = title_key(question.title)
            status = ImportStatus.DUPLICATE if key in seen else _status(question, known.get(key))
            seen.add(key)
            items.append(
                ImportItem(name, question.line, question.title, question.category, status, question.doubts, question)
            )
    return ImportReport(tuple(items), tuple(errors))


@transaction.atomic
def import_files(*, files: Iterable[tuple[str, bytes]], author: User, defaults: Defaults) -> ImportReport:
    """Import what the preview shows, all or nothing: new and changed questions become drafts.

    Unchanged ones and possible duplicates write nothing, so importing the same files twice is safe.
    """
    report = preview(files=files)
    categories: dict[str, Category] = {}
    for item in report.items:
        question = item.question
        if question is None or item.status in {ImportStatus.UNCHANGED, ImportStatus.DUPLICATE}:
            continue
        if question.category not in categories:
            categories[question.category] = _category(question.category, question.language)
        category = categories[question.category]
        _store(question, category, author, defaults)
    return report


def _store(question: ReadQuestion, category: Category, author: User, defaults: Defaults) -> None:
    key = _source_key(question.title)
    content = Content(
        minutes=question.minutes or defaults.minutes,
        difficulty=question.difficulty or defaults.difficulty,
        lowest_seniority=defaults.lowest_seniority,
        highest_seniority=defaults.highest_seniority,
        role_families=defaults.role_families,
        weights={category.competency: 100},
        wordings=(
            Wording(
                language=question.language,
                title=question.title,
                prompt=question.prompt,
                anchors=GENERIC_ANCHORS[question.language],
                reference_answer=question.reference_answer,
                probes=question.probes,
            ),
        ),
        rubric_is_generic=True,
        fingerprint=content_fingerprint(question),
    )
    existing = Question.objects.filter(source_key=key).first()
    if existing is None:
        version = create_question(author=author, category=category, content=content, source_key=key)
    else:
        version = write_draft(question=existing, author=author, content=content)
    record(actor=author, action="version.imported", subject=version, line=question.line)


def _too_long(question: ReadQuestion) -> ReadProblem | None:
    for column, text in (("prompt", question.prompt), ("reference_answer", question.reference_answer)):
        limit = QuestionText._meta.get_field(column).max_length
        if limit is not None and len(text) > limit:
            return ReadProblem(question.line, "text_too_long", {"length": len(text), "limit": limit})
    return None


def _message(problem: ReadProblem) -> str:
    return str(_MESSAGES[problem.code]) % problem.params


def _status(question: ReadQuestion, stored: set[str] | None) -> ImportStatus:
    if stored is not None and content_fingerprint(question) in stored:
        return ImportStatus.UNCHANGED
    if question.doubts:
        return ImportStatus.UNSURE
    return ImportStatus.CREATED if stored is None else ImportStatus.CHANGED


def _stored_fingerprints() -> dict[str, set[str]]:
    """Title key → fingerprint of the newest imported version."""
    rows = QuestionVersion.objects.newest().filter(question__source_key__startswith="title:")
    return {
        key.removeprefix("title:"): {fingerprint}
        for key, fingerprint in rows.values_list("question__source_key", "fingerprint")
    }


def _source_key(title: str) -> str:
    return f"title:{title_key(title)}"


def _category(name: str, language: str) -> Category:
    """The category of that name, in either language, or a new one with a competency of the same name."""
    label = name or (_("General") if language == Language.EN else "综合")
    column = "name_zh" if language == Language.ZH_HANS else "name_en"
    found = Category.objects.filter(**{f"{column}__iexact": label}).order_by("slug").first()
    if found:
        return found
    slug = slugify(label, allow_unicode=True)[:80] or "general"
    competency, _new = Competency.objects.get_or_create(slug=slug, defaults={column: label[:120]})
    category, _new = Category.objects.get_or_create(slug=slug, defaults={column: label[:120], "competency": competency})
    return category


def with_errors(report: ImportReport, errors: Iterable[Unreadable]) -> ImportReport:
    """The report, with files that could not even be opened."""
    added = tuple(errors)
    items = tuple(ImportItem(error.file, error.line, "", "", ImportStatus.UNREADABLE) for error in added)
    return ImportReport(report.items + items, report.errors + added)
