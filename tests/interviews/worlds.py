"""Small worlds that several interview tests start from."""

from dataclasses import dataclass

from accounts.choices import Role
from accounts.models import User
from interviews.models import Application, CompetencyNeed, Interviewer, Job, LoopTemplate, Pool, RoundTemplate
from interviews.services.plans import approve_plan, compile_plan
from questionbank.models import Competency, QuestionVersion
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    CompetencyFactory,
    InterviewerFactory,
    JobFactory,
    LoopTemplateFactory,
    PoolFactory,
    QuestionFactory,
    RoundTemplateFactory,
    UserFactory,
    VersionFactory,
    publish,
)


@dataclass
class World:
    """A job with two rounds (coding, then reliability), a pool each, and four published questions."""

    recruiter: User
    hiring_manager: User
    job: Job
    template: LoopTemplate
    rounds: list[RoundTemplate]
    coding: Competency
    reliability: Competency
    versions: list[QuestionVersion]
    pools: list[Pool]
    interviewers: list[Interviewer]

    def ask(self, competency: Competency, **fields) -> QuestionVersion:
        """Publish one more question that fits the job."""
        usual = {
            "question": QuestionFactory(category__competency=competency),
            "competencies": [competency],
            "roles": [self.job.role_family],
            "lowest_seniority": self.job.seniority,
            "minutes": 20,
        }
        return publish(VersionFactory(**usual | fields))

    def approved(self):
        return approve_plan(plan=compile_plan(job=self.job, actor=self.recruiter), actor=self.recruiter)

    def application(self, **candidate) -> Application:
        return ApplicationFactory(job=self.job, candidate=CandidateFactory(**candidate))


def small_world(*, second_seat: bool = False) -> World:
    recruiter = UserFactory(roles=[Role.RECRUITER])
    hiring_manager = UserFactory(roles=[Role.HIRING_MANAGER])
    coding = CompetencyFactory(slug="coding", name_en="Coding", name_zh="编码")
    reliability = CompetencyFactory(slug="reliability", name_en="Reliability", name_zh="可靠性")
    job = JobFactory(recruiter=recruiter, hiring_manager=hiring_manager)
    template = LoopTemplateFactory(role_family=job.role_family, seniority=job.seniority)
    pools = [PoolFactory(), PoolFactory()]
    rounds = [
        RoundTemplateFactory(template=template, position=position, competencies=[competency], pool=pool)
        for position, competency, pool in ((1, coding, pools[0]), (2, reliability, pools[1]))
    ]
    if second_seat:
        rounds[1].seats.create(role="second", pool=pools[1])
    for competency in (coding, reliability):
        CompetencyNeed.objects.create(template=template, competency=competency, questions=2, interviewers=1)
    interviewers = [InterviewerFactory(pools=[pools[0]]), InterviewerFactory(pools=[pools[1]])]
    if second_seat:
        interviewers.append(InterviewerFactory(pools=[pools[1]]))
    world = World(recruiter, hiring_manager, job, template, rounds, coding, reliability, [], pools, interviewers)
    world.versions = [world.ask(competency) for competency in (coding, coding, reliability, reliability)]
    return world
