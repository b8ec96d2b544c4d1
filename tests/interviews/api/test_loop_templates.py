"""``loop-templates``: the rules of a loop, read and changed by their version."""

import pytest

from accounts.choices import Role
from accounts.services.external_ids import set_external_ids
from interviews.models import LoopTemplate
from interviews.planning.codes import Remedy
from interviews.services.templates import relax_for_job
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import CompetencyFactory, PoolFactory, RoleFamilyFactory, SeniorityFactory, UserFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-7000-8000-000000000000"


def errors(response):
    return [(it["pointer"], it["code"]) for it in response.json()["errors"]]


@pytest.fixture
def body():
    coding, pool = CompetencyFactory(), PoolFactory()
    return {
        "role": str(RoleFamilyFactory(name_en="Engineer").pk),
        "seniority": str(SeniorityFactory(name_en="Senior").pk),
        "rounds": [{"minutes": 60, "competencies": [str(coding.pk)], "lead": str(pool.pk)}],
        "needs": [{"competency": str(coding.pk)}],
    }


def test_a_template_is_made_and_looks_so(body):
    api = Api()

    made = api.post("loop-templates", body | {"external_ids": {"hris": "7"}})

    assert made.status_code == 201, made.content
    shown = made.json()
    assert shown == {
        "id": shown["id"],
        "slug": shown["slug"],
        "name_en": "Engineer, senior",
        "name_zh": "",
        "role": body["role"],
        "seniority": body["seniority"],
        "job": None,
        "version": 1,
        "is_current": True,
        "difficulty": 3,
        "difficulty_spread": 2,
        "rest_days": 21,
        "rounds": [
            {
                "id": shown["rounds"][0]["id"],
                "position": 1,
                "name_en": "",
                "name_zh": "",
                "format": "interview",
                "minutes": 60,
                "opening_minutes": 10,
                "break_after": 15,
                "difficulty": None,
                "briefing_en": "",
                "briefing_zh": "",
                "competencies": body["rounds"][0]["competencies"],
                "lead": body["rounds"][0]["lead"],
                "second": None,
            }
        ],
        "needs": [{"competency": body["needs"][0]["competency"], "questions": 2, "interviewers": 1}],
        "external_ids": {"hris": "7"},
        "updated_at": shown["updated_at"],
    }
    small_world()
    for query in (f"role={body['role']}", f"seniority={body['seniority']}", "external_id=hris:7"):
        assert api.get(f"loop-templates?{query}").json()["results"] == [shown]
    assert problem(api.post("loop-templates", body)) == (409, "template_exists")


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow(size, django_assert_num_queries):
    api = Api()
    for _number in range(size):
        template = small_world().template if not LoopTemplate.objects.exists() else None
        if template is None:
            api.post("loop-templates", {"role": str(RoleFamilyFactory().pk)} | _like(LoopTemplate.objects.first()))
    api.get("loop-templates")

    with django_assert_num_queries(8):  # token, roles, templates, rounds, what they assess, seats, needs, outside ids
        assert len(ids(api.get("loop-templates"))) == size


def _like(template):
    first = template.rounds.first()
    lead, competency = first.seats.get(role="lead").pool_id, first.competencies.get().pk
    rounds = [{"minutes": 60, "competencies": [str(competency)], "lead": str(lead)}]
    return {"seniority": str(template.seniority_id), "rounds": rounds}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"role": NOBODY}, ("/role", "does_not_exist")),
        ({"rounds": []}, ("/rounds", "min_length")),
        ({"difficulty": 6}, ("/difficulty", "max_value")),
        ({"needs": [{"competency": NOBODY}]}, ("/needs/0/competency", "does_not_exist")),
    ],
)
def test_what_cannot_be_taken_is_pointed_at(body, change, expected):
    refused = Api().post("loop-templates", body | change)

    assert problem(refused) == (422, "invalid")
    assert errors(refused) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"minutes": 241}, ("/rounds/1/minutes", "max_value")),
        ({"lead": NOBODY}, ("/rounds/1/lead", "does_not_exist")),
        ({"second": NOBODY}, ("/rounds/1/second", "does_not_exist")),
        ({"competencies": [NOBODY]}, ("/rounds/1/competencies/0", "does_not_exist")),
        ({"competencies": []}, ("/rounds/1/competencies", "min_length")),
        ({"minutes": 30, "opening_minutes": 30}, ("/rounds/1", "no_time_for_questions")),
        ({"seats": {}}, ("/rounds/1/seats", "unknown_field")),
    ],
)
def test_what_is_wrong_in_a_round_is_pointed_at(body, change, expected):
    refused = Api().post("loop-templates", body | {"rounds": [body["rounds"][0], body["rounds"][0] | change]})

    assert problem(refused) == (422, "invalid")
    assert errors(refused) == [expected]


