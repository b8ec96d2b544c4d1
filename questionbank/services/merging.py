"""What a version says once a file has had its say: a new one with defaults, or the last one with what the file says."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Prefetch

from questionbank.choices import GENERIC_ANCHORS
from questionbank.formats.reading import ReadQuestion, ReadText
from questionbank.models import (
    Category,
    Competency,
    CompetencyWeight,
    Question,
    QuestionVersion,
    RoleFamily,
    SeniorityLevel,
)
from questionbank.services.shelves import Shelves, tag_slug
from questionbank.services.versions import Content, Wording, as_wording


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a file does not say about its questions. Shown in the preview, changed there.

    ``competencies`` are names of competencies by names of categories that are new; a category without one gets the
    competency of its own name. Without ``generic_rubric``, a new question that brings no anchors is left out.
    """

    role_families: tuple[RoleFamily, ...]
    lowest_seniority: SeniorityLevel
    highest_seniority: SeniorityLevel
    minutes: int = 20
    difficulty: int = 3
    competencies: tuple[tuple[str, str], ...] = ()
    generic_rubric: bool = True


def new_content(question: ReadQuestion, category: Category, shelves: Shelves, defaults: Defaults, mark: str) -> Content:
    """A first version. ``mark`` is the fingerprint of what the file says."""
    language = question.language
    lowest, highest = _seniorities(question, shelves, defaults.lowest_seniority, defaults.highest_seniority)
    roles = tuple(shelves.role(name, language) for name in question.role_families)
    return Content(
        minutes=question.minutes or defaults.minutes,
        difficulty=question.difficulty or defaults.difficulty,
        lowest_seniority=lowest,
        highest_seniority=highest,
        role_families=tuple(dict.fromkeys(roles)) or defaults.role_families,
        weights=_weights(question, shelves) or {category.competency: 100},
        wordings=tuple(_wording(text, None) for text in _texts(question)),
        fingerprint=mark,
    )


def stored_content(version: QuestionVersion) -> Content:
    """What a version says. Reads what ``stored_questions`` prefetches."""
    return Content(
        minutes=version.minutes,
        difficulty=version.difficulty,
        lowest_seniority=version.lowest_seniority,
        highest_seniority=version.highest_seniority,
        role_families=tuple(version.role_families.all()),
        weights={row.competency: row.percent for row in version.weights.all()},
        wordings=tuple(as_wording(text) for text in version.texts.all()),
        fingerprint=version.fingerprint,
    )


def next_content(question: ReadQuestion, last: QuestionVersion, shelves: Shelves, mark: str) -> Content:
    """The last version with what the file says now."""
    before = stored_content(last)
    words = {text.language: text for text in before.wordings}
    for text in _texts(question):
        words[text.language] = _wording(text, words.get(text.language))
    lowest, highest = _seniorities(question, shelves, before.lowest_seniority, before.highest_seniority)
    roles = tuple(shelves.role(name, question.language) for name in question.role_families)
    return replace(
        before,
        minutes=question.minutes or before.minutes,
        difficulty=question.difficulty or before.difficulty,
        lowest_seniority=lowest,
        highest_seniority=highest,
        role_families=tuple(dict.fromkeys(roles)) or before.role_families,
        weights=_weights(question, shelves) or before.weights,
        wordings=tuple(words.values()),
        fingerprint=mark,
    )


def changes_version(question: ReadQuestion, last: QuestionVersion, shelves: Shelves) -> bool:
    """Whether the file says anything that this version does not say already. Makes no words that are missing."""
    if any(shelves.find_role(name) is None for name in question.role_families):
        return True
    if any(shelves.find_competency(name) is None for name, _percent in question.competencies):
        return True
    return not says_the_same(next_content(question, last, shelves, ""), stored_content(last))


def says_the_same(one: Content, other: Content) -> bool:
    """Whether two contents are stored alike."""
    return _comparable(one) == _comparable(other)


def changes_question(question: ReadQuestion, stored: Question, shelves: Shelves) -> bool:
    """Whether the file moves the question to another category, or gives it other tags."""
    if question.category and shelves.find_category(question.category) != stored.category:
        return True
    return bool(question.tags) and {tag_slug(tag) for tag in question.tags} != {tag.slug for tag in stored.tags.all()}


def has_anchors(question: ReadQuestion) -> bool:
    """Whether the file says what each level looks like, in every language it is in."""
    return all(text.anchors for text in _texts(question))


def stored_questions(keys: Iterable[UUID]) -> list[Question]:
    """Questions with their newest version as their only one, and all that it says. Eight queries."""
    versions = (
        QuestionVersion.objects.newest()
        .filter(question__in=keys)
        .select_related("lowest_seniority", "highest_seniority")
        .prefetch_related(
            "texts__levels",
            "role_families",
            Prefetch("weights", CompetencyWeight.objects.select_related("competency")),
        )
    )
    questions = Question.objects.filter(pk__in=keys).select_related("category__competency").order_by("pk")
    return list(questions.prefetch_related("tags", Prefetch("versions", versions)))


def _comparable(content: Content) -> tuple[object, ...]:
    return (
        content.minutes,
        content.difficulty,
        content.lowest_seniority,
        content.highest_seniority,
        set(content.role_families),
        dict(content.weights),
        {words.language: _plain(words) for words in content.wordings},
    )


def _plain(words: Wording) -> Wording:
    """As it is stored."""
    return replace(
        words,
        title=words.title.strip(),
        prompt=words.prompt.strip(),
        context=words.context.strip(),
        reference_answer=words.reference_answer.strip("\n"),
        probes=tuple(probe.strip() for probe in words.probes if probe.strip()),
        anchors=tuple(anchor.strip() for anchor in words.anchors),
    )


def _texts(question: ReadQuestion) -> tuple[ReadText | ReadQuestion, ...]:
    return (question, *question.translations)


def _wording(text: ReadText | ReadQuestion, last: Wording | None) -> Wording:
    return Wording(
        language=text.language,
        title=text.title,
        prompt=text.prompt,
        anchors=text.anchors or (last.anchors if last else GENERIC_ANCHORS[text.language]),
        context=text.context or (last.context if last else ""),
        reference_answer=text.reference_answer,
        probes=text.probes or (last.probes if last else ()),
    )


def _seniorities(
    question: ReadQuestion, shelves: Shelves, lowest: SeniorityLevel, highest: SeniorityLevel
) -> tuple[SeniorityLevel, SeniorityLevel]:
    """What the file says, the lower first; where it says one end and the other lies beyond, that one follows."""
    said_lowest = shelves.find_seniority(question.lowest_seniority) if question.lowest_seniority else None
    said_highest = shelves.find_seniority(question.highest_seniority) if question.highest_seniority else None
    lowest, highest = said_lowest or lowest, said_highest or highest
    if lowest.rank <= highest.rank or not (said_lowest or said_highest):
        return lowest, highest
    if said_lowest and said_highest:
        return highest, lowest
    return (lowest, lowest) if said_lowest else (highest, highest)


def _weights(question: ReadQuestion, shelves: Shelves) -> dict[Competency, int]:
    weights: dict[Competency, int] = {}
    for name, percent in question.competencies:
        competency = shelves.competency(name, question.language)
        weights[competency] = weights.get(competency, 0) + percent
    return weights
