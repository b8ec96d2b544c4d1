"""``packets`` and ``kits`` over REST: asked for, drawn by a worker, downloaded."""

import hashlib

import pytest

from accounts.choices import Role
from accounts.models import AuditEntry
from delivery.models import DurableJob
from delivery.services.jobs import run_job
from scoring.models import Packet
from scoring.services.debriefs import open_early
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import UserFactory
from tests.scoring.worlds import asked_of, panel_world, submit, submit_all

pytestmark = pytest.mark.django_db


def content(response):
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def test_a_packet_is_asked_for_drawn_and_downloaded():
    world, api = panel_world(panel=(1,)), Api()
    submit_all(world)
    body = {"loop": str(world.loop.pk), "language": "en"}

    asked = api.post("packets", body)
    packet = Packet.objects.get()
    path = f"packets/{packet.pk}"
    assert asked.status_code == 202
    assert asked["Location"].endswith(f"/api/v1/{path}")
    assert asked.json() == {
        "id": str(packet.pk),
        "debrief": str(packet.debrief_id),
        "loop": str(world.loop.pk),
        "application": str(world.loop.application_id),
        "job": str(world.job.pk),
        "language": "en",
        "edition": 1,
        "state": "waiting",
        "progress": {"step": None, "done": 0, "of": 3},
        "error": None,
        "pages": None,
        "sha256": "",
        "verification_code": asked.json()["verification_code"],
        "requested_by": str(api.user.pk),
        "requested_at": asked.json()["requested_at"],
        "ready_at": None,
        "updated_at": asked.json()["updated_at"],
    }
    assert problem(api.get(f"{path}/file")) == (404, "not_found")
    run_job(job_id=packet.job_id)

    ready = api.get(path).json()
    assert (ready["state"], ready["progress"]["done"], ready["pages"] > 1) == ("ready", 3, True)
    assert api.post("packets", body).json() == ready
    file = api.get(f"{path}/file")
    pdf = content(file)
    assert (file["Content-Type"], file["Cache-Control"]) == ("application/pdf", "private, no-store")
    assert (pdf[:5], hashlib.sha256(pdf).hexdigest()) == (b"%PDF-", ready["sha256"])
    assert content(api.get(f"{path}/file", Accept="application/pdf")) == pdf
    assert AuditEntry.objects.filter(action="packet.downloaded", actor=api.user).count() == 2

    for stranger in (signed_in(UserFactory(roles=[Role.ADMIN])), signed_in(UserFactory(roles=[Role.RECRUITER]))):
        assert problem(stranger.get(f"{path}/file")) == (404, "not_found")
    assert problem(Api(["loops:read"]).get(f"{path}/file")) == (403, "insufficient_scope")
    assert problem(api.get(f"{path}/file?page=1")) == (400, "invalid_query")


def test_a_packet_that_could_not_be_drawn_says_so():
    world, api = panel_world(panel=(1,)), Api()
    submit_all(world)
    made = api.post("packets", {"loop": str(world.loop.pk), "language": "zh-hans"}).json()
    DurableJob.objects.filter(packet=made["id"]).update(state="dead", finished_at=made["requested_at"])

    shown = api.get(f"packets/{made['id']}").json()

    assert (shown["state"], shown["error"]["code"]) == ("failed", "fault")
    assert ids(api.get("packets?state=failed")) == [made["id"]]
    assert ids(api.get("packets?state=ready")) == []


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"language": "la"}, "/language", "invalid_choice"),
        ({"loop": "00000000-0000-0000-0000-000000000000"}, "/loop", "does_not_exist"),
    ],
)
def test_packets_that_cannot_be(change, pointer, code):
    world = panel_world(panel=(1,))
    submit_all(world)

    refused = Api().post("packets", {"loop": str(world.loop.pk), "language": "en"} | change)

    assert problem(refused) == (422, "invalid")
    assert [(it["pointer"], it["code"]) for it in refused.json()["errors"]] == [(pointer, code)]


