"""Who did what with a question, and what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, User
from questionbank.models import Question, QuestionVersion, VersionComment

ACTIONS = {
    "version.written": _("wrote it"),
    "version.submitted": _("sent it for review"),
    "version.commented": _("commented"),
    "version.sent_back": _("sent it back"),
    "version.withdrawn": _("withdrew it from review"),
    "version.published": _("published it"),
    "question.retired": _("retired the question"),
    "question.enemy_named": _("named an enemy"),
    "question.enemy_removed": _("took an enemy away"),
    "question.tags_changed": _("changed the tags"),
}
MOST_EVENTS = 60


@dataclass(frozen=True, slots=True)
class Event:
    """``who`` is None for the machine; ``version`` for what holds for the whole question."""

    at: datetime
    who: User | None
    what: str
    version: int | None
    times: int = 1


def history(*, question: Question, versions: Sequence[QuestionVersion]) -> list[Event]:
    """The last things done, newest first; writing and writing on is one thing. One query."""
    numbers: dict[UUID, int] = {version.pk: version.number for version in versions}
    about_versions = Q(subject_type=QuestionVersion._meta.label_lower, subject_id__in=numbers)
    about_question = Q(subject_type=Question._meta.label_lower, subject_id=question.pk)
    entries = AuditEntry.objects.filter(about_versions | about_question, action__in=ACTIONS).select_related("actor")
    events: list[Event] = []
    for entry in entries[:MOST_EVENTS]:
        version = numbers.get(entry.subject_id)
        what = str(ACTIONS[entry.action])
        last = events[-1] if events else None
        if last and (last.who, last.what, last.version) == (entry.actor, what, version):
            events[-1] = Event(last.at, last.who, last.what, last.version, last.times + 1)
        else:
            events.append(Event(entry.at, entry.actor, what, version))
    return events


def comments_on(version: QuestionVersion) -> QuerySet[VersionComment]:
    """What was said about a version, oldest first."""
    return version.comments.select_related("author")
