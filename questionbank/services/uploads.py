"""Files between their upload and their import."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import record
from questionbank.models import Import, ImportFile
from questionbank.policies import may_write
from questionbank.services.importing import Defaults, ImportReport, import_files, preview
from questionbank.services.sample import ensure_vocabulary

GIVEN_UP_AFTER = timedelta(days=1)


@transaction.atomic
def keep_upload(*, user: User, files: Sequence[tuple[str, bytes]]) -> Import:
    """Keep files until their uploader has looked at the preview. Forgets what the same person gave up before."""
    if not may_write(user):
        raise PermissionDenied
    ensure_vocabulary()
    old = Import.objects.visible_to(user).unfinished()
    old.filter(created_at__lt=timezone.now() - GIVEN_UP_AFTER).delete()
    upload = Import.objects.create(created_by=user)
    for position, (name, content) in enumerate(files, start=1):
        ImportFile.objects.create(upload=upload, position=position, name=name[-255:], content=content)
    return upload


def preview_upload(*, upload: Import) -> ImportReport:
    """What the import would do now. Two queries however many questions, one of them with the files."""
    return preview(files=_contents(upload))


@transaction.atomic
def import_upload(*, upload: Import, actor: User, defaults: Defaults) -> ImportReport:
    """Import the files, all or nothing, and forget them.

    Raises ``ValidationError`` with code ``already_imported``; ``PermissionDenied`` for anybody but the uploader.
    """
    if not may_write(actor) or upload.created_by_id != actor.pk:
        raise PermissionDenied
    if not Import.objects.unfinished().filter(pk=upload.pk).update(imported_at=timezone.now()):
        raise ValidationError(_("These files have been imported already."), code="already_imported")
    report = import_files(files=_contents(upload), author=actor, defaults=defaults)
    upload.files.all().delete()
    record(actor=actor, action="import.done", subject=upload, **report.counts)
    return report


def _contents(upload: Import) -> list[tuple[str, bytes]]:
    return [(file.name, bytes(file.content)) for file in upload.files.all()]
