"""The background work of an import. Each may be killed at any moment and run again: what is done is not repeated."""

import time
from collections.abc import Iterator
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Sum
from django.db.models.functions import Length
from django.utils import timezone, translation

from accounts.services.trail import record
from delivery.handlers import JobRun, LeaseLost
from delivery.services.jobs import enqueue
from questionbank.choices import ImportState
from questionbank.formats.reading import ReadProblem
from questionbank.models import Import, ImportFile
from questionbank.services.comparing import compare
from questionbank.services.drafting import Written, write_entries
from questionbank.services.entries import BATCH, Entry, Progress, StoredEntries
from questionbank.services.inserting import many_objects
from questionbank.services.reading import Reader
from questionbank.services.resembling import find_similar
from questionbank.services.search import index_questions
from questionbank.services.sources import Source, is_archive, unpacked, uploaded
from questionbank.services.uploads import MOST_BYTES, MOST_FILES, defaults_of, enqueue_reading, store_files

# A worker is stopped after three minutes; the rest of the files waits for the next part.
PART_SECONDS = 90
INDEX_KIND = "import.index"
# As many questions are indexed by one job: others wait for its locks no longer than half a second.
_INDEXED = 1_000
# So much of the files is read before the page is told how far it is.
_AT_ONCE = 1024 * 1024
_MOST_AT_ONCE = 100
_MIB = 1024 * 1024
# What the columns of a job's progress hold.
_MOST_STEPS = 30_000


@many_objects()
def read_upload(run: JobRun) -> None:
    """Read the files of an upload into entries, file by file, and compare them with the bank.

    A file is taken away in the transaction that stores its entries, so nothing is read twice.
    """
    upload = _upload(run, ImportState.READING)
    if upload is None:
        return
    started = time.monotonic()
    reading = _Reading(run, upload)
    for files in reading.groups():
        reading.read(files)
        if time.monotonic() - started > PART_SECONDS:
            with run.commit():
                enqueue_reading(upload, part=run.input["part"] + 1)
            return
    entries = StoredEntries(upload)
    new = compare(entries, progress=_steps(run))
    find_similar(entries, new, progress=_steps(run))
    with run.commit():
        Import.objects.filter(pk=upload.pk, state=ImportState.READING).update(state=ImportState.READY)


