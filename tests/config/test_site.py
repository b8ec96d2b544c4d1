import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.choices import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_health_answers_after_a_query(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


def test_every_page_forbids_what_is_inline(client):
    policy = client.get(reverse("account_login")).headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.AUTHOR, ["home", "questionbank:question-list"]),
        (Role.INTERVIEWER, ["home", "scoring:card-list", "scoring:debrief-list"]),
        (
            Role.RECRUITER,
            [
                "home",
                "interviews:job-list",
                "interviews:loop-list",
                "interviews:interviewer-list",
                "interviews:template-list",
                "questionbank:question-list",
                "scoring:debrief-list",
            ],
        ),
    ],
)
def test_menu_shows_what_a_role_can_use(client, role, names):
    client.force_login(UserFactory(roles=[role]))

    response = client.get(reverse("accounts:profile"))

    assert [entry["url"] for entry in response.context["navigation"]] == [reverse(name) for name in names]


def test_production_refuses_to_start_without_a_key(tmp_path):
    run = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env={"DATABASE_URL": "postgres:///x", "DATA_DIR": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
    )

    assert run.returncode == 1
    assert "Set SECRET_KEY" in run.stderr
