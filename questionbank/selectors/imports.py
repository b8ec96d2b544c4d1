"""What the pages of an import show."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from accounts.models import User
from questionbank.choices import ImportStatus
from questionbank.models import Import, ImportEntry

# As many categories are offered a choice of competency; there are seldom more.
MOST_CATEGORIES = 60
LATEST = 10


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many entries of an import have a status, and how many of them are chosen."""

    status: ImportStatus
    count: int
    chosen: int

    @property
    def is_choosable(self) -> bool:
        return self.status not in (ImportStatus.UNCHANGED, ImportStatus.UNREADABLE)


def latest_imports(*, user: User) -> list[Import]:
    """A person's own, those that are not done first. One query."""
    unfinished_first = F("imported_at").desc(nulls_first=True)
    return list(Import.objects.visible_to(user).order_by(unfinished_first, "-created_at")[:LATEST])


def status_counts(*, upload: Import) -> list[StatusCount]:
    """In the order of the statuses, those without entries left out. One query."""
    chosen = Count("pk", filter=Q(is_chosen=True))
    rows = upload.entries.order_by().values("status").annotate(count=Count("pk"), chosen=chosen)
    by_status = {row["status"]: row for row in rows}
    found = [(status, by_status[status]) for status in ImportStatus if status in by_status]
    return [StatusCount(status, row["count"], row["chosen"]) for status, row in found]


def entry_rows(*, upload: Import, status: str = "") -> QuerySet[ImportEntry]:
    """The rows of the preview without what was read, which may be long."""
    rows = ImportEntry.objects.filter(upload=upload).defer("content").select_related("question")
    return rows.filter(status=status) if status else rows


def category_counts(*, upload: Import) -> list[tuple[str, int]]:
    """The categories that entries to be written stand under, most first. One query."""
    rows = upload.entries.exclude(status__in=[ImportStatus.UNREADABLE, ImportStatus.UNCHANGED]).order_by()
    counts = rows.values_list("category").annotate(count=Count("pk")).order_by("-count", "category")
    return list(counts[:MOST_CATEGORIES])
