"""A dead queue costs a request half a second at most, and no committed write."""

import socket
import time
from uuid import uuid4

import pytest
from celery import Celery
from django.db import transaction

from delivery.models import DurableJob
from delivery.services import jobs as services


@pytest.fixture
def queue_at(monkeypatch):
    """Point the real client, as it is set up, at another queue for this test."""

    def point(url, transport=None, **options):
        client = Celery("other", set_as_current=False)
        client.config_from_object("django.conf:settings", namespace="CELERY")
        client.conf.update(broker_url=url, broker_transport=transport, broker_transport_options=options)
        monkeypatch.setattr(services, "current_app", client)

    yield point
    wait_for_the_last_message()


def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for_the_last_message():
    """The thread that rings goes on trying after the request has its answer."""
    assert services._bell.acquire(timeout=30)
    services._bell.release()


def saved_within(seconds):
    start = time.monotonic()
    with transaction.atomic():
        job = services.enqueue(kind="test.kind", key=str(uuid4()), input={})
    took = time.monotonic() - start
    assert DurableJob.objects.filter(pk=job.pk).exists()
    return took < seconds


@pytest.mark.django_db(transaction=True)
def test_redis_that_refuses_costs_no_write_and_under_a_second(queue_at, caplog):
    queue_at(f"redis://127.0.0.1:{closed_port()}/0")
    assert saved_within(1)
    assert saved_within(1)
    wait_for_the_last_message()
    assert "the queue does not answer (OperationalError)" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_redis_that_never_answers_costs_no_write_and_under_a_second(queue_at, caplog):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        queue_at(f"redis://127.0.0.1:{mute.getsockname()[1]}/0", socket_timeout=2)
        assert saved_within(1)
        assert saved_within(1)
        wait_for_the_last_message()
    assert "the queue does not answer (OperationalError)" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_folder_that_cannot_be_written_costs_no_write(queue_at, tmp_path, caplog):
    (tmp_path / "messages").write_text("a file where the folder should be")
    folder = str(tmp_path / "messages")
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": str(tmp_path / "control")}
    queue_at("filesystem://localhost", "config.folder_queue:Transport", **options)
    assert saved_within(1)
    assert "the queue does not answer (FileExistsError)" in caplog.text


@pytest.mark.django_db
def test_sweep_stops_at_a_dead_queue_instead_of_waiting_for_each_job(queue_at):
    for _ in range(20):
        services.enqueue(kind="test.kind", key=str(uuid4()), input={})
    queue_at(f"redis://127.0.0.1:{closed_port()}/0")
    start = time.monotonic()
    assert services.ring_due() == 0
    assert time.monotonic() - start < 1
