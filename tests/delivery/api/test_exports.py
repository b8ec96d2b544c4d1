import pytest

from accounts.choices import Role
from accounts.models import AuditEntry
from accounts.scopes import SCOPES
from delivery import archives
from delivery.choices import JobState
from delivery.models import CompanyExport, DurableJob
from delivery.services.company_exports import remove_expired
from delivery.services.jobs import run_job
from tests.api import Api, signed_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ALL = len(archives.tables())


@pytest.fixture
def admin(bell):
    return UserFactory(roles=[Role.ADMIN])


def shown(api):
    return api.get(f"exports/{CompanyExport.objects.latest('created_at').pk}").json()


def test_from_asking_to_the_file(admin):
    api = signed_in(admin)

    answer = api.post("exports", {})
    export = CompanyExport.objects.get()
    assert (answer.status_code, answer.headers["Location"][-45:]) == (202, f"/exports/{export.pk}")
    body = answer.json()
    assert body == {
        "id": str(export.pk),
        "state": "waiting",
        "progress": {"done": 0, "of": ALL},
        "error": None,
        "size": None,
        "sha256": "",
        "requested_by": str(admin.pk),
        "created_at": body["created_at"],
        "ready_at": None,
        "expires_at": None,
        "updated_at": body["updated_at"],
    }
    assert api.get(f"exports/{export.pk}/file").status_code == 404
    run_job(job_id=export.job_id)

    ready = shown(api)
    file = api.get(f"exports/{export.pk}/file", Accept="application/zip")

    assert (ready["state"], ready["progress"]) == ("ready", {"done": ALL, "of": ALL})
    content = b"".join(file.streaming_content)
    assert (file.headers["Content-Type"], len(content)) == ("application/zip", ready["size"])
    assert "no-store" in file.headers["Cache-Control"]
    assert AuditEntry.objects.filter(action="company.export_downloaded", actor=admin).count() == 1


def test_states_that_end_badly(admin):
    api = signed_in(admin)
    api.post("exports")
    job, export = DurableJob.objects.get(), CompanyExport.objects.get()
    DurableJob.objects.update(state=JobState.DEAD, finished_at=job.created_at)
    assert (shown(api)["state"], shown(api)["error"]["code"]) == ("failed", "fault")
    DurableJob.objects.update(state=JobState.WAITING, finished_at=None)
    run_job(job_id=job.pk)
    CompanyExport.objects.filter(pk=export.pk).update(expires_at=export.created_at)

    remove_expired()

    assert shown(api)["state"] == "removed"
    assert api.get(f"exports/{export.pk}/file").status_code == 404
    assert [it["id"] for it in api.get("exports?state=removed").json()["results"]] == [str(export.pk)]
    assert api.get("exports?state=ready").json()["results"] == []


def test_a_program_gets_one_only_for_an_administrator(admin):
    api = Api()
    assert api.post("exports").status_code == 403
    export_id = signed_in(admin).post("exports").json()["id"]
    assert (api.get("exports").json()["results"], api.get(f"exports/{export_id}").status_code) == ([], 404)

    acting = Api(scopes=SCOPES)
    acting.headers["On-Behalf-Of"] = admin.email

    assert acting.post("exports").json()["id"] == export_id
    assert acting.get(f"exports/{export_id}").status_code == 200


def test_a_token_needs_its_scope(admin):
    assert Api(scopes=["audit:read"]).get("exports").json()["code"] == "insufficient_scope"


def test_lists_cost_the_same_at_any_size(admin, django_assert_num_queries):
    api = signed_in(admin)

    def again():
        api.post("exports")
        DurableJob.objects.update(state=JobState.DONE, finished_at=admin.created_at)

    again()
    with django_assert_num_queries(6):  # session, person, roles, rows, two parts
        api.get("exports")
    for _ in range(3):
        again()
    with django_assert_num_queries(6):
        assert len(api.get("exports").json()["results"]) == 4
