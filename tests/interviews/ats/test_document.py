"""docs/ats.md does what it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.urls import reverse

from interviews.models import AtsMessage, Loop
from tests.interviews.ats.worlds import connected_world, work_through

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "ats.md"


@pytest.mark.django_db(transaction=True)
def test_the_example_builds_a_loop(live_server, monkeypatch):
    monkeypatch.setattr(current_app, "send_task", lambda *args, **options: None)
    here = connected_world()
    (example,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    address = live_server.url + reverse("api:inbound", args=[here.connection.pk])

    run = subprocess.run(
        [sys.executable, "-c", example],
        env={"ATS_ADDRESS": address, "ATS_SECRET": here.secret},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    message = AtsMessage.objects.get()
    assert run.stdout == f'202 {{"id":"{message.pk}"}}\n'
    assert work_through(message).outcome["code"] == "loop_started"
    assert Loop.objects.get().application.candidate.name == "Alex Kim"
