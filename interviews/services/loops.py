"""A candidate's loop: a copy of the job's approved plan."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from interviews.models import Application, AskedQuestion, Candidate, Loop, LoopPlan, PlannedQuestion, Round
from interviews.planning.assembly import EVIDENCE_WEIGHT
from interviews.wording import listed
from questionbank.models import Competency, Question


@transaction.atomic
def start_loop(*, application: Application, actor: User) -> Loop:
    """Give a candidate the rounds and questions of the job's approved plan. Asking again returns the same loop.

    Raises ``ValidationError`` with code ``no_approved_plan`` or ``asked_before``.
    """
    # One candidate's loops are started one after the other, so that "asked before" stays true.
    Candidate.objects.select_for_update(no_key=True).get(pk=application.candidate_id)
    if loop := Loop.objects.filter(application=application).first():
        return loop
    plan = LoopPlan.objects.approved().filter(job=application.job_id).first()
    if plan is None:
        raise ValidationError(_("The job has no approved loop plan yet. Build and approve one."), "no_approved_plan")
    planned = list(
        plan.questions.select_related("round_template", "version__question")
        .prefetch_related("round_template__competencies", "version__weights")
        .order_by("round_template__position", "position")
    )
    _refuse_repeated(planned, application)
    loop = Loop.objects.create(application=application, plan=plan, created_by=actor)
    _copy(planned, loop)
    record(actor=actor, action="loop.started", subject=loop, plan=str(plan.pk))
    return loop


def _refuse_repeated(planned: list[PlannedQuestion], application: Application) -> None:
    """Nobody is asked one question twice, in any loop and any version."""
    repeated = Question.objects.filter(
        pk__in=[it.version.question_id for it in planned],
        versions__asked__round__loop__application__candidate=application.candidate_id,
    ).distinct()
    if labels := [question.label for question in repeated]:
        raise ValidationError(
            _("This candidate was asked %(questions)s before. Build a plan without it, then approve that one."),
            code="asked_before",
            params={"questions": listed(labels)},
        )


def _copy(planned: list[PlannedQuestion], loop: Loop) -> None:
    rounds: dict[int, Round] = {}
    for template in sorted({it.round_template for it in planned}, key=lambda it: it.position):
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
    for it in planned:
        asked = AskedQuestion.objects.create(
            round=rounds[it.round_template.position], position=it.position, version=it.version
        )
        asked.competencies.set(_assessed(it))


def _assessed(planned: PlannedQuestion) -> list[Competency]:
    """The competencies that the question gives evidence for and the round is there to assess."""
    weights = {weight.competency_id: weight.percent for weight in planned.version.weights.all()}
    allowed = planned.round_template.competencies.all()
    return [competency for competency in allowed if weights.get(competency.pk, 0) >= EVIDENCE_WEIGHT]
