"""``loop-plans``: compiling, reading and changing by hand, approving."""

import pytest

from accounts.choices import Role
from interviews.models import LoopPlan
from interviews.services.plans import compile_plan
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import UserFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return small_world()


def built(api, world, **more):
    made = api.post("loop-plans", {"job": str(world.job.pk)} | more)
    assert made.status_code == 201, made.content
    return made


def whole(api, plan):
    return api.get(f"loop-plans/{plan}?include=rounds,coverage").json()


def do(api, plan, verb, body=None, etag=None):
    etag = etag or api.get(f"loop-plans/{plan}")["ETag"]
    return api.post(f"loop-plans/{plan}/{verb}", body, If_Match=etag)


def errors(response):
    return [(it["pointer"], it["code"]) for it in response.json()["errors"]]


def test_a_plan_is_compiled_and_looks_so(world):
    api = Api()

    made = built(api, world)

    shown = made.json()
    assert shown == {
        "id": shown["id"],
        "job": str(world.job.pk),
        "template": str(world.template.pk),
        "number": 1,
        "state": "draft",
        "built_from": None,
        "seed": 0,
        "forms": 1,
        "objective": shown["objective"],
        "bound": shown["objective"],
        "is_optimal": True,
        "edits": 0,
        "created_at": shown["created_at"],
        "created_by": str(api.user.pk),
        "approved_at": None,
        "approved_by": None,
        "updated_at": shown["updated_at"],
    }
    assert made["Location"].endswith(f"/api/v1/loop-plans/{shown['id']}")
    assert api.get(f"loop-plans?job={world.job.pk}&state=draft").json()["results"] == [shown]
    assert ids(api.get("loop-plans?state=approved")) == []


def test_its_questions_come_with_the_reasons_for_them(world):
    api = Api()
    plan = built(api, world).json()["id"]

    rounds = whole(api, plan)["rounds"]

    first = rounds[0]
    version = next(it for it in world.versions if str(it.pk) == first["questions"][0]["version"])
    assert {name: value for name, value in first.items() if name != "questions"} == {
        "id": str(world.rounds[0].pk),
        "label": "R1",
        "name_en": "Round 1",
        "name_zh": "",
        "question_minutes": 50,
    }
    assert first["questions"][0] == {
        "id": first["questions"][0]["id"],
        "form": 1,
        "position": 1,
        "question": str(version.question_id),
        "version": str(version.pk),
        "label": f"{version.question.label} v1",
        "title": f"Title of question {version.question.number}",
        "minutes": 20,
        "difficulty": 3,
        "is_locked": False,
        "reasons": first["questions"][0]["reasons"],
    }
    assert first["questions"][0]["reasons"][0] == {
        "code": "only_source",
        "params": {"competency": "coding", "weight": 100},
        "kind": "gain",
        "text": "Keeps Coding covered: without it the loop is one question short.",
    }
    assert [len(it["questions"]) for it in rounds] == [2, 2]


def test_what_it_covers(world):
    api = Api()
    plan = built(api, world).json()["id"]

    assert whole(api, plan)["coverage"] == [
        {
            "form": 1,
            "competency": str(competency.pk),
            "needed_questions": 2,
            "has_questions": 2,
            "needed_interviewers": 1,
            "has_interviewers": 1,
            "is_met": True,
        }
        for competency in (world.coding, world.reliability)
    ]


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow(size, world, django_assert_num_queries):
    api = Api()
    for number in range(size):
        plan = compile_plan(job=world.job, actor=world.recruiter)
        LoopPlan.objects.filter(pk=plan.pk).update(edits=number + 1)  # else the next would be the same
    api.get("loop-plans?include=rounds,coverage")

    # Token, roles, plans; plans, rounds, questions, titles, competencies; plans, needs, seats, what rounds assess,
    # questions, weights.
    with django_assert_num_queries(3 + 5 + 6):
        assert len(ids(api.get("loop-plans?include=rounds,coverage"))) == size
    with django_assert_num_queries(3):
        assert len(ids(api.get("loop-plans"))) == size


def test_the_same_again_is_the_same_plan(world):
    api = Api()

    assert built(api, world).json()["id"] == built(api, world).json()["id"]
    assert LoopPlan.objects.count() == 1


def test_parallel_forms_are_covered_each(world):
    api = Api()
    for competency in (world.coding, world.coding, world.reliability, world.reliability):
        world.ask(competency)

    plan = built(api, world, forms=2).json()

    assert plan["forms"] == 2
    coverage = whole(api, plan["id"])["coverage"]
    assert [(it["form"], it["has_questions"], it["is_met"]) for it in coverage] == [(1, 2, True)] * 2 + [
        (2, 2, True)
    ] * 2


