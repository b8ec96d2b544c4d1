"""``debriefs``, ``results``, ``decisions`` and ``policies`` over REST."""

import pytest

from accounts.choices import Role
from accounts.models import AuditEntry
from scoring.models import Debrief, DecisionPolicy
from scoring.selectors.debriefs import debrief_context
from scoring.services.debriefs import open_early
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import RoleFamilyFactory, SeniorityFactory, UserFactory
from tests.scoring.worlds import panel_world, submit, submit_all

pytestmark = pytest.mark.django_db


def admin():
    return signed_in(UserFactory(roles=[Role.ADMIN]))


def codes(answer):
    return [(it["pointer"], it["code"]) for it in answer.json()["errors"]]


def test_a_debrief_that_opened_by_itself():
    world = panel_world(panel=(2,))
    submit_all(world)
    debrief = Debrief.objects.get()

    shown = Api().get(f"debriefs/{debrief.pk}").json()

    assert shown == {
        "id": str(debrief.pk),
        "loop": str(world.loop.pk),
        "application": str(world.loop.application_id),
        "job": str(world.job.pk),
        "state": "open",
        "policy": str(debrief.policy_id),
        "cards_in": 2,
        "cards_due": 2,
        "opened_at": shown["opened_at"],
        "opened_by": None,
        "opening_reason": "",
        "decision": None,
        "updated_at": shown["updated_at"],
    }


def test_a_member_of_the_job_opens_early_with_a_reason():
    world = panel_world(panel=(2,))
    submit(world.seats[0][0])
    body = {"loop": str(world.loop.pk), "reason": "Another offer"}
    recruiter = signed_in(world.recruiter)

    assert problem(Api().post("debriefs", body)) == (403, "not_allowed")
    assert problem(signed_in(world.seats[0][0].interviewer.user).post("debriefs", body)) == (403, "not_allowed")
    assert codes(recruiter.post("debriefs", body | {"reason": " "})) == [("/reason", "reason_required")]
    opened = recruiter.post("debriefs", body)

    assert (opened.status_code, opened.json()["opened_by"]) == (201, str(world.recruiter.pk))
    assert (opened.json()["cards_in"], opened.json()["cards_due"]) == (1, 2)
    assert problem(recruiter.post("debriefs", body)) == (409, "already_open")
    assert problem(signed_in(world.seats[0][1].interviewer.user).get(f"debriefs/{opened.json()['id']}")) == (
        404,
        "not_found",
    )


def test_an_administrator_reads_for_a_recorded_reason():
    world = panel_world(panel=(1,))
    submit_all(world)
    path, person = f"debriefs/{Debrief.objects.get().pk}", admin()
    assert problem(person.get(path)) == (404, "not_found")
    assert ids(person.get("results")) == []

    assert codes(person.post(f"{path}/access", {})) == [("/reason", "required")]
    assert problem(signed_in(world.recruiter).post(f"{path}/access", {"reason": "x"})) == (403, "not_allowed")
    assert problem(signed_in(UserFactory()).post(f"{path}/access", {"reason": "x"})) == (404, "not_found")
    taken = person.post(f"{path}/access", {"reason": "Complaint"})

    assert (taken.status_code, taken.json()) == (200, person.get(path).json())
    assert ids(person.get("results")) == [str(world.loop.pk)]
    assert AuditEntry.objects.filter(action="debrief.access_taken", actor=person.user).exists()


def test_results_are_those_of_the_debrief_page():
    first, second = panel_world(panel=(2, 1)), panel_world(panel=(1,))
    for seat, levels in zip(first.all_seats, ((5, 4), (2, 4), (3, 4)), strict=True):
        submit(seat, levels=levels)
    submit_all(second)

    shown = {it["id"]: it for it in Api().get("results").json()["results"]}

    assert set(shown) == {str(first.loop.pk), str(second.loop.pk)}
    for world in (first, second):
        result = debrief_context(debrief=world.loop.debrief).result
        answer = shown[str(world.loop.pk)]
        for wanted, given in [
            (result.overall, answer["overall"]),
            *zip(result.competencies, answer["competencies"], strict=True),
        ]:
            assert (wanted.mean, wanted.low, wanted.high, wanted.line, wanted.outcome, wanted.spread) == tuple(
                given[name] for name in ("mean", "low", "high", "line", "outcome", "spread")
            )
            assert [(it.interviewer, it.mean, it.count) for it in wanted.raters] == [
                (it["interviewer"], it["mean"], it["questions"]) for it in given["interviewers"]
            ]
        assert [it.competency for it in result.competencies] == [it["competency"] for it in answer["competencies"]]
        assert [(it.question, it.spread) for it in result.disagreements] == [
            (it["asked_question"], it["spread"]) for it in answer["disagreements"]
        ]
        assert [(it.code, it.outcome, list(it.failing)) for it in result.rules] == [
            (it["rule"], it["outcome"], it["competencies"]) for it in answer["rules"]
        ]
    result, answer = debrief_context(debrief=first.loop.debrief).result, shown[str(first.loop.pk)]
    assert result.doubt.question == answer["doubt"]["asked_question"]
    assert (answer["cards_in"], answer["cards_due"], answer["policy"]) == (3, 3, str(first.loop.debrief.policy_id))
    assert answer["debrief"] == str(first.loop.debrief.pk)


def test_a_result_that_is_not_there_says_why():
    world = panel_world(panel=(2,))
    submit(world.seats[0][0])
    open_early(loop=world.loop, actor=world.recruiter, reason="Another offer")

    overall = Api().get(f"results/{world.loop.pk}").json()["overall"]

    assert (overall["mean"], overall["reason"], overall["has"], overall["needs"]) == (None, "cards_missing", 1, 2)


