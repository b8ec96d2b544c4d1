"""Writing, reviewing and publishing versions of questions."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.trail import record
from delivery.choices import EventType
from delivery.models import Event
from delivery.services.events import happened, record_events
from questionbank.choices import GENERIC_ANCHORS, LEVELS, OPEN_STATES, VersionState
from questionbank.models import (
    Category,
    Competency,
    CompetencyWeight,
    Question,
    QuestionText,
    QuestionVersion,
    RoleFamily,
    RubricLevel,
    SeniorityLevel,
)
from questionbank.policies import may_publish, may_write
from questionbank.services.search import index_questions

MOST_MINUTES = 240
_CHANGED_SINCE = _("Somebody has changed this version just now. Look at it again.")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a version in one language; ``anchors`` go from level 1 to 5."""

    language: str
    title: str
    prompt: str
    anchors: tuple[str, ...]
    context: str = ""
    reference_answer: str = ""
    probes: tuple[str, ...] = ()


def as_wording(text: QuestionText) -> Wording:
    """The words as they are stored. Reads the levels of the text: one query unless prefetched."""
    return Wording(
        language=text.language,
        title=text.title,
        prompt=text.prompt,
        anchors=tuple(level.anchor for level in text.levels.all()),
        context=text.context,
        reference_answer=text.reference_answer,
        probes=tuple(text.probes),
    )


@dataclass(frozen=True, slots=True)
class Content:
    """Everything an author decides about a version. ``weights`` are percent by competency."""

    minutes: int
    difficulty: int
    lowest_seniority: SeniorityLevel
    highest_seniority: SeniorityLevel
    role_families: tuple[RoleFamily, ...]
    weights: Mapping[Competency, int]
    wordings: tuple[Wording, ...]
    # What a file said; none where a person wrote, and then the last file's stays.
    fingerprint: str = field(default="", compare=False)

    @property
    def rubric_is_generic(self) -> bool:
        """Whether some language still has the anchors of the house."""
        return any(
            tuple(anchor.strip() for anchor in words.anchors) == GENERIC_ANCHORS.get(words.language)
            for words in self.wordings
        )


@transaction.atomic
def create_question(
    *, author: User, category: Category, content: Content, source_key: str | None = None
) -> QuestionVersion:
    """Add a question with its first draft. Raises ``ValidationError``, or ``PermissionDenied`` for who is no author."""
    _check_author(author)
    wait_for_numbers()
    number = Question.objects.order_by("-number").values_list("number", flat=True).first() or 0
    question = Question(number=number + 1, category=category, source_key=source_key)
    question.full_clean()
    question.save(force_insert=True)
    return write_draft(question=question, author=author, content=content)


def wait_for_numbers() -> None:
    """Let one transaction at a time give out question numbers.

    The row is one that every question needs, so it is there even before the first question. Waiting for the
    last question instead would let in whoever finds a newer one than those who wait already.
    """
    SeniorityLevel.objects.select_for_update(no_key=True).order_by("rank").first()


@transaction.atomic
def write_draft(
    *,
    question: Question,
    author: User,
    content: Content,
    category: Category | None = None,
    seen: UUID | None = None,
) -> QuestionVersion:
    """Put ``content`` into the question's open draft, or into a new one. Published versions stay as they are.

    A draft that was in review is a plain draft again: what was reviewed is no longer what it says. ``category``
    moves the whole question. ``seen`` names a text of the version that the author started from; ``ValidationError``
    with code ``changed_since`` if somebody has written since.
    """
    _check_author(author)
    check_content(content)
    lock_question(question)
    last = question.versions.order_by("-number").first()
    _check_seen(last, seen)
    if category is not None and category != question.category:
        question.category = category
        question.save(update_fields=["category"])
    draft = last
    if draft is None or draft.state not in OPEN_STATES:
        draft = QuestionVersion(question=question, number=last.number + 1 if last else 1)
    draft.author = author
    draft.state = VersionState.DRAFT
    draft.minutes = content.minutes
    draft.difficulty = content.difficulty
    draft.lowest_seniority = content.lowest_seniority
    draft.highest_seniority = content.highest_seniority
    draft.rubric_is_generic = content.rubric_is_generic
    draft.fingerprint = content.fingerprint or (last.fingerprint if last else "")
    draft.full_clean()
    draft.save()
    _write_parts(draft, content)
    index_questions([question.pk])
    record(actor=author, action="version.written", subject=draft)
    return draft


def _write_parts(version: QuestionVersion, content: Content) -> None:
    version.role_families.set(content.role_families)
    version.weights.all().delete()
    CompetencyWeight.objects.bulk_create(
        CompetencyWeight(version=version, competency=competency, percent=percent)
        for competency, percent in content.weights.items()
    )
    version.texts.all().delete()
    for words in content.wordings:
        text = QuestionText(
            version=version,
            language=words.language,
            title=words.title.strip(),
            prompt=words.prompt.strip(),
            context=words.context.strip(),
            reference_answer=words.reference_answer.strip("\n"),
            probes=[probe.strip() for probe in words.probes if probe.strip()],
        )
        text.full_clean()
        text.save(force_insert=True)
        RubricLevel.objects.bulk_create(
            RubricLevel(text=text, level=level, anchor=anchor.strip())
            for level, anchor in zip(LEVELS, words.anchors, strict=True)
        )


def submit_for_review(*, version: QuestionVersion, actor: User) -> None:
    """Ask a second person to look. Raises ``ValidationError`` with code ``not_a_draft``."""
    _check_author(actor)
    with transaction.atomic():
        _move(version, {VersionState.DRAFT}, VersionState.IN_REVIEW, code="not_a_draft")
        index_questions([version.question_id])
        record(actor=actor, action="version.submitted", subject=version)


