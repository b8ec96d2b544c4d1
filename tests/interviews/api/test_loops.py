"""``loops`` and ``rounds`` over REST."""

import pytest

from accounts.choices import Role
from interviews.models import Loop
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import UserFactory
from tests.interviews.worlds import small_world
from tests.scoring.worlds import START, panel_world

pytestmark = pytest.mark.django_db


def test_a_loop_is_built_from_an_application_and_asking_again_gives_it_again():
    world = small_world()
    world.approved()
    application, api = world.application(), Api()

    made = api.post("loops", {"application": str(application.pk), "external_ids": {"ats": "L1"}})
    again = api.post("loops", {"application": str(application.pk)})

    loop = Loop.objects.get()
    assert (made.status_code, again.status_code, again.json()) == (201, 200, made.json())
    assert made["Location"].endswith(f"/api/v1/loops/{loop.pk}")
    assert made.json() == {
        "id": str(loop.pk),
        "application": str(application.pk),
        "candidate": str(application.candidate_id),
        "job": str(world.job.pk),
        "loop_plan": str(loop.plan_id),
        "form": 1,
        "state": "built",
        "progress": {"stage": "panel", "done": 1, "of": 6},
        "rounds": [str(it.pk) for it in loop.rounds.order_by("position")],
        "created_by": str(api.user.pk),
        "external_ids": {"ats": "L1"},
        "created_at": made.json()["created_at"],
        "updated_at": made.json()["updated_at"],
    }
    assert api.get("loops?external_id=ats:L1").json()["results"] == [made.json()]


def test_a_loop_needs_an_approved_plan_and_somebody_who_runs_the_job():
    world = small_world()
    body = {"application": str(world.application().pk)}

    assert problem(Api().post("loops", body)) == (409, "no_approved_plan")
    world.approved()
    assert problem(signed_in(world.hiring_manager).post("loops", body)) == (403, "not_allowed")
    stranger = signed_in(UserFactory(roles=[Role.RECRUITER])).post("loops", body)
    assert problem(stranger) == (422, "invalid")
    assert stranger.json()["errors"][0]["code"] == "does_not_exist"
    assert problem(Api(["loops:read"]).post("loops", body)) == (403, "insufficient_scope")
    assert not Loop.objects.exists()


@pytest.mark.parametrize("noun", ["loops", "rounds"])
def test_queries_do_not_grow(noun, django_assert_num_queries):
    api = Api()
    panel_world(panel=(1,))
    api.get(noun)

    with django_assert_num_queries(6):
        assert len(ids(api.get(noun))) == 1
    panel_world(panel=(2, 1))
    panel_world(panel=(2, 1))
    with django_assert_num_queries(6):
        assert len(ids(api.get(noun))) == (3 if noun == "loops" else 5)


def test_filters_of_loops_and_rounds():
    api, world, other = Api(), panel_world(panel=(2, 1)), panel_world(panel=(1,))
    loop, seat = world.loop, world.seats[1][0]

    for query in (
        f"job={world.job.pk}",
        f"application={loop.application_id}",
        f"candidate={loop.application.candidate_id}",
        f"state=booked&job={world.job.pk}",
    ):
        assert ids(api.get(f"loops?{query}")) == [str(loop.pk)]
    assert ids(api.get("loops?state=decided")) == []
    assert ids(api.get(f"rounds?loop={other.loop.pk}")) == [str(other.seats[0][0].round_id)]
    assert ids(api.get(f"rounds?interviewer={seat.interviewer_id}")) == [str(seat.round_id)]
    later = START.isoformat().replace("+00:00", "Z")
    assert ids(api.get(f"rounds?starts_after={later}")) == [str(seat.round_id)]


def test_a_round_shows_people_times_on_both_clocks_and_questions():
    world = panel_world(panel=(2,), questions=1)
    lead, second = world.seats[0]
    round_, asked = lead.round, lead.round.questions.get()

    shown = Api().get(f"rounds/{round_.pk}").json()

    assert shown == {
        "id": str(round_.pk),
        "loop": str(world.loop.pk),
        "position": 1,
        "name_en": "Coding and systems 1",
        "name_zh": "编码与系统1",
        "format": "interview",
        "minutes": 60,
        "break_after": 15,
        "starts_at": "2026-12-10T12:15:00Z",
        "ends_at": "2026-12-10T13:15:00Z",
        "candidate_time_zone": "Asia/Dubai",
        "job_time_zone": "Europe/Berlin",
        "link": "https://meet.example.org/a",
        "seats": [
            {
                "id": str(seat.pk),
                "interviewer": str(seat.interviewer_id),
                "user": str(seat.interviewer.user_id),
                "role": seat.role,
            }
            for seat in (lead, second)
        ],
        "questions": [
            {
                "id": str(asked.pk),
                "position": 1,
                "question": str(asked.version.question_id),
                "version": str(asked.version_id),
                "replaces": None,
                "replaced_because": None,
                "competencies": sorted(str(it.pk) for it in asked.competencies.all()),
            }
        ],
        "updated_at": shown["updated_at"],
    }


def test_an_interviewer_sees_the_loop_with_the_own_round_alone():
    world = panel_world(panel=(1, 1))
    seat = world.seats[1][0]
    person = signed_in(seat.interviewer.user)

    assert person.get(f"loops/{world.loop.pk}").json()["rounds"] == [str(seat.round_id)]
    assert ids(person.get("rounds")) == [str(seat.round_id)]
    assert problem(person.get(f"rounds/{world.seats[0][0].round_id}")) == (404, "not_found")
    assert ids(signed_in(UserFactory(roles=[Role.RECRUITER])).get("loops")) == []
