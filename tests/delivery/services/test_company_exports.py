"""Archives that administrators ask for: who gets one, how far it is, for how long it is there."""

import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.choices import Language, Role
from accounts.models import AuditEntry, RoleGrant
from delivery.choices import JobState
from delivery.models import CompanyExport, DurableJob
from delivery.services import jobs
from delivery.services.company_exports import KEPT, open_export, remove_expired, request_export
from delivery.services.jobs import run_job
from delivery.tasks import run_job as run_job_task
from delivery.tasks import run_long_job
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(bell):
    user = UserFactory(roles=[Role.ADMIN], language=Language.ZH_HANS)
    user.set_password(PASSWORD)
    user.save()
    return user


def written(admin):
    export = request_export(actor=admin)
    run_job(job_id=export.job_id)
    export.refresh_from_db()
    return export


def test_an_administrator_gets_everything_in_a_file(admin):
    export = written(admin)

    with open_export(export=export, actor=admin) as file:
        content = file.read()
    assert (export.size, export.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert export.expires_at - export.ready_at == KEPT
    job = DurableJob.objects.get(pk=export.job_id)
    assert (job.state, job.step, job.steps_done) == (JobState.DONE, "tables", job.steps_total - 1)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        users = archive.read("data/accounts.user.jsonl").decode()
        assert admin.email in users
        assert admin.password not in users
        # The request itself is in the trail that leaves; that it was an export is no secret.
        assert b"company.exported" in archive.read("data/accounts.auditentry.jsonl")
        assert archive.read("data/delivery.durablejob.jsonl") == b""
    trail = AuditEntry.objects.order_by("at").values_list("action", "actor", "subject_id")
    assert list(trail) == [
        ("company.exported", admin.pk, export.pk),
        ("company.export_downloaded", admin.pk, export.pk),
    ]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_else(admin, role):
    other, export = UserFactory(roles=[role]), written(admin)

    assert not CompanyExport.objects.visible_to(other).exists()
    for forbidden in (lambda: request_export(actor=other), lambda: open_export(export=export, actor=other)):
        with pytest.raises(PermissionDenied):
            forbidden()


def test_who_is_no_administrator_any_more_gets_none(admin):
    export = request_export(actor=admin)
    RoleGrant.objects.filter(user=admin).delete()

    run_job(job_id=export.job_id)

    export.refresh_from_db()
    assert (export.file, export.ready_at) == ("", None)


def test_two_who_ask_at_once_get_one(admin):
    export = request_export(actor=admin)

    assert request_export(actor=UserFactory(roles=[Role.ADMIN])) == export
    run_job(job_id=export.job_id)
    assert request_export(actor=admin) != export


def test_the_file_goes_after_a_day_and_the_row_stays(admin):
    export, fresh = written(admin), written(admin)
    CompanyExport.objects.filter(pk=export.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    export.refresh_from_db()
    assert open_export(export=export, actor=admin) is None

    assert (remove_expired(), remove_expired()) == (1, 0)

    assert default_storage.listdir("exports")[1] == [f"{fresh.pk}.zip"]
    assert CompanyExport.objects.filter(file="").get() == export


def test_a_large_company_has_an_hour(admin, monkeypatch):
    """A worker that is stopped after three minutes would never get through."""
    sent = []
    monkeypatch.setattr(jobs, "send", lambda *, task, args: sent.append((task, args)) or True)
    export = request_export(actor=admin)

    assert jobs.ring_due() == 1
    assert sent == [("delivery.run_long_job", (str(export.job_id),))] * 2
    assert (run_long_job.time_limit, run_job_task.time_limit) == (3600, 180)
