"""The examples of the API run as they are printed, against a live server with a worker."""

import json
import os
import re
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
from config.document import document
from interviews.models import Job, Loop
from scoring.services import demo
from tests.api import Api
from tests.collection import SOME_ID, collection
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


def test_commands_of_the_page_run_as_they_are_printed(live_server, company, worker, tmp_path):
    page = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text(encoding="utf-8")
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```$", page, re.DOTALL | re.MULTILINE))

    ran = run(["bash", "-euo", "pipefail", "-c", script], tmp_path, environment(live_server, company))

    assert ran.returncode == 0, ran.stdout[-2_000:] + ran.stderr
    assert '"evidence":"Named the constraint first."' in ran.stdout


@pytest.fixture
def requests():
    """Of the collection: (name of its folder, the request)."""
    kept = json.loads((EXAMPLES / "loopwright.postman_collection.json").read_text(encoding="utf-8"))
    assert kept == collection(json.loads(document("")[0])), "It is old: run bin/collection."
    return [(folder["name"], item["request"]) for folder in kept["item"] for item in folder["item"]]


def test_every_request_of_the_collection_is_answered_as_one_of_the_api(requests):
    """About things that are not there, as nobody has entered an id yet; lists are answered."""
    api = Api()
    for folder, request in requests:
        path = "/" + "/".join(SOME_ID if part.startswith(":") else part for part in request["url"]["path"])
        headers = api.headers | {it["key"]: it["value"] for it in request["header"]}
        body = request.get("body", {}).get("raw", "")
        if any(not it["disabled"] for it in request["url"]["query"]):
            continue  # somebody has to choose first
        sent = {} if request["method"] == "GET" else {"data": body, "content_type": "application/json"}
        answer = getattr(api.client, request["method"].lower())(path, headers=headers, **sent)
        assert answer.status_code in {200, 201, 202, 204, 207, 403, 404, 409, 422}, (folder, path, answer.content)
        assert answer.status_code == 200 or request["method"] != "GET" or SOME_ID in path, (folder, path)
