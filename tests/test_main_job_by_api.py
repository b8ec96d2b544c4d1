"""The main job by the API alone: from a candidate of another system to the packet about them."""

import pytest

from accounts.choices import Role
from delivery.models import DurableJob, Event
from delivery.services.jobs import run_job
from tests.accounts.rest.test_reading import ids
from tests.api import Api, Asking
from tests.factories import UserFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db


def made(answer, status=201):
    assert answer.status_code == status, answer.content
    return answer.json()


def worked(kind):
    """What a worker does."""
    for job in DurableJob.objects.filter(kind=kind, state="waiting"):
        run_job(job_id=job.pk)


def score(api, seat):
    """An interviewer's part, through a program that acts for them."""
    acting = {"On_Behalf_Of": seat["user"]}
    opened = api.post("scorecards", {"seat": seat["id"]}, **acting)
    card = made(opened)
    scores = [
        {"asked_question": it["asked_question"], "level": 4, "evidence": "Named both causes."} for it in card["scores"]
    ]
    path = f"scorecards/{card['id']}"
    body = {"recommendation": "yes", "summary": "Calm and exact.", "scores": scores}
    saved = api.patch(path, body, If_Match=opened["ETag"], **acting)
    made(saved, 200)
    made(api.post(f"{path}/submit", {}, If_Match=saved["ETag"], **acting), 200)


def test_the_main_job():
    world = small_world()
    world.approved()
    plain = Api()
    api = Api(["scorecards:read", "scorecards:write", "act:as", "debriefs:read", "debriefs:write"])

    person = {"name": "Wei Zhang", "email": "wei@example.org", "time_zone": "Asia/Dubai"}
    item = person | {"external_ids": {"ats": "C-17"}}
    for status in ("created", "unchanged"):  # asked for twice, made once
        answer = made(plain.post("candidates/bulk", {"items": [item]}), 200)
        assert [it["status"] for it in answer["results"]] == [status]
    candidate = answer["results"][0]["id"]
    application = made(plain.post("applications", {"candidate": candidate, "job": str(world.job.pk)}))
    loop = made(plain.post("loops", {"application": application["id"], "external_ids": {"ats": "A-4"}}))

    plan = made(plain.post("plans", {"loop": loop["id"]}), 202)
    worked("panel.search")
    assert plain.get(f"plans/{plan['id']}").json()["state"] == "proposed"
    made(plain.post(f"plans/{plan['id']}/confirm", {"link": "https://meet.example.org/a"}), 200)
    booking = plain.get(f"bookings/{loop['id']}").json()
    assert booking["state"] == "confirmed"

    for booked in booking["rounds"]:
        for seat in booked["seats"]:
            score(api, seat)
    assert plain.get(f"loops/{loop['id']}").json()["progress"]["stage"] == "debrief"
    result = plain.get(f"results/{loop['id']}").json()
    assert (result["overall"]["mean"], result["overall"]["outcome"]) == (4.0, "met")
    assert len(ids(plain.get(f"scores?loop={loop['id']}"))) == 4

    decision = {"debrief": result["debrief"], "outcome": "hire", "rationale": "Clears every line."}
    made(api.post("decisions", decision, On_Behalf_Of=world.hiring_manager.email))
    packet = made(plain.post("packets", {"loop": loop["id"], "language": "en"}), 202)
    worked("packet.render")
    assert plain.get(f"packets/{packet['id']}").json()["state"] == "ready"
    file = plain.get(f"packets/{packet['id']}/file")
    assert b"".join(file.streaming_content).startswith(b"%PDF-")

    told = list(Event.objects.order_by("occurred_at").values_list("type", flat=True))
    wanted = ["loop.built", "plan.ready", "booking.confirmed", "scorecard.submitted", "scorecard.submitted"]
    wanted += ["debrief.opened", "decision.recorded", "packet.ready"]
    assert [it for it in told if it in wanted] == wanted


def test_nobody_else_gets_in_the_way():
    """The same addresses for somebody with an account and no part in it."""
    stranger = Asking(None)
    stranger.client.force_login(UserFactory(roles=[Role.INTERVIEWER]))

    for noun in ("loops", "rounds", "kits", "plans", "bookings", "invitations", "scorecards", "scores", "packets"):
        assert ids(stranger.get(noun)) == []
