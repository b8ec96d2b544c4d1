import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry
from accounts.services.trail import record
from delivery.choices import JobState
from delivery.clock import database_now
from delivery.handlers import LeaseLost
from delivery.models import DurableJob
from delivery.services import jobs as services
from tests.factories import UserFactory

SOON = timedelta(seconds=1)


def make_job(kind="test.kind", key=None, **input):
    return services.enqueue(kind=kind, key=key or str(uuid4()), input=input)


def together(count, work):
    """Run ``work(number)`` in as many threads at once, each with its own connection; returns the results."""
    results, barrier = [None] * count, threading.Barrier(count)

    def start(number):
        try:
            barrier.wait()
            results[number] = work(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=start, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db
def test_enqueue_twice_with_one_key_makes_one_job_and_rings_once(bell, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = make_job(key="packet:1")
        second = make_job(key="packet:1")
    assert first == second
    assert bell == [str(first.pk)]


@pytest.mark.django_db(transaction=True)
def test_enqueue_by_sixteen_at_once_makes_one_job(bell):
    jobs = together(16, lambda number: make_job(key="packet:1"))
    assert len({job.pk for job in jobs}) == 1
    assert DurableJob.objects.count() == 1
    assert bell == [str(jobs[0].pk)]


@pytest.mark.django_db(transaction=True)
def test_enqueue_leaves_nothing_when_the_callers_transaction_is_undone(bell):
    with transaction.atomic():
        make_job()
        transaction.set_rollback(True)
    assert not DurableJob.objects.exists()
    assert bell == []


@pytest.mark.django_db(transaction=True)
def test_claim_by_eight_at_once_is_given_to_one(bell):
    job = make_job()
    runs = together(8, lambda number: services.claim(job_id=job.pk))
    winners = [run for run in runs if run]
    assert len(winners) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease) == (JobState.RUNNING, 1, winners[0].lease)


@pytest.mark.django_db
def test_claim_waits_until_the_job_is_due():
    job = make_job()
    assert services.claim(job_id=job.pk, now=job.due_at - SOON) is None
    assert services.claim(job_id=job.pk, now=job.due_at)


@pytest.mark.django_db
def test_claim_of_a_job_that_is_not_there_is_nothing():
    assert services.claim(job_id=uuid4()) is None


@pytest.mark.django_db
def test_lapsed_lease_is_claimed_anew_and_counts_another_attempt(settings):
    job = make_job()
    start = job.due_at
    first = services.claim(job_id=job.pk, now=start)
    lease = timedelta(seconds=settings.JOB_LEASE_SECONDS)
    assert services.claim(job_id=job.pk, now=start + lease - SOON) is None
    second = services.claim(job_id=job.pk, now=start + lease)
    assert (first.attempt, second.attempt) == (1, 2)
    assert first.lease != second.lease


@pytest.mark.django_db
def test_worker_without_the_lease_can_write_nothing():
    job = make_job()
    lost = services.claim(job_id=job.pk, now=timezone.now())
    holder = services.claim(job_id=job.pk, now=timezone.now() + timedelta(hours=1))
    with pytest.raises(LeaseLost):
        lost.step("drawing", 1, 2)
    with pytest.raises(LeaseLost):
        lost.renew()
    with pytest.raises(LeaseLost), lost.commit():
        record(actor=None, action="test.effect", subject=job)
    services.fail(run=lost, error="late")
    services.bury(run=lost, error="late")
    job.refresh_from_db()
    assert (job.state, job.lease, job.error, job.step) == (JobState.RUNNING, holder.lease, "", "")
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_step_shows_progress_and_renews_the_lease(settings):
    job = make_job()
    run = services.claim(job_id=job.pk, now=timezone.now())
    DurableJob.objects.update(lease_until=timezone.now())
    run.step("drawing", 1, 2)
    job.refresh_from_db()
    assert (job.step, job.steps_done, job.steps_total) == ("drawing", 1, 2)
    assert job.lease_until > database_now() + timedelta(seconds=settings.JOB_LEASE_SECONDS) - 5 * SOON


@pytest.mark.django_db
def test_run_commits_effects_and_end_together(kinds):
    job = make_job(number=7)

    def handler(run):
        with run.commit():
            record(actor=None, action="test.effect", subject=job, number=run.input["number"])

    kinds.register("test.kind", handler)
    services.run_job(job_id=job.pk)
    services.run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease) == (JobState.DONE, 1, None)
    assert job.finished_at
    assert AuditEntry.objects.get().detail == {"number": 7}


@pytest.mark.django_db
def test_run_without_anything_to_write_is_done(kinds):
    job = make_job()
    kinds.register("test.kind", lambda run: None)
    services.run_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE


@pytest.mark.django_db
def test_run_that_fails_in_its_commit_leaves_no_effect_and_waits(kinds):
    job = make_job()

    def handler(run):
        with run.commit():
            record(actor=None, action="test.effect", subject=job)
            raise IntegrityError("Key (email)=(ada@example.com) already exists.")

    kinds.register("test.kind", handler)
    services.run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.WAITING, 1)
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_error_names_kind_place_and_code_but_never_the_message(kinds, caplog):
    job = make_job()

    def handler(run):
        raise ValidationError("ada@example.com is taken", code="email_taken")

    kinds.register("test.kind", handler)
    services.run_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.error.startswith("django.core.exceptions.ValidationError [email_taken] in handler, line ")
    assert "email_taken" in caplog.text
    assert "ada@" not in job.error + caplog.text.replace('"ada@example.com is taken"', "")


