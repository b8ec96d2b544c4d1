"""Writing the bank to files that an import reads back without loss."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from accounts.choices import Language
from accounts.models import User
from accounts.services.trail import record
from questionbank.formats.reading import ReadQuestion, ReadText
from questionbank.formats.writing import WRITERS
from questionbank.formats.written import Written
from questionbank.models import CompetencyWeight, Question, QuestionText, QuestionVersion
from questionbank.selectors.enemies import enemies_of

BATCH = 500


def export_questions(
    *, questions: QuerySet[Question], format: str, numbers: Sequence[int] | None = None
) -> Iterator[bytes]:
    """The newest version of each question, in order of number, as pieces of a file. Eight queries for each 500.

    ``numbers`` narrows it to some of the questions. Memory does not grow with the bank.
    """
    return WRITERS[format](_written(questions, numbers))


def record_export(*, actor: User, format: str, count: int) -> None:
    """Note in the audit trail that somebody takes questions with them."""
    record(actor=actor, action="bank.exported", subject=actor, format=format, count=count)


def _written(questions: QuerySet[Question], numbers: Sequence[int] | None) -> Iterator[Written]:
    for batch in _batches(questions.select_related("category").prefetch_related(_newest(), "tags"), numbers):
        enemies = enemies_of(batch)
        for question in batch:
            for version in question.versions.all():
                yield Written(_question(question, version, enemies.get(question.pk, ())), version.state, version.number)


def _batches(questions: QuerySet[Question], numbers: Sequence[int] | None) -> Iterator[list[Question]]:
    """By number and not by place, so that no question comes twice or is left out while others are written."""
    if numbers is not None:
        wanted = sorted(set(numbers))
        for first in range(0, len(wanted), BATCH):
            yield list(questions.filter(number__in=wanted[first : first + BATCH]).order_by("number"))
        return
    last = -1
    while batch := list(questions.filter(number__gt=last).order_by("number")[:BATCH]):
        yield batch
        last = batch[-1].number


def _newest() -> "Prefetch[str]":
    weights = Prefetch("weights", CompetencyWeight.objects.select_related("competency"))
    newest = QuestionVersion.objects.newest().select_related("lowest_seniority", "highest_seniority")
    return Prefetch("versions", newest.prefetch_related(weights, "texts__levels", "role_families"))


def _question(question: Question, version: QuestionVersion, enemies: Iterable[UUID]) -> ReadQuestion:
    """A question as a reader would hand it over. Its first language is English, where it has that."""
    first, *others = sorted(version.texts.all(), key=lambda text: (text.language != Language.EN, text.language))
    words = _words(first)
    return ReadQuestion(
        title=words.title,
        prompt=words.prompt,
        reference_answer=words.reference_answer,
        category=question.category.name_in(first.language),
        number=question.label,
        line=0,
        language=first.language,
        probes=words.probes,
        minutes=version.minutes,
        difficulty=version.difficulty,
        tags=tuple(tag.name for tag in question.tags.all()),
        context=words.context,
        anchors=words.anchors,
        competencies=tuple((weight.competency.slug, weight.percent) for weight in version.weights.all()),
        role_families=tuple(role.slug for role in version.role_families.all()),
        lowest_seniority=version.lowest_seniority.slug,
        highest_seniority=version.highest_seniority.slug,
        key=str(question.pk),
        enemies=tuple(sorted(map(str, enemies))),
        translations=tuple(map(_words, others)),
    )


def _words(text: QuestionText) -> ReadText:
    return ReadText(
        language=text.language,
        title=text.title,
        prompt=text.prompt,
        reference_answer=text.reference_answer,
        context=text.context,
        probes=tuple(text.probes),
        anchors=tuple(level.anchor for level in text.levels.all()),
    )
