"""Archives that administrators ask for in the page or by the API: written by a worker, kept for a day."""

import hashlib
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation

from accounts.identifiers import new_id
from accounts.models import User
from accounts.services.trail import record
from delivery import archives
from delivery.archived import EXPORT_KIND
from delivery.handlers import JobRun
from delivery.models import CompanyExport
from delivery.services.archive_export import write_archive
from delivery.services.jobs import enqueue

KEPT = timedelta(hours=24)


@transaction.atomic
def request_export(*, actor: User) -> CompanyExport:
    """Have everything written to an archive; the one that is being written, if there is one.

    Raises ``PermissionDenied`` unless the actor is an administrator, and what ``archives.refusals`` raise.
    """
    if not actor.is_admin:
        raise PermissionDenied
    _check_allowed(actor)
    underway = CompanyExport.objects.underway().first()
    if underway is not None:
        return underway
    pk = new_id()
    job = enqueue(kind=EXPORT_KIND, key=f"{EXPORT_KIND}:{pk}", input={"export": str(pk)}, requested_by=actor)
    export = CompanyExport.objects.create(pk=pk, job=job, requested_by=actor)
    record(actor=actor, action="company.exported", subject=export)
    return export


def write_export(run: JobRun) -> None:
    """Write the archive that the job names and keep the file. Safe to run twice: the later one counts.

    Whoever is no administrator any more when it begins gets none.
    """
    export = CompanyExport.objects.select_related("requested_by").get(pk=UUID(run.input["export"]))
    if not (export.requested_by.is_active and export.requested_by.is_admin):
        return
    with TemporaryFile(dir=settings.DATA_DIR) as archive, translation.override(export.requested_by.language):
        write_archive(archive, progress=lambda done, total: run.step("tables", done, total))
        sha256, size = _measured(archive)
        name = f"exports/{export.pk}.zip"
        # A worker killed while writing may have left half a file under this name.
        default_storage.delete(name)
        archive.seek(0)
        default_storage.save(name, File(archive, name))
    with run.commit():
        now = timezone.now()
        made = {"file": name, "size": size, "sha256": sha256, "ready_at": now, "expires_at": now + KEPT}
        CompanyExport.objects.filter(pk=export.pk).update(**made)


def open_export(*, export: CompanyExport, actor: User) -> IO[bytes] | None:
    """The archive, if it is there yet and still; each download is on record. Raises as ``request_export``."""
    if not actor.is_admin:
        raise PermissionDenied
    _check_allowed(actor)
    if not export.file or export.expires_at is None or export.expires_at <= timezone.now():
        return None
    record(actor=actor, action="company.export_downloaded", subject=export)
    return default_storage.open(export.file)


def remove_expired() -> int:
    """Take away the files that have been kept long enough; the rows stay. Returns how many."""
    expired = list(CompanyExport.objects.expired(timezone.now()))
    for export in expired:
        default_storage.delete(export.file)
        CompanyExport.objects.filter(pk=export.pk).update(file="")
    return len(expired)


def file_name(export: CompanyExport) -> str:
    """What the download is called."""
    return f"loopwright-{export.created_at:%Y-%m-%d}.zip"


def _measured(archive: IO[bytes]) -> tuple[str, int]:
    archive.seek(0)
    sha256 = hashlib.file_digest(archive, "sha256")  # type: ignore[arg-type]
    return sha256.hexdigest(), archive.tell()


def _check_allowed(actor: User) -> None:
    for refuse in archives.refusals:
        refuse(actor)
