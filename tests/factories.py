"""Rows for tests. States are reached through services, never set here."""

import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.choices import Role
from accounts.models import RoleGrant, User
from interviews import models as interviews
from interviews.choices import JobRole, SeatRole
from questionbank import models as questionbank
from questionbank.choices import LEVELS, VersionState
from questionbank.services.search import index_questions

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    """A person; ``roles=[Role.RECRUITER]`` grants roles."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    display_name = factory.Sequence(lambda n: f"Person {n}")
    time_zone = "Europe/Berlin"

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        for role in extracted or []:
            RoleGrant.objects.create(user=self, role=role)


class CompetencyFactory(DjangoModelFactory):
    class Meta:
        model = questionbank.Competency

    slug = factory.Sequence(lambda n: f"competency-{n}")
    name_en = factory.Sequence(lambda n: f"Competency {n}")
    name_zh = factory.Sequence(lambda n: f"能力{n}")


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = questionbank.Category

    slug = factory.Sequence(lambda n: f"category-{n}")
    name_en = factory.Sequence(lambda n: f"Category {n}")
    competency = factory.SubFactory(CompetencyFactory)


class RoleFamilyFactory(DjangoModelFactory):
    class Meta:
        model = questionbank.RoleFamily

    slug = factory.Sequence(lambda n: f"role-{n}")
    name_en = factory.Sequence(lambda n: f"Role {n}")


class SeniorityFactory(DjangoModelFactory):
    class Meta:
        model = questionbank.SeniorityLevel

    slug = factory.Sequence(lambda n: f"seniority-{n}")
    name_en = factory.Sequence(lambda n: f"Seniority {n}")
    rank = factory.Sequence(lambda n: n + 1)


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = questionbank.Question

    number = factory.Sequence(lambda n: n + 1)
    category = factory.SubFactory(CategoryFactory)


class VersionFactory(DjangoModelFactory):
    """A draft with an English text, five anchors and one competency; ``publish(version)`` freezes it."""

    class Meta:
        model = questionbank.QuestionVersion
        skip_postgeneration_save = True

    question = factory.SubFactory(QuestionFactory)
    number = 1
    minutes = 15
    difficulty = 3
    lowest_seniority = factory.SubFactory(SeniorityFactory)
    highest_seniority = factory.SelfAttribute("lowest_seniority")
    author = factory.SubFactory(UserFactory, roles=[Role.AUTHOR])

    @factory.post_generation
    def parts(self, create, extracted, **kwargs):
        text = questionbank.QuestionText.objects.create(
            version=self,
            language="en",
            title=f"Title of question {self.question.number}",
            prompt="What happens, and why?",
            reference_answer="It depends on *two* things.",
            probes=["Which would you check first?"],
        )
        for level in LEVELS:
            questionbank.RubricLevel.objects.create(text=text, level=level, anchor=f"What level {level} looks like.")

    @factory.post_generation
    def competencies(self, create, extracted, **kwargs):
        for competency in extracted or [self.question.category.competency]:
            questionbank.CompetencyWeight.objects.create(
                version=self, competency=competency, percent=100 // len(extracted or [1])
            )

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        self.role_families.set(extracted or [RoleFamilyFactory()])

    @factory.post_generation
    def search(self, create, extracted, **kwargs):
        index_questions([self.question_id])


def publish(version: questionbank.QuestionVersion) -> questionbank.QuestionVersion:
    """Freeze a version as the service does at the end; for tests that are not about publishing."""
    version.state = VersionState.PUBLISHED
    version.published_at = timezone.now()
    version.published_by = UserFactory(roles=[Role.AUTHOR])
    version.save()
    index_questions([version.question_id])
    return version


class JobFactory(DjangoModelFactory):
    """``recruiter=`` and ``hiring_manager=`` make members."""

    class Meta:
        model = interviews.Job
        skip_postgeneration_save = True

    title = "Senior software engineer"
    role_family = factory.SubFactory(RoleFamilyFactory)
    seniority = factory.SubFactory(SeniorityFactory)
    time_zone = "Europe/Berlin"

    @factory.post_generation
    def recruiter(self, create, extracted, **kwargs):
        if extracted:
            interviews.JobMember.objects.create(job=self, user=extracted, role=JobRole.RECRUITER)

    @factory.post_generation
    def hiring_manager(self, create, extracted, **kwargs):
        if extracted:
            interviews.JobMember.objects.create(job=self, user=extracted, role=JobRole.HIRING_MANAGER)


class CandidateFactory(DjangoModelFactory):
    class Meta:
        model = interviews.Candidate

    name = factory.Sequence(lambda n: f"Candidate {n}")
    email = factory.Sequence(lambda n: f"candidate{n}@example.com")
    time_zone = "Asia/Dubai"


class ApplicationFactory(DjangoModelFactory):
    class Meta:
        model = interviews.Application

    job = factory.SubFactory(JobFactory)
    candidate = factory.SubFactory(CandidateFactory)


class InterviewerFactory(DjangoModelFactory):
    """Works Monday to Friday, 9 to 18 Berlin time; ``pools=[…]`` joins pools."""

    class Meta:
        model = interviews.Interviewer
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory, roles=[Role.INTERVIEWER])
    notice_hours = 0

    @factory.post_generation
    def hours(self, create, extracted, **kwargs):
        for weekday in range(5):
            interviews.WorkingHours.objects.create(
                interviewer=self, weekday=weekday, starts=dt.time(9), ends=dt.time(18)
            )

    @factory.post_generation
    def pools(self, create, extracted, **kwargs):
        for pool in extracted or []:
            pool.members.add(self)


class PoolFactory(DjangoModelFactory):
    class Meta:
        model = interviews.Pool

    slug = factory.Sequence(lambda n: f"pool-{n}")
    name_en = factory.Sequence(lambda n: f"Pool {n}")


class LoopTemplateFactory(DjangoModelFactory):
    class Meta:
        model = interviews.LoopTemplate

    slug = factory.Sequence(lambda n: f"template-{n}")
    name_en = "Template"
    role_family = factory.SubFactory(RoleFamilyFactory)
    seniority = factory.SubFactory(SeniorityFactory)


class RoundTemplateFactory(DjangoModelFactory):
    """``competencies=[…]`` says what it may assess; ``pool=`` gives it a lead seat."""

    class Meta:
        model = interviews.RoundTemplate
        skip_postgeneration_save = True

    template = factory.SubFactory(LoopTemplateFactory)
    position = factory.Sequence(lambda n: n + 1)
    name_en = factory.LazyAttribute(lambda it: f"Round {it.position}")
    minutes = 60

    @factory.post_generation
    def competencies(self, create, extracted, **kwargs):
        self.competencies.set(extracted or [])

    @factory.post_generation
    def pool(self, create, extracted, **kwargs):
        if extracted:
            interviews.SeatTemplate.objects.create(round_template=self, role=SeatRole.LEAD, pool=extracted)
