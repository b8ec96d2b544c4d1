"""``scorecards``, ``scores`` and the unified shape over REST."""

import pytest

from accounts.choices import Role
from interviews.models import PanelSeat
from scoring.models import Debrief, Scorecard, ScorecardRevision
from scoring.services.debriefs import open_early
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import UserFactory
from tests.scoring.worlds import asked_of, fill, panel_world, submit, submit_all

pytestmark = pytest.mark.django_db


def person_of(seat):
    return signed_in(seat.interviewer.user)


def opened(seat):
    """The interviewer, and their card as they read it."""
    person = person_of(seat)
    made = person.post("scorecards", {"seat": str(seat.pk)})
    assert made.status_code == 201, made.content
    return person, made


def errors(answer):
    return [(it["pointer"], it["code"]) for it in answer.json()["errors"]]


def test_an_interviewer_opens_fills_and_submits_the_own_card():
    world = panel_world(panel=(1,))
    seat = world.seats[0][0]
    first, second = asked_of(seat)
    person, made = opened(seat)
    assert person.post("scorecards", {"seat": str(seat.pk)}).json() == made.json()
    path = f"scorecards/{made.json()['id']}"

    saved = person.patch(
        path,
        {
            "recommendation": "yes",
            "summary": "Thinks aloud.",
            "scores": [
                {"asked_question": str(first.pk), "level": 4, "evidence": "先估算", "private_note": "left-handed"},
                {"asked_question": str(second.pk), "not_assessed": True},
            ],
        },
        If_Match=made["ETag"],
    )
    done = person.post(f"{path}/submit", {}, If_Match=saved["ETag"])

    assert (saved.status_code, done.status_code) == (200, 200)
    assert done.json() == {
        "id": made.json()["id"],
        "seat": str(seat.pk),
        "round": str(seat.round_id),
        "loop": str(world.loop.pk),
        "application": str(world.loop.application_id),
        "job": str(world.job.pk),
        "interviewer": str(seat.interviewer_id),
        "user": str(seat.interviewer.user_id),
        "state": "submitted",
        "version": 2,
        "recommendation": "yes",
        "summary": "Thinks aloud.",
        "scores": [
            {
                "asked_question": str(asked.pk),
                "position": asked.position,
                "question": str(asked.version.question_id),
                "version": str(asked.version_id),
                "level": level,
                "not_assessed": level is None,
                "evidence": evidence,
                "private_note": note,
            }
            for asked, level, evidence, note in ((first, 4, "先估算", "left-handed"), (second, None, "", ""))
        ],
        "created_at": made.json()["created_at"],
        "saved_at": saved.json()["saved_at"],
        "submitted_at": done.json()["submitted_at"],
        "updated_at": done.json()["updated_at"],
    }
    assert ScorecardRevision.objects.count() == 2
    assert Debrief.objects.count() == 1
    again = person.patch(path, {"summary": "More"}, If_Match=done["ETag"])
    assert problem(again) == (409, "already_submitted")


def test_a_program_scores_on_behalf_of_the_interviewer_alone():
    world = panel_world(panel=(1,))
    seat = world.seats[0][0]
    api, plain = Api(["scorecards:read", "scorecards:write", "act:as"]), Api()
    asked, acting = {"seat": str(seat.pk)}, {"On_Behalf_Of": seat.interviewer.user.email}
    assert problem(plain.post("scorecards", asked)) == (422, "invalid")

    made = api.post("scorecards", asked, **acting)
    path = f"scorecards/{made.json()['id']}"
    assert made.status_code == 201
    assert problem(plain.patch(path, {"summary": "x"}, If_Match=made["ETag"])) == (404, "not_found")
    saved = api.patch(path, {"summary": "x"}, If_Match=made["ETag"], **acting)

    assert (saved.status_code, saved.json()["summary"]) == (200, "x")
    assert ScorecardRevision.objects.get().author == seat.interviewer.user


def test_a_change_names_the_version_it_was_made_on():
    person, made = opened(panel_world(panel=(1,)).seats[0][0])
    path = f"scorecards/{made.json()['id']}"
    newer = person.patch(path, {"summary": "Newer"}, If_Match=made["ETag"])

    assert problem(person.patch(path, {"summary": "Older"})) == (428, "if_match_required")
    stale = person.patch(path, {"summary": "Older"}, If_Match=made["ETag"])
    assert problem(stale) == (412, "stale_version")
    assert (stale.json()["current"], stale["ETag"]) == (newer.json(), newer["ETag"])
    assert problem(person.post(f"{path}/submit", {})) == (428, "if_match_required")
    assert problem(person.post(f"{path}/submit", {}, If_Match=made["ETag"])) == (412, "stale_version")
    assert ScorecardRevision.objects.count() == 1