class _Reading:
    """What is known while the files of one upload are read."""

    def __init__(self, run: JobRun, upload: Import) -> None:
        self._run = run
        self._upload = upload
        self._reader = Reader()
        self._entries = StoredEntries(upload)
        self._next = (upload.entries.aggregate(last=Max("position"))["last"] or 0) + 1
        self._total: int = upload.outcome["files"]

    def groups(self) -> Iterator[list[ImportFile]]:
        """The files that are left, a few megabytes at a time; an archive alone, and then the files in it."""
        while group := self._group():
            yield list(self._upload.files.filter(pk__in=group).order_by("position"))

    def read(self, files: list[ImportFile]) -> None:
        left = self._upload.files.count()
        self._run.step("read", self._total - left, self._total)
        found: list[Entry] = []
        with transaction.atomic():
            self._take(files)
            for file in files:
                if is_archive(file.name):
                    found += self._unpack(file, left)
                else:
                    found += self._read(uploaded(file.name, bytes(file.content)))
            for start in range(0, len(found), BATCH):
                self._entries.add(found[start : start + BATCH])

    def _group(self) -> list[UUID]:
        group, size = list[UUID](), 0
        waiting = self._upload.files.order_by("position").annotate(size=Length("content"))
        for key, name, length in waiting.values_list("pk", "name", "size")[:_MOST_AT_ONCE]:
            alone = is_archive(name)
            if group and (alone or size + length > _AT_ONCE):
                break
            group.append(key)
            size += length
            if alone:
                break
        return group

    def _take(self, files: list[ImportFile]) -> None:
        """Whoever takes the files away stores what they hold; a worker that comes too late finds them gone."""
        taken, _kinds = self._upload.files.filter(pk__in=[file.pk for file in files]).delete()
        if taken != len(files):
            raise LeaseLost(self._run.job_id)

    def _read(self, source: Source) -> list[Entry]:
        entries = self._reader.entries(source, first=self._next)
        self._next += len(entries)
        return entries

    def _unpack(self, file: ImportFile, left: int) -> list[Entry]:
        """Put the files of an archive behind those that wait; what could not be opened is an entry already."""
        problems: list[Source] = []
        room = MOST_FILES - left + 1
        last = self._upload.files.aggregate(last=Max("position"))["last"] or file.position
        count = store_files(self._upload, self._members(file, room, problems), first=last + 1)
        self._total += count - 1
        self._upload.outcome = self._upload.outcome | {"files": self._total}
        self._upload.save(update_fields=["outcome"])
        return [entry for problem in problems for entry in self._read(problem)]

    def _members(self, file: ImportFile, room: int, problems: list[Source]) -> Iterator[tuple[str, bytes]]:
        kept = self._upload.files.aggregate(size=Sum(Length("content")))["size"] or 0
        for source in unpacked(uploaded(file.name, bytes(file.content))):
            if isinstance(source.data, ReadProblem):
                problems.append(source)
                continue
            room, kept = room - 1, kept + len(source.data)
            if room < 0:
                problems.append(_refusal(file, "too_many_files", MOST_FILES))
                return
            if kept > MOST_BYTES:
                problems.append(_refusal(file, "too_large_in_all", MOST_BYTES // _MIB))
                return
            yield source.name, source.data


@many_objects()
def write_upload(run: JobRun) -> None:
    """Write the chosen entries, all or nothing. What is refused goes back to the preview, with file and line."""
    upload = _upload(run, ImportState.WRITING)
    if upload is None:
        return
    run.step("write", 0, 0)
    try:
        with run.commit():
            entries = StoredEntries(upload, chosen=True)
            written = write_entries(entries=entries, author=upload.created_by, defaults=defaults_of(upload))
            _finish(upload, written)
    except ValidationError as error:
        with translation.override(upload.created_by.language):
            refused = [str(message) for message in error.messages]
        with run.commit():
            outcome = upload.outcome | {"refused": refused}
            Import.objects.filter(pk=upload.pk).update(state=ImportState.READY, outcome=outcome)


@many_objects()
def index_written(run: JobRun) -> None:
    """Let the search know some of the questions that were written.

    It takes longer than the writing, and nobody should have to wait for its locks: it has jobs of its own.
    """
    with run.commit():
        index_questions([UUID(key) for key in run.input["questions"]])


def _finish(upload: Import, written: Written) -> None:
    """Note what was done, and forget what was uploaded."""
    counts = upload.entries.order_by().values_list("status").annotate(count=Count("pk"))
    done = {"created": written.created, "changed": written.changed, "left_alone": written.left_alone}
    outcome = {**done, "without_rubric": written.without_rubric, "counts": dict(counts)}
    outcome["files"] = upload.outcome.get("files", 0)
    upload.entries.exclude(content=None).update(content=None)
    upload.files.all().delete()
    values = {"state": ImportState.DONE, "outcome": outcome, "imported_at": timezone.now()}
    Import.objects.filter(pk=upload.pk).update(**values)
    record(actor=upload.created_by, action="import.done", subject=upload, **done)
    for part, start in enumerate(range(0, len(written.questions), _INDEXED), start=1):
        given = {"questions": written.questions[start : start + _INDEXED]}
        enqueue(kind=INDEX_KIND, key=f"{INDEX_KIND}:{upload.pk}:{part}", input=given, requested_by=upload.created_by)


def _upload(run: JobRun, state: ImportState) -> Import | None:
    """The import, if it still waits for this work; it may have been discarded."""
    uploads = Import.objects.select_related("created_by")
    return uploads.filter(pk=UUID(run.input["upload"]), state=state).first()


def _refusal(file: ImportFile, code: str, limit: int) -> Source:
    return Source(file.name, ReadProblem(0, code, {"limit": limit}), file.name)


def _steps(run: JobRun) -> Progress:
    """How far the work is, in figures that the job's row can hold."""

    def step(name: str, done: int, total: int) -> None:
        scale = -(-total // _MOST_STEPS) or 1
        run.step(name, done // scale, total // scale)

    return step
