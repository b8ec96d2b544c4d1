import datetime as dt
import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.services.external_ids import external_ids_of, object_of, set_external_ids
from delivery.handlers import LeaseLost
from delivery.models import DurableJob
from interviews.ats_wording import outcome_text
from interviews.choices import AtsMessageState
from interviews.models import Application, AtsMessage, Candidate, Loop
from interviews.services import ats, ats_messages
from interviews.services.loops import start_loop
from questionbank.choices import VersionState
from tests.factories import ApplicationFactory, CandidateFactory, JobFactory
from tests.interviews.ats.worlds import ago, connected_world, work_through

pytestmark = pytest.mark.django_db
VENDORS = ["generic", "greenhouse"]
DONE, IGNORED, FAILED = AtsMessageState.DONE, AtsMessageState.IGNORED, AtsMessageState.FAILED


def outcome(message):
    return message.state, message.outcome["code"]


def found_in(resource, external_id):
    return object_of(resource=resource, system="ats", external_id=external_id)


@pytest.mark.parametrize(
    ("vendor", "candidate", "application"), [("generic", "C-77", "A-1017"), ("greenhouse", "880045", "5400123")]
)
def test_somebody_who_reaches_the_stage_has_a_loop(vendor, candidate, application):
    here = connected_world(vendor)

    message = here.use()

    assert outcome(message) == (DONE, "loop_started")
    loop = Loop.objects.get()
    assert (loop.application, loop.application.job) == (message.application, here.world.job)
    assert loop.created_by == here.connection.user
    assert found_in("candidates", candidate) == loop.application.candidate_id
    assert found_in("applications", application) == loop.application_id
    assert (message.body, message.subject) == ("", application)
    actions = AuditEntry.objects.filter(actor=here.connection.user).values_list("action", flat=True)
    assert {"candidate.added", "application.made", "loop.started"} <= set(actions)


def test_a_new_candidate_is_as_the_message_says():
    connected_world().use()
    candidate = Candidate.objects.get()
    assert (candidate.name, candidate.email) == ("Lin Mei", "lin.mei@example.org")
    assert (candidate.time_zone, candidate.language) == ("Asia/Shanghai", "zh-hans")


def test_where_it_does_not_say_zone_and_language_are_those_of_the_job():
    here = connected_world("greenhouse")
    type(here.world.job).objects.update(time_zone="Europe/Amsterdam", language="zh-hans")
    here.use()
    candidate = Candidate.objects.get()
    assert (candidate.name, candidate.email) == ("Zoë van den Berg", "zoe@example.org")
    assert (candidate.time_zone, candidate.language) == ("Europe/Amsterdam", "zh-hans")


@pytest.mark.parametrize(("tag", "language"), [("en-GB", "en"), ("zh_CN", "zh-hans"), ("nl", "en"), ("", "en")])
def test_a_language_is_one_that_we_write_in(tag, language):
    here = connected_world()
    here.use(here.body(data__candidate__language=tag))
    assert Candidate.objects.get().language == language


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_comes_twice_is_kept_and_done_once(vendor):
    here = connected_world(vendor)
    body = here.body()
    headers = here.headers(body)
    now = timezone.now()

    first = ats.receive(connection=here.connection, headers=headers, body=body, now=now)
    work_through(first)
    second = ats.receive(connection=here.connection, headers=headers, body=body, now=now)

    assert first == second
    assert (AtsMessage.objects.count(), Loop.objects.count()) == (1, 1)
    assert DurableJob.objects.filter(kind=ats.JOB_KIND).count() == 1


def test_a_second_message_about_the_same_finds_the_loop_there():
    here = connected_world()
    here.use()
    assert outcome(here.use()) == (DONE, "loop_there")
    assert (Candidate.objects.count(), Application.objects.count(), Loop.objects.count()) == (1, 1, 1)