def test_whoever_has_not_submitted_has_no_result():
    world = panel_world(panel=(2,))
    submit(world.seats[0][0])
    open_early(loop=world.loop, actor=world.recruiter, reason="Another offer")
    writing = signed_in(world.seats[0][1].interviewer.user)

    assert problem(writing.get(f"results/{world.loop.pk}")) == (404, "not_found")
    assert ids(writing.get("results")) == ids(writing.get("debriefs")) == []


def test_the_hiring_manager_decides_once_and_no_program_does():
    world = panel_world(panel=(1,))
    submit_all(world)
    debrief = Debrief.objects.get()
    body = {"debrief": str(debrief.pk), "outcome": "hire", "rationale": "Clears every line."}
    acting, manager = Api(["debriefs:read", "debriefs:write", "act:as"]), signed_in(world.manager)

    assert problem(Api().post("decisions", body)) == (403, "not_allowed")
    assert problem(signed_in(world.recruiter).post("decisions", body)) == (403, "not_allowed")
    assert codes(manager.post("decisions", body | {"outcome": "maybe"})) == [("/outcome", "invalid_choice")]
    made = acting.post("decisions", body, On_Behalf_Of=str(world.manager.pk))

    assert (made.status_code, made.json()) == (
        201,
        {
            "id": made.json()["id"],
            "debrief": str(debrief.pk),
            "loop": str(world.loop.pk),
            "application": str(world.loop.application_id),
            "job": str(world.job.pk),
            "outcome": "hire",
            "rationale": "Clears every line.",
            "decided_by": str(world.manager.pk),
            "decided_at": made.json()["decided_at"],
        },
    )
    assert problem(manager.post("decisions", body)) == (409, "decided_already")
    assert Api().get(f"debriefs/{debrief.pk}").json()["decision"] == made.json()["id"]
    assert ids(Api().get("decisions?outcome=hire")) == [made.json()["id"]]
    assert ids(admin().get("decisions")) == []


LINES = {"overall_line": 3.2, "competency_line": 3.0, "knockout_line": 2.0, "least_questions": 2}


def test_a_policy_is_set_and_changes_by_a_new_version():
    role, seniority, person = RoleFamilyFactory(), SeniorityFactory(), admin()
    about = {"role": str(role.pk), "seniority": str(seniority.pk)}

    made = person.post("policies", about | {"overall_line": 3.35})
    path = f"policies/{made.json()['id']}"
    changed = person.patch(path, {"knockout_line": 2.5}, If_Match=made["ETag"])

    assert (made.status_code, changed.status_code) == (201, 200)
    assert made.json() == LINES | about | {
        "id": made.json()["id"],
        "version": 1,
        "is_current": True,
        "overall_line": 3.35,
        "created_at": made.json()["created_at"],
    }
    assert changed.json() == made.json() | {
        "id": changed.json()["id"],
        "version": 2,
        "knockout_line": 2.5,
        "created_at": changed.json()["created_at"],
    }
    assert ids(person.get("policies?is_current=true")) == [changed.json()["id"]]
    assert problem(person.post("policies", about)) == (409, "policy_exists")
    assert problem(person.patch(path, {"knockout_line": 3}, If_Match=made["ETag"])) == (412, "stale_version")
    assert problem(person.patch(path, {"knockout_line": 3}, If_Match="*")) == (409, "not_current")
    assert problem(person.patch(path, {})) == (428, "if_match_required")
    unchanged = person.patch(f"policies/{changed.json()['id']}", {"knockout_line": 2.5}, If_Match=changed["ETag"])
    assert unchanged.json() == changed.json()
    assert AuditEntry.objects.filter(action="policy.set").count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"overall_line": 0.9}, "min_value"),
        ({"overall_line": 5.1}, "max_value"),
        ({"overall_line": 3.333}, "max_digits"),
        ({"overall_line": "3"}, "invalid"),
        ({"least_questions": 0}, "min_value"),
        ({"least_questions": 1.5}, "invalid"),
    ],
)
def test_lines_that_cannot_be(change, code):
    about = {"role": str(RoleFamilyFactory().pk), "seniority": str(SeniorityFactory().pk)}

    refused = admin().post("policies", about | change)

    assert problem(refused) == (422, "invalid")
    assert [it["code"] for it in refused.json()["errors"]] == [code] * len(refused.json()["errors"])
    assert not DecisionPolicy.objects.exists()


def test_who_sees_policies_and_who_sets_them():
    world = panel_world(panel=(1,))
    submit_all(world)
    policy = str(DecisionPolicy.objects.get().pk)

    for reader in (Api(), signed_in(world.recruiter), signed_in(world.manager)):
        assert ids(reader.get("policies")) == [policy]
        assert problem(reader.patch(f"policies/{policy}", {"overall_line": 4}, If_Match="*")) == (403, "not_allowed")
    assert ids(signed_in(world.seats[0][0].interviewer.user).get("policies")) == []


@pytest.mark.parametrize(("noun", "queries"), [("debriefs", 5), ("results", 10), ("decisions", 3), ("policies", 3)])
def test_queries_do_not_grow(noun, queries, django_assert_num_queries):
    api = Api()

    def decided():
        world = panel_world(panel=(1, 1))
        submit_all(world)
        body = {"debrief": str(world.loop.debrief.pk), "outcome": "hire", "rationale": "Yes."}
        assert signed_in(world.manager).post("decisions", body).status_code == 201

    decided()
    api.get(noun)
    with django_assert_num_queries(queries):
        assert len(ids(api.get(noun))) == 1
    decided()
    decided()
    with django_assert_num_queries(queries):
        assert len(ids(api.get(noun))) == 3
