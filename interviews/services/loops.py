"""A candidate's loop: a copy of the job's approved plan, with another question only where there is no way round it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.trail import record
from delivery.choices import EventType
from delivery.services.events import record_event
from interviews.choices import SubstitutionReason
from interviews.models import Application, AskedQuestion, Candidate, Loop, LoopPlan, PlannedQuestion, Round
from interviews.planning import assembly
from interviews.planning.assembly import EVIDENCE_WEIGHT, Infeasible
from interviews.selectors.planning_inputs import placings, plan_inputs
from interviews.services.plans import plan_names
from interviews.wording import listed, shortfall_text
from questionbank.choices import LeakState, VersionState
from questionbank.models import Competency, LeakFlag, Question, QuestionVersion

# How often a start is tried again when the world has changed while a substitute was looked for.
ATTEMPTS = 3

Replaced = Mapping[UUID, SubstitutionReason]
"""Question → why this candidate is not asked it."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What a candidate is to be asked: a form of the plan, and versions in the place of some of its questions."""

    plan: LoopPlan
    form: int
    planned: list[PlannedQuestion]
    replaced: Replaced
    instead: Mapping[UUID, QuestionVersion]


def start_loop(*, application: Application, actor: User) -> Loop:
    """Give a candidate the rounds and questions of the job's approved plan. Asking again returns the same loop.

    Of parallel forms, the one that the fewest loops copy. A question that the candidate was asked before, that has
    leaked or is no longer in use gives way to its best equivalent, which is found outside any transaction. Raises
    ``ValidationError`` with code ``no_approved_plan``, ``plan_changed`` or, one error each, ``no_substitute``.
    """
    for _attempt in range(ATTEMPTS):
        if loop := Loop.objects.filter(application=application).first():
            return loop
        if loop := _start(_copy_for(application), application, actor):
            return loop
    raise ValidationError(_("The plan or the bank is being changed right now. Try again."), code="plan_changed")


def _copy_for(application: Application) -> Copy:
    plans = LoopPlan.objects.approved().select_related("job__role_family", "job__seniority", "template")
    plan = plans.filter(job=application.job_id).first()
    if plan is None:
        raise ValidationError(_("The job has no approved loop plan yet. Build and approve one."), "no_approved_plan")
    form = _next_form(plan)
    every = list(
        plan.questions.select_related("round_template", "version__question")
        .prefetch_related("round_template__competencies", "version__weights")
        .order_by("form", "round_template__position", "position")
    )
    planned = [it for it in every if it.form == form]
    replaced = _to_replace(planned, application)
    instead = _substitutes(plan, every, form, application, replaced) if replaced else {}
    return Copy(plan, form, planned, replaced, instead)


def _next_form(plan: LoopPlan) -> int:
    """The form that the fewest loops copy; the first of them."""
    used = dict(plan.loops.order_by().values_list("form").annotate(times=Count("pk")))
    return min(range(1, plan.forms + 1), key=lambda form: (used.get(form, 0), form))


def _to_replace(planned: list[PlannedQuestion], application: Application) -> Replaced:
    """Nobody is asked one question twice, in any loop and any version; nor one that has leaked or is out of use."""
    questions = {it.version.question_id for it in planned}
    seen = _seen_by(application) & questions
    leaks = LeakFlag.objects.filter(state=LeakState.CONFIRMED, question__in=questions)
    used = Question.objects.filter(pk__in=questions, versions__state=VersionState.PUBLISHED)
    retired = questions - set(used.values_list("pk", flat=True))
    return {
        **dict.fromkeys(retired, SubstitutionReason.RETIRED),
        **dict.fromkeys(leaks.values_list("question_id", flat=True), SubstitutionReason.LEAKED),
        **dict.fromkeys(seen, SubstitutionReason.SEEN),
    }


def _seen_by(application: Application) -> set[UUID]:
    asked = AskedQuestion.objects.filter(round__loop__application__candidate=application.candidate_id)
    # Their loop of this application, if somebody starts it at this moment, is the one that is asked for.
    asked = asked.exclude(round__loop__application=application)
    return set(asked.values_list("version__question_id", flat=True))