def test_a_candidate_is_known_by_the_other_systems_id():
    here = connected_world()
    candidate = CandidateFactory()
    set_external_ids(resource="candidates", object_id=candidate.pk, ids={"ats": "C-77"})

    message = here.use()

    assert message.application.candidate == candidate
    candidate.refresh_from_db()
    assert candidate.name != "Lin Mei"


def test_a_candidate_is_known_by_any_address_in_any_case():
    here = connected_world("greenhouse")
    candidate = CandidateFactory(email="ZOE@work.example.org")

    message = here.use()

    assert message.application.candidate == candidate
    assert found_in("candidates", "880045") == candidate.pk


def test_who_is_there_twice_is_one_candidate_who_keeps_the_first_id():
    here = connected_world()
    first = here.use()
    second = here.use(
        here.body(
            data__candidate={"id": "C-78", "name": "Lin", "email": "lin.mei@example.org"}, data__application={"id": 9}
        )
    )
    assert second.application == first.application
    ids = external_ids_of(resource="candidates", object_ids=[first.application.candidate_id])
    assert ids == {first.application.candidate_id: {"ats": "C-77"}}


def test_an_application_that_somebody_entered_is_the_same():
    here = connected_world()
    application = ApplicationFactory(job=here.world.job, candidate=CandidateFactory(email="lin.mei@example.org"))
    assert here.use().application == application
    assert found_in("applications", "A-1017") == application.pk


def test_a_loop_that_somebody_started_stays_theirs():
    here = connected_world()
    application = ApplicationFactory(job=here.world.job, candidate=CandidateFactory(email="lin.mei@example.org"))
    start_loop(application=application, actor=here.world.recruiter)
    assert outcome(here.use()) == (DONE, "loop_there")


def test_other_stages_and_other_messages_write_nothing():
    here = connected_world()
    assert outcome(here.use(here.body(data__stage="Phone screen"))) == (IGNORED, "no_rule")
    assert outcome(here.use(b'{"type": "ping"}')) == (IGNORED, "ping")
    assert outcome(here.use(b'{"type": "job.closed"}')) == (IGNORED, "other_event")
    assert not Candidate.objects.exists()
    assert set(AtsMessage.objects.values_list("body", flat=True)) == {""}


def test_a_rule_for_one_job_is_for_no_other():
    here = connected_world()
    other = JobFactory()
    ats.set_stage_rules(connection=here.connection, actor=here.admin, rules=[("On-site", other)])
    assert outcome(here.use()) == (IGNORED, "no_rule_for_job")
    assert not Candidate.objects.exists()
    ats.set_stage_rules(connection=here.connection, actor=here.admin, rules=[("On-site", here.world.job)])
    assert outcome(here.use()) == (DONE, "loop_started")


def test_a_message_about_an_unknown_job_waits_until_the_job_is_linked():
    here = connected_world()
    ats.link_job(connection=here.connection, actor=here.admin, job=here.world.job, external_id="")

    message = here.use()
    assert outcome(message) == (FAILED, "job_unknown")
    assert message.outcome["params"] == {"job": "J-20", "title": "Backend engineer"}
    assert not Candidate.objects.exists()

    ats.link_job(connection=here.connection, actor=here.admin, job=here.world.job, external_id="J-20")
    ats.retry_message(message=message, actor=here.admin)
    assert AtsMessage.objects.get().state == AtsMessageState.WAITING
    assert outcome(work_through(message)) == (DONE, "loop_started")
    assert message.body == ""


def test_without_an_approved_plan_the_candidate_is_there_and_the_message_waits():
    here = connected_world(approved=False)

    message = here.use()
    assert outcome(message) == (FAILED, "no_approved_plan")
    assert message.application == Application.objects.get()
    ats.retry_message(message=message, actor=here.admin)
    assert outcome(work_through(message)) == (FAILED, "no_approved_plan")

    here.world.approved()
    ats.retry_message(message=message, actor=here.admin)
    assert outcome(work_through(message)) == (DONE, "loop_started")
    assert AuditEntry.objects.filter(action="ats_message.retried", actor=here.admin).count() == 2


