"""Which questions never stand together."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from questionbank.choices import ImportState
from questionbank.models import EnemyPair, ImportEntry, Question, QuestionText, QuestionVersion
from questionbank.selectors.questions import text_in

# More ids than this are not handed to the database one by one; pairs are few, so all are read.
_MOST_IDS = 500
_MOST_ENTRIES = 50
MOST_NEAR_DUPLICATES = 5


def enemies_of(questions: QuerySet[Question] | Collection[Question]) -> dict[UUID, set[UUID]]:
    """The ids of the enemies of each of these questions that has any, whether asked for or not. One query."""
    found: dict[UUID, set[UUID]] = {}
    for first, second in pairs_of(questions).order_by().values_list("first_id", "second_id"):
        found.setdefault(first, set()).add(second)
        found.setdefault(second, set()).add(first)
    if isinstance(questions, QuerySet):
        return found
    wanted = {question.pk for question in questions}
    return {key: enemies for key, enemies in found.items() if key in wanted}


def pairs_of(questions: QuerySet[Question] | Collection[Question]) -> QuerySet[EnemyPair]:
    """The pairs in which one of these questions stands; where a list of them is very long, all pairs."""
    if isinstance(questions, QuerySet):
        chosen = questions.order_by().values("pk")
        return EnemyPair.objects.filter(Q(first__in=chosen) | Q(second__in=chosen))
    if len(questions) > _MOST_IDS:
        return EnemyPair.objects.all()
    keys = [question.pk for question in questions]
    return EnemyPair.objects.filter(Q(first__in=keys) | Q(second__in=keys))


@dataclass(frozen=True, slots=True)
class Related:
    """Another question that this one must not, or need not, stand beside; ``text`` is its newest wording."""

    question: Question
    text: QuestionText
    reason: str


def enemies_shown(question: Question) -> list[Related]:
    """The enemies of a question with the reason of each. Four queries at any size."""
    reasons = {
        pair.second_id if pair.first_id == question.pk else pair.first_id: pair.reason for pair in pairs_of([question])
    }
    newest = QuestionVersion.objects.newest().prefetch_related("texts")
    others = Question.objects.filter(pk__in=reasons).prefetch_related(Prefetch("versions", queryset=newest))
    return [Related(other, text_in(version), reasons[other.pk]) for other in others for version in other.versions.all()]


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A row of an import that says nearly the same; ``likeness`` in percent."""

    entry: ImportEntry
    likeness: int


def near_duplicates(question: Question) -> list[NearDuplicate]:
    """What finished imports found to say nearly the same. One query."""
    entries = ImportEntry.objects.filter(question=question, upload__state=ImportState.DONE).select_related("upload")
    found = [
        NearDuplicate(entry, note["params"]["likeness"])
        for entry in entries.order_by("-upload__imported_at", "position")[:_MOST_ENTRIES]
        for note in entry.notes
        if note.get("code") == "similar_there"
    ]
    return found[:MOST_NEAR_DUPLICATES]
