"""Writing, reviewing and publishing versions of questions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import record
from questionbank.choices import LEVELS, VersionState
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
    rubric_is_generic: bool = False
    fingerprint: str = field(default="", compare=False)


@transaction.atomic
def create_question(
    *, author: User, category: Category, content: Content, source_key: str | None = None
) -> QuestionVersion:
    """Add a question with its first draft. Raises ``ValidationError``, or ``PermissionDenied`` for who is no author."""
    _check_author(author)
    # Whoever comes second waits here, and then reads a number that counts the first.
    last = Question.objects.select_for_update().order_by("-number").first()
    number = Question.objects.order_by("-number").values_list("number", flat=True).first() or 0 if last else 0
    question = Question(number=number + 1, category=category, source_key=source_key)
    question.full_clean()
    question.save(force_insert=True)
    return write_draft(question=question, author=author, content=content)


@transaction.atomic
def write_draft(*, question: Question, author: User, content: Content) -> QuestionVersion:
    """Put ``content`` into the question's open draft, or into a new one. Published versions stay as they are.

    A draft that was in review is a plain draft again: what was reviewed is no longer what it says.
    """
    _check_author(author)
    _check_content(content)
    draft = question.versions.select_for_update().filter(state__in=[VersionState.DRAFT, VersionState.IN_REVIEW]).first()
    if draft is None:
        last = question.versions.order_by("-number").values_list("number", flat=True).first() or 0
        draft = QuestionVersion(question=question, number=last + 1)
    draft.author = author
    draft.state = VersionState.DRAFT
    draft.minutes = content.minutes
    draft.difficulty = content.difficulty
    draft.lowest_seniority = content.lowest_seniority
    draft.highest_seniority = content.highest_seniority
    draft.rubric_is_generic = content.rubric_is_generic
    draft.fingerprint = content.fingerprint
    draft.full_clean()
    draft.save()
    _write_parts(draft, content)
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
        record(actor=actor, action="version.submitted", subject=version)


@transaction.atomic
def publish(*, version: QuestionVersion, actor: User) -> None:
    """Freeze a version and ask it from now on; the version published before retires.

    Raises ``ValidationError`` with code ``own_version`` (nobody publishes their own words) or ``not_open``.
    """
    _check_author(actor)
    if not may_publish(actor, version):
        raise ValidationError(_("Somebody other than the author has to publish it."), code="own_version")
    version.question.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED)
    _move(
        version,
        {VersionState.DRAFT, VersionState.IN_REVIEW},
        VersionState.PUBLISHED,
        code="not_open",
        published_at=timezone.now(),
        published_by=actor,
    )
    record(actor=actor, action="version.published", subject=version)


@transaction.atomic
def publish_all(*, versions: Iterable[QuestionVersion], actor: User) -> int:
    """Publish many at once, all or none. Raises as ``publish`` does. Returns how many."""
    count = 0
    for version in versions:
        publish(version=version, actor=actor)
        count += 1
    return count


@transaction.atomic
def retire(*, question: Question, actor: User) -> None:
    """Take a question out of use; loops and scores that name its versions keep them."""
    _check_author(actor)
    question.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED)
    record(actor=actor, action="question.retired", subject=question)


def _move(
    version: QuestionVersion, states: set[VersionState], to: VersionState, *, code: str, **values: object
) -> None:
    moved = QuestionVersion.objects.filter(pk=version.pk, state__in=states).update(state=to, **values)
    if not moved:
        raise ValidationError(_("Somebody has changed this version just now. Look at it again."), code=code)
    version.refresh_from_db()


def _check_author(user: User) -> None:
    if not may_write(user):
        raise PermissionDenied


def _check_content(content: Content) -> None:
    errors = []
    if not content.wordings:
        errors.append(ValidationError(_("Write the question in at least one language."), code="no_text"))
    if not content.weights:
        errors.append(ValidationError(_("Choose at least one competency."), code="no_competency"))
    elif sum(content.weights.values()) != 100:
        errors.append(ValidationError(_("The weights of the competencies must add up to 100."), code="weights"))
    if not content.role_families:
        errors.append(ValidationError(_("Choose at least one role."), code="no_role"))
    if content.lowest_seniority.rank > content.highest_seniority.rank:
        errors.append(ValidationError(_("The seniority range is upside down."), code="seniority_range"))
    for words in content.wordings:
        if len(words.anchors) != len(LEVELS) or not all(anchor.strip() for anchor in words.anchors):
            errors.append(ValidationError(_("Write what each of the five levels looks like."), code="anchors"))
    if errors:
        raise ValidationError(errors)
