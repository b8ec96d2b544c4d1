"""What the delivery tests share."""

from types import SimpleNamespace

import pytest

from accounts.choices import Role
from delivery import handlers
from delivery.services import jobs as services
from delivery.services.webhooks import create_endpoint
from tests.factories import UserFactory


@pytest.fixture
def kinds(monkeypatch):
    """An empty registry of handlers for this test alone."""
    monkeypatch.setattr(handlers, "_kinds", {})
    return handlers


@pytest.fixture
def bell(monkeypatch):
    """The ids of jobs that went into the queue; nothing leaves the process."""
    rung = []

    def send_task(name, args, **options):
        if name == "delivery.run_job":
            rung.append(args[0])
        return SimpleNamespace(id="sent")

    monkeypatch.setattr(services, "RING_SECONDS", 30)  # a busy machine must not turn a ring into a miss
    monkeypatch.setattr(services, "current_app", SimpleNamespace(send_task=send_task))
    return rung


@pytest.fixture
def endpoint(settings):
    """Makes endpoints for a URL on this machine, which is allowed for the test, with their secrets."""

    def make(url, **options):
        origin = url.rsplit("/", 1)[0]
        settings.WEBHOOK_ALLOWED_ORIGINS = frozenset({*settings.WEBHOOK_ALLOWED_ORIGINS, origin})
        owner = options.pop("owner", None) or UserFactory(roles=[Role.ADMIN])
        return create_endpoint(owner=owner, actor=owner, url=url, **options)

    return make
