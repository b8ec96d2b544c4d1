"""Reading other people's question files into the bank: the whole way at once, without a page in between."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from accounts.models import User
from questionbank.choices import ImportStatus
from questionbank.formats.reading import ReadQuestion
from questionbank.services.comparing import compare
from questionbank.services.drafting import write_entries
from questionbank.services.entries import Entry, EntryList, Progress, no_progress
from questionbank.services.inserting import many_objects
from questionbank.services.merging import Defaults
from questionbank.services.reading import Reader
from questionbank.services.resembling import find_similar
from questionbank.services.search import index_questions
from questionbank.services.sources import Source, unpacked, uploaded
from questionbank.services.versions import wait_for_numbers
from questionbank.wording import entry_messages

__all__ = ["Defaults", "ImportItem", "ImportReport", "Unreadable", "import_files", "preview"]

# A source, or a name and contents as a browser sends them.
Files = Source | tuple[str, bytes]
WRITTEN = {ImportStatus.CREATED, ImportStatus.CHANGED, ImportStatus.UNSURE}


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One question of a file and what happens to it. ``line`` is 1-based."""

    file: str
    line: int
    title: str
    category: str
    status: ImportStatus
    doubts: tuple[str, ...] = ()  # codes
    doubts_in_words: tuple[str, ...] = ()
    question: ReadQuestion | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a place in a file could not be read, in the reader's language."""

    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The preview of an import, or what it did: both look the same."""

    items: tuple[ImportItem, ...]
    errors: tuple[Unreadable, ...]

    @property
    def counts(self) -> dict[str, int]:
        return {status.value: sum(item.status == status for item in self.items) for status in ImportStatus}

    @property
    def drafts(self) -> int:
        """How many versions it writes."""
        return sum(item.status in WRITTEN for item in self.items)

    @property
    def usable(self) -> int:
        return sum(item.status != ImportStatus.UNREADABLE for item in self.items)


def preview(*, files: Iterable[Files], progress: Progress = no_progress) -> ImportReport:
    """What an import of these files would do; nothing is written. As many queries for ten questions as for one."""
    entries = _read(files, progress)
    find_similar(entries, compare(entries, progress=progress), progress=progress)
    return _report(entries)


@many_objects()
def import_files(
    *, files: Iterable[Files], author: User, defaults: Defaults, progress: Progress = no_progress
) -> ImportReport:
    """Import what the preview shows, all or nothing: new and changed questions become drafts.

    Unchanged ones and possible duplicates write nothing, so importing the same files twice is safe. A changed
    question takes from the file what the file says and keeps the rest: anchors, weights, the other language.
    """
    entries = _read(files, progress)
    with transaction.atomic():
        # Whoever imports at the same time waits here, and then finds what the other has written.
        wait_for_numbers()
        find_similar(entries, compare(entries, progress=progress), progress=progress)
        chosen = EntryList(entry for entry in entries if entry.is_chosen)
        progress("write", 0, 0)
        written = write_entries(entries=chosen, author=author, defaults=defaults)
        index_questions([UUID(key) for key in written.questions])
    return _report(entries)


def _read(files: Iterable[Files], progress: Progress) -> EntryList:
    reader, found = Reader(), list[Entry]()
    for done, file in enumerate(files):
        progress("read", done, 0)
        for source in [file] if isinstance(file, Source) else unpacked(uploaded(*file)):
            found += reader.entries(source, first=len(found) + 1)
    return EntryList(found)


def _report(entries: Iterable[Entry]) -> ImportReport:
    items, errors = [], []
    for entry in entries:
        words = tuple(entry_messages(entry.status, entry.notes))
        codes = tuple(one["code"] for one in entry.notes)
        is_read = entry.status != ImportStatus.UNREADABLE
        if not is_read:
            errors += [Unreadable(entry.file, entry.line, message) for message in words]
        question = entry.question if is_read else None
        doubts = (codes, words) if is_read else ((), ())
        items.append(
            ImportItem(entry.file, entry.line, entry.title, entry.category, entry.status, *doubts, question=question)
        )
    return ImportReport(tuple(items), tuple(errors))
