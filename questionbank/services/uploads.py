"""Imports by the page: files are kept, read in the background, looked through, and written in the background."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.trail import record
from delivery.choices import JobState
from delivery.models import DurableJob
from delivery.services.jobs import enqueue, retry_job
from questionbank.choices import ImportState, ImportStatus
from questionbank.models import Import, ImportEntry, ImportFile, RoleFamily, SeniorityLevel
from questionbank.policies import may_write
from questionbank.services.importing import WRITTEN, Defaults
from questionbank.services.sample import ensure_vocabulary

READ_KIND, WRITE_KIND = "import.read", "import.write"
GIVEN_UP_AFTER = timedelta(days=7)
MOST_FILES = 5_000
MOST_BYTES = 200 * 1024 * 1024
# So much of the files is in memory at a time.
_AT_ONCE = 4 * 1024 * 1024
_WORKING = (ImportState.READING, ImportState.WRITING)


@transaction.atomic
def keep_upload(*, user: User, files: Iterable[tuple[str, bytes]]) -> Import:
    """Keep files and have them read. Forgets what people gave up a week ago."""
    if not may_write(user):
        raise PermissionDenied
    ensure_vocabulary()
    old = Import.objects.unfinished().exclude(state=ImportState.WRITING)
    old.filter(created_at__lt=timezone.now() - GIVEN_UP_AFTER).delete()
    upload = Import.objects.create(created_by=user)
    count = store_files(upload, files, first=1)
    upload.outcome = {"files": count}
    upload.save(update_fields=["outcome"])
    enqueue_reading(upload, part=1)
    return upload


def store_files(upload: Import, files: Iterable[tuple[str, bytes]], *, first: int) -> int:
    """Keep the contents of files, a few megabytes at a time. Returns how many."""
    rows: list[ImportFile] = []
    size = count = 0
    for name, content in files:
        kept = name.replace("\0", "")[-255:]
        rows.append(ImportFile(upload=upload, position=first + count, name=kept, content=content))
        size, count = size + len(content), count + 1
        if size > _AT_ONCE:
            ImportFile.objects.bulk_create(rows, batch_size=100)
            rows, size = [], 0
    ImportFile.objects.bulk_create(rows, batch_size=100)
    return count


def enqueue_reading(upload: Import, *, part: int) -> None:
    """The files are read in parts of a minute or two, so that no worker has to hold out for thousands of them."""
    _enqueue(upload, READ_KIND, part)


@transaction.atomic
def choose(*, upload: Import, actor: User, chosen: Iterable[UUID] = (), left_out: Iterable[UUID] = ()) -> None:
    """Take single entries in, or leave them out. Those that could not be read stay out."""
    rows = _open_entries(upload, actor)
    rows.filter(pk__in=list(chosen)).update(is_chosen=True)
    rows.filter(pk__in=list(left_out)).update(is_chosen=False)


@transaction.atomic
def choose_status(*, upload: Import, actor: User, status: str, is_chosen: bool) -> None:
    """Take all entries of one status in, or leave them out."""
    _open_entries(upload, actor).filter(status=status).update(is_chosen=is_chosen)


@transaction.atomic
def save_defaults(*, upload: Import, actor: User, defaults: Defaults) -> None:
    """Keep what the files leave out for when the preview is opened again, and for the writing."""
    stored = _locked(upload, actor)
    stored.defaults = as_stored(defaults)
    stored.save(update_fields=["defaults"])


@transaction.atomic
def request_writing(*, upload: Import, actor: User, defaults: Defaults) -> None:
    """Have the chosen entries written, all or nothing.

    Raises ``ValidationError`` with code ``already_imported`` or ``nothing_chosen``; ``PermissionDenied`` for anybody
    but the uploader.
    """
    stored = _locked(upload, actor)
    if not stored.entries.filter(is_chosen=True).exists():
        raise ValidationError(_("Choose at least one question."), code="nothing_chosen")
    stored.defaults = as_stored(defaults)
    stored.state = ImportState.WRITING
    attempt = stored.outcome.get("writings", 0) + 1
    stored.outcome = {key: value for key, value in stored.outcome.items() if key != "refused"} | {"writings": attempt}
    stored.save(update_fields=["defaults", "state", "outcome"])
    _enqueue(stored, WRITE_KIND, attempt)
    record(actor=actor, action="import.requested", subject=stored)


@transaction.atomic
def discard(*, upload: Import, actor: User) -> None:
    """Forget files and preview. Raises ``ValidationError`` with code ``already_imported``."""
    if upload.created_by_id != actor.pk:
        raise PermissionDenied
    if not Import.objects.unfinished().exclude(state=ImportState.WRITING).filter(pk=upload.pk).delete()[0]:
        raise _already()


def retry(*, upload: Import, actor: User) -> None:
    """Try again what failed for good.

    Raises ``PermissionDenied`` for anybody but the uploader, else as ``delivery.services.jobs.retry_job``.
    """
    if upload.created_by_id != actor.pk:
        raise PermissionDenied
    job = job_of(upload)
    if job is None:
        raise ValidationError(_("Nothing of this import has failed."), code="job_not_dead")
    retry_job(job=job, actor=actor)


def job_of(upload: Import) -> DurableJob | None:
    """The newest job of an import. One query."""
    return jobs_of([upload]).get(upload.pk)


def jobs_of(uploads: Iterable[Import]) -> dict[UUID, DurableJob]:
    """The newest job of each of these imports that is being worked on. One query."""
    keys = {_key(upload): upload.pk for upload in uploads if upload.state in _WORKING}
    jobs = DurableJob.objects.filter(key__in=keys)
    return {keys[job.key]: job for job in jobs}


def has_failed(job: DurableJob | None) -> bool:
    return job is not None and job.state == JobState.DEAD


def as_stored(defaults: Defaults) -> dict[str, Any]:
    """Defaults as JSON."""
    return {
        "role_families": [str(role.pk) for role in defaults.role_families],
        "lowest_seniority": str(defaults.lowest_seniority.pk),
        "highest_seniority": str(defaults.highest_seniority.pk),
        "minutes": defaults.minutes,
        "difficulty": defaults.difficulty,
        "generic_rubric": defaults.generic_rubric,
        "competencies": dict(defaults.competencies),
    }


def defaults_of(upload: Import) -> Defaults:
    """The other way round. Two queries."""
    stored = upload.defaults
    ladder = {str(level.pk): level for level in SeniorityLevel.objects.all()}
    return Defaults(
        role_families=tuple(RoleFamily.objects.filter(pk__in=stored["role_families"])),
        lowest_seniority=ladder[stored["lowest_seniority"]],
        highest_seniority=ladder[stored["highest_seniority"]],
        minutes=stored["minutes"],
        difficulty=stored["difficulty"],
        generic_rubric=stored["generic_rubric"],
        competencies=tuple(stored["competencies"].items()),
    )


def _enqueue(upload: Import, kind: str, part: int) -> None:
    upload.outcome = upload.outcome | {"job": f"{kind}:{upload.pk}:{part}"}
    upload.save(update_fields=["outcome"])
    given = {"upload": str(upload.pk), "part": part}
    enqueue(kind=kind, key=_key(upload), input=given, requested_by=upload.created_by)


def _key(upload: Import) -> str:
    return str(upload.outcome.get("job", ""))


def _locked(upload: Import, actor: User) -> Import:
    """The import, for the length of the transaction, if it may be changed."""
    if not may_write(actor) or upload.created_by_id != actor.pk:
        raise PermissionDenied
    stored = Import.objects.select_for_update().filter(pk=upload.pk).first()
    if stored is not None and stored.state == ImportState.READING:
        raise ValidationError(_("The files are still being read."), code="not_ready")
    if stored is None or stored.state != ImportState.READY:
        raise _already()
    return stored


def _open_entries(upload: Import, actor: User) -> QuerySet[ImportEntry]:
    choosable = [*WRITTEN, ImportStatus.DUPLICATE]
    return ImportEntry.objects.filter(upload=_locked(upload, actor), status__in=choosable)


def _already() -> ValidationError:
    return ValidationError(_("These files have been imported already."), code="already_imported")
