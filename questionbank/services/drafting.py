"""Writing many drafts at once: what ``services.versions`` does for one question, for thousands in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy

from accounts.models import AuditEntry, User
from questionbank.choices import LEVELS, OPEN_STATES, ImportStatus, VersionState
from questionbank.models import (
    CompetencyWeight,
    Question,
    QuestionText,
    QuestionVersion,
    RubricLevel,
)
from questionbank.policies import may_write
from questionbank.services.comparing import Verdict, judge, note
from questionbank.services.enemies import set_pairs
from questionbank.services.entries import Entries, Entry, Note, batches
from questionbank.services.inserting import as_json, insert_rows, new_key, stored_time
from questionbank.services.merging import (
    Defaults,
    changes_question,
    changes_version,
    has_anchors,
    new_content,
    next_content,
    stored_questions,
)
from questionbank.services.reading import named_key
from questionbank.services.shelves import Shelves
from questionbank.services.versions import Content, check_content, wait_for_numbers

# As many places are named when an import is refused.
MOST_PLACES = 20


@dataclass(slots=True)
class Written:
    """What an import did. ``left_alone`` were promised, and the bank has changed since."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    left_alone: int = 0
    without_rubric: int = 0
    # Those that the search has to learn.
    questions: list[str] = field(default_factory=list)

    @property
    def drafts(self) -> int:
        return self.created + self.changed


@transaction.atomic
def write_entries(*, entries: Entries, author: User, defaults: Defaults) -> Written:
    """Make drafts of these entries, all or nothing, if the bank still is as it was when they were compared.

    What somebody else has imported in the meantime, word for word, writes nothing; what somebody has changed is left
    alone and noted in its entry. The caller sees to it that the search learns the questions.

    Raises ``ValidationError`` that names file and line; ``PermissionDenied``.
    """
    if not may_write(author):
        raise PermissionDenied
    wait_for_numbers()
    writer = _Writer(author, defaults, judge(list(entries.lights())))
    for batch in batches(entries):
        writer.write(batch)
    entries.keep(writer.noted)
    writer.name_enemies()
    return writer.written


