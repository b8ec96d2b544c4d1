"""A job's loop plan: compiled from its template and the bank, then approved."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.trail import record
from interviews.choices import PlanState
from interviews.models import Job, LoopPlan, PlannedQuestion
from interviews.planning import assembly
from interviews.planning.assembly import Assembly, Infeasible, Shortfall, compile_loop
from interviews.planning.assembly_types import Lock, Placement
from interviews.selectors.planning_inputs import (
    PlanningInputs,
    placings,
    plan_inputs,
    planning_inputs,
    round_label,
)
from interviews.selectors.templates import rules_of
from interviews.services.templates import hold_template, template_for
from interviews.wording import PlanNames, listed, relaxation_text, shortfall_text
from questionbank.choices import VersionState
from questionbank.models import Competency, LeakFlag, Question

# A page waits for this: so much of the solver's own seconds, a few times that of real ones on a busy machine.
# A bank of 200,000 questions takes a fraction of a second; what is not proved by then says so on the plan.
BUILD_LIMIT = 10.0
MOST_FORMS = 5


def compile_plan(*, job: Job, actor: User, seed: int = 0, forms: int = 1) -> LoopPlan:
    """Choose the questions for a job and keep them as its next draft plan. Same bank and seed, same plan.

    Where the newest plan is a draft with exactly these questions, it is returned instead of a second one like it.
    Solves outside any transaction. Raises ``ValidationError`` with code ``no_template``, ``empty_template``,
    ``forms`` or, one error for each thing that stands in the way, ``cannot_cover``: its ``params`` hold the shortfall.
    """
    if not 1 <= forms <= MOST_FORMS:
        raise ValidationError(_("A plan has one to five parallel forms."), code="forms")
    inputs = planning_inputs(job=job, template=template_for(job), seed=seed, forms=forms)
    return _keep(solve(inputs), inputs=inputs, actor=actor)


def rebuild_plan(*, plan: LoopPlan, actor: User) -> LoopPlan:
    """Keep what is locked and choose the rest anew, by the rules and the bank as they are now, as the next draft.

    Raises ``ValidationError`` as ``compile_plan``, or with code ``lock_without_round`` or ``locked_gone``.
    """
    locked = list(plan.questions.filter(is_locked=True).select_related("round_template", "version__question"))
    _refuse_gone(locked, code="locked_gone")
    inputs = planning_inputs(
        job=plan.job,
        template=template_for(plan.job),
        keep=[it.version_id for it in locked],
        seed=plan.seed,
        forms=plan.forms,
    )
    locks = tuple(
        Lock(round_label(it.round_template.position), inputs.names[it.version_id], it.form)
        for it in locked
        if inputs.names[it.version_id] in inputs.items
    )
    if lost := [lock.item_id for lock in locks if lock.round_id not in inputs.rounds]:
        raise ValidationError(
            _("The template has no round any more for %(questions)s. Unlock it first."),
            code="lock_without_round",
            params={"questions": listed(lost)},
        )
    inputs.request = replace(inputs.request, locks=locks)
    return _keep(solve(inputs), inputs=inputs, actor=actor, built_from=plan)


def solve(inputs: PlanningInputs) -> Assembly:
    """The best plan there is. Raises ``ValidationError`` with code ``cannot_cover``."""
    found = compile_loop(inputs.request, limit=BUILD_LIMIT)
    if isinstance(found, Infeasible):
        raise refusal(found.shortfalls, inputs, code="cannot_cover")
    return found


def refusal(shortfalls: Iterable[Shortfall], inputs: PlanningInputs, *, code: str) -> ValidationError:
    """One error for each thing that stands in the way; its ``params`` hold the shortfall and, where a rule of the
    template can give way, what doing so is called.
    """
    names = plan_names(inputs)
    return ValidationError(
        [
            ValidationError(
                "%(text)s",
                code=code,
                params={
                    "text": shortfall_text(it, names),
                    "shortfall": it,
                    "relaxation": relaxation_text(it.remedy, names),
                },
            )
            for it in shortfalls
        ]
    )


def plan_names(inputs: PlanningInputs) -> PlanNames:
    """What the planner's names are called on pages. One query."""
    return PlanNames(
        competencies={competency.slug: competency.name for competency in Competency.objects.all()},
        rounds={label: it.name for label, it in inputs.rounds.items()},
        language=inputs.job.get_language_display(),
    )


def approve_plan(*, plan: LoopPlan, actor: User, seen: int | None = None) -> LoopPlan:
    """Make a draft the plan that the job's loops copy; the one approved before is replaced.

    ``seen`` is the plan's ``edits`` as the approver saw it. Raises ``ValidationError`` with code ``not_a_draft``,
    ``plan_changed``, or, one error each, ``rule_broken``, ``question_retired`` and ``question_leaked``.
    """
    plan = LoopPlan.objects.select_related("job__role_family", "job__seniority", "template").get(pk=plan.pk)
    _check_draft(plan, seen)
    planned = list(plan.questions.select_related("version__question"))
    inputs = plan_inputs(plan=plan, planned=planned)
    broken = assembly.evaluate(inputs.request, placings(planned, inputs)).broken
    if broken:
        raise refusal(broken, inputs, code="rule_broken")
    return _approve(plan, planned, actor)


