import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.models import AuditEntry
from delivery.choices import JobState
from delivery.services import jobs as services
from tests.factories import UserFactory

PAGE = "admin:delivery_durablejob_changelist"


@pytest.fixture
def admin_client(client, db):
    client.force_login(UserFactory(roles=[Role.ADMIN], is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def dead_job(kinds, db):
    job = services.enqueue(kind="nobody.does_this", key="dead", input={})
    services.run_job(job_id=job.pk)
    return job


def test_page_shows_what_failed_and_why(admin_client, dead_job):
    page = admin_client.get(reverse(PAGE), {"state": JobState.DEAD}).content.decode()
    assert "no handler for jobs of the kind nobody.does_this" in page
    assert "Failed for good" in page


def test_job_cannot_be_added_changed_or_deleted_by_hand(admin_client, dead_job):
    assert admin_client.get(reverse("admin:delivery_durablejob_add")).status_code == 403
    change = reverse("admin:delivery_durablejob_change", args=[dead_job.pk])
    assert admin_client.get(change).status_code == 200
    assert admin_client.post(change, {"state": JobState.DONE}).status_code == 403
    assert admin_client.post(reverse("admin:delivery_durablejob_delete", args=[dead_job.pk])).status_code == 403


def test_try_again_revives_the_dead_and_says_so_of_the_others(admin_client, dead_job):
    waiting = services.enqueue(kind="nobody.does_this", key="waiting", input={})
    chosen = {"action": "try_again", "_selected_action": [dead_job.pk, waiting.pk]}
    page = admin_client.post(reverse(PAGE), chosen, follow=True).content.decode()
    dead_job.refresh_from_db()
    assert dead_job.state == JobState.WAITING
    assert "1 job is waiting again." in page
    assert "Only a job that failed for good can be tried again." in page
    assert [entry.subject_id for entry in AuditEntry.objects.all()] == [dead_job.pk]


def test_page_is_closed_to_everybody_else(client, dead_job):
    client.force_login(UserFactory(roles=[Role.RECRUITER]))
    assert client.get(reverse(PAGE)).status_code == 302
