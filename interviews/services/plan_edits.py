"""Changing a draft plan by hand: lock, swap, add, take out, move.

Every change names the ``edits`` of the plan it was made on; a plan that has changed since is not touched, so that
two who edit at once cannot overwrite each other. What would break a rule is refused; only taking a question out may
leave a plan short, because something else can then be put in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.identifiers import new_id
from accounts.models import User
from accounts.services.trail import record
from interviews.choices import PlanState
from interviews.models import LoopPlan, PlannedQuestion
from interviews.planning import assembly
from interviews.planning.assembly import Shortfall
from interviews.planning.assembly_types import Change, Evaluation
from interviews.selectors.planning_inputs import Placing, PlanningInputs, placings, plan_inputs
from interviews.services.plans import refusal

Rows = list[PlannedQuestion]


@dataclass(slots=True)
class Draft:
    """A draft as it was read, and the bank it is checked against."""

    plan: LoopPlan
    rows: Rows
    inputs: PlanningInputs

    @property
    def placings(self) -> list[Placing]:
        return placings(self.rows, self.inputs)


@transaction.atomic
def set_locked(*, plan: LoopPlan, question: UUID, locked: bool, actor: User) -> PlannedQuestion:
    """Keep a question where it is when the plan is rebuilt, or let it go again. Safe to repeat.

    Raises ``ValidationError`` with code ``not_a_draft`` or ``plan_changed``.
    """
    plan = LoopPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if plan.state != PlanState.DRAFT:
        raise _not_a_draft()
    row = plan.questions.filter(pk=question).first()
    if row is None:
        raise _changed()
    if row.is_locked != locked:
        row.is_locked = locked
        row.save(update_fields=["is_locked"])
        action = "plan.question_locked" if locked else "plan.question_unlocked"
        record(actor=actor, action=action, subject=plan, version=str(row.version_id))
    return row


def swap_question(*, plan: LoopPlan, changes: Sequence[Change], actor: User, seen: int) -> LoopPlan:
    """Do what an alternative of the planner says: one question for another, and what has to change with it.

    Safe to repeat: changes that stand already change nothing. Raises ``ValidationError`` with code ``not_a_draft``,
    ``plan_changed``, ``question_locked``, ``question_gone`` or, one error each, ``rule_broken``.
    """
    return _change(plan, changes, actor=actor, seen=seen, action="plan.question_swapped")


def add_question(*, plan: LoopPlan, changes: Sequence[Change], actor: User, seen: int) -> LoopPlan:
    """Put one more question at the end of a round, with what has to change with it. Raises as ``swap_question``."""
    return _change(plan, changes, actor=actor, seen=seen, action="plan.question_added")


def remove_question(*, plan: LoopPlan, question: UUID, actor: User, seen: int) -> LoopPlan:
    """Take a question out, even if the plan is short without it; it cannot be approved then.

    Raises ``ValidationError`` with code ``not_a_draft``, ``plan_changed`` or ``question_locked``.
    """
    if _is_gone(plan, question):
        return plan
    draft = open_draft(plan, seen)
    row = next(it for it in draft.rows if it.pk == question)
    _refuse_locked([row])
    rest = [it for it in draft.rows if it.pk != question]
    after = _evaluated(draft, rest)
    return _save(draft, rest, after, actor, "plan.question_removed", removed=str(row.version_id))


def move_question(*, plan: LoopPlan, question: UUID, round_id: str, position: int, actor: User, seen: int) -> LoopPlan:
    """Ask a question at another place of its round, or in another round that may assess what it is about.

    Raises as ``swap_question``, and with code ``no_such_round``.
    """
    draft = open_draft(plan, seen)
    row = next((it for it in draft.rows if it.pk == question), None)
    target = draft.inputs.rounds.get(round_id)
    if row is None or target is None:
        raise _changed() if row is None else ValidationError(_("The plan has no such round."), code="no_such_round")
    if (row.round_template_id, row.position) == (target.pk, position):
        return draft.plan
    if row.round_template_id != target.pk:
        _refuse_locked([row])
    others = [it for it in draft.rows if it.pk != question]
    before = [it for it in others if (it.round_template_id, it.form) == (target.pk, row.form)]
    place = min(max(position, 1), len(before) + 1) - 1
    moved = _copy(row, round_template=target)
    before.insert(place, moved)
    rows = [it for it in others if (it.round_template_id, it.form) != (target.pk, row.form)] + before
    after = _allowed(draft, rows)
    return _save(draft, rows, after, actor, "plan.question_moved", moved=str(row.version_id), round=round_id)


def open_draft(plan: LoopPlan, seen: int) -> Draft:
    """The draft as it is now. Raises ``ValidationError`` with code ``not_a_draft`` or ``plan_changed``."""
    plan = LoopPlan.objects.select_related("job__role_family", "job__seniority", "template").get(pk=plan.pk)
    if plan.state != PlanState.DRAFT:
        raise _not_a_draft()
    if plan.edits != seen:
        raise _changed()
    rows = list(plan.questions.all())
    return Draft(plan, rows, plan_inputs(plan=plan, planned=rows))


def _change(plan: LoopPlan, changes: Sequence[Change], *, actor: User, seen: int, action: str) -> LoopPlan:
    if (done := _done_already(plan, changes)) is not None:
        return done
    draft = open_draft(plan, seen)
    rows = _applied(draft, changes)
    after = _allowed(draft, rows)
    out = " ".join(it.out for it in changes if it.out)
    into = " ".join(it.into for it in changes if it.into)
    return _save(draft, rows, after, actor, action, out=out, into=into)


def _done_already(plan: LoopPlan, changes: Sequence[Change]) -> LoopPlan | None:
    """The plan, if all that the changes ask for stands in it: the same button was pressed twice."""
    planned = plan.questions.select_related("version__question", "round_template")
    stands = {
        (f"R{it.round_template.position}", f"{it.version.question.label} v{it.version.number}", it.form)
        for it in planned
    }
    asked_in = all((it.round_id, it.into, it.form) in stands for it in changes if it.into)
    kept_in = any((it.round_id, it.out, it.form) in stands for it in changes if it.out)
    return plan if asked_in and not kept_in and any(it.into for it in changes) else None


def _applied(draft: Draft, changes: Sequence[Change]) -> Rows:
    """The rows after all changes: what goes out goes first, what comes in takes the place of what went."""
    standing = dict(zip(draft.placings, draft.rows, strict=True))
    _refuse_unknown(draft, standing, changes)
    leaving = {place: standing[place] for it in changes if it.out and (place := (it.round_id, it.out, it.form))}
    _refuse_locked(leaving.values())
    gone = {it.pk for it in leaving.values()}
    rows = [it for it in draft.rows if it.pk not in gone]
    for it in changes:
        if it.into:
            rows.append(
                PlannedQuestion(
                    id=new_id(),
                    plan=draft.plan,
                    form=it.form,
                    round_template=draft.inputs.rounds[it.round_id],
                    position=leaving[it.round_id, it.out, it.form].position if it.out else len(draft.rows) + 1,
                    version_id=draft.inputs.versions[it.into],
                )
            )
    return sorted(rows, key=lambda row: row.position)


def _refuse_unknown(draft: Draft, standing: Mapping[Placing, PlannedQuestion], changes: Iterable[Change]) -> None:
    offered = {item.id for item in draft.inputs.request.items}
    for it in changes:
        if it.out and (it.round_id, it.out, it.form) not in standing:
            raise _changed()
        if it.round_id not in draft.inputs.rounds or not 1 <= it.form <= draft.plan.forms:
            raise ValidationError(_("The plan has no such round."), code="no_such_round")
        if it.into and it.into not in offered:
            raise ValidationError(
                _("%(question)s cannot be asked any more. Choose another."),
                code="question_gone",
                params={"question": it.into},
            )


def _refuse_locked(rows: Iterable[PlannedQuestion]) -> None:
    if any(it.is_locked for it in rows):
        raise ValidationError(_("The question is locked. Unlock it first."), code="question_locked")


def _evaluated(draft: Draft, rows: Rows) -> Evaluation:
    return assembly.evaluate(draft.inputs.request, placings(rows, draft.inputs))


def _allowed(draft: Draft, rows: Rows) -> Evaluation:
    """What the plan is worth after a change that breaks no rule which was kept before."""
    after = _evaluated(draft, rows)
    if after.broken:
        known = {_which(it) for it in assembly.evaluate(draft.inputs.request, draft.placings).broken}
        if new := [it for it in after.broken if _which(it) not in known]:
            raise refusal(new, draft.inputs, code="rule_broken")
    return after


def _which(broken: Shortfall) -> tuple[object, ...]:
    """Which rule it is, however far it is broken."""
    return broken.code, *(broken.params.get(name) for name in ("round", "competency", "item", "other", "form"))


@transaction.atomic
def _save(draft: Draft, rows: Rows, after: Evaluation, actor: User, action: str, **detail: str) -> LoopPlan:
    """Write the rows if nobody has changed the plan since it was read."""
    plan = draft.plan
    mine = LoopPlan.objects.filter(pk=plan.pk, state=PlanState.DRAFT, edits=plan.edits)
    is_optimal = plan.is_optimal and after.objective >= plan.bound
    if not mine.update(edits=F("edits") + 1, objective=after.objective, is_optimal=is_optimal):
        raise _changed()
    # The row of the plan is held from here on: whoever locks a question waits, or has been waited for.
    locked = set(plan.questions.filter(is_locked=True).values_list("pk", flat=True))
    if locked - {it.pk for it in rows}:
        raise _changed()
    reasons = {(it.round_id, it.item_id, it.form): it.reasons for it in after.placements}
    labelled = zip(rows, placings(rows, draft.inputs), strict=True)
    fresh = [
        _copy(
            row,
            is_locked=row.pk in locked,
            reasons=[{"code": it.code, "params": dict(it.params)} for it in reasons.get(placing, ())],
        )
        for row, placing in labelled
    ]
    _number(fresh)
    plan.questions.all().delete()
    PlannedQuestion.objects.bulk_create(fresh)
    record(actor=actor, action=action, subject=plan, edits=plan.edits + 1, **detail)
    plan.refresh_from_db(fields=["edits", "objective", "is_optimal"])
    return plan


def _number(rows: Rows) -> None:
    """Positions from 1 in every round, in the order of the rows."""
    last: dict[tuple[UUID, int], int] = {}
    for row in rows:
        place = (row.round_template_id, row.form)
        row.position = last[place] = last.get(place, 0) + 1


def _copy(row: PlannedQuestion, **changed: object) -> PlannedQuestion:
    fields: dict[str, object] = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    copy = PlannedQuestion(**fields)
    for name, value in changed.items():
        setattr(copy, name, value)
    return copy


def _is_gone(plan: LoopPlan, question: UUID) -> bool:
    """Taken out already, by the same button pressed twice."""
    return not plan.questions.filter(pk=question).exists()


def _changed() -> ValidationError:
    return ValidationError(
        _("Somebody has changed this plan since you opened it. Look at it again."), code="plan_changed"
    )


def _not_a_draft() -> ValidationError:
    return ValidationError(_("Only a draft can be changed. Build a new plan instead."), code="not_a_draft")
