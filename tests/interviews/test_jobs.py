import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from accounts.choices import Role
from accounts.models import AuditEntry
from interviews.choices import JobRole
from interviews.models import Candidate, CandidateWindow, Job
from interviews.services.jobs import add_candidate, apply, create_job, set_candidate_windows
from tests.factories import CandidateFactory, JobFactory, RoleFamilyFactory, SeniorityFactory, UserFactory

pytestmark = pytest.mark.django_db
NINE = dt.datetime(2026, 12, 7, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def make_job(**fields):
    actor = UserFactory(roles=[Role.RECRUITER])
    defaults = {
        "actor": actor,
        "title": " Senior LLM engineer ",
        "role_family": RoleFamilyFactory(),
        "seniority": SeniorityFactory(),
        "time_zone": "Europe/Berlin",
        "recruiters": [actor],
    }
    return create_job(**defaults | fields)


def test_create_job_makes_its_members_and_an_audit_line():
    manager = UserFactory()

    job = make_job(hiring_managers=[manager, manager])

    assert job.title == "Senior LLM engineer"
    assert sorted(job.members.values_list("role", flat=True)) == [JobRole.HIRING_MANAGER, JobRole.RECRUITER]
    assert AuditEntry.objects.filter(action="job.created", subject_id=job.pk).count() == 1


def test_create_job_without_a_recruiter_is_refused_and_leaves_nothing():
    with pytest.raises(ValidationError) as refusal:
        make_job(recruiters=[])

    assert refusal.value.code == "no_recruiter"
    assert not Job.objects.exists()


def test_create_job_refuses_an_unknown_zone():
    with pytest.raises(ValidationError) as refusal:
        make_job(time_zone="Mars/Olympus")

    assert refusal.value.error_dict["time_zone"][0].code == "unknown_zone"


def test_add_candidate_checks_every_field():
    with pytest.raises(ValidationError) as refusal:
        add_candidate(actor=UserFactory(), name=" ", email="nobody", time_zone="Nowhere")

    assert set(refusal.value.error_dict) == {"name", "email", "time_zone"}
    assert not Candidate.objects.exists()


def test_apply_twice_for_one_job_is_refused():
    actor, job, candidate = UserFactory(), JobFactory(), CandidateFactory()
    apply(actor=actor, job=job, candidate=candidate)

    with pytest.raises(ValidationError) as refusal:
        apply(actor=actor, job=job, candidate=candidate)

    assert refusal.value.error_dict["__all__"][0].code == "applied_already"
    assert job.applications.count() == 1


def test_set_candidate_windows_replaces_the_earlier_ones():
    actor, candidate = UserFactory(), CandidateFactory()
    set_candidate_windows(actor=actor, candidate=candidate, windows=[(NINE, NINE + HOUR)])

    set_candidate_windows(
        actor=actor, candidate=candidate, windows=[(NINE + 3 * HOUR, NINE + 4 * HOUR), (NINE + HOUR, NINE + 3 * HOUR)]
    )

    assert list(candidate.windows.values_list("starts_at", flat=True)) == [NINE + HOUR, NINE + 3 * HOUR]


@pytest.mark.parametrize(
    ("windows", "code"),
    [
        ([(NINE, NINE)], "window_ends_first"),
        ([(NINE, NINE + 2 * HOUR), (NINE + HOUR, NINE + 3 * HOUR)], "windows_overlap"),
    ],
)
def test_set_candidate_windows_refuses_nonsense_and_keeps_what_was(windows, code):
    actor, candidate = UserFactory(), CandidateFactory()
    set_candidate_windows(actor=actor, candidate=candidate, windows=[(NINE, NINE + HOUR)])

    with pytest.raises(ValidationError) as refusal:
        set_candidate_windows(actor=actor, candidate=candidate, windows=windows)

    assert refusal.value.code == code
    assert CandidateWindow.objects.filter(candidate=candidate).count() == 1
