"""``plans``, ``bookings`` and ``invitations`` over REST: from a loop to a booked panel."""

import pytest

from accounts.choices import Role
from delivery.services.jobs import run_job
from interviews.models import Invitation, Loop, Occupancy, SchedulePlan
from interviews.services.booking import book_panel
from interviews.services.panels import propose_panel
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import UserFactory
from tests.interviews.test_panels import NOW, built_loop

pytestmark = pytest.mark.django_db


def asked(api, loop, **body):
    answer = api.post("plans", {"loop": str(loop.pk)} | body)
    assert answer.status_code == 202, answer.content
    return answer


def searched(api, loop):
    """A plan whose search is done."""
    plan = asked(api, loop).json()["id"]
    run_job(job_id=SchedulePlan.objects.get(pk=plan).job_id)
    return api.get(f"plans/{plan}").json()


def test_a_panel_is_searched_proposed_and_booked():
    api = Api()
    loop, world = built_loop()

    waiting = asked(api, loop, horizon_days=10)
    plan = SchedulePlan.objects.get()
    assert waiting["Location"].endswith(f"/api/v1/plans/{plan.pk}")
    assert waiting.json() == {
        "id": str(plan.pk),
        "loop": str(loop.pk),
        "application": str(loop.application_id),
        "state": "waiting",
        "progress": {"step": None, "done": 0, "of": 2},
        "error": None,
        "horizon_days": 10,
        "placements": [],
        "candidate_time_zone": "Asia/Dubai",
        "reasons": [],
        "idle_minutes": None,
        "is_proven": False,
        "created_by": str(api.user.pk),
        "created_at": waiting.json()["created_at"],
        "updated_at": waiting.json()["updated_at"],
    }
    run_job(job_id=plan.job_id)
    proposed = api.get(f"plans/{plan.pk}").json()
    booked = api.post(f"plans/{plan.pk}/confirm", {"link": "https://meet.example.org/x"})

    first, second = world.interviewers
    assert (proposed["state"], proposed["progress"]) == ("proposed", {"step": "keep", "done": 2, "of": 2})
    assert [it["seats"] for it in proposed["placements"]] == [{"lead": str(first.pk)}, {"lead": str(second.pk)}]
    assert [it["code"] for it in proposed["reasons"]]
    assert all(it["message"] for it in proposed["reasons"])
    assert (booked.status_code, booked.json()["state"]) == (200, "booked")
    assert set(loop.rounds.values_list("link", flat=True)) == {"https://meet.example.org/x"}
    assert api.post(f"plans/{plan.pk}/confirm", {}).json()["state"] == "booked"
    assert problem(api.post("plans", {"loop": str(loop.pk)})) == (409, "already_booked")


def test_a_panel_that_cannot_be_says_why_and_what_would_help():
    api = Api()
    loop, world = built_loop()
    world.pools[1].members.clear()

    failed = searched(api, loop)

    assert (failed["state"], failed["placements"]) == ("failed", [])
    assert failed["error"]["code"] == "no_panel"
    assert [it["code"] for it in failed["error"]["conflicts"]] == ["too_few_people"]
    assert "R2 Round 2" in failed["error"]["conflicts"][0]["message"]
    assert [[it["code"] for it in way["changes"]] for way in failed["error"]["ways_out"]] == [["add_person"]]
    assert failed["error"]["ways_out"][0]["message"]
    assert problem(api.post(f"plans/{failed['id']}/confirm", {})) == (409, "nothing_proposed")


def test_a_search_that_broke_says_so():
    api = Api()
    loop, _world = built_loop()
    plan = asked(api, loop).json()["id"]
    job = SchedulePlan.objects.get().job
    type(job).objects.update(state="dead", finished_at=NOW)

    shown = api.get(f"plans/{plan}").json()

    assert (shown["state"], shown["error"]["code"], shown["error"]["conflicts"]) == ("failed", "fault", [])
    assert ids(api.get("plans?state=failed")) == [plan]


def test_a_faster_booking_is_a_conflict_and_changes_nothing():
    api = Api()
    loop, world = built_loop()
    other, _world = built_loop(world)
    plan = searched(api, loop)["id"]
    faster = searched(api, other)["id"]
    assert api.post(f"plans/{faster}/confirm", {}).status_code == 200

    assert problem(api.post(f"plans/{plan}/confirm", {})) == (409, "double_booked")
    assert Loop.objects.get(pk=loop.pk).state == "built"
    assert not Occupancy.objects.filter(round__loop=loop).exists()


