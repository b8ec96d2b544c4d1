"""Jobs for their list and page."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet

from accounts.models import User
from interviews.choices import JobRole, PlanState
from interviews.models import Application, Job, JobMember, LoopPlan
from interviews.selectors.own_rules import own_rules


def job_list(*, user: User) -> QuerySet[Any]:
    """Jobs with their people, plan state and counts. Two queries a page."""
    plans = LoopPlan.objects.filter(job=OuterRef("pk"))
    return (
        Job.objects.visible_to(user)
        .select_related("role_family", "seniority")
        .annotate(
            candidates=Count("applications", distinct=True),
            loops=Count("applications__loop", distinct=True),
            is_planned=Exists(plans.approved()),
            has_draft=Exists(plans.filter(state=PlanState.DRAFT)),
        )
        .prefetch_related(Prefetch("members", JobMember.objects.select_related("user").order_by("role", "pk")))
        .order_by("-created_at", "-pk")
    )


@dataclass(frozen=True, slots=True)
class JobPage:
    """A job with its people and plans; ``approved`` and ``draft`` are the newest of their kind."""

    job: Job
    recruiters: list[User]
    hiring_managers: list[User]
    plans: list[LoopPlan]
    approved: LoopPlan | None
    draft: LoopPlan | None
    relaxed: list[str]


def job_page(*, job: Job) -> JobPage:
    """Three queries, thirteen where the job has rules of its own."""
    members = list(job.members.select_related("user").order_by("pk"))
    plans = list(
        job.plans.select_related("approved_by", "created_by")
        .annotate(question_count=Count("questions"))
        .order_by("-number")
    )
    return JobPage(
        job=job,
        recruiters=[it.user for it in members if it.role == JobRole.RECRUITER],
        hiring_managers=[it.user for it in members if it.role == JobRole.HIRING_MANAGER],
        plans=plans,
        approved=next((it for it in plans if it.state == PlanState.APPROVED), None),
        draft=next((it for it in plans if it.state == PlanState.DRAFT), None),
        relaxed=own_rules(job=job),
    )


def applications_of(*, job: Job) -> QuerySet[Application]:
    """Who applied, with how far their loop is. One query a page."""
    return job.applications.select_related("candidate", "loop").order_by("-created_at", "-pk")
