"""A job's loop plan: compiled from its template and the bank, then approved."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from interviews.choices import PlanState
from interviews.models import Job, LoopPlan, LoopTemplate, PlannedQuestion, RoundTemplate
from interviews.planning.assembly import Assembly, AssemblyRequest, Infeasible, Item, Need, RoundSpec, compile_loop
from interviews.wording import PlanNames, shortfall_text
from questionbank.models import Competency, QuestionVersion

# A question asked within this span counts as used of late.
EXPOSURE_SPAN = timedelta(days=180)


def compile_plan(*, job: Job, actor: User, seed: int = 0) -> LoopPlan:
    """Choose the questions for a job and keep them as its next draft plan. Same bank and seed, same plan.

    Takes up to 20 s of solver time, outside any transaction. Raises ``ValidationError`` with code ``no_template``
    or, one error for each thing that stands in the way, ``cannot_cover``.
    """
    template = _template_of(job)
    rounds = {f"R{it.position}": it for it in template.rounds.prefetch_related("competencies", "seats")}
    versions = {_planning_id(version): version for version in _askable_for(job)}
    request = AssemblyRequest(
        items=tuple(_item(planning_id, version) for planning_id, version in versions.items()),
        rounds=tuple(_round_spec(planning_id, it) for planning_id, it in rounds.items()),
        needs=tuple(
            Need(need.competency.slug, need.questions, need.interviewers)
            for need in template.needs.select_related("competency")
        ),
        difficulty=template.difficulty,
        seed=seed,
    )
    found = compile_loop(request)
    if isinstance(found, Infeasible):
        raise _cannot_cover(found, job, rounds)
    return _keep(found, job=job, template=template, rounds=rounds, versions=versions, seed=seed, actor=actor)


@transaction.atomic
def approve_plan(*, plan: LoopPlan, actor: User) -> LoopPlan:
    """Make a draft the plan that the job's loops copy; the one approved before is replaced.

    Raises ``ValidationError`` with code ``not_a_draft``.
    """
    Job.objects.select_for_update(no_key=True).get(pk=plan.job_id)
    plan = LoopPlan.objects.get(pk=plan.pk)
    if plan.state != PlanState.DRAFT:
        raise ValidationError(_("Only a draft can be approved."), code="not_a_draft")
    LoopPlan.objects.filter(job=plan.job_id).approved().update(state=PlanState.REPLACED)
    plan.state = PlanState.APPROVED
    plan.approved_at = timezone.now()
    plan.approved_by = actor
    plan.save(update_fields=["state", "approved_at", "approved_by"])
    record(actor=actor, action="plan.approved", subject=plan, job=str(plan.job_id))
    return plan


def _template_of(job: Job) -> LoopTemplate:
    template = LoopTemplate.objects.filter(role_family=job.role_family, seniority=job.seniority).first()
    if template is None:
        raise ValidationError(
            _("There is no loop template for %(role)s, %(seniority)s. Make one first."),
            code="no_template",
            params={"role": job.role_family.name, "seniority": job.seniority.name},
        )
    if not template.rounds.exists():
        raise ValidationError(
            _("The loop template %(template)s has no rounds yet. Add some first."),
            code="empty_template",
            params={"template": template.name},
        )
    return template


def _askable_for(job: Job) -> QuerySet[QuestionVersion]:
    """Askable versions that fit the job's role, seniority and language, with how often other jobs asked each."""
    asked = Q(
        question__versions__asked__round__loop__created_at__gte=timezone.now() - EXPOSURE_SPAN,
    ) & ~Q(question__versions__asked__round__loop__application__job=job)
    return (
        QuestionVersion.objects.askable()
        .filter(
            role_families=job.role_family,
            lowest_seniority__rank__lte=job.seniority.rank,
            highest_seniority__rank__gte=job.seniority.rank,
            texts__language=job.language,
        )
        .annotate(exposure=Count("question__versions__asked__round__loop", filter=asked, distinct=True))
        .select_related("question")
        .prefetch_related("weights__competency")
        .order_by("question__number")
    )


def _planning_id(version: QuestionVersion) -> str:
    # Not the key: numbers are the same wherever the same bank is, so the same plan comes out everywhere.
    return f"{version.question.label} v{version.number}"


def _item(planning_id: str, version: Any) -> Item:
    return Item(
        id=planning_id,
        minutes=version.minutes,
        difficulty=version.difficulty,
        weights={weight.competency.slug: weight.percent for weight in version.weights.all()},
        exposure=version.exposure,
    )


def _round_spec(planning_id: str, round_template: RoundTemplate) -> RoundSpec:
    return RoundSpec(
        id=planning_id,
        minutes=round_template.question_minutes,
        seats=len(round_template.seats.all()),
        competencies=frozenset(competency.slug for competency in round_template.competencies.all()),
    )


def _cannot_cover(found: Infeasible, job: Job, rounds: dict[str, RoundTemplate]) -> ValidationError:
    names = PlanNames(
        competencies={competency.slug: competency.name for competency in Competency.objects.all()},
        rounds={planning_id: it.name for planning_id, it in rounds.items()},
        language=job.get_language_display(),
    )
    return ValidationError([ValidationError(shortfall_text(it, names), code="cannot_cover") for it in found.shortfalls])


@transaction.atomic
def _keep(
    found: Assembly,
    *,
    job: Job,
    template: LoopTemplate,
    rounds: dict[str, RoundTemplate],
    versions: dict[str, QuestionVersion],
    seed: int,
    actor: User,
) -> LoopPlan:
    Job.objects.select_for_update(no_key=True).get(pk=job.pk)  # two builds at once take two numbers
    latest = LoopPlan.objects.filter(job=job).aggregate(latest=Max("number"))["latest"] or 0
    plan = LoopPlan.objects.create(
        job=job,
        template=template,
        number=latest + 1,
        seed=seed,
        objective=found.objective,
        bound=found.bound,
        is_optimal=found.is_optimal,
        created_by=actor,
    )
    PlannedQuestion.objects.bulk_create(
        PlannedQuestion(
            plan=plan,
            round_template=rounds[placement.round_id],
            position=placement.position,
            version=versions[placement.item_id],
            reasons=[{"code": reason.code, "params": dict(reason.params)} for reason in placement.reasons],
        )
        for placement in found.placements
    )
    record(actor=actor, action="plan.compiled", subject=plan, job=str(job.pk), number=plan.number)
    return plan
