"""The table of who sees what, as one test: each role against each noun, before and after the debrief opens."""

import pytest

from accounts.choices import Role
from accounts.models import AuditEntry
from interviews.models import (
    Candidate,
    Invitation,
    Job,
    JobMember,
    Loop,
    LoopPlan,
    LoopTemplate,
    PanelSeat,
    Round,
    SchedulePlan,
)
from questionbank.models import Import, Question, QuestionVersion
from scoring.models import Debrief, DecisionPolicy, Packet, QuestionScore, Scorecard
from scoring.services.debriefs import open_early, policy_for, request_access
from scoring.services.packets import request_packet
from tests.factories import InterviewerFactory, LoopTemplateFactory, UserFactory
from tests.scoring.worlds import panel_world, submit

pytestmark = pytest.mark.django_db

NEVER, ALWAYS, OPENED = (False, False), (True, True), (False, True)

# Who → (before the debrief is open, after). The panel: "done" has submitted, "writing" has not.
TABLE = {
    "job": {"admin": ALWAYS, "recruiter": ALWAYS, "manager": ALWAYS, "manager_on_panel": ALWAYS},
    "plan": {"admin": ALWAYS, "recruiter": ALWAYS, "manager": ALWAYS, "manager_on_panel": ALWAYS},
    "question": {
        "admin": ALWAYS,
        "recruiter": ALWAYS,
        "manager": ALWAYS,
        "manager_on_panel": ALWAYS,
        "author": ALWAYS,
        "other_recruiter": ALWAYS,
    },
    "candidate": {
        "admin": ALWAYS,
        "recruiter": ALWAYS,
        "manager": ALWAYS,
        "manager_on_panel": ALWAYS,
        "done": ALWAYS,
        "writing": ALWAYS,
    },
    "first round": {
        "admin": ALWAYS,
        "recruiter": ALWAYS,
        "manager": ALWAYS,
        "manager_on_panel": ALWAYS,
        "done": ALWAYS,
        "writing": ALWAYS,
    },
    "second round": {"admin": ALWAYS, "recruiter": ALWAYS, "manager": ALWAYS, "manager_on_panel": ALWAYS},
    "submitted card of another": {
        "admin with a reason": OPENED,
        "recruiter": OPENED,
        "manager": OPENED,
        "done": OPENED,
    },
    "template": {
        "admin": ALWAYS,
        "recruiter": ALWAYS,
        "manager": ALWAYS,
        "manager_on_panel": ALWAYS,
        "other_recruiter": ALWAYS,
    },
    "template of the job": {
        "admin": ALWAYS,
        "recruiter": ALWAYS,
        "manager": ALWAYS,
        "manager_on_panel": ALWAYS,
    },
    "draft of another": {},
    "import of another": {},
    "debrief": {"admin with a reason": OPENED, "recruiter": OPENED, "manager": OPENED, "done": OPENED},
    "packet": {"admin with a reason": OPENED, "recruiter": OPENED, "manager": OPENED, "done": OPENED},
    "score of another": {"admin with a reason": OPENED, "recruiter": OPENED, "manager": OPENED, "done": OPENED},
    "proposed panel": {"recruiter": ALWAYS},
    "invitation of another": {"admin": ALWAYS, "recruiter": ALWAYS, "manager": ALWAYS, "manager_on_panel": ALWAYS},
    "decision policy": {
        "admin": ALWAYS,
        "recruiter": ALWAYS,
        "manager": ALWAYS,
        "manager_on_panel": ALWAYS,
        "other_recruiter": ALWAYS,
    },
    "audit trail": {"admin": ALWAYS, "admin with a reason": ALWAYS},
}
for _noun in ("job", "plan", "question", "candidate", "first round", "second round", "template", "template of the job"):
    TABLE[_noun]["admin with a reason"] = ALWAYS
for _noun in ("invitation of another", "decision policy"):
    TABLE[_noun]["admin with a reason"] = ALWAYS
for _noun in ("submitted card of another", "score of another", "debrief", "packet"):
    TABLE[_noun]["admin"] = NEVER
WHO = [
    "admin",
    "admin with a reason",
    "recruiter",
    "manager",
    "manager_on_panel",
    "done",
    "writing",
    "other_interviewer",
    "author",
    "other_recruiter",
    "nobody",
]


