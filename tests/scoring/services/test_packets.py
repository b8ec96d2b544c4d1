import datetime as dt
import hashlib
import threading

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse

from accounts.models import AuditEntry
from delivery.choices import JobState
from delivery.models import DurableJob
from delivery.services.jobs import run_job
from scoring.models import Packet
from scoring.services.debriefs import open_early, record_decision
from scoring.services.packets import document_of, request_packet, verification_code
from tests.factories import UserFactory
from tests.scoring.worlds import panel_world, submit, submit_all

NOW = dt.datetime(2026, 12, 11, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def world(db):
    world = panel_world(panel=(2,))
    submit_all(world)
    return world


def ask(world, language="en", now=NOW) -> Packet:
    return request_packet(debrief=world.loop.debrief, language=language, actor=world.manager, now=now)


def test_asking_twice_gives_the_same_packet(world):
    first, second = ask(world), ask(world, now=NOW + dt.timedelta(days=1))

    assert first == second
    assert DurableJob.objects.filter(kind="packet.render").count() == 1
    assert AuditEntry.objects.filter(action="packet.requested").count() == 1


def test_each_language_has_its_own_editions(world):
    english, chinese = ask(world), ask(world, "zh-hans")

    assert (english.edition, chinese.edition) == (1, 1)
    assert english.inputs_hash != chinese.inputs_hash


def test_unknown_language_is_refused(world):
    with pytest.raises(ValidationError) as caught:
        ask(world, "tlh")

    assert caught.value.code == "unknown_language"
    assert not Packet.objects.exists()


def test_a_decision_makes_the_next_edition_and_the_old_one_stays(world):
    first = ask(world)
    record_decision(debrief=world.loop.debrief, actor=world.manager, outcome="hire", rationale="Clear on both.")

    second = ask(world)

    assert (first.edition, second.edition) == (1, 2)
    assert [(e.number, e.change) for e in document_of(second).editions] == [(1, "first"), (2, "decision")]
    assert document_of(first).decision is None
    assert document_of(second).decision.rationale == "Clear on both."


def test_a_late_card_makes_the_next_edition(db):
    world = panel_world(panel=(2,))
    first_seat, last_seat = world.all_seats
    submit(first_seat)
    open_early(loop=world.loop, actor=world.manager, reason="The offer expires tonight.")
    world.loop.refresh_from_db()
    early = ask(world)
    submit(last_seat)

    late = ask(world)

    assert (document_of(early).cards_in, document_of(early).cards_total) == (1, 2)
    assert document_of(early).overall.reason == "cards_missing"
    assert document_of(late).editions[-1].change == "cards"


def test_document_survives_being_stored(world):
    packet = ask(world)

    again = document_of(Packet.objects.get(pk=packet.pk))

    assert again == document_of(packet)
    assert again.candidate.name == "Wei Zhang"
    assert [score.level for question in again.questions for score in question.scores] == [4, 4, 3, 3]
    assert again.generated_at == NOW


def test_private_notes_are_not_in_the_inputs(world):
    packet = ask(world)

    assert "note of" not in str(packet.inputs)


def test_verification_code_reads_well():
    code = verification_code(hashlib.sha256(b"x").hexdigest())

    assert [len(part) for part in code.split("-")] == [4, 4, 4]
    assert not set(code) & set("ILOU")


@pytest.mark.django_db(transaction=True)
def test_worker_draws_the_packet_once_and_to_the_same_bytes(client, settings):
    world = panel_world(panel=(2,))
    submit_all(world)
    packet = ask(world)

    run_job(job_id=packet.job_id)
    packet.refresh_from_db()
    with default_storage.open(packet.file) as file:
        drawn = file.read()
    DurableJob.objects.filter(pk=packet.job_id).update(state=JobState.WAITING, finished_at=None)
    run_job(job_id=packet.job_id)

    packet.refresh_from_db()
    with default_storage.open(packet.file) as file:
        assert file.read() == drawn
    assert packet.sha256 == hashlib.sha256(drawn).hexdigest()
    assert drawn.startswith(b"%PDF")
    assert packet.pages >= 6
    assert packet.job.state == JobState.DONE


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_one_edition():
    world = panel_world(panel=(2,))
    submit_all(world)
    found, barrier = [], threading.Barrier(4)

    def both():
        barrier.wait()
        try:
            found.append(ask(world).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=both) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert set(found) == {Packet.objects.get().pk}


def test_request_by_page_leads_to_the_packet(client, world):
    client.force_login(world.manager)

    response = client.post(reverse("scoring:packet-request", args=[world.loop.pk]), {"language": "en"})

    assert response.url == reverse("scoring:packet-detail", args=[Packet.objects.get().pk])


@pytest.mark.parametrize("name", ["packet-detail", "packet-progress", "packet-download"])
def test_packet_is_unknown_to_those_who_may_not_read_the_debrief(client, world, name):
    packet = ask(world)
    client.force_login(UserFactory())

    assert client.get(reverse(f"scoring:{name}", args=[packet.pk])).status_code == 404


def test_progress_names_the_step(client, world):
    packet = ask(world)
    client.force_login(world.recruiter)

    body = client.get(reverse("scoring:packet-progress", args=[packet.pk])).content.decode()

    assert "Waiting for a worker" in body
    assert f'hx-get="{reverse("scoring:packet-progress", args=[packet.pk])}"' in body


def test_progress_says_when_it_failed(client, world):
    packet = ask(world)
    DurableJob.objects.filter(pk=packet.job_id).update(state=JobState.DEAD, finished_at=NOW)
    client.force_login(world.recruiter)

    body = client.get(reverse("scoring:packet-progress", args=[packet.pk])).content.decode()

    assert "Could not be drawn" in body
    assert "hx-get" not in body


def test_download_of_a_packet_that_is_not_ready_is_unknown(client, world):
    packet = ask(world)
    client.force_login(world.recruiter)

    assert client.get(reverse("scoring:packet-download", args=[packet.pk])).status_code == 404
