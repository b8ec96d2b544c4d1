"""``jobs``: opening them, changing them, and who may."""

import pytest

from accounts.choices import Role
from accounts.models import AuditEntry
from interviews.models import Job
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import JobFactory, RoleFamilyFactory, SeniorityFactory, UserFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-7000-8000-000000000000"


def errors(response):
    return [(it["pointer"], it["code"]) for it in response.json()["errors"]]


@pytest.fixture
def recruiter():
    return UserFactory(roles=[Role.RECRUITER])


@pytest.fixture
def body(recruiter):
    return {
        "title": "Engineer",
        "role": str(RoleFamilyFactory().pk),
        "seniority": str(SeniorityFactory().pk),
        "time_zone": "Europe/Berlin",
        "recruiters": [str(recruiter.pk)],
    }


def test_a_job_is_opened_and_looks_so(body):
    api, manager = Api(), UserFactory(roles=[Role.HIRING_MANAGER])

    made = api.post(
        "jobs", body | {"team": " Core ", "hiring_managers": [str(manager.pk)], "external_ids": {"ats": "7"}}
    )

    assert made.status_code == 201, made.content
    shown = made.json()
    assert shown == body | {
        "id": shown["id"],
        "team": "Core",
        "place": "",
        "language": "en",
        "hiring_managers": [str(manager.pk)],
        "template": None,
        "plan": None,
        "external_ids": {"ats": "7"},
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
    }
    JobFactory()
    for query in (f"role={body['role']}", f"seniority={body['seniority']}", "external_id=ats:7"):
        assert api.get(f"jobs?{query}").json()["results"] == [shown]


def test_the_approved_plan_is_shown_and_counts_as_a_change():
    world, api = small_world(), Api()
    since = api.get(f"jobs/{world.job.pk}").json()["updated_at"]

    plan = world.approved()

    assert [it["plan"] for it in api.get(f"jobs?updated_after={since}").json()["results"]] == [str(plan.pk)]


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow(size, recruiter, django_assert_num_queries):
    api = Api()
    JobFactory.create_batch(size, recruiter=recruiter)
    api.get("jobs")

    # Token, roles, jobs, recruiters, hiring managers, their own templates, plans, outside ids.
    with django_assert_num_queries(8):
        assert len(ids(api.get("jobs"))) == size


def test_what_is_sent_changes_and_the_rest_stays(recruiter):
    other, manager = UserFactory(roles=[Role.RECRUITER]), UserFactory(roles=[Role.HIRING_MANAGER])
    job = JobFactory(recruiter=recruiter, hiring_manager=manager, team="Core")

    changed = Api().patch(f"jobs/{job.pk}", {"title": "Other", "recruiters": [str(other.pk)], "hiring_managers": []})

    assert changed.status_code == 200, changed.content
    names = ("title", "team", "recruiters", "hiring_managers")
    assert [changed.json()[name] for name in names] == ["Other", "Core", [str(other.pk)], []]
    entry = AuditEntry.objects.get(action="job.changed")
    assert entry.detail["fields"] == "title recruiters hiring_managers"


def test_a_change_that_changes_nothing_leaves_no_trace(recruiter):
    job = JobFactory(recruiter=recruiter)

    assert signed_in(recruiter).patch(f"jobs/{job.pk}", {"recruiters": [str(recruiter.pk)]}).status_code == 200
    assert not AuditEntry.objects.filter(action="job.changed").exists()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"title": ""}, ("/title", "blank")),
        ({"title": "   "}, ("/title", "blank")),
        ({"role": NOBODY}, ("/role", "does_not_exist")),
        ({"seniority": "x"}, ("/seniority", "invalid")),
        ({"time_zone": "Mars/Base"}, ("/time_zone", "unknown_zone")),
        ({"recruiters": []}, ("/recruiters", "min_length")),
        ({"recruiters": [NOBODY]}, ("/recruiters/0", "does_not_exist")),
        ({"hiring_managers": [NOBODY]}, ("/hiring_managers/0", "does_not_exist")),
    ],
)
def test_what_cannot_be_taken_is_pointed_at(body, change, expected):
    refused = Api().post("jobs", body | change)

    assert problem(refused) == (422, "invalid")
    assert errors(refused) == [expected]
    assert not Job.objects.exists()


def test_a_job_needs_a_recruiter_who_is_one(body):
    without = {name: value for name, value in body.items() if name != "recruiters"}
    manager = UserFactory(roles=[Role.HIRING_MANAGER])

    assert errors(Api().post("jobs", without)) == [("/recruiters", "required")]
    refused = Api().post("jobs", body | {"recruiters": [*body["recruiters"], str(manager.pk)]})
    assert errors(refused) == [("/recruiters/1", "does_not_exist")]


def test_role_and_seniority_of_a_job_stay(recruiter):
    job = JobFactory(recruiter=recruiter)

    assert errors(Api().patch(f"jobs/{job.pk}", {"role": NOBODY})) == [("/role", "unknown_field")]


def test_who_opens(body, recruiter):
    for role in (Role.ADMIN, Role.HIRING_MANAGER, Role.AUTHOR, Role.INTERVIEWER):
        assert problem(signed_in(UserFactory(roles=[role])).post("jobs", body)) == (403, "not_allowed")
    assert signed_in(recruiter).post("jobs", body).status_code == 201
    other = signed_in(UserFactory(roles=[Role.RECRUITER])).post("jobs", body)
    assert errors(other) == [("/recruiters", "not_on_it")]
    assert Job.objects.count() == 1


def test_who_sees_and_changes(recruiter):
    manager = UserFactory(roles=[Role.HIRING_MANAGER])
    path = f"jobs/{JobFactory(recruiter=recruiter, hiring_manager=manager).pk}"
    people = {
        "recruiter": recruiter,
        "manager": manager,
        "admin": UserFactory(roles=[Role.ADMIN]),
        "other": UserFactory(roles=[Role.RECRUITER]),
    }
    found = {
        name: (signed_in(user).get(path).status_code, signed_in(user).patch(path, {"team": name}).status_code)
        for name, user in people.items()
    }
    refused = signed_in(recruiter).patch(path, {"recruiters": [str(people["other"].pk)]})
    assert errors(refused) == [("/recruiters", "not_on_it")]
    assert found == {"recruiter": (200, 200), "manager": (200, 403), "admin": (200, 403), "other": (404, 404)}