def test_what_is_missing_or_wrong_is_pointed_at_by_its_place():
    seat = panel_world(panel=(1,)).seats[0][0]
    foreign = asked_of(panel_world(panel=(1,)).seats[0][0])[0].pk
    first, second = (str(it.pk) for it in asked_of(seat))
    person, made = opened(seat)
    path, etag = f"scorecards/{made.json()['id']}", made["ETag"]

    for scores, wanted in (
        ([{"asked_question": first, "level": 6}], [("/scores/0/level", "max_value")]),
        ([{"asked_question": first, "level": "4"}], [("/scores/0/level", "invalid")]),
        ([{"asked_question": first, "level": 4, "not_assessed": True}], [("/scores/0/level", "level_or_not_assessed")]),
        ([{"asked_question": first}, {"asked_question": first}], [("/scores/1", "repeated")]),
        ([{"asked_question": str(foreign), "level": 4}], [("/scores/0/asked_question", "unknown_question")]),
        ([{"asked_question": first, "evidence": "\x07"}], [("/scores/0/evidence", "not_text")]),
        ([{"asked_question": first, "grade": 4}], [("/scores/0/grade", "unknown_field")]),
    ):
        refused = person.patch(path, {"summary": "not kept", "scores": scores}, If_Match=etag)
        assert problem(refused) == (422, "invalid")
        assert errors(refused) == wanted
    person.patch(path, {"scores": [{"asked_question": second, "level": 3}]}, If_Match=etag)
    incomplete = person.post(f"{path}/submit", {}, If_Match="*")
    assert problem(incomplete) == (422, "invalid")
    assert errors(incomplete) == [
        ("/scores/0/level", "incomplete"),
        ("/scores/1/evidence", "incomplete"),
        ("/recommendation", "incomplete"),
    ]


def test_submitting_twice_with_one_key_is_one_submission():
    seat = panel_world(panel=(1,)).seats[0][0]
    fill(seat)
    person = person_of(seat)
    path = f"scorecards/{seat.scorecard.pk}"
    etag = person.get(path)["ETag"]

    first = person.post(f"{path}/submit", {}, If_Match=etag, Idempotency_Key="k")
    again = person.post(f"{path}/submit", {}, If_Match=etag, Idempotency_Key="k")

    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)


def test_notes_are_for_their_writer_alone():
    world = panel_world(panel=(2,))
    submit_all(world)
    first, second = world.seats[0]

    own = person_of(first).get(f"scorecards/{first.scorecard.pk}").json()
    assert [it["private_note"] for it in own["scores"]] == [f"note of {first.pk} for {place}" for place in (1, 2)]
    for reader in (person_of(second), signed_in(world.recruiter), signed_in(world.manager), Api()):
        text = reader.get("scorecards").content.decode()
        assert text.count("note of") == (2 if reader.user == second.interviewer.user else 0)
        assert f"note of {first.pk}" not in text
        seen = reader.get(f"scorecards/{first.scorecard.pk}").json()
        assert [it["private_note"] for it in seen["scores"]] == [None, None]
        assert "note" not in reader.get("scores").content.decode()
        assert "note" not in reader.get("ats/scorecards").content.decode()


def test_who_sees_which_cards():
    world = panel_world(panel=(2, 1))
    done, writing, last = world.all_seats
    submit(done)
    fill(writing)
    fill(last)
    own = [str(writing.scorecard.pk)]

    readers = {
        "api": Api(),
        "recruiter": signed_in(world.recruiter),
        "admin": signed_in(UserFactory(roles=[Role.ADMIN])),
    }
    assert [ids(it.get("scorecards")) for it in readers.values()] == [[], [], []]
    open_early(loop=world.loop, actor=world.recruiter, reason="Another offer")
    seen = {name: ids(it.get("scorecards")) for name, it in readers.items()}

    assert seen == {"api": [str(done.scorecard.pk)], "recruiter": [str(done.scorecard.pk)], "admin": []}
    person = person_of(writing)
    assert ids(person.get("scorecards")) == own
    assert {it["scorecard"] for it in person.get("scores").json()["results"]} == set(own)
    assert ids(person.get("ats/scorecards")) == own
    assert problem(person.get(f"scorecards/{done.scorecard.pk}")) == (404, "not_found")
    assert problem(person.patch(f"scorecards/{done.scorecard.pk}", {}, If_Match="*")) == (404, "not_found")
    assert len(ids(person_of(done).get("scorecards"))) == 1
    other = signed_in(world.recruiter)
    assert problem(other.patch(f"scorecards/{done.scorecard.pk}", {}, If_Match="*")) == (403, "not_allowed")


