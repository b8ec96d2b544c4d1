"""A question that many candidates have answered, without the way there: rows as submitted cards leave them."""

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from interviews.choices import LoopState, PlanState, SeatRole
from interviews.models import Application, AskedQuestion, Candidate, Interviewer, Job, Loop, LoopPlan, PanelSeat, Round
from questionbank.models import Question, QuestionVersion
from scoring.choices import CardState
from scoring.models import Debrief, QuestionScore, Scorecard
from scoring.services.debriefs import policy_for
from tests.factories import (
    InterviewerFactory,
    JobFactory,
    LoopTemplateFactory,
    RoundTemplateFactory,
    UserFactory,
    VersionFactory,
    publish,
)


@dataclass
class Answered:
    """A job, its question and the ``others`` that every candidate is asked too."""

    job: Job
    plan: LoopPlan
    recruiter: User
    interviewers: list[Interviewer]
    versions: list[QuestionVersion]
    loops: list[Loop] = field(default_factory=list)

    @property
    def question(self) -> Question:
        return self.versions[0].question

    def answer(self, levels, *, at=None, complete=True, opened=True) -> Loop:
        """One more candidate with a level for each version (None: not asked). A day after the one before."""
        number = len(self.loops)
        at = at or timezone.now() - dt.timedelta(days=400 - number)
        candidate = Candidate.objects.create(
            name=f"Candidate {number}", email=f"c{number}@example.org", time_zone="UTC"
        )
        application = Application.objects.create(job=self.job, candidate=candidate)
        loop = Loop.objects.create(
            application=application, plan=self.plan, state=LoopState.DEBRIEF, created_by=self.recruiter
        )
        round_ = Round.objects.create(
            loop=loop, template=self.plan.template.rounds.get(), position=1, name_en="Round", format="interview",
            minutes=60, break_after=0, starts_at=at, ends_at=at + dt.timedelta(hours=1),
        )  # fmt: skip
        seat = PanelSeat.objects.create(round=round_, interviewer=self.interviewers[0], role=SeatRole.LEAD)
        card = Scorecard.objects.create(seat=seat)
        for position, (version, level) in enumerate(zip(self.versions, levels, strict=True), start=1):
            if level is not None:
                asked = AskedQuestion.objects.create(round=round_, position=position, version=version)
                QuestionScore.objects.create(scorecard=card, asked_question=asked, level=level, evidence="Said so")
        Scorecard.objects.filter(pk=card.pk).update(
            state=CardState.SUBMITTED, submitted_at=at + dt.timedelta(hours=2), recommendation="yes"
        )
        if not complete:
            PanelSeat.objects.create(round=round_, interviewer=self.interviewers[1], role=SeatRole.SECOND)
        if opened:
            Debrief.objects.create(loop=loop, policy=policy_for(loop=loop))
        self.loops.append(loop)
        return loop


def answered_world(*, others=2) -> Answered:
    recruiter = UserFactory(roles=[Role.RECRUITER])
    job = JobFactory(recruiter=recruiter)
    template = LoopTemplateFactory(role_family=job.role_family, seniority=job.seniority)
    RoundTemplateFactory(template=template, position=1)
    plan = LoopPlan.objects.create(
        job=job, template=template, number=1, objective=0, bound=0, is_optimal=True, created_by=recruiter,
        state=PlanState.APPROVED, approved_at=timezone.now(), approved_by=recruiter,
    )  # fmt: skip
    versions = [
        publish(VersionFactory(roles=[job.role_family], lowest_seniority=job.seniority)) for _ in range(others + 1)
    ]
    return Answered(job, plan, recruiter, [InterviewerFactory(), InterviewerFactory()], versions)


STEP = [2, 3, 3, 2, 3] * 3 + [4, 4, 5, 4, 4] * 3


def leaked_world(levels=STEP, **details) -> Answered:
    """The first question becomes easier half-way; the others stay as they are."""
    world = answered_world(**details)
    for number, level in enumerate(levels):
        world.answer([level, 3 + number % 2, 3 - number % 2])
    return world
