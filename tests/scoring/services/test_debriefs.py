import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.choices import Role
from accounts.models import AuditEntry
from interviews.choices import JobRole, LoopState
from interviews.models import JobMember, PanelSeat
from scoring.models import Debrief, DecisionPolicy
from scoring.services.debriefs import open_early, policy_for, record_decision, request_access
from tests.factories import InterviewerFactory, UserFactory
from tests.scoring.worlds import panel_world, submit, submit_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return panel_world(panel=(2, 1))


def code_of(error, field=None):
    return error.value.error_dict[field][0].code if field else error.value.code


def test_policy_for_makes_the_first_version_once_and_then_takes_the_newest(world):
    first = policy_for(loop=world.loop)
    assert (policy_for(loop=world.loop), first.version) == (first, 1)

    newer = DecisionPolicy.objects.create(
        role_family=first.role_family, seniority=first.seniority, version=2, overall_line="3.50"
    )
    assert policy_for(loop=world.loop) == newer


@pytest.mark.parametrize("who", ["recruiter", "manager"])
def test_members_of_the_job_open_early_with_a_reason(world, who):
    actor = getattr(world, who)
    submit(world.seats[0][0])

    debrief = open_early(loop=world.loop, actor=actor, reason=" Candidate has another offer. ")

    world.loop.refresh_from_db()
    assert (debrief.opened_by, debrief.opening_reason) == (actor, "Candidate has another offer.")
    assert world.loop.state == LoopState.DEBRIEF
    assert AuditEntry.objects.filter(action="debrief.opened", subject_id=debrief.pk, actor=actor).count() == 1


def test_cards_after_an_early_opening_open_no_second_debrief(world):
    debrief = open_early(loop=world.loop, actor=world.recruiter, reason="Offer")

    submit_all(world)

    assert Debrief.objects.get(loop=world.loop) == debrief


def test_open_early_is_not_for_interviewers_nor_administrators(world):
    for actor in (world.seats[0][0].interviewer.user, UserFactory(roles=[Role.ADMIN])):
        with pytest.raises(PermissionDenied):
            open_early(loop=world.loop, actor=actor, reason="Curious")


@pytest.mark.parametrize("reason", ["", " \n"])
def test_open_early_needs_a_reason(world, reason):
    with pytest.raises(ValidationError) as error:
        open_early(loop=world.loop, actor=world.recruiter, reason=reason)

    assert code_of(error, "reason") == "reason_required"


def test_open_early_refuses_whoever_has_an_unfinished_card(world):
    interviewer = InterviewerFactory(user=world.manager)
    PanelSeat.objects.create(round=world.seats[1][0].round, interviewer=interviewer, role="second")

    with pytest.raises(ValidationError) as error:
        open_early(loop=world.loop, actor=world.manager, reason="Offer")

    assert code_of(error) == "own_card_first"


def test_open_early_only_once(world):
    open_early(loop=world.loop, actor=world.recruiter, reason="Offer")

    with pytest.raises(ValidationError) as error:
        open_early(loop=world.loop, actor=world.manager, reason="Offer")

    assert code_of(error) == "already_open"


def test_request_access_lets_an_administrator_read_and_leaves_a_trace(world):
    submit_all(world)
    admin = UserFactory(roles=[Role.ADMIN])
    assert not Debrief.objects.visible_to(admin).exists()

    access = request_access(debrief=world.loop.debrief, admin=admin, reason="Complaint by the candidate")

    assert list(Debrief.objects.visible_to(admin)) == [world.loop.debrief]
    assert AuditEntry.objects.get(action="debrief.access_taken").detail == {"access": str(access.pk)}


def test_request_access_is_for_administrators_with_a_reason(world):
    submit_all(world)
    with pytest.raises(PermissionDenied):
        request_access(debrief=world.loop.debrief, admin=UserFactory(roles=[Role.AUTHOR]), reason="Curious")
    with pytest.raises(ValidationError) as error:
        request_access(debrief=world.loop.debrief, admin=UserFactory(roles=[Role.ADMIN]), reason=" ")

    assert code_of(error, "reason") == "reason_required"


def test_hiring_manager_decides_once(world):
    submit_all(world)

    decision = record_decision(debrief=world.loop.debrief, actor=world.manager, outcome="hire", rationale="Clear.")

    world.loop.refresh_from_db()
    assert (decision.outcome, world.loop.state, world.loop.debrief.state) == ("hire", "decided", "decided")
    with pytest.raises(ValidationError) as error:
        record_decision(debrief=world.loop.debrief, actor=world.manager, outcome="no_hire", rationale="Changed.")
    assert code_of(error) == "decided_already"


def test_nobody_else_decides(world):
    submit_all(world)
    other = UserFactory(roles=[Role.HIRING_MANAGER])

    for actor in (world.recruiter, world.seats[0][0].interviewer.user, other, UserFactory(roles=[Role.ADMIN])):
        with pytest.raises(PermissionDenied):
            record_decision(debrief=world.loop.debrief, actor=actor, outcome="hire", rationale="Mine")


def test_hiring_manager_on_the_panel_decides_after_the_own_card_only(world):
    open_early(loop=world.loop, actor=world.recruiter, reason="Offer")
    seat = world.seats[1][0]
    JobMember.objects.create(job=world.job, user=seat.interviewer.user, role=JobRole.HIRING_MANAGER)
    decide = {"debrief": world.loop.debrief, "actor": seat.interviewer.user, "outcome": "hire", "rationale": "Clear"}

    with pytest.raises(PermissionDenied):
        record_decision(**decide)
    submit(seat)

    assert record_decision(**decide).outcome == "hire"


@pytest.mark.parametrize(
    ("outcome", "rationale", "field", "code"),
    [
        ("maybe", "Words", "outcome", "unknown_outcome"),
        ("hire", "  ", "rationale", "rationale_required"),
        ("hire", "x" * 5001, "rationale", "too_long"),
        ("hire", "a\x00b", "rationale", "not_text"),
    ],
)
def test_decision_is_refused_with_the_field_that_is_wrong(world, outcome, rationale, field, code):
    submit_all(world)

    with pytest.raises(ValidationError) as error:
        record_decision(debrief=world.loop.debrief, actor=world.manager, outcome=outcome, rationale=rationale)

    assert code_of(error, field) == code
    assert Debrief.objects.get().state == "open"