def test_filters_of_cards_and_scores():
    world = panel_world(panel=(2, 1))
    submit_all(world)
    submit_all(panel_world(panel=(1,)))
    api, seat = Api(), world.seats[1][0]
    first, second = asked_of(seat)
    card, loop = seat.scorecard, world.loop

    for query, wanted in (
        (f"loop={loop.pk}", 3),
        (f"application={loop.application_id}", 3),
        (f"job={world.job.pk}", 3),
        (f"round={seat.round_id}", 1),
        (f"seat={seat.pk}", 1),
        (f"interviewer={seat.interviewer_id}", 1),
        ("state=draft", 0),
        ("state=submitted", 4),
    ):
        assert len(ids(api.get(f"scorecards?{query}"))) == wanted
    for query, wanted in (
        (f"loop={loop.pk}", 6),
        (f"application={loop.application_id}", 6),
        (f"job={world.job.pk}", 6),
        (f"scorecard={card.pk}", 2),
        (f"interviewer={seat.interviewer_id}", 2),
        (f"question={first.version.question_id}", 1),
        (f"version={second.version_id}", 1),
        (f"competency={first.competencies.first().pk}&loop={loop.pk}", 2),
    ):
        assert len(ids(api.get(f"scores?{query}"))) == wanted


def test_a_single_score():
    world = panel_world(panel=(1,), questions=1)
    submit_all(world, levels=(5,))
    seat = world.seats[0][0]
    (asked,) = asked_of(seat)
    card = seat.scorecard

    shown = Api().get("scores").json()["results"]

    assert shown == [
        {
            "id": str(card.scores.get().pk),
            "scorecard": str(card.pk),
            "loop": str(world.loop.pk),
            "application": str(world.loop.application_id),
            "job": str(world.job.pk),
            "round": str(seat.round_id),
            "interviewer": str(seat.interviewer_id),
            "asked_question": str(asked.pk),
            "question": str(asked.version.question_id),
            "version": str(asked.version_id),
            "competencies": sorted(str(it.pk) for it in asked.competencies.all()),
            "level": 5,
            "not_assessed": False,
            "evidence": "Said it aloud, question 1",
            "submitted_at": shown[0]["submitted_at"],
            "updated_at": shown[0]["updated_at"],
        }
    ]


@pytest.mark.parametrize(
    ("recommendation", "unified"),
    [("strong_no", "DEFINITELY_NO"), ("no", "NO"), ("yes", "YES"), ("strong_yes", "STRONG_YES")],
)
def test_the_unified_shape_with_the_scores_it_lacks(recommendation, unified):
    world = panel_world(panel=(1,), questions=1)
    submit_all(world, levels=(5,), recommendation=recommendation)
    seat = world.seats[0][0]
    (asked,) = asked_of(seat)

    shown = Api().get(f"ats/scorecards/{seat.scorecard.pk}").json()

    assert shown == {
        "id": str(seat.scorecard.pk),
        "application": str(world.loop.application_id),
        "interview": str(seat.round_id),
        "interviewer": str(seat.interviewer_id),
        "submitted_at": shown["submitted_at"],
        "overall_recommendation": unified,
        "scores": [
            {
                "question": str(asked.version.question_id),
                "version": str(asked.version_id),
                "competencies": sorted(str(it.pk) for it in asked.competencies.all()),
                "level": 5,
                "not_assessed": False,
                "evidence": "Said it aloud, question 1",
            }
        ],
        "updated_at": shown["updated_at"],
    }


def test_interviews_in_the_unified_shape():
    world = panel_world(panel=(2,))
    lead, second = world.seats[0]
    api = Api()

    before = api.get(f"ats/interviews/{lead.round_id}").json()
    submit_all(world)

    assert before == {
        "id": str(lead.round_id),
        "application": str(world.loop.application_id),
        "job_interview_stage": "Coding and systems 1",
        "interviewers": [str(lead.interviewer_id), str(second.interviewer_id)],
        "location": "https://meet.example.org/a",
        "start_at": "2026-12-10T12:15:00Z",
        "end_at": "2026-12-10T13:15:00Z",
        "status": before["status"],
        "updated_at": before["updated_at"],
    }
    assert before["status"] in {"SCHEDULED", "AWAITING_FEEDBACK"}
    assert ids(api.get("ats/interviews?status=COMPLETE")) == [str(lead.round_id)]
    PanelSeat.objects.filter(pk=second.pk).update(state="released")
    assert len(api.get(f"ats/interviews/{lead.round_id}").json()["interviewers"]) == 1


@pytest.mark.parametrize(
    ("noun", "queries"), [("scorecards", 5), ("scores", 4), ("ats/scorecards", 5), ("ats/interviews", 4)]
)
def test_queries_do_not_grow(noun, queries, django_assert_num_queries):
    api = Api()
    submit_all(panel_world(panel=(1,)))
    api.get(noun)

    with django_assert_num_queries(queries):
        few = len(ids(api.get(noun)))
    submit_all(panel_world(panel=(2, 1)))
    with django_assert_num_queries(queries):
        assert len(ids(api.get(noun))) > few


def test_a_card_of_a_seat_that_was_given_up_stays_readable_and_closed():
    seat = panel_world(panel=(1,)).seats[0][0]
    fill(seat)
    PanelSeat.objects.filter(pk=seat.pk).update(state="released")
    person, card = person_of(seat), Scorecard.objects.get()

    assert ids(person.get("scorecards")) == [str(card.pk)]
    assert problem(person.patch(f"scorecards/{card.pk}", {"summary": "x"}, If_Match="*")) == (403, "not_allowed")