def test_without_a_substitute_the_message_says_for_which_question():
    here = connected_world()
    gone = here.world.versions[0]
    gone.state = VersionState.RETIRED
    gone.save()
    message = here.use()
    assert outcome(message) == (FAILED, "no_substitute")
    assert message.outcome["params"] == {"questions": gone.question.label}


def test_only_what_failed_is_tried_again():
    here = connected_world()
    waiting = here.receive()
    with pytest.raises(ValidationError) as caught:
        ats.retry_message(message=waiting, actor=here.admin)
    assert caught.value.code == "message_not_failed"
    with pytest.raises(ValidationError) as caught:
        ats.retry_message(message=work_through(waiting), actor=here.admin)
    assert caught.value.code == "message_not_failed"


def test_a_message_that_a_newer_one_overtook_is_not_used():
    here = connected_world()
    assert outcome(here.use(here.body(timestamp=ago(5), data__stage="Offer"))) == (IGNORED, "no_rule")
    assert outcome(here.use(here.body(timestamp=ago(6)))) == (IGNORED, "overtaken")
    assert not Loop.objects.exists()
    assert outcome(here.use(here.body(timestamp=ago(6), data__application={"id": "A-2"}))) == (DONE, "loop_started")


def test_of_two_with_one_time_both_are_used():
    here = connected_world()
    at = ago(5)
    assert outcome(here.use(here.body(timestamp=at, data__stage="Offer"))) == (IGNORED, "no_rule")
    assert outcome(here.use(here.body(timestamp=at))) == (DONE, "loop_started")


def test_a_clock_that_runs_ahead_does_not_outdo_what_comes_after():
    here = connected_world()
    ahead = here.use(here.body(timestamp=ago(-60 * 24 * 365), data__stage="Phone screen"))
    assert ahead.occurred_at == ahead.received_at
    assert outcome(here.use(here.body(timestamp=ago(-60 * 24 * 365)))) == (DONE, "loop_started")


def test_an_application_that_moves_to_another_job_is_another_one_here():
    here = connected_world()
    first = here.use()
    other = small_world_job(here)
    ats.link_job(connection=here.connection, actor=here.admin, job=other, external_id="J-21")

    second = here.use(here.body(data__job={"id": "J-21"}))

    assert outcome(second) == (FAILED, "no_approved_plan")
    assert (second.application.job, second.application.candidate) == (other, first.application.candidate)
    assert found_in("applications", "A-1017") == second.application_id
    assert Loop.objects.get().application == first.application


def small_world_job(here):
    return JobFactory(role_family=here.world.job.role_family, seniority=here.world.job.seniority)


def test_an_application_that_is_known_needs_no_job():
    here = connected_world("greenhouse")
    body = json.loads(here.body())
    body["payload"]["application"]["jobs"] = []
    bare = json.dumps(body).encode()
    assert outcome(here.use(bare)) == (FAILED, "job_unknown")
    application = ApplicationFactory(job=here.world.job)
    set_external_ids(resource="applications", object_id=application.pk, ids={"ats": "5400123"})
    assert here.use(bare + b" ").application == application


@pytest.mark.parametrize(
    ("changes", "code", "params"),
    [
        ({"data__candidate__email": "nobody"}, "no_address", {}),
        ({"data__stage": None}, "malformed", {"path": "data.stage", "problem": "missing"}),
    ],
)
def test_what_cannot_be_used_says_why_and_stays_sealed(changes, code, params):
    here = connected_world()
    message = here.use(here.body(**changes))
    assert (message.state, message.outcome) == (FAILED, {"code": code, "params": params})
    assert message.body
    assert "Lin" not in message.body
    assert not Candidate.objects.exists()


def test_a_name_that_is_too_long_is_refused_whole():
    here = connected_world("greenhouse")
    body = json.loads(here.body())
    body["payload"]["application"]["candidate"] |= {"first_name": "x" * 100, "last_name": "y" * 100}
    message = here.use(json.dumps(body).encode())
    assert (message.state, message.outcome) == (FAILED, {"code": "candidate_refused", "params": {"fields": "name"}})