@transaction.atomic
def publish(*, version: QuestionVersion, actor: User, seen: UUID | None = None) -> None:
    """Freeze a version and ask it from now on; the version published before retires.

    Raises ``ValidationError`` with code ``own_version`` (nobody publishes their own words), ``not_open``, or
    ``changed_since`` where ``seen``, a text that the publisher has read, is no longer what it says.
    """
    _check_author(actor)
    lock_question(version.question)
    version.refresh_from_db()
    _check_seen(version, seen)
    if not may_publish(actor, version):
        raise ValidationError(_("Somebody other than the author has to publish it."), code="own_version")
    version.question.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED)
    _move(
        version,
        OPEN_STATES,
        VersionState.PUBLISHED,
        code="not_open",
        published_at=timezone.now(),
        published_by=actor,
    )
    index_questions([version.question_id])
    record(actor=actor, action="version.published", subject=version)
    record_events([published(version)])


def published(version: QuestionVersion) -> Event:
    """What is told of a version that is asked from now on, for ``record_events``."""
    return happened(
        type=EventType.QUESTION_PUBLISHED,
        subject="question-versions",
        subject_id=version.pk,
        version=version.number,
        question=version.question_id,
    )


@transaction.atomic
def publish_all(*, versions: Iterable[QuestionVersion], actor: User) -> int:
    """Publish many at once, all or none. Raises as ``publish`` does. Returns how many."""
    # In one order, so that two people who do this at once wait for each other instead of locking each other out.
    in_order = sorted(versions, key=lambda version: version.question_id)
    for version in in_order:
        publish(version=version, actor=actor)
    return len(in_order)


@transaction.atomic
def publish_seen(*, seen: Collection[UUID], actor: User) -> int:
    """Publish the versions that these texts stand in, all or none, if all still say what was read.

    Raises ``ValidationError`` with code ``changed_since``, or as ``publish`` does. Returns how many.
    """
    texts = QuestionText.objects.filter(pk__in=seen).select_related("version__question")
    versions = {text.version_id: text.version for text in texts}
    if len(texts) != len(set(seen)):
        raise ValidationError(_CHANGED_SINCE, code="changed_since")
    return publish_all(versions=versions.values(), actor=actor)


@transaction.atomic
def retire(*, question: Question, actor: User) -> None:
    """Take a question out of use; loops and scores that name its versions keep them.

    Raises ``ValidationError`` with code ``not_published``.
    """
    _check_author(actor)
    lock_question(question)
    if not question.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED):
        raise ValidationError(_("This question is not in use."), code="not_published")
    index_questions([question.pk])
    record(actor=actor, action="question.retired", subject=question)


def lock_question(question: Question) -> None:
    """Let one transaction at a time write, publish or retire versions of a question."""
    Question.objects.select_for_update(no_key=True).filter(pk=question.pk).first()


def _check_seen(version: QuestionVersion | None, seen: UUID | None) -> None:
    # Every writing makes new text rows, so the id of a text names one exact state of the words.
    if seen is not None and (version is None or not version.texts.filter(pk=seen).exists()):
        raise ValidationError(_CHANGED_SINCE, code="changed_since")


def _move(
    version: QuestionVersion, states: Collection[VersionState], to: VersionState, *, code: str, **values: object
) -> None:
    moved = QuestionVersion.objects.filter(pk=version.pk, state__in=states).update(state=to, **values)
    if not moved:
        raise ValidationError(_CHANGED_SINCE, code=code)
    version.refresh_from_db()


def _check_author(user: User) -> None:
    if not may_write(user):
        raise PermissionDenied


def check_content(content: Content) -> None:
    """Refuse what no version may say. Raises ``ValidationError`` with all that is wrong."""
    errors = []
    if not content.wordings:
        errors.append(ValidationError(_("Write the question in at least one language."), code="no_text"))
    if not content.weights:
        errors.append(ValidationError(_("Choose at least one competency."), code="no_competency"))
    elif sum(content.weights.values()) != 100 or min(content.weights.values()) < 1:
        errors.append(ValidationError(_("The weights of the competencies must add up to 100."), code="weights"))
    if not content.role_families:
        errors.append(ValidationError(_("Choose at least one role."), code="no_role"))
    if content.lowest_seniority.rank > content.highest_seniority.rank:
        errors.append(ValidationError(_("The seniority range is upside down."), code="seniority_range"))
    if not 1 <= content.minutes <= MOST_MINUTES:
        errors.append(ValidationError(_("A question takes 1 to 240 minutes."), code="minutes"))
    if content.difficulty not in LEVELS:
        errors.append(ValidationError(_("Difficulty goes from 1 to 5."), code="difficulty"))
    for words in content.wordings:
        errors += _wording_errors(words)
    if errors:
        raise ValidationError(errors)


def _wording_errors(words: Wording) -> Iterator[ValidationError]:
    if len(words.anchors) != len(LEVELS) or not all(anchor.strip() for anchor in words.anchors):
        yield ValidationError(_("Write what each of the five levels looks like."), code="anchors")
    # Django leaves the length of long texts to forms; what comes from files and the API passes none.
    lengths = [
        (QuestionText.prompt, words.prompt),
        (QuestionText.context, words.context),
        (QuestionText.reference_answer, words.reference_answer),
        *((RubricLevel.anchor, anchor) for anchor in words.anchors),
    ]
    for column, text in lengths:
        limit = column.field.max_length
        if limit is not None and len(text) > limit:
            values = {"length": len(text), "limit": limit}
            yield ValidationError(_("A text has %(length)s characters; %(limit)s are the most."), "too_long", values)
