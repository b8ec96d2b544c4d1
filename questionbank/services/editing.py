"""What the editor saves: unfinished writing while somebody writes, and the version at the end.

A save of unfinished writing names the one that it follows, so that two tabs, or two machines, never overwrite each
other unseen.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.trail import record
from questionbank.models import Category, EditorDraft, Question, QuestionText, QuestionVersion
from questionbank.policies import may_write
from questionbank.services.enemies import replace_enemies
from questionbank.services.merging import says_the_same, stored_content, stored_questions
from questionbank.services.search import index_questions
from questionbank.services.shelves import tags_named
from questionbank.services.versions import Content, create_question, lock_question, write_draft

# Two languages with the longest answers, in characters.
MOST_CHARACTERS = 600_000
MOST_FIELDS = 200

Fields = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a save: ``draft`` is what the server has now, whether it took this save or not."""

    draft: EditorDraft
    taken: bool


def draft_of(*, user: User, question: Question | None) -> EditorDraft | None:
    """What this person has left unfinished of a question, or of a new one."""
    return EditorDraft.objects.filter(user=user, question=question).first()


def is_overtaken(draft: EditorDraft) -> bool:
    """Whether somebody has written since the words of the draft were begun. One query."""
    if draft.question_id is None or draft.seen is None:
        return False
    newest = QuestionText.objects.filter(version__question=draft.question_id).order_by("-version__number")
    last = newest.values_list("version", flat=True)[:1]
    return not QuestionText.objects.filter(pk=draft.seen, version__in=last).exists()


def keep(*, user: User, question: Question | None, fields: Fields, number: int, seen: UUID | None = None) -> Kept:
    """Keep what the editor's fields hold, if ``number`` is still the number of the last save (none: 0).

    The same save sent twice is taken once. Raises ``PermissionDenied``, or ``ValidationError`` with code ``too_long``.
    """
    if not may_write(user):
        raise PermissionDenied
    length = sum(len(name) + sum(map(len, values)) for name, values in fields.items())
    if length > MOST_CHARACTERS or len(fields) > MOST_FIELDS:
        raise ValidationError(_("This is more than can be kept."), code="too_long")
    if number == 0 and (first := _first_save(user, question, fields, seen)):
        return Kept(first, taken=True)
    mine = EditorDraft.objects.filter(user=user, question=question)
    taken = mine.filter(number=number).update(fields=fields, number=number + 1, saved_at=timezone.now())
    draft = mine.first()
    if draft is None:
        # It was saved as a version, or thrown away, in another tab. What is written here is newer: it is kept anew.
        return keep(user=user, question=question, fields=fields, number=0, seen=seen)
    repeated = draft.number == number + 1 and draft.fields == fields
    return Kept(draft, taken=bool(taken) or repeated)


def _first_save(user: User, question: Question | None, fields: Fields, seen: UUID | None) -> EditorDraft | None:
    try:
        with transaction.atomic():
            return EditorDraft.objects.create(user=user, question=question, fields=fields, number=1, seen=seen)
    except IntegrityError:
        return None


def forget(*, user: User, question: Question | None) -> None:
    """Throw away what is unfinished. Nothing to throw away is as well."""
    EditorDraft.objects.filter(user=user, question=question).delete()


@transaction.atomic
def save(
    *,
    question: Question | None,
    author: User,
    category: Category,
    content: Content,
    tags: Iterable[str],
    enemies: Mapping[Question, str],
    seen: UUID | None = None,
) -> QuestionVersion:
    """Write a draft, with the tags and enemies of its question, and throw the unfinished writing away. All or nothing.

    Raises as ``write_draft`` and ``replace_enemies``.
    """
    if question is None:
        version = add(author=author, category=category, content=content, tags=tags, enemies=enemies)
    else:
        version = write_draft(question=question, author=author, content=content, category=category, seen=seen)
        replace_enemies(question=question, enemies=enemies, actor=author)
        set_tags(question=question, tags=tags, actor=author)
    forget(user=author, question=question)
    return version


@transaction.atomic
def add(
    *, author: User, category: Category, content: Content, tags: Iterable[str] = (), enemies: Mapping[Question, str]
) -> QuestionVersion:
    """A new question with its first draft, all or nothing. Raises as ``create_question`` and ``replace_enemies``."""
    version = create_question(author=author, category=category, content=content)
    replace_enemies(question=version.question, enemies=enemies, actor=author)
    set_tags(question=version.question, tags=tags, actor=author)
    return version


@transaction.atomic
def revise(
    *,
    question: Question,
    author: User,
    rewrite: Callable[[Content], Content] | None = None,
    category: Category | None = None,
    tags: Iterable[str] | None = None,
    enemies: Mapping[Question, str] | None = None,
) -> bool:
    """Change parts of a question, all or nothing; what is None stays.

    ``rewrite`` is given what the newest version says; where that comes out the same, no draft is written. Returns
    whether anything is different now. Raises as ``save``.
    """
    if not may_write(author):
        raise PermissionDenied
    lock_question(question)
    changed = rewrite is not None and _rewritten(question, author, rewrite)
    if category is not None and category.pk != question.category_id:
        question.category = category
        question.save(update_fields=["category"])
        index_questions([question.pk])
        record(actor=author, action="question.sorted", subject=question)
        changed = True
    if tags is not None:
        changed |= set_tags(question=question, tags=tags, actor=author)
    if enemies is not None:
        changed |= replace_enemies(question=question, enemies=enemies, actor=author)
    return changed


def _rewritten(question: Question, author: User, rewrite: Callable[[Content], Content]) -> bool:
    (stored,) = stored_questions([question.pk])
    last = stored_content(stored.versions.all()[0])
    content = rewrite(last)
    if says_the_same(content, last):
        return False
    write_draft(question=question, author=author, content=content)
    return True


@transaction.atomic
def set_tags(*, question: Question, tags: Iterable[str], actor: User) -> bool:
    """Make these the tags of a question; they belong to no version and are free to change.

    Says whether they are others than before. Raises ``PermissionDenied``.
    """
    if not may_write(actor):
        raise PermissionDenied
    before = {tag.pk for tag in question.tags.all()}
    wanted = tags_named(tags)
    if {tag.pk for tag in wanted} == before:
        return False
    question.tags.set(wanted)
    index_questions([question.pk])
    record(actor=actor, action="question.tags_changed", subject=question)
    return True