class _Writer:
    def __init__(self, author: User, defaults: Defaults, verdicts: dict[int, Verdict]) -> None:
        self.written = Written()
        # Entries that came out other than they were promised.
        self.noted: list[Entry] = []
        self._author = author
        self._defaults = defaults
        self._verdicts = verdicts
        self._shelves = Shelves(dict(defaults.competencies))
        self._number = Question.objects.order_by("-number").values_list("number", flat=True).first() or 0
        self._keys: set[str] = set()
        # What files name as enemies, and the questions that their keys stand for.
        self._by_key: dict[str, UUID] = {}
        self._enemies: list[tuple[UUID, str]] = []

    def write(self, entries: list[Entry]) -> None:
        """One batch: a fixed number of statements, plus those for new words and changed tags."""
        rows = _Rows(self._author, stored_time(timezone.now()))
        changed: dict[UUID, Entry] = {}
        for entry in entries:
            verdict = self._verdicts.get(entry.position)
            if verdict is None or entry.question is None:
                continue
            if verdict.known and entry.question.key:
                self._by_key[entry.question.key] = verdict.known.question_id
            if verdict.status == ImportStatus.UNCHANGED:
                self._skip(entry)
            elif _is_new(entry, verdict) and not (self._defaults.generic_rubric or has_anchors(entry.question)):
                self.written.without_rubric += 1
                self._note(entry, "no_anchors")
            elif _is_new(entry, verdict):
                self._create(entry, rows, alone=verdict.status == ImportStatus.DUPLICATE)
            elif verdict.known and _is_as_seen(entry, verdict):
                changed[verdict.known.question_id] = entry
            else:
                self._refuse(entry, verdict)
        rows.check()
        self._change(changed, rows)
        rows.check()
        rows.insert()

    def name_enemies(self) -> None:
        """Once all questions are there. Keys that stand for no question say nothing."""
        wanted = {key for _question, key in self._enemies if key not in self._by_key}
        ids = {found: key for key in wanted if (found := _as_id(key))}
        self._by_key |= {ids[pk]: pk for pk in Question.objects.filter(pk__in=ids).values_list("pk", flat=True)}
        named = {named_key(key): key for key in wanted}
        keyed = Question.objects.filter(source_key__in=named).values_list("source_key", "pk")
        self._by_key |= {named[key]: pk for key, pk in keyed}
        pairs = {(one, self._by_key[key]) for one, key in self._enemies if self._by_key.get(key, one) != one}
        questions = Question.objects.in_bulk({pk for pair in pairs for pk in pair})
        if pairs:
            both = [(questions[one], questions[other], "") for one, other in sorted(pairs)]
            set_pairs(pairs=both, actor=self._author)

    def _skip(self, entry: Entry) -> None:
        self.written.unchanged += 1
        entry.status = ImportStatus.UNCHANGED
        self.noted.append(entry)

    def _refuse(self, entry: Entry, verdict: Verdict) -> None:
        self.written.left_alone += 1
        entry.status = verdict.status
        entry.question_id = verdict.known.question_id if verdict.known else None
        self._note(entry, "changed_since", *verdict.notes)

    def _note(self, entry: Entry, code: str, *notes: Note) -> None:
        entry.notes = [*entry.notes, *notes, note(code)]
        entry.is_chosen = False
        self.noted.append(entry)

    def _create(self, entry: Entry, rows: "_Rows", *, alone: bool) -> None:
        question = entry.question
        assert question is not None  # noqa: S101 -- for the type checker
        category = self._shelves.category(question.category, question.language)
        content = new_content(question, category, self._shelves, self._defaults, entry.fingerprint)
        self._number += 1
        key = named_key(question.key) if question.key else entry.source_key
        if alone or key in self._keys:
            key = ""
        self._keys.add(key)
        question_id = rows.add_question(self._number, category.pk, key or None)
        rows.add_tags(question_id, self._shelves.tags(question.tags) if question.tags else ())
        rows.add_version(question_id, 1, content, entry)
        self._remember(entry, question_id)
        self.written.created += 1

    def _change(self, changed: dict[UUID, Entry], rows: "_Rows") -> None:
        """Next versions, or new words for drafts that are open: those give up their parts and keep their number."""
        if not changed:
            return
        # The order is that of everybody who locks many: nobody waits in a circle.
        list(Question.objects.select_for_update(no_key=True).filter(pk__in=changed).order_by("pk"))
        drafts = []
        for stored in stored_questions(changed):
            entry, last = changed[stored.pk], stored.versions.all()[0]
            question = entry.question
            assert question is not None  # noqa: S101 -- for the type checker
            self._remember(entry, stored.pk.hex)
            says_more = changes_version(question, last, self._shelves)
            moves = changes_question(question, stored, self._shelves)
            if not (says_more or moves):
                self._skip(entry)
                continue
            self.written.changed += 1
            if moves:
                self._move(stored, entry)
            content = next_content(question, last, self._shelves, entry.fingerprint)
            if last.state in OPEN_STATES:
                drafts.append(rows.rewrite(last, content, entry))
            else:
                rows.add_version(stored.pk.hex, last.number + 1, content, entry)
        _clear(drafts)

    def _move(self, stored: Question, entry: Entry) -> None:
        question = entry.question
        assert question is not None  # noqa: S101 -- for the type checker
        if question.category:
            stored.category = self._shelves.category(question.category, question.language)
            stored.save(update_fields=["category"])
        if question.tags:
            stored.tags.set(self._shelves.tags(question.tags))

    def _remember(self, entry: Entry, key: str) -> None:
        self.written.questions.append(key)
        if entry.question and entry.question.key:
            self._by_key[entry.question.key] = UUID(key)
        if entry.question:
            self._enemies += [(UUID(key), enemy) for enemy in entry.question.enemies]


def _is_new(entry: Entry, verdict: Verdict) -> bool:
    """Whether it was promised as a new question and still is one; a chosen duplicate is one in any case."""
    if entry.status == ImportStatus.DUPLICATE:
        return verdict.status != ImportStatus.UNREADABLE
    return entry.question_id is None and verdict.known is None and verdict.status != ImportStatus.UNREADABLE


def _is_as_seen(entry: Entry, verdict: Verdict) -> bool:
    known = verdict.known
    return known is not None and entry.question_id == known.question_id and entry.seen == known.seen