def test_what_stands_in_the_way_and_the_way_out(world):
    api = Api()
    world.template.needs.filter(competency=world.coding).update(questions=4)

    refused = api.post("loop-plans", {"job": str(world.job.pk)})

    assert problem(refused) == (409, "cannot_cover")
    shortfalls = refused.json()["shortfalls"]
    assert errors(refused) == [("", it["code"]) for it in shortfalls]
    assert refused.json()["detail"] == shortfalls[0]["message"]
    missing = next(it for it in shortfalls if it["remedy"]["code"] == "publish_questions")
    assert missing == {
        "code": "competency_questions",
        "params": {"competency": "coding", "needed": 4, "possible": 2},
        "message": "Coding needs 4 questions; 2 can be asked at this level in English. "
        "Publish 1 more, or lower the need.",
        "remedy": {
            "code": "publish_questions",
            "params": {"competency": "coding", "round": "R1", "missing": 1, "minutes": 20},
            "is_rule": False,
            "text": "",
        },
    }
    lower = next(it["remedy"] for it in shortfalls if it["remedy"]["code"] == "lower_need")
    assert (lower["is_rule"], lower["text"]) == (True, "Ask for 3 questions about Coding")


def test_rules_give_way_for_one_job(world):
    api = Api()
    world.rounds[0].minutes = 45
    world.rounds[0].save()
    refused = api.post("loop-plans", {"job": str(world.job.pk)}).json()
    remedies = [it["remedy"] for it in refused["shortfalls"]]
    assert all(it["is_rule"] and it["text"] for it in remedies)

    body = {"remedies": [{"code": it["code"], "params": it["params"]} for it in remedies]}
    relaxed = api.post(f"jobs/{world.job.pk}/relax", body)

    assert relaxed.status_code == 200, relaxed.content
    own = relaxed.json()["template"]
    assert own not in {None, str(world.template.pk)}
    assert built(api, world).json()["template"] == own


@pytest.mark.parametrize(
    ("remedy", "expected"),
    [
        ({"code": "publish_questions", "params": {}}, (409, "not_a_rule")),
        ({"code": "drop_round", "params": {"round": "R9"}}, (409, "unknown_round")),
        ({"code": "add_minutes", "params": {"round": "R1", "minutes": 10_001}}, (422, "invalid")),
        ({"code": "add_minutes", "params": {"round": "R1", "minutes": 1.5}}, (422, "invalid")),
        ({"code": "add_minutes", "params": {"round": "R1", "minutes": "x"}}, (409, "not_a_rule")),
        ({"code": "allow_competency", "params": {"competency": "nothing"}}, (409, "unknown_name")),
    ],
)
def test_remedies_that_cannot_be(world, remedy, expected):
    assert problem(Api().post(f"jobs/{world.job.pk}/relax", {"remedies": [remedy]})) == expected


def test_approving(world):
    api = Api()
    plan = built(api, world).json()["id"]

    assert problem(api.post(f"loop-plans/{plan}/approve")) == (428, "if_match_required")
    approved = do(api, plan, "approve")

    assert approved.status_code == 200, approved.content
    assert (approved.json()["state"], approved.json()["approved_by"]) == ("approved", str(api.user.pk))
    assert problem(do(api, plan, "approve")) == (409, "not_a_draft")
    assert api.get(f"jobs/{world.job.pk}").json()["plan"] == plan


def test_locking_and_rebuilding(world):
    api = Api()
    made = built(api, world)
    plan = made.json()["id"]
    question = whole(api, plan)["rounds"][0]["questions"][0]

    locked = do(api, plan, "lock", {"question": question["id"], "is_locked": True})

    assert locked.status_code == 200, locked.content
    assert locked["ETag"] != made["ETag"]
    assert whole(api, plan)["rounds"][0]["questions"][0]["is_locked"] is True
    assert problem(do(api, plan, "remove", {"question": question["id"]}))[1] == "question_locked"
    stale = do(api, plan, "lock", {"question": question["id"], "is_locked": False}, etag=made["ETag"])
    assert problem(stale) == (412, "stale_version")
    rebuilt = do(api, plan, "rebuild")
    assert rebuilt.status_code == 201, rebuilt.content
    assert whole(api, rebuilt.json()["id"])["rounds"][0]["questions"][0]["is_locked"] is True


def test_swapping_for_an_alternative(world):
    api = Api()
    other = world.ask(world.coding, difficulty=4)
    plan = built(api, world).json()["id"]
    before = whole(api, plan)["rounds"][0]["questions"]
    path = f"loop-plans/{plan}/questions/{before[0]['id']}/alternatives"

    found = api.get(path).json()

    assert found == {
        "results": [
            {
                "label": f"{other.question.label} v1",
                "title": f"Title of question {other.question.number}",
                "minutes": 20,
                "difficulty": 4,
                "points": found["results"][0]["points"],
                "notes": found["results"][0]["notes"],
                "changes": [
                    {"round": "R1", "out": before[0]["label"], "into": f"{other.question.label} v1", "form": 1}
                ],
            }
        ],
        "next": None,
    }
    changes = {"changes": found["results"][0]["changes"]}
    swapped = do(api, plan, "swap", changes)
    assert (swapped.status_code, swapped.json()["edits"]) == (200, 1)
    assert f"{other.question.label} v1" in [it["label"] for it in whole(api, plan)["rounds"][0]["questions"]]
    assert swapped.json()["objective"] == swapped.json()["bound"] - found["results"][0]["points"]


