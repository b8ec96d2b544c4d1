"""What the page of a question shows."""

from django.db.models import Prefetch, QuerySet
from django.utils.translation import get_language

from accounts.choices import Language
from questionbank.models import CompetencyWeight, Question, QuestionText, QuestionVersion


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
