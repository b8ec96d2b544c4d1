"""The page where everything is exported."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from delivery.choices import JobState
from delivery.models import CompanyExport, DurableJob
from delivery.services.jobs import run_job
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST, CREATE = reverse("delivery:export-list"), reverse("delivery:export-create")


@pytest.fixture
def admin(client, bell):
    user = UserFactory(roles=[Role.ADMIN])
    client.force_login(user)
    return user


def test_from_the_button_to_the_file(client, admin, django_assert_num_queries):
    assert b"No archive yet" in client.get(LIST).content

    assert client.post(CREATE).headers["Location"] == LIST
    export = CompanyExport.objects.get()
    download = reverse("delivery:export-download", args=[export.pk])
    assert b"hx-get" in client.get(LIST).content
    assert client.get(download).status_code == 404
    run_job(job_id=export.job_id)
    part = client.get(reverse("delivery:export-progress")).content.decode()
    assert ("hx-get" in part, download in part) == (False, True)

    response = client.get(download)

    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="loopwright-20')
    assert b"".join(response.streaming_content).startswith(b"PK")


def test_an_archive_that_could_not_be_written_says_so(client, admin):
    client.post(CREATE)
    moment = CompanyExport.objects.get().created_at
    DurableJob.objects.update(state=JobState.DEAD, finished_at=moment)

    page = client.get(LIST).content

    assert b"Could not be written" in page
    assert b"hx-get" not in page


def test_ten_archives_cost_no_more_queries_than_one(client, admin, django_assert_num_queries):
    def again():
        client.post(CREATE)
        DurableJob.objects.update(state=JobState.DONE, finished_at=admin.created_at)

    again()
    with django_assert_num_queries(4):  # session, person, roles, archives
        client.get(LIST)
    for _ in range(3):
        again()
    with django_assert_num_queries(4):
        client.get(LIST)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_for_everybody_else_it_is_not_there(client, admin, role):
    client.post(CREATE)
    export = CompanyExport.objects.get()
    client.force_login(UserFactory(roles=[role]))

    assert client.get(LIST).status_code == 404
    assert client.get(reverse("delivery:export-progress")).status_code == 404
    assert client.post(CREATE).status_code == 404
    assert client.get(reverse("delivery:export-download", args=[export.pk])).status_code == 404
    assert CompanyExport.objects.count() == 1