def test_a_message_whose_key_is_gone_says_so():
    here = connected_world()
    message = here.receive()
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        assert outcome(work_through(message)) == (FAILED, "key_lost")
    ats.retry_message(message=message, actor=here.admin)
    assert outcome(work_through(message)) == (DONE, "loop_started")


def test_what_could_not_be_used_is_forgotten_after_thirty_days():
    here = connected_world(approved=False)
    failed, waiting, fresh = here.use(), here.receive(), here.receive()
    month = timezone.now() - dt.timedelta(days=30, minutes=1)
    AtsMessage.objects.filter(pk__in=[failed.pk, waiting.pk]).update(received_at=month)

    assert ats_messages.forget_messages(now=timezone.now()) == 2
    assert ats_messages.forget_messages(now=timezone.now()) == 0

    for message in (failed, waiting):
        assert outcome(work_through(message)) == (FAILED, "forgotten")
        assert message.body == ""
        with pytest.raises(ValidationError) as caught:
            ats.retry_message(message=message, actor=here.admin)
        assert caught.value.code == "message_forgotten"
    fresh.refresh_from_db()
    assert fresh.body


def test_a_worker_that_is_lost_before_the_end_leaves_nothing_double(monkeypatch):
    here = connected_world()
    message = here.receive()
    job = DurableJob.objects.get(kind=ats.JOB_KIND)

    class Lost:
        input = job.input

        def commit(self):
            raise LeaseLost

    with pytest.raises(LeaseLost):
        ats_messages.process_message(Lost())
    message.refresh_from_db()
    assert (message.state, Loop.objects.count()) == (AtsMessageState.WAITING, 1)

    assert outcome(work_through(message)) == (DONE, "loop_there")
    assert (Candidate.objects.count(), Loop.objects.count()) == (1, 1)


def test_nothing_about_the_candidate_is_left_in_message_job_or_trail():
    here = connected_world()
    message = here.use()
    failed = here.use(here.body(data__job={"id": "unknown"}, data__application={"id": "A-3"}))
    assert failed.state == FAILED
    rows = [
        *AtsMessage.objects.values(),
        *DurableJob.objects.values(),
        *AuditEntry.objects.values(),
    ]
    written = json.dumps(rows, default=str)
    assert str(message.pk) in written
    for word in ("Lin", "Mei", "example.org", "Shanghai"):
        assert word not in written


def test_receiving_costs_four_queries_and_a_copy_one():
    here = connected_world()
    body = here.body()
    headers = here.headers(body)
    for most in (4, 1):
        with CaptureQueriesContext(connection) as queries:
            ats.receive(connection=here.connection, headers=headers, body=body, now=timezone.now())
        asked = [it["sql"] for it in queries if "SAVEPOINT" not in it["sql"] and "clock_timestamp" not in it["sql"]]
        assert len(asked) == most, asked


@pytest.mark.parametrize(
    "outcome",
    [
        {"code": "loop_started", "params": {}},
        {"code": "other_event", "params": {"event": "job.closed"}},
        {"code": "not_active", "params": {"status": "hired"}},
        {"code": "no_rule", "params": {"stage": "50%"}},
        {"code": "job_unknown", "params": {"job": "", "title": ""}},
        {"code": "job_unknown", "params": {"job": "J-20", "title": "Backend"}},
        {"code": "malformed", "params": {"path": "", "problem": "not_json"}},
        {"code": "malformed", "params": {"path": "data.stage", "problem": "missing"}},
        {"code": "no_substitute", "params": {"questions": "Q7"}},
        {"code": "candidate_refused", "params": {"fields": "name"}},
        {"code": "of_a_version_to_come", "params": {"x": "y"}},
    ],
)
def test_every_outcome_has_a_sentence(outcome):
    text = outcome_text(outcome)
    assert text.endswith(".")
    assert "%(" not in text


def test_what_waits_has_no_sentence_yet():
    assert outcome_text({}) == ""
