"""``applications``: entering a candidate for a job."""

import pytest

from accounts.choices import Role
from interviews.models import Application
from interviews.services.loops import start_loop
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import ApplicationFactory, CandidateFactory, JobFactory, UserFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db


def body(**more):
    return {"job": str(JobFactory().pk), "candidate": str(CandidateFactory().pk)} | more


def test_an_application_is_made_and_looks_so():
    api, sent = Api(), body(external_ids={"ats": "7"})

    made = api.post("applications", sent)

    assert made.status_code == 201, made.content
    shown = made.json()
    assert shown == {
        "id": shown["id"],
        "job": sent["job"],
        "candidate": sent["candidate"],
        "loop": None,
        "external_ids": {"ats": "7"},
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
    }
    assert api.get(f"applications/{shown['id']}").json() == shown
    other = ApplicationFactory()
    for query in (f"job={sent['job']}", f"candidate={sent['candidate']}", "external_id=ats:7"):
        assert ids(api.get(f"applications?{query}")) == [shown["id"]]
    assert ids(api.get("applications")) == [shown["id"], str(other.pk)]


def test_the_loop_is_shown_and_counts_as_a_change():
    world = small_world()
    world.approved()
    application = world.application()
    api = Api()
    since = api.get(f"applications/{application.pk}").json()["updated_at"]

    loop = start_loop(application=application, actor=world.recruiter)

    assert api.get(f"applications?updated_after={since}").json()["results"][0]["loop"] == str(loop.pk)


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow(size, django_assert_num_queries):
    api = Api()
    ApplicationFactory.create_batch(size)
    api.get("applications")

    with django_assert_num_queries(4):  # token, roles, applications, outside ids
        assert len(ids(api.get("applications"))) == size


def test_an_equal_one_is_refused_and_the_same_request_is_not():
    api, sent = Api(), body()
    first = api.post("applications", sent, Idempotency_Key="k")

    assert problem(api.post("applications", sent)) == (409, "applied_already")
    assert api.post("applications", sent, Idempotency_Key="k").content == first.content
    assert Application.objects.count() == 1


@pytest.mark.parametrize("field", ["job", "candidate"])
def test_what_is_not_there_is_pointed_at(field):
    refused = Api().post("applications", body() | {field: "00000000-0000-7000-8000-000000000000"})

    assert problem(refused) == (422, "invalid")
    assert [(it["pointer"], it["code"]) for it in refused.json()["errors"]] == [(f"/{field}", "does_not_exist")]


def test_who_enters_and_who_sees():
    recruiter, manager = UserFactory(roles=[Role.RECRUITER]), UserFactory(roles=[Role.HIRING_MANAGER])
    other = UserFactory(roles=[Role.RECRUITER])
    sent = body(job=str(JobFactory(recruiter=recruiter, hiring_manager=manager).pk))

    assert problem(signed_in(other).post("applications", sent)) == (422, "invalid")
    made = signed_in(recruiter).post("applications", sent)
    assert made.status_code == 201
    assert problem(signed_in(manager).post("applications", sent)) == (403, "not_allowed")
    seen = {user: ids(signed_in(user).get("applications")) for user in (recruiter, manager, other)}
    assert seen == {recruiter: [made.json()["id"]], manager: [made.json()["id"]], other: []}
