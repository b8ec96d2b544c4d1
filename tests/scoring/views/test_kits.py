"""Who opens which kit, and gets which file."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.models import AuditEntry
from delivery.models import DurableJob
from delivery.services.jobs import run_job
from tests.factories import UserFactory
from tests.scoring.worlds import panel_world, submit_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return panel_world(panel=(2, 1))


def url(name, seat):
    return reverse(f"scoring:kit-{name}", args=[seat.round_id])


def people(world):
    return {
        "admin": UserFactory(roles=[Role.ADMIN]),
        "recruiter": world.recruiter,
        "manager": world.manager,
        "lead": world.seats[0][0].interviewer.user,
        "second": world.seats[0][1].interviewer.user,
        "other_round": world.seats[1][0].interviewer.user,
        "author": UserFactory(roles=[Role.AUTHOR]),
        "other_recruiter": UserFactory(roles=[Role.RECRUITER]),
    }


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("admin", 200),
        ("recruiter", 200),
        ("manager", 200),
        ("lead", 200),
        ("second", 200),
        ("other_round", 404),
        ("author", 404),
        ("other_recruiter", 404),
    ],
)
def test_who_sees_the_kit_of_the_first_round(client, world, who, status):
    seat = world.seats[0][0]
    client.force_login(people(world)[who])

    assert client.get(url("detail", seat)).status_code == status
    assert client.get(url("progress", seat)).status_code == status
    assert client.post(url("request", seat), {"language": "en"}).status_code == (302 if status == 200 else 404)
    assert client.get(url("download", seat) + "?language=en").status_code == 404  # not drawn yet


def test_file_is_drawn_and_only_for_who_sees_the_round(client, world):
    seat = world.seats[0][0]
    client.force_login(seat.interviewer.user)
    client.post(url("request", seat), {"language": "zh-hans"})
    assert "every 1s" in client.get(url("progress", seat)).content.decode()
    run_job(job_id=DurableJob.objects.get(kind="kit.render").pk)

    page = client.get(url("detail", seat)).content.decode()
    file = client.get(url("download", seat) + "?language=zh-hans")

    assert "every 1s" not in page
    assert "kit/download/?language=zh-hans" in page
    assert file.headers["Content-Type"] == "application/pdf"
    assert b"".join(file.streaming_content).startswith(b"%PDF-")
    assert AuditEntry.objects.filter(action="kit.downloaded", actor=seat.interviewer.user).count() == 1
    client.force_login(world.seats[1][0].interviewer.user)
    assert client.get(url("download", seat) + "?language=zh-hans").status_code == 404


def test_kit_says_nothing_of_scores(client, world):
    client.force_login(world.seats[0][0].interviewer.user)
    before = client.get(url("detail", world.seats[0][0])).content

    submit_all(world, levels=(1, 5), words="A secret")
    after = client.get(url("detail", world.seats[0][0])).content

    assert b"A secret" not in after
    assert len(before) == len(after)


@pytest.mark.parametrize("language", ["", "tlh"])
def test_unknown_language_is_not_found(client, world, language):
    seat = world.seats[0][0]
    client.force_login(world.recruiter)

    assert client.get(url("download", seat) + f"?language={language}").status_code == 404
    assert client.post(url("request", seat), {"language": language}).status_code == 404
    assert not DurableJob.objects.filter(kind="kit.render").exists()


def test_scorecard_leads_to_the_kit_and_back(client, world):
    seat = world.seats[0][0]
    client.force_login(seat.interviewer.user)

    card = client.get(reverse("scoring:card-detail", args=[seat.pk])).content.decode()
    kit = client.get(url("detail", seat)).content.decode()

    assert url("detail", seat) in card
    assert reverse("scoring:card-detail", args=[seat.pk]) in kit