@pytest.mark.django_db
def test_failures_wait_longer_each_time_then_the_job_is_dead(kinds):
    kinds.register("test.kind", lambda run: 1 // 0)
    job = make_job()
    pauses = []
    for _ in range(4):
        before = database_now()
        services.run_job(job_id=job.pk)
        job.refresh_from_db()
        assert job.state == JobState.WAITING
        pauses.append(round((job.due_at - before).total_seconds()))
        DurableJob.objects.update(due_at=before)
    assert pauses == [5, 30, 120, 600]
    services.run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DEAD, 5)
    assert "ZeroDivisionError" in job.error
    assert services.ring_due(now=timezone.now() + timedelta(days=1)) == 0


@pytest.mark.django_db
def test_job_that_took_five_workers_with_it_is_dead():
    job = make_job()
    hours = [timezone.now() + timedelta(hours=number) for number in range(6)]
    runs = [services.claim(job_id=job.pk, now=hour) for hour in hours]
    assert [run.attempt for run in runs[:5]] == [1, 2, 3, 4, 5]
    assert runs[5] is None
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DEAD, 5)
    assert "worker was lost" in job.error


@pytest.mark.django_db
def test_unknown_kind_is_dead_at_once_and_says_why(kinds):
    job = make_job(kind="nobody.does_this")
    services.run_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DEAD
    assert "nobody.does_this" in job.error


def test_second_handler_for_a_kind_is_refused(kinds):
    def handler(run):
        pass

    kinds.register("test.kind", handler)
    kinds.register("test.kind", handler)
    with pytest.raises(ImproperlyConfigured, match=r"test\.kind"):
        kinds.register("test.kind", lambda run: None)


@pytest.mark.django_db
def test_retry_gives_a_dead_job_its_attempts_back(kinds, bell, django_capture_on_commit_callbacks):
    admin = UserFactory(roles=[Role.ADMIN])
    job = make_job(kind="late.kind")
    services.run_job(job_id=job.pk)
    with django_capture_on_commit_callbacks(execute=True):
        services.retry_job(job=job, actor=admin)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error, job.finished_at) == (JobState.WAITING, 0, "", None)
    assert bell == [str(job.pk)]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.subject_id) == ("job.retried", admin, job.pk)


@pytest.mark.django_db
def test_retry_is_for_dead_jobs_and_for_who_asked_or_administers(kinds):
    owner, stranger = UserFactory(), UserFactory(roles=[Role.RECRUITER])
    job = services.enqueue(kind="late.kind", key="late", input={}, requested_by=owner)
    with pytest.raises(ValidationError) as refused:
        services.retry_job(job=job, actor=owner)
    assert refused.value.code == "job_not_dead"
    services.run_job(job_id=job.pk)
    with pytest.raises(PermissionDenied):
        services.retry_job(job=job, actor=stranger)
    services.retry_job(job=job, actor=owner)
    job.refresh_from_db()
    assert job.state == JobState.WAITING


@pytest.mark.django_db
def test_sweep_rings_for_due_and_lapsed_jobs_only(bell):
    now = timezone.now()
    due, later, lapsed, held, done = (make_job() for _ in range(5))
    DurableJob.objects.update(due_at=now - SOON)
    DurableJob.objects.filter(pk=later.pk).update(due_at=now + SOON)
    services.claim(job_id=lapsed.pk, now=now - timedelta(hours=1))
    services.claim(job_id=held.pk, now=now)
    with services.claim(job_id=done.pk, now=now).commit():
        pass
    assert services.ring_due(now=now) == 2
    assert set(bell) == {str(due.pk), str(lapsed.pk)}


@pytest.mark.django_db
def test_sweep_is_bounded_and_starts_with_what_waited_longest(bell, monkeypatch):
    monkeypatch.setattr(services, "SWEEP_BATCH", 2)
    jobs = [make_job() for _ in range(3)]
    assert services.ring_due() == 2
    assert bell == [str(job.pk) for job in jobs[:2]]


@pytest.mark.django_db(transaction=True)
def test_lease_is_renewed_while_the_work_goes_on(kinds, bell, settings):
    settings.JOB_LEASE_SECONDS = 0.6
    job = make_job()
    thieves = []

    def handler(run):
        for _ in range(15):
            threading.Event().wait(0.1)
            thieves.append(services.claim(job_id=run.job_id))

    kinds.register("test.kind", handler)
    services.run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 1)
    assert thieves == [None] * 15
    assert not [thread for thread in threading.enumerate() if thread.name == "job-lease"]


@pytest.mark.django_db(transaction=True)
def test_work_that_lost_its_lease_to_another_worker_counts_once(kinds, bell):
    """The first worker was thought dead and was not: it comes back after the second one took over."""
    job = make_job()
    attempts = []

    def handler(run):
        attempts.append(run.attempt)
        if run.attempt == 1:
            DurableJob.objects.update(lease_until=timezone.now())
            services.run_job(job_id=run.job_id)
        with run.commit():
            record(actor=None, action="test.effect", subject=job, attempt=run.attempt)

    kinds.register("test.kind", handler)
    services.run_job(job_id=job.pk)
    job.refresh_from_db()
    assert attempts == [1, 2]
    assert job.state == JobState.DONE
    assert AuditEntry.objects.get().detail == {"attempt": 2}


@pytest.mark.django_db
def test_visible_to_requester_and_administrator_only():
    owner, stranger, admin = UserFactory(), UserFactory(roles=[Role.RECRUITER]), UserFactory(roles=[Role.ADMIN])
    job = services.enqueue(kind="test.kind", key="mine", input={}, requested_by=owner)
    assert list(DurableJob.objects.visible_to(owner)) == [job]
    assert list(DurableJob.objects.visible_to(admin)) == [job]
    assert not DurableJob.objects.visible_to(stranger).exists()