def _substitutes(
    plan: LoopPlan, every: list[PlannedQuestion], form: int, application: Application, replaced: Replaced
) -> dict[UUID, QuestionVersion]:
    """Question → the version that stands in for it, by the engine's judgement."""
    inputs = plan_inputs(plan=plan, planned=every)
    # A lock holds a question for the plan, not for somebody who has seen it; and what was approved need not rest.
    stays = {inputs.names[it.version_id] for it in every}
    items = tuple(replace(item, resting_days=0) if item.id in stays else item for item in inputs.request.items)
    request = replace(inputs.request, items=items, locks=())
    barred = _seen_by(application) | replaced.keys()
    banned = frozenset(item.id for item in request.items if inputs.questions[item.id] in barred)
    found = assembly.substitute(request, placings(every, inputs), banned, form=form)
    gone = {it.version.question_id: it.version.question.label for it in every if it.form == form}
    if isinstance(found, Infeasible):
        text = _("Nothing can be asked instead of %(questions)s: %(reason)s")
        labels = listed(sorted(gone[question] for question in replaced))
        names = plan_names(inputs)
        raise ValidationError(
            [
                ValidationError(
                    text, code="no_substitute", params={"questions": labels, "reason": shortfall_text(it, names)}
                )
                for it in found.shortfalls
            ]
        )
    if lost := sorted(it.out for it in found if not it.into):
        raise ValidationError(
            _("Nothing like %(questions)s is left that could be asked instead. Publish a question like it."),
            code="no_substitute",
            params={"questions": listed(lost)},
        )
    versions = QuestionVersion.objects.prefetch_related("weights").in_bulk([inputs.versions[it.into] for it in found])
    return {inputs.questions[it.out]: versions[inputs.versions[it.into]] for it in found}


@transaction.atomic
def _start(copy: Copy, application: Application, actor: User) -> Loop | None:
    """Write the loop if the world is still as it was when the copy was put together, else None."""
    # One candidate's loops are started one after the other, so that "asked before" stays true.
    Candidate.objects.select_for_update(no_key=True).get(pk=application.candidate_id)
    if loop := Loop.objects.filter(application=application).first():
        return loop
    # And one plan's, so that its forms are given out in turn.
    plan = LoopPlan.objects.select_for_update(no_key=True).approved().filter(pk=copy.plan.pk).first()
    if plan is None or _next_form(plan) != copy.form or _to_replace(copy.planned, application) != copy.replaced:
        return None
    loop = Loop.objects.create(application=application, plan=plan, form=copy.form, created_by=actor)
    record(actor=actor, action="loop.started", subject=loop, plan=str(plan.pk), form=copy.form)
    _write(copy, loop, actor)
    record_event(
        type=EventType.LOOP_BUILT,
        subject="loops",
        subject_id=loop.pk,
        application=application.pk,
        candidate=application.candidate_id,
        job=application.job_id,
    )
    return loop


def _write(copy: Copy, loop: Loop, actor: User) -> None:
    rounds: dict[int, Round] = {}
    for template in sorted({it.round_template for it in copy.planned}, key=lambda it: it.position):
        rounds[template.position] = Round.objects.create(
            loop=loop,
            template=template,
            position=template.position,
            name_en=template.name_en,
            name_zh=template.name_zh,
            format=template.format,
            minutes=template.minutes,
            break_after=template.break_after,
        )
    for it in copy.planned:
        instead = copy.instead.get(it.version.question_id)
        reason = copy.replaced[it.version.question_id] if instead else ""
        asked = AskedQuestion.objects.create(
            round=rounds[it.round_template.position],
            position=it.position,
            version=instead or it.version,
            replaces=it.version if instead else None,
            replaced_because=reason,
        )
        asked.competencies.set(_assessed(it, asked.version))
        if instead:
            record(
                actor=actor,
                action="loop.question_replaced",
                subject=loop,
                planned=str(it.version_id),
                asked=str(instead.pk),
                reason=str(reason),
            )


def _assessed(planned: PlannedQuestion, version: QuestionVersion) -> list[Competency]:
    """The competencies that the question gives evidence for and the round is there to assess."""
    weights = {weight.competency_id: weight.percent for weight in version.weights.all()}
    allowed = planned.round_template.competencies.all()
    return [competency for competency in allowed if weights.get(competency.pk, 0) >= EVIDENCE_WEIGHT]