@pytest.fixture
def world():
    """Round 1: "done" and "writing"; round 2: somebody who has submitted and the manager on the panel, who has not."""
    world = panel_world(panel=(2, 1))
    world.on_panel = UserFactory(roles=[Role.HIRING_MANAGER, Role.INTERVIEWER])
    JobMember.objects.create(job=world.job, user=world.on_panel, role="hiring_manager")
    seat = PanelSeat.objects.create(
        round=world.seats[1][0].round, interviewer=InterviewerFactory(user=world.on_panel), role="second"
    )
    world.seats[1].append(seat)
    submit(world.seats[0][0])
    world.subject = submit(world.seats[1][0])
    LoopTemplateFactory(role_family=world.job.role_family, seniority=world.job.seniority, job=world.job)
    SchedulePlan.objects.create(loop=world.loop, idle_minutes=0, created_by=world.recruiter)
    Invitation.objects.create(loop=world.loop, seat=world.seats[1][0], uid="seat@example.org")
    policy_for(loop=world.loop)
    world.upload = Import.objects.create(created_by=UserFactory(roles=[Role.AUTHOR]))
    return world


def person(world, who):
    other = panel_world(panel=(1,), candidate_name="Another")
    return {
        "admin": lambda: UserFactory(roles=[Role.ADMIN]),
        "admin with a reason": lambda: UserFactory(roles=[Role.ADMIN]),
        "recruiter": lambda: world.recruiter,
        "manager": lambda: world.manager,
        "manager_on_panel": lambda: world.on_panel,
        "done": lambda: world.seats[0][0].interviewer.user,
        "writing": lambda: world.seats[0][1].interviewer.user,
        "other_interviewer": lambda: other.seats[0][0].interviewer.user,
        "author": lambda: UserFactory(roles=[Role.AUTHOR]),
        "other_recruiter": lambda: other.recruiter,
        "nobody": lambda: UserFactory(roles=[]),
    }[who]()


def seen(world, user):
    """Of every noun: does the person see this world's one?"""
    loop, draft = world.loop, Scorecard.objects.get_or_create(seat=world.seats[0][1])[0]
    version = world.seats[1][0].round.questions.first().version

    def sees(model, **which):
        return model.objects.visible_to(user).filter(**which).exists()

    return {
        "job": sees(Job, pk=world.job.pk),
        "plan": sees(LoopPlan, pk=loop.plan_id),
        "question": sees(Question, pk=version.question_id) and sees(QuestionVersion, pk=version.pk),
        "candidate": sees(Candidate, applications__loop=loop) and sees(Loop, pk=loop.pk),
        "first round": sees(Round, pk=world.seats[0][0].round_id),
        "second round": sees(Round, pk=world.seats[1][0].round_id),
        "submitted card of another": sees(Scorecard, pk=world.subject.pk),
        "template": sees(LoopTemplate, pk=loop.plan.template_id),
        "template of the job": sees(LoopTemplate, job=loop.plan.job),
        "draft of another": sees(Scorecard, pk=draft.pk) and user != world.seats[0][1].interviewer.user,
        "import of another": sees(Import, pk=world.upload.pk),
        "score of another": sees(QuestionScore, scorecard=world.subject),
        "proposed panel": sees(SchedulePlan, loop=loop),
        "invitation of another": sees(Invitation, seat=world.seats[1][0]),
        "decision policy": sees(DecisionPolicy, role_family=world.job.role_family),
        "debrief": sees(Debrief, loop=loop),
        "packet": sees(Packet, debrief__loop=loop),
        "audit trail": sees(AuditEntry, subject_id=world.subject.pk),
    }


@pytest.mark.parametrize("who", WHO)
def test_who_sees_what(world, who):
    user = person(world, who)
    wanted = {noun: row.get(who, NEVER) for noun, row in TABLE.items()}

    before = seen(world, user)
    debrief = open_early(loop=world.loop, actor=world.recruiter, reason="Another offer")
    request_packet(debrief=debrief, language="en", actor=world.recruiter)
    if who == "admin with a reason":
        request_access(debrief=debrief, admin=user, reason="Complaint by the candidate")
    after = seen(world, user)

    assert before == {noun: rule[0] for noun, rule in wanted.items()}
    assert after == {noun: rule[1] for noun, rule in wanted.items()}


@pytest.mark.parametrize("who", ["manager_on_panel", "writing"])
def test_whoever_sits_on_the_panel_sees_the_rest_after_the_own_card(world, who):
    open_early(loop=world.loop, actor=world.recruiter, reason="Another offer")
    seat = world.seats[1][1] if who == "manager_on_panel" else world.seats[0][1]
    user = seat.interviewer.user

    submit(seat)

    assert list(Debrief.objects.visible_to(user)) == [world.loop.debrief]
    assert Scorecard.objects.visible_to(user).filter(pk=world.subject.pk).exists()