def test_a_dropped_proposal_cannot_be_booked():
    api = Api()
    loop, _world = built_loop()
    first = searched(api, loop)["id"]
    asked(api, loop)

    assert problem(api.post(f"plans/{first}/confirm", {})) == (409, "proposal_dropped")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"horizon_days": 0}, "/horizon_days", "min_value"),
        ({"horizon_days": 61}, "/horizon_days", "max_value"),
        ({"horizon_days": "3"}, "/horizon_days", "invalid"),
        ({"loop": "00000000-0000-0000-0000-000000000000"}, "/loop", "does_not_exist"),
    ],
)
def test_what_cannot_be_planned_is_pointed_at(body, pointer, code):
    loop, _world = built_loop()

    refused = Api().post("plans", {"loop": str(loop.pk)} | body)

    assert problem(refused) == (422, "invalid")
    assert [(it["pointer"], it["code"]) for it in refused.json()["errors"]] == [(pointer, code)]


def test_plans_are_for_those_who_book():
    loop, world = built_loop()
    plan = searched(Api(), loop)["id"]

    assert ids(signed_in(world.recruiter).get("plans")) == [plan]
    manager = signed_in(world.hiring_manager)
    assert ids(manager.get("plans")) == []
    assert problem(manager.post("plans", {"loop": str(loop.pk)})) == (403, "not_allowed")
    assert problem(manager.post(f"plans/{plan}/confirm", {})) == (404, "not_found")
    assert problem(Api(["bookings:read"]).post(f"plans/{plan}/confirm", {})) == (403, "insufficient_scope")


def booked(world=None):
    loop, world = built_loop(world)
    book_panel(
        proposal=propose_panel(loop=loop, actor=world.recruiter, now=NOW), actor=world.recruiter, now=NOW, link=""
    )
    return loop, world


def test_a_booking_is_shown_and_taken_back():
    api = Api()
    loop, world = booked()
    first, second = loop.rounds.order_by("position")
    seat = first.seats.get()

    shown = api.get(f"bookings/{loop.pk}").json()
    assert shown == {
        "id": str(loop.pk),
        "loop": str(loop.pk),
        "application": str(loop.application_id),
        "candidate": str(loop.application.candidate_id),
        "job": str(world.job.pk),
        "state": "confirmed",
        "candidate_time_zone": "Asia/Dubai",
        "job_time_zone": "Europe/Berlin",
        "rounds": [
            {
                "round": str(first.pk),
                "position": 1,
                "starts_at": "2026-12-07T08:00:00Z",
                "ends_at": "2026-12-07T09:00:00Z",
                "link": "",
                "seats": [
                    {
                        "id": str(seat.pk),
                        "interviewer": str(seat.interviewer_id),
                        "user": str(seat.interviewer.user_id),
                        "role": "lead",
                    }
                ],
            },
            shown["rounds"][1],
        ],
        "updated_at": shown["updated_at"],
    }
    assert shown["rounds"][1]["round"] == str(second.pk)

    cancelled = api.post(f"bookings/{loop.pk}/cancel", {"reason": "moved"})
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert [(it["starts_at"], it["seats"]) for it in cancelled.json()["rounds"]] == [(None, [])] * 2
    assert problem(api.post(f"bookings/{loop.pk}/cancel", {"reason": "moved"})) == (409, "not_booked")
    assert ids(api.get("bookings?state=cancelled")) == [str(loop.pk)]
    assert problem(api.post(f"bookings/{loop.pk}/cancel", {"reason": "whim"})) == (422, "invalid")


def test_who_sees_bookings_and_invitations():
    loop, world = booked()
    first, second = (it.user for it in world.interviewers)
    booked(world)
    mine = Invitation.objects.get(seat__interviewer__user=first, loop=loop)

    person = signed_in(first)
    assert len(person.get(f"bookings/{loop.pk}").json()["rounds"]) == 1
    assert ids(person.get(f"invitations?loop={loop.pk}")) == [str(mine.pk)]
    assert problem(person.post(f"bookings/{loop.pk}/cancel", {"reason": "moved"})) == (403, "not_allowed")
    assert len(ids(signed_in(world.hiring_manager).get(f"invitations?loop={loop.pk}"))) == 3
    assert ids(signed_in(UserFactory(roles=[Role.RECRUITER])).get("bookings")) == []
    assert second != first
    assert Api().get(f"invitations/{mine.pk}").json() == {
        "id": str(mine.pk),
        "loop": str(loop.pk),
        "seat": str(mine.seat_id),
        "round": str(mine.seat.round_id),
        "interviewer": str(world.interviewers[0].pk),
        "uid": mine.uid,
        "sequence": 0,
        "state": "queued",
        "sent_at": None,
        "created_at": mine.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": mine.updated_at.isoformat().replace("+00:00", "Z"),
    }


@pytest.mark.parametrize(("noun", "queries"), [("plans", 7), ("bookings", 5), ("invitations", 3)])
def test_queries_do_not_grow(noun, queries, django_assert_num_queries):
    api = Api()
    _loop, world = booked()
    api.get(noun)

    with django_assert_num_queries(queries):
        assert ids(api.get(noun))
    booked(world)
    booked(world)
    with django_assert_num_queries(queries):
        assert len(ids(api.get(noun))) >= 3