def test_whoever_has_not_submitted_gets_no_packet():
    world = panel_world(panel=(2,))
    submit(world.seats[0][0])
    open_early(loop=world.loop, actor=world.recruiter, reason="Another offer")
    body = {"loop": str(world.loop.pk), "language": "en"}
    packet = signed_in(world.recruiter).post("packets", body).json()
    writing = signed_in(world.seats[0][1].interviewer.user)

    refused = writing.post("packets", body)

    assert problem(refused) == (422, "invalid")
    assert [it["code"] for it in refused.json()["errors"]] == ["does_not_exist"]
    assert problem(writing.get(f"packets/{packet['id']}")) == (404, "not_found")
    assert ids(writing.get("packets")) == []


def test_a_kit_is_read_drawn_and_downloaded():
    world = panel_world(panel=(1, 1), questions=1)
    seat = world.seats[0][0]
    (asked,) = asked_of(seat)
    person, path = signed_in(seat.interviewer.user), f"kits/{seat.round_id}"

    kit = person.get(path).json()
    text = asked.version.texts.get()
    assert (kit["round"], kit["loop"], kit["candidate"]) == (kit["id"], str(world.loop.pk), "Wei Zhang")
    assert kit["panel"] == [{"interviewer": str(seat.interviewer_id), "name": str(seat.interviewer), "role": "lead"}]
    assert kit["questions"] == [
        {
            "asked_question": str(asked.pk),
            "position": 1,
            "question": str(asked.version.question_id),
            "version": str(asked.version_id),
            "label": f"{asked.version.question.label} v1",
            "minutes": 15,
            "rubric_is_generic": False,
            "competencies": kit["questions"][0]["competencies"],
            "texts": [
                {
                    "language": "en",
                    "title": text.title,
                    "prompt": text.prompt,
                    "context": "",
                    "reference_answer": text.reference_answer,
                    "probes": ["Which would you check first?"],
                    "anchors": [{"level": n, "anchor": f"What level {n} looks like."} for n in range(1, 6)],
                }
            ],
        }
    ]
    none = {"state": "none", "progress": {"step": None, "done": 0, "of": 3}, "error": None}
    assert kit["files"] == [{"language": language} | none for language in ("en", "zh-hans")]
    assert problem(person.get(f"{path}/file?language=en")) == (404, "not_found")

    drawn = person.post(f"{path}/draw", {"language": "en"})
    assert (drawn.status_code, [it["state"] for it in drawn.json()["files"]]) == (202, ["waiting", "none"])
    assert drawn["Location"].endswith(f"/api/v1/{path}")
    run_job(job_id=DurableJob.objects.get(kind="kit.render").pk)
    assert [it["state"] for it in person.get(path).json()["files"]] == ["ready", "none"]
    file = person.get(f"{path}/file?language=en")
    assert (content(file)[:5], file["Cache-Control"]) == (b"%PDF-", "private, no-store")
    assert problem(person.get(f"{path}/file")) == (400, "invalid_query")
    assert AuditEntry.objects.filter(action="kit.downloaded", actor=person.user).count() == 1

    assert ids(person.get("kits")) == [str(seat.round_id)]
    assert problem(person.get(f"kits/{world.seats[1][0].round_id}")) == (404, "not_found")
    assert problem(signed_in(UserFactory()).get(f"{path}/file?language=en")) == (404, "not_found")


@pytest.mark.parametrize(("noun", "queries"), [("packets", 6), ("kits", 10)])
def test_queries_do_not_grow(noun, queries, django_assert_num_queries):
    api = Api()

    def asked(panel):
        world = panel_world(panel=panel)
        submit_all(world)
        for language in ("en", "zh-hans"):
            assert api.post("packets", {"loop": str(world.loop.pk), "language": language}).status_code == 202

    asked((1,))
    api.get(noun)
    with django_assert_num_queries(queries):
        few = len(ids(api.get(noun)))
    asked((1, 1))
    with django_assert_num_queries(queries):
        assert len(ids(api.get(noun))) > few