@transaction.atomic
def _approve(checked: LoopPlan, planned: Sequence[PlannedQuestion], actor: User) -> LoopPlan:
    Job.objects.select_for_update(no_key=True).get(pk=checked.job_id)
    plan = LoopPlan.objects.select_for_update(no_key=True).get(pk=checked.pk)
    _check_draft(plan, checked.edits)
    _refuse_gone(planned, code="question_retired")
    LoopPlan.objects.filter(job=plan.job_id).approved().update(state=PlanState.REPLACED)
    plan.state = PlanState.APPROVED
    plan.approved_at = timezone.now()
    plan.approved_by = actor
    plan.save(update_fields=["state", "approved_at", "approved_by"])
    record(actor=actor, action="plan.approved", subject=plan, job=str(plan.job_id))
    return plan


def _check_draft(plan: LoopPlan, seen: int | None) -> None:
    if plan.state != PlanState.DRAFT:
        raise ValidationError(_("Only a draft can be approved."), code="not_a_draft")
    if seen is not None and plan.edits != seen:
        raise ValidationError(
            _("Somebody has changed this plan since you opened it. Look at it again."), code="plan_changed"
        )


def _refuse_gone(planned: Sequence[PlannedQuestion], *, code: str) -> None:
    """Refuse questions that are no longer in use or under suspicion. Two queries."""
    questions = {it.version.question_id: it.version.question.label for it in planned}
    used = Question.objects.filter(pk__in=questions, versions__state=VersionState.PUBLISHED).values_list(
        "pk", flat=True
    )
    flagged = LeakFlag.objects.standing().filter(question__in=questions).values_list("question_id", flat=True)
    retired = sorted(questions[pk] for pk in questions.keys() - set(used))
    leaked = sorted(questions[pk] for pk in set(flagged))
    gone = _("%(question)s has been retired. Unlock it, swap it or take it out.")
    known = _("%(question)s may have leaked. Unlock it, swap it or take it out, or clear the suspicion.")
    errors = [ValidationError(gone, code=code, params={"question": label}) for label in retired]
    other = code if code != "question_retired" else "question_leaked"
    errors += [ValidationError(known, code=other, params={"question": label}) for label in leaked]
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def _keep(found: Assembly, *, inputs: PlanningInputs, actor: User, built_from: LoopPlan | None = None) -> LoopPlan:
    job, request = inputs.job, inputs.request
    Job.objects.select_for_update(no_key=True).get(pk=job.pk)  # two builds at once take two numbers
    hold_template(template=inputs.template, fingerprint=rules_of(inputs.template).fingerprint)
    newest = LoopPlan.objects.filter(job=job).order_by("-number").first()
    if newest and _is_same(newest, found, inputs):
        return newest
    plan = LoopPlan.objects.create(
        job=job,
        template=inputs.template,
        number=newest.number + 1 if newest else 1,
        built_from=built_from,
        seed=request.seed,
        forms=request.forms,
        objective=found.objective,
        bound=found.bound,
        is_optimal=found.is_optimal,
        rules=found.rules,
        created_by=actor,
    )
    PlannedQuestion.objects.bulk_create(_planned(it, plan, inputs) for it in found.placements)
    record(actor=actor, action="plan.compiled", subject=plan, job=str(job.pk), number=plan.number)
    return plan


def _planned(placement: Placement, plan: LoopPlan, inputs: PlanningInputs) -> PlannedQuestion:
    lock = Lock(placement.round_id, placement.item_id, placement.form)
    return PlannedQuestion(
        plan=plan,
        form=placement.form,
        round_template=inputs.rounds[placement.round_id],
        position=placement.position,
        version_id=inputs.versions[placement.item_id],
        is_locked=lock in inputs.request.locks,
        reasons=[{"code": reason.code, "params": dict(reason.params)} for reason in placement.reasons],
    )


def _is_same(plan: LoopPlan, found: Assembly, inputs: PlanningInputs) -> bool:
    """A draft with the very same questions in the same places, by the same rules."""
    if (plan.state, plan.template_id, plan.edits) != (PlanState.DRAFT, inputs.template.pk, 0):
        return False
    has = set(plan.questions.values_list("form", "round_template__position", "position", "version", "is_locked"))
    locks = set(inputs.request.locks)
    return has == {
        (
            it.form,
            inputs.rounds[it.round_id].position,
            it.position,
            inputs.versions[it.item_id],
            (it.round_id, it.item_id, it.form) in locks,
        )
        for it in found.placements
    }
