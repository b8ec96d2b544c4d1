"""A token never does more than it may, whoever it acts for; answers are not kept beyond rights."""

import pytest

from accounts.api.users import Users
from accounts.choices import Role
from accounts.models import AuditEntry, RoleGrant, User
from accounts.scopes import ACT_AS
from accounts.services.trail import through
from interviews.services.ats import create_connection
from tests.accounts.rest.test_reading import problem
from tests.api import Api, signed_in
from tests.factories import JobFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return UserFactory(roles=[Role.ADMIN])


def test_a_token_makes_and_renews_none_that_may_do_more(admin):
    api, wider = Api(["tokens:write", ACT_AS]), Api()
    body = {"name": "More", "scopes": ["scorecards:read", "tokens:write"]}

    assert problem(api.post("tokens", body, On_Behalf_Of=admin.email)) == (403, "insufficient_scope")
    assert problem(api.post(f"tokens/{wider.token.pk}/rotate", On_Behalf_Of=admin.email)) == (403, "insufficient_scope")
    same = {"name": "Same", "scopes": ["tokens:write"]}
    assert api.post("tokens", same, On_Behalf_Of=admin.email).status_code == 201


def test_a_token_makes_no_administrator(admin):
    body = {"email": "new@example.org", "display_name": "New", "roles": ["admin"]}

    refused = Api(["users:write", ACT_AS]).post("users", body, On_Behalf_Of=admin.email)

    assert problem(refused) == (403, "not_allowed")
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_program_acts_for_people_not_for_other_programs():
    assert problem(Api([ACT_AS]).get("users", On_Behalf_Of=Api().user.email)) == (403, "unknown_person")


def test_an_account_made_on_the_way_needs_the_scope_for_accounts():
    body = {"email": "new@example.org", "display_name": "New"}

    assert problem(Api(["interviewers:write"]).post("interviewers", body)) == (403, "insufficient_scope")
    assert Api(["interviewers:write", "users:write"]).post("interviewers", body).status_code == 201


def test_an_answer_is_not_given_again_once_the_right_is_gone(admin):
    asking = signed_in(admin)
    body = {"name": "ATS", "scopes": ["users:read"]}
    assert asking.post("tokens", body, Idempotency_Key="k").status_code == 201

    RoleGrant.objects.filter(user=admin).delete()

    assert problem(asking.post("tokens", body, Idempotency_Key="k")) == (422, "idempotency_key_reused")


def test_an_answer_is_not_given_again_once_the_thing_is_out_of_sight():
    recruiter = UserFactory(roles=[Role.RECRUITER])
    job = JobFactory(recruiter=recruiter)
    body = {
        "title": "Engineer",
        "role": str(job.role_family_id),
        "seniority": str(job.seniority_id),
        "time_zone": "UTC",
        "recruiters": [str(recruiter.pk)],
    }
    asking = signed_in(recruiter)
    made = asking.post("jobs", body, Idempotency_Key="k")
    assert made.status_code == 201, made.content

    job = recruiter.job_memberships.get(job=made.json()["id"])
    job.delete()

    assert problem(asking.post("jobs", body, Idempotency_Key="k")) == (404, "not_found")


def test_a_fault_leaves_no_token_behind_for_whoever_comes_next(monkeypatch):
    api = Api()
    monkeypatch.setattr(Users, "rows", lambda self: 1 / 0)

    assert api.get("users").status_code == 500
    assert through.get() is None


def test_ids_of_a_connected_system_are_not_for_everybody_to_write(admin):
    recruiter = UserFactory(roles=[Role.RECRUITER])
    job = JobFactory(recruiter=recruiter)
    create_connection(actor=admin, name="ATS", vendor="generic", system="ats")

    refused = signed_in(recruiter).patch(f"jobs/{job.pk}", {"external_ids": {"ats": "J-99"}})
    assert problem(refused) == (422, "invalid")
    assert [(it["pointer"], it["code"]) for it in refused.json()["errors"]] == [("/external_ids", "connected_system")]
    assert signed_in(recruiter).patch(f"jobs/{job.pk}", {"external_ids": {"hris": "7"}}).status_code == 200
    assert Api().patch(f"jobs/{job.pk}", {"external_ids": {"ats": "J-99"}}).status_code == 200
    entries = AuditEntry.objects.filter(action="external_ids.set", subject_id=job.pk)
    assert sorted(entry.detail["systems"] for entry in entries) == ["ats", "hris"]