def test_a_need_is_named_once(body):
    assert errors(Api().post("loop-templates", body | {"needs": body["needs"] * 2})) == [("/needs", "need_twice")]


def test_a_change_names_the_version_that_was_read(body):
    api = Api()
    made = api.post("loop-templates", body)
    path, etag = f"loop-templates/{made.json()['id']}", made["ETag"]

    assert problem(api.patch(path, {"rest_days": 7})) == (428, "if_match_required")
    changed = api.patch(path, {"rest_days": 7}, If_Match=etag)
    stale = api.patch(path, {"rest_days": 9}, If_Match=etag)

    assert changed.status_code == 200, changed.content
    assert (changed.json()["rest_days"], changed.json()["id"]) == (7, made.json()["id"])
    assert problem(stale) == (412, "stale_version")
    assert (stale.json()["current"], stale["ETag"]) == (changed.json(), changed["ETag"])
    same = api.patch(path, {"rest_days": 7}, If_Match=changed["ETag"])
    assert same.json() == changed.json()


def test_a_template_with_plans_gets_its_next_version():
    world, api = small_world(), Api()
    world.approved()
    set_external_ids(resource="loop-templates", object_id=world.template.pk, ids={"hris": "7"})
    path = f"loop-templates/{world.template.pk}"

    changed = api.patch(path, {"difficulty": 4}, If_Match=api.get(path)["ETag"])

    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert changed.json()["id"] != str(world.template.pk)
    old = api.get(path)
    assert (old.json()["is_current"], old.json()["difficulty"]) == (False, 3)
    assert ids(api.get("loop-templates?external_id=hris:7")) == [changed.json()["id"]]
    assert ids(api.get("loop-templates?is_current=true")) == [changed.json()["id"]]
    assert problem(api.patch(path, {"difficulty": 5}, If_Match=old["ETag"])) == (409, "not_current")


def test_retiring():
    world, api = small_world(), Api()
    path = f"loop-templates/{world.template.pk}"

    assert problem(api.delete(path)) == (428, "if_match_required")
    assert api.delete(path, If_Match=api.get(path)["ETag"]).status_code == 204
    assert problem(api.get(path)) == (404, "not_found")


def test_who_reads_and_changes():
    world = small_world()
    own = relax_for_job(job=world.job, remedies=[Remedy("shorten_rest", {"days": 1})], actor=world.recruiter)
    people = {
        "recruiter": world.recruiter,
        "manager": world.hiring_manager,
        "admin": UserFactory(roles=[Role.ADMIN]),
        "other": UserFactory(roles=[Role.RECRUITER]),
        "interviewer": world.interviewers[0].user,
    }

    def tried(user):
        asking = signed_in(user)
        found = []
        for template in (world.template, own):
            path = f"loop-templates/{template.pk}"
            read = asking.get(path)
            etag = read.headers.get("ETag", "*")
            found += [read.status_code, asking.patch(path, {"rest_days": 5}, If_Match=etag).status_code]
        return found

    assert {name: tried(user) for name, user in people.items()} == {
        "recruiter": [200, 200, 200, 200],
        "manager": [200, 403, 200, 403],
        "admin": [200, 200, 200, 200],
        "other": [200, 200, 404, 404],
        "interviewer": [404, 404, 404, 404],
    }


def test_who_makes_them(body):
    for role in (Role.HIRING_MANAGER, Role.INTERVIEWER, Role.AUTHOR):
        assert problem(signed_in(UserFactory(roles=[role])).post("loop-templates", body)) == (403, "not_allowed")
    assert signed_in(UserFactory(roles=[Role.RECRUITER])).post("loop-templates", body).status_code == 201
