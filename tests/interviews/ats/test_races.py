"""The same and like messages at once, on real connections. ``PROVE_SIZE`` copies of one, 64 unless told."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from celery import current_app
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delivery.models import DurableJob
from delivery.services.jobs import run_job
from interviews.models import Application, AtsMessage, Candidate, Loop
from interviews.services import ats
from tests.interviews.ats.worlds import ago, connected_world

pytestmark = pytest.mark.django_db(transaction=True)
SIZE = int(os.environ.get("PROVE_SIZE", "64"))


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch):
    monkeypatch.setattr(current_app, "send_task", lambda *args, **options: None)


def at_once(works):
    """Do all of it on as many connections, begun together; returns what each gave."""
    together = threading.Barrier(len(works))

    def start(work):
        try:
            together.wait(60)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(start, works))


@pytest.mark.parametrize("vendor", ["generic", "greenhouse"])
def test_equal_posts_at_once_are_one_message_and_one_loop(vendor):
    here = connected_world(vendor)
    body = here.body()
    headers = here.headers(body)
    url = reverse("api:inbound", args=[here.connection.pk])

    def send():
        answer = Client().post(url, body, content_type="application/json", headers=headers)
        return answer.status_code, answer.json().get("id")

    answers = set(at_once([send] * SIZE))

    message = AtsMessage.objects.get()
    assert answers == {(202, str(message.pk))}
    job = DurableJob.objects.get(kind=ats.JOB_KIND)
    at_once([lambda: run_job(job_id=job.pk)] * 8)
    message.refresh_from_db()
    assert message.outcome["code"] == "loop_started"
    assert (Candidate.objects.count(), Application.objects.count(), Loop.objects.count()) == (1, 1, 1)


def test_messages_about_one_new_candidate_worked_through_at_once_make_one():
    here = connected_world()
    at = ago(5)
    for number in range(8):
        body = here.body(timestamp=at, data__candidate__email=f"{'Lin' if number % 2 else 'lin'}.mei@example.org")
        headers = here.headers(body, message_id=f"msg_{number}")
        ats.receive(connection=here.connection, headers=headers, body=body, now=timezone.now())
    jobs = list(DurableJob.objects.filter(kind=ats.JOB_KIND).values_list("pk", flat=True))

    at_once([lambda job=job: run_job(job_id=job) for job in jobs])

    assert set(AtsMessage.objects.values_list("state", flat=True)) == {"done"}
    assert (Candidate.objects.count(), Application.objects.count(), Loop.objects.count()) == (1, 1, 1)


def test_asked_for_by_many_at_once_a_message_is_tried_again_once():
    here = connected_world(approved=False)
    message = here.use()

    def retry():
        try:
            ats.retry_message(message=message, actor=here.admin)
        except ValidationError as error:
            return error.code
        return "retried"

    answers = at_once([retry] * 8)

    assert sorted(answers) == ["message_not_failed"] * 7 + ["retried"]
    assert DurableJob.objects.filter(kind=ats.JOB_KIND).count() == 2