def test_taking_out_adding_and_moving(world):
    api = Api()
    plan = built(api, world).json()["id"]
    first, second = whole(api, plan)["rounds"][0]["questions"]

    moved = do(api, plan, "move", {"question": first["id"], "round": "R1", "position": 2})
    assert moved.status_code == 200, moved.content
    assert [it["id"] for it in whole(api, plan)["rounds"][0]["questions"]] == [second["id"], first["id"]]

    removed = do(api, plan, "remove", {"question": first["id"]})
    assert removed.status_code == 200, removed.content
    assert whole(api, plan)["coverage"][0]["is_met"] is False
    refused = do(api, plan, "approve")
    assert problem(refused) == (409, "rule_broken")
    assert errors(refused) == [("", "too_few_questions")]

    additions = api.get(f"loop-plans/{plan}/rounds/R1/additions").json()["results"]
    added = do(api, plan, "add", {"changes": additions[0]["changes"]})
    assert added.status_code == 200, added.content
    assert do(api, plan, "approve").json()["state"] == "approved"
    assert api.get(f"loop-plans/{plan}/rounds/R1/additions").json()["results"] == []
    assert api.get(f"loop-plans/{plan}/questions/{second['id']}/alternatives").json()["results"] == []


@pytest.mark.parametrize(
    ("verb", "body", "expected"),
    [
        ("lock", {}, (422, "invalid")),
        ("lock", {"question": "00000000-0000-7000-8000-000000000000", "is_locked": True}, (422, "invalid")),
        ("remove", {"question": "00000000-0000-7000-8000-000000000000"}, (422, "invalid")),
        ("swap", {"changes": []}, (422, "invalid")),
        ("swap", {"changes": [{"round": "R1", "out": "Q-9999 v1", "into": "", "form": 1}]}, (409, "plan_changed")),
        ("add", {"changes": [{"round": "R9", "out": "", "into": "Q-0001 v1", "form": 1}]}, (409, "no_such_round")),
        ("add", {"changes": [{"round": "R1", "out": "", "into": "Q-9999 v1", "form": 1}]}, (409, "question_gone")),
    ],
)
def test_changes_that_cannot_be(world, verb, body, expected):
    api = Api()
    plan = built(api, world).json()["id"]

    assert problem(do(api, plan, verb, body)) == expected


@pytest.mark.parametrize(
    "path",
    [
        "loop-plans/{plan}/rounds/R1/additions?form=x",
        "loop-plans/{plan}/rounds/R1/additions?limit=1",
        "loop-plans/{plan}/questions/{question}/alternatives?form=1",
    ],
)
def test_parameters_of_choices_are_checked(world, path):
    api = Api()
    plan = built(api, world).json()["id"]
    question = whole(api, plan)["rounds"][0]["questions"][0]["id"]

    assert problem(api.get(path.format(plan=plan, question=question))) == (400, "invalid_query")


def test_who_reads_and_who_changes(world):
    plan = compile_plan(job=world.job, actor=world.recruiter)
    question = str(plan.questions.first().pk)
    people = {
        "recruiter": world.recruiter,
        "manager": world.hiring_manager,
        "admin": UserFactory(roles=[Role.ADMIN]),
        "other": UserFactory(roles=[Role.RECRUITER]),
        "interviewer": world.interviewers[0].user,
    }

    def tried(user):
        asking = signed_in(user)
        read = asking.get(f"loop-plans/{plan.pk}")
        etag = read.headers.get("ETag", "*")
        return [
            read.status_code,
            asking.get(f"loop-plans/{plan.pk}/questions/{question}/alternatives").status_code,
            asking.get(f"loop-plans/{plan.pk}/rounds/R1/additions").status_code,
            do(asking, plan.pk, "lock", {"question": question, "is_locked": False}, etag=etag).status_code,
            asking.post("loop-plans", {"job": str(world.job.pk)}).status_code,
        ]

    assert {name: tried(user) for name, user in people.items()} == {
        "recruiter": [200, 200, 200, 200, 201],
        "manager": [200, 200, 200, 403, 403],
        "admin": [200, 200, 200, 403, 403],
        "other": [404, 404, 404, 404, 422],
        "interviewer": [404, 404, 404, 404, 422],
    }
