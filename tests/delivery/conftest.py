"""What the delivery tests share."""

from types import SimpleNamespace

import pytest

from delivery import handlers
from delivery.services import jobs as services


@pytest.fixture
def kinds(monkeypatch):
    """An empty registry of handlers for this test alone."""
    monkeypatch.setattr(handlers, "_handlers", {})
    return handlers


@pytest.fixture
def bell(monkeypatch):
    """The ids that went into the queue; nothing leaves the process."""
    rung = []

    def send_task(name, args, **options):
        assert name == "delivery.run_job"
        rung.append(args[0])
        return SimpleNamespace(id="sent")

    monkeypatch.setattr(services, "RING_SECONDS", 30)  # a busy machine must not turn a ring into a miss
    monkeypatch.setattr(services, "current_app", SimpleNamespace(send_task=send_task))
    return rung
