"""The examples of the API run as they are printed, against a live server with a worker."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.choices import Role
from accounts.scopes import SCOPES
from accounts.services.tokens import create_token
from interviews.models import Job, Loop
from scoring.services import demo
from tests.factories import UserFactory
from tests.questionbank.imports import work_off

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLES = Path(settings.BASE_DIR) / "docs" / "examples"


@pytest.fixture
def company():
    """The sample company, whose job has an approved plan."""
    demo.build_company()
    demo.run_main_job(now=timezone.now())
    return Job.objects.get(title="Senior LLM engineer")


@pytest.fixture
def worker():
    """Does what waits, until the test ends."""
    over = threading.Event()

    def work():
        try:
            while not over.wait(0.2):
                work_off()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()


def environment(live_server, job):
    admin = UserFactory(roles=[Role.ADMIN])
    _token, secret = create_token(actor=admin, name="Examples", scopes=SCOPES)
    return os.environ | {
        "LOOPWRIGHT_URL": live_server.url,
        "LOOPWRIGHT_TOKEN": secret,
        "LOOPWRIGHT_JOB": str(job.pk),
    }


def test_generated_client_runs_the_main_job(live_server, company, worker, tmp_path):
    document = f"{live_server.url}/api/v1/openapi.json"
    variables = environment(live_server, company) | {"PYTHONPATH": str(tmp_path)}
    client = Path(settings.BASE_DIR) / "bin" / "client"

    made = run([str(client), str(tmp_path / "loopwright_client"), document], tmp_path, variables)
    assert made.returncode == 0, made.stdout + made.stderr
    ran = run([sys.executable, str(EXAMPLES / "main_job.py")], tmp_path, variables)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    loop = Loop.objects.latest("created_at")
    assert (loop.state, loop.application.candidate.name) == ("debrief", "Wei Zhang")
    assert (tmp_path / "packet.pdf").read_bytes().startswith(b"%PDF-")


def run(command, folder, variables):
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=300, check=False)