def _as_id(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None


def _clear(drafts: list[QuestionVersion]) -> None:
    """Take the parts of open drafts away and store their plain values."""
    keys = [draft.pk for draft in drafts]
    if not keys:
        return
    QuestionText.objects.filter(version__in=keys).delete()
    CompetencyWeight.objects.filter(version__in=keys).delete()
    QuestionVersion.role_families.through.objects.filter(questionversion__in=keys).delete()
    fields = ["author", "state", "minutes", "difficulty", "lowest_seniority", "highest_seniority"]
    QuestionVersion.objects.bulk_update(drafts, [*fields, "rubric_is_generic", "fingerprint"], batch_size=100)


@dataclass(slots=True)
class _Rows:
    """Rows of one batch by table, in the order in which the tables need each other."""

    author: User
    now: Any
    questions: list[tuple[Any, ...]] = field(default_factory=list)
    tags: list[tuple[Any, ...]] = field(default_factory=list)
    versions: list[tuple[Any, ...]] = field(default_factory=list)
    roles: list[tuple[Any, ...]] = field(default_factory=list)
    weights: list[tuple[Any, ...]] = field(default_factory=list)
    texts: list[tuple[Any, ...]] = field(default_factory=list)
    levels: list[tuple[Any, ...]] = field(default_factory=list)
    trail: list[tuple[Any, ...]] = field(default_factory=list)
    errors: list[ValidationError] = field(default_factory=list)

    def check(self) -> None:
        """Refuse what the bank cannot hold, by file and line."""
        if self.errors:
            raise ValidationError(self.errors[:MOST_PLACES])

    def insert(self) -> None:
        for model, columns, rows in (
            (Question, _QUESTION, self.questions),
            (Question.tags.through, _TAG, self.tags),
            (QuestionVersion, _VERSION, self.versions),
            (QuestionVersion.role_families.through, _ROLE, self.roles),
            (CompetencyWeight, _WEIGHT, self.weights),
            (QuestionText, _TEXT, self.texts),
            (RubricLevel, _LEVEL, self.levels),
            (AuditEntry, _TRAIL, self.trail),
        ):
            insert_rows(model, columns, rows)

    def add_question(self, number: int, category_id: UUID, key: str | None) -> str:
        question_id = new_key()
        self.questions.append((question_id, number, key, category_id.hex, self.now))
        return question_id

    def add_tags(self, question_id: str, tags: Iterable[Any]) -> None:
        self.tags += [(question_id, tag.pk.hex) for tag in tags]

    def add_version(self, question_id: str, number: int, content: Content, entry: Entry) -> None:
        version_id = new_key()
        values = (
            content.minutes,
            content.difficulty,
            content.lowest_seniority.pk.hex,
            content.highest_seniority.pk.hex,
        )
        state = VersionState.DRAFT.value
        written = (content.rubric_is_generic, content.fingerprint, self.author.pk.hex, self.now)
        self.versions.append((version_id, question_id, number, state, *values, *written))
        self._add_parts(version_id, content, entry)

    def rewrite(self, draft: QuestionVersion, content: Content, entry: Entry) -> QuestionVersion:
        """An open draft with other words. One that was in review is a plain draft again."""
        draft.author, draft.state = self.author, VersionState.DRAFT
        draft.minutes, draft.difficulty = content.minutes, content.difficulty
        draft.lowest_seniority, draft.highest_seniority = content.lowest_seniority, content.highest_seniority
        draft.rubric_is_generic, draft.fingerprint = content.rubric_is_generic, content.fingerprint
        self._add_parts(draft.pk.hex, content, entry)
        return draft

    def _add_parts(self, version_id: str, content: Content, entry: Entry) -> None:
        try:
            check_content(content)
        except ValidationError as error:
            self.errors += [_at(entry, one) for one in error.error_list]
            return
        self.roles += [(version_id, role.pk.hex) for role in content.role_families]
        self.weights += [(new_key(), version_id, one.pk.hex, percent) for one, percent in content.weights.items()]
        for words in content.wordings:
            text_id = new_key()
            asked = (words.title.strip(), words.prompt.strip(), words.context.strip())
            probes = [probe.strip() for probe in words.probes if probe.strip()]
            answer = words.reference_answer.strip("\n")
            self.texts.append((text_id, version_id, words.language, *asked, answer, as_json(probes)))
            self.levels += [
                (new_key(), text_id, level, anchor.strip()) for level, anchor in zip(LEVELS, words.anchors, strict=True)
            ]
        for action, detail in (("version.written", "{}"), ("version.imported", f'{{"line": {entry.line}}}')):
            self.trail.append((new_key(), self.now, self.author.pk.hex, action, _SUBJECT, version_id, detail))


_QUESTION = ("id", "number", "source_key", "category_id", "created_at")
_TAG = ("question_id", "tag_id")
_VERSION = (
    *("id", "question_id", "number", "state", "minutes", "difficulty", "lowest_seniority_id", "highest_seniority_id"),
    *("rubric_is_generic", "fingerprint", "author_id", "created_at"),
)
_ROLE = ("questionversion_id", "rolefamily_id")
_WEIGHT = ("id", "version_id", "competency_id", "percent")
_TEXT = ("id", "version_id", "language", "title", "prompt", "context", "reference_answer", "probes")
_LEVEL = ("id", "text_id", "level", "anchor")
_TRAIL = ("id", "at", "actor_id", "action", "subject_type", "subject_id", "detail")
_SUBJECT = QuestionVersion._meta.label_lower


def _at(entry: Entry, error: ValidationError) -> ValidationError:
    """The same refusal with the place in front."""
    place = f"{entry.file}:{entry.line}"
    words = format_lazy("{place}: {message}", place=place, message=" ".join(error.messages))
    return ValidationError(words, code=error.code)
