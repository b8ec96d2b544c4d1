"""Files between their upload and their import."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry
from questionbank.models import Import, ImportFile, Question, RoleFamily, SeniorityLevel
from questionbank.services.importing import Defaults
from questionbank.services.uploads import GIVEN_UP_AFTER, import_upload, keep_upload, preview_upload
from tests.factories import UserFactory
from tests.questionbank.contents import author
from tests.questionbank.test_importing import BANK, counts

pytestmark = pytest.mark.django_db


def kept(user, *texts):
    return keep_upload(user=user, files=[(f"{n}.md", text.encode()) for n, text in enumerate(texts)])


def defaults(**changes):
    ladder = list(SeniorityLevel.objects.all())
    return Defaults(tuple(RoleFamily.objects.all()), ladder[0], ladder[-1], **changes)


def test_upload_is_previewed_from_what_is_kept(django_assert_num_queries):
    upload = kept(author(), BANK, "prose")

    with django_assert_num_queries(2):
        report = preview_upload(upload=upload)

    assert counts(report) == {"created": 3, "unreadable": 1}
    assert report.file_names == ["0.md", "1.md"]
    assert not Question.objects.exists()


def test_import_writes_drafts_once_and_forgets_the_files():
    writer = author()
    upload = kept(writer, BANK)

    report = import_upload(upload=upload, actor=writer, defaults=defaults())

    assert (report.drafts, Question.objects.count()) == (3, 3)
    assert not ImportFile.objects.exists()
    assert AuditEntry.objects.get(subject_id=upload.pk).detail["created"] == 3
    with pytest.raises(ValidationError) as caught:
        import_upload(upload=upload, actor=writer, defaults=defaults())
    assert caught.value.code == "already_imported"


def test_refused_import_can_be_tried_again():
    writer = author()
    upload = kept(writer, BANK)

    with pytest.raises(ValidationError):
        import_upload(upload=upload, actor=writer, defaults=defaults(minutes=0))

    assert not Question.objects.exists()
    assert import_upload(upload=upload, actor=writer, defaults=defaults()).drafts == 3


def test_nobody_imports_what_another_uploaded():
    upload = kept(author(), BANK)

    with pytest.raises(PermissionDenied):
        import_upload(upload=upload, actor=author(), defaults=defaults())


def test_only_authors_upload():
    with pytest.raises(PermissionDenied):
        kept(UserFactory(roles=[Role.RECRUITER]), BANK)


def test_uploads_that_were_given_up_are_forgotten_with_the_next():
    writer = author()
    old, fresh, others = kept(writer, BANK), kept(writer, BANK), kept(author(), BANK)
    long_ago = timezone.now() - GIVEN_UP_AFTER - dt.timedelta(minutes=1)
    Import.objects.filter(pk__in=[old.pk, others.pk]).update(created_at=long_ago)

    newest = kept(writer, BANK)

    assert set(Import.objects.all()) == {fresh, others, newest}
