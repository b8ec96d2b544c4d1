"""Two companies of the same shape in one installation, and everybody who may ask about them."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from accounts.choices import Role
from accounts.models import AuditEntry, User
from accounts.services.tokens import create_token
from delivery.models import Event
from delivery.services.company_exports import request_export
from delivery.services.events import publish_events
from delivery.services.webhooks import create_endpoint, send_test
from interviews.choices import PlanState
from interviews.models import BusyPeriod, Invitation, LoopPlan, SchedulePlan
from questionbank.models import Competency, Import, RoleFamily, SeniorityLevel, Tag, VersionComment
from scoring.models import QuestionScore
from scoring.services.debriefs import open_early, policy_for, record_decision
from scoring.services.packets import request_packet
from scoring.services.scorecards import open_card
from tests.factories import PoolFactory, UserFactory, VersionFactory
from tests.scoring.worlds import START, World, panel_world, submit


@dataclass
class Company:
    """A job with one candidate, whose debrief was opened early: ``done`` has submitted, ``writing`` has not.

    ``things``: noun → id of this company's one.
    """

    world: World
    recruiter: User
    manager: User
    done: User
    writing: User
    author: User
    things: dict[str, UUID] = field(default_factory=dict)


def company(name: str, admin: User) -> Company:
    world = panel_world(panel=(2, 1), candidate_name=name)
    done, writing = world.seats[0]
    submit(done)
    draft = open_card(seat=writing, user=writing.interviewer.user)
    author = UserFactory(roles=[Role.AUTHOR])
    made = Company(
        world=world,
        recruiter=world.recruiter,
        manager=world.manager,
        done=done.interviewer.user,
        writing=writing.interviewer.user,
        author=author,
    )
    debrief = open_early(loop=world.loop, actor=world.recruiter, reason="Another offer")
    packet = request_packet(debrief=debrief, language="en", actor=world.recruiter)
    version = VersionFactory(author=author)
    question = version.question
    upload = Import.objects.create(created_by=author)
    decision = record_decision(debrief=debrief, actor=world.manager, outcome="no_hire", rationale="Too early")
    endpoint, _secret = create_endpoint(owner=admin, actor=admin, url="https://hooks.example.com/x", types=[])
    made.things = {
        "jobs": world.job.pk,
        "candidates": world.loop.application.candidate_id,
        "applications": world.loop.application_id,
        "loops": world.loop.pk,
        "rounds": done.round_id,
        "kits": done.round_id,
        "ats-interviews": done.round_id,
        "bookings": world.loop.pk,
        "results": world.loop.pk,
        "invitations": Invitation.objects.create(loop=world.loop, seat=done, uid=str(done.pk)).pk,
        "plans": SchedulePlan.objects.create(loop=world.loop, idle_minutes=0, created_by=world.recruiter).pk,
        "loop-plans": _drafted(world).pk,
        "loop-templates": world.loop.plan.template_id,
        "interviewers": done.interviewer_id,
        "availabilities": done.interviewer_id,
        "busy-periods": _busy(done.interviewer).pk,
        "scorecards": done.scorecard.pk,
        "ats-scorecards": done.scorecard.pk,
        "draft": draft.pk,
        "seat": writing.pk,
        "scores": QuestionScore.objects.filter(scorecard__seat=done).first().pk,
        "debriefs": debrief.pk,
        "decisions": decision.pk,
        "packets": packet.pk,
        "policies": policy_for(loop=world.loop).pk,
        "question-versions": version.pk,
        "questions": question.pk,
        "question-version-comments": VersionComment.objects.create(version=version, author=author, body="Shorter?").pk,
        "imports": upload.pk,
        "webhooks": endpoint.pk,
        "webhook-deliveries": send_test(endpoint=endpoint, actor=admin).pk,
    }
    return made


def common(admin: User, company: Company) -> dict[str, UUID]:
    """Noun → id of a thing that belongs to the installation."""
    token, _secret = create_token(actor=admin, name="Another", scopes=["jobs:read"])
    version = company.world.seats[0][0].round.questions.first().version
    publish_events()
    return {
        "competencies": Competency.objects.first().pk,
        "categories": version.question.category_id,
        "roles": RoleFamily.objects.first().pk,
        "seniorities": SeniorityLevel.objects.first().pk,
        "tags": Tag.objects.create(name="Basics", slug="basics").pk,
        "published": version.question_id,
        "published version": version.pk,
        "pools": PoolFactory().pk,
        "users": company.recruiter.pk,
        "tokens": token.pk,
        "events": Event.objects.get(sequence=1).pk,
        "exports": request_export(actor=admin).pk,
        "audit": AuditEntry.objects.first().pk,
    }


def _drafted(world: World) -> LoopPlan:
    plan = world.loop.plan
    number = LoopPlan.objects.count() + 1
    return LoopPlan.objects.create(
        job=world.job, template=plan.template, number=number, objective=0, bound=0, is_optimal=True,
        created_by=world.recruiter, state=PlanState.DRAFT,
    )  # fmt: skip


def _busy(interviewer) -> BusyPeriod:
    at = START + dt.timedelta(days=30)
    return BusyPeriod.objects.create(interviewer=interviewer, starts_at=at, ends_at=at + dt.timedelta(hours=1))
