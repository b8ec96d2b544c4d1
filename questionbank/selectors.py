"""What the pages of the bank show."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import get_language

from accounts.choices import Language
from accounts.models import User
from questionbank.choices import OPEN_STATES
from questionbank.models import CompetencyWeight, Question, QuestionText, QuestionVersion

# Beside the states of versions: open drafts of other people.
WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Facets:
    """What a list of questions is narrowed to; empty means all."""

    text: str = ""
    category: str = ""
    competency: str = ""
    role: str = ""
    state: str = ""


def question_list(*, user: User, facets: Facets) -> QuerySet[Question]:
    """The questions a person may see, each with its newest version as its only one. Four queries at any size."""
    questions = Question.objects.visible_to(user)
    if facets.text:
        questions = questions.matching(facets.text)
    if facets.category:
        questions = questions.filter(category__slug=facets.category)
    wanted = QuestionVersion.objects.filter(question=OuterRef("pk"))
    if facets.competency:
        questions = questions.filter(Exists(wanted.filter(weights__competency__slug=facets.competency)))
    if facets.role:
        questions = questions.filter(Exists(wanted.filter(role_families__slug=facets.role)))
    if facets.state == WAITING:
        questions = questions.filter(Exists(drafts_waiting_for(user).filter(question=OuterRef("pk"))))
    elif facets.state:
        questions = questions.filter(Exists(wanted.filter(state=facets.state)))
    newest = with_words(QuestionVersion.objects.newest())
    return questions.select_related("category").prefetch_related(Prefetch("versions", queryset=newest))


def with_words(versions: QuerySet[QuestionVersion]) -> QuerySet[QuestionVersion]:
    """Versions with their texts, weights and seniorities: two more queries."""
    return versions.select_related("lowest_seniority", "highest_seniority", "author", "published_by").prefetch_related(
        Prefetch("weights", CompetencyWeight.objects.select_related("competency")), "texts"
    )


def text_in(version: QuestionVersion, language: str | None = None) -> QuestionText:
    """The words in a language (the active one by default), else in the one there is. Reads prefetched texts."""
    wanted = language or get_language() or Language.EN
    texts = {text.language: text for text in version.texts.all()}
    return texts.get(wanted) or next(iter(texts.values()))


def question_versions(*, question: Question) -> list[QuestionVersion]:
    """All versions, newest first, with words, anchors and roles. Six queries at any size."""
    versions = with_words(question.versions.order_by("-number"))
    return list(versions.prefetch_related("texts__levels", "role_families"))


def drafts_waiting_for(user: User) -> QuerySet[QuestionVersion]:
    """Open drafts that somebody else wrote: what this author can publish."""
    return QuestionVersion.objects.visible_to(user).filter(state__in=OPEN_STATES).exclude(author=user)
