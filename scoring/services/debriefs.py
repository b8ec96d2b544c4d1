"""Opening debriefs, reading them with a reason, and deciding."""

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.base import Moment
from accounts.services.trail import record
from delivery.choices import EventType
from delivery.services.events import record_event
from interviews.choices import JobRole, LoopState, SeatState
from interviews.models import CompetencyNeed, JobMember, Loop, PanelSeat, Round
from scoring.choices import LEAST_QUESTIONS, CardState, DebriefState, Outcome
from scoring.models import Debrief, DebriefAccess, Decision, DecisionPolicy, Scorecard


@transaction.atomic
def policy_for(*, loop: Loop) -> DecisionPolicy:
    """The newest policy of the job's role and seniority; the first one, with the usual lines, if there is none."""
    job = loop.application.job
    own = DecisionPolicy.objects.filter(role_family=job.role_family_id, seniority=job.seniority_id)
    newest = own.order_by("-version").first()
    if newest is None:
        # A policy that asks for more evidence than the loop is built to bring could never be met.
        needs = CompetencyNeed.objects.filter(template=loop.plan.template_id)
        least = needs.aggregate(least=Min("questions"))["least"] or LEAST_QUESTIONS
        newest, _made = DecisionPolicy.objects.get_or_create(
            role_family_id=job.role_family_id,
            seniority_id=job.seniority_id,
            version=1,
            defaults={"least_questions": min(LEAST_QUESTIONS, least)},
        )
    return newest


@transaction.atomic
def open_when_complete(*, loop: Loop) -> Debrief | None:
    """Open the debrief if every round has its panel and every card is in. The caller holds the loop's row."""
    seats = PanelSeat.objects.live().filter(round__loop=loop)
    if seats.exclude(scorecard__state=CardState.SUBMITTED).exists():
        return None
    if Round.objects.filter(loop=loop).exclude(seats__state=SeatState.CONFIRMED).exists():
        return None
    if Debrief.objects.filter(loop=loop).exists():  # opened early
        return None
    return _open(loop, actor=None, reason="")


@transaction.atomic
def open_early(*, loop: Loop, actor: User, reason: str) -> Debrief:
    """Open a debrief before all cards are in, by a recorded decision.

    Raises ``PermissionDenied`` unless the actor is recruiter or hiring manager of the job, and ``ValidationError``
    with code reason_required, own_card_first (the actor's card is not in) or already_open.
    """
    if not JobMember.objects.filter(job__applications__loop=loop, user=actor).exists():
        raise PermissionDenied
    reason = _required(reason, "reason")
    loop = Loop.objects.select_for_update().get(pk=loop.pk)
    own = PanelSeat.objects.of(actor).filter(round__loop=loop)
    if own.exclude(scorecard__state=CardState.SUBMITTED).exists():
        raise ValidationError(_("Submit your own scorecard first."), code="own_card_first")
    if Debrief.objects.filter(loop=loop).exists():
        raise ValidationError(_("This debrief is open already."), code="already_open")
    return _open(loop, actor=actor, reason=reason)


@transaction.atomic
def request_access(*, debrief: Debrief, admin: User, reason: str) -> DebriefAccess:
    """Let an administrator read one opened debrief, for a reason that stays on record.

    Raises ``PermissionDenied`` for others and ``ValidationError`` with code reason_required.
    """
    if not admin.is_admin:
        raise PermissionDenied
    access = DebriefAccess(debrief=debrief, user=admin, reason=_required(reason, "reason"))
    access.full_clean()
    access.save()
    record(actor=admin, action="debrief.access_taken", subject=debrief, access=str(access.pk))
    return access


@transaction.atomic
def record_decision(*, debrief: Debrief, actor: User, outcome: str, rationale: str) -> Decision:
    """Keep what the hiring manager decided and why, once.

    Raises ``PermissionDenied`` unless the actor is hiring manager of the job and may read the debrief, and
    ``ValidationError`` with code unknown_outcome, rationale_required, too_long or decided_already.
    """
    manages = JobMember.objects.filter(
        job__applications__loop__debrief=debrief, user=actor, role=JobRole.HIRING_MANAGER
    )
    if not (manages.exists() and Debrief.objects.visible_to(actor).filter(pk=debrief.pk).exists()):
        raise PermissionDenied
    if outcome not in Outcome.values:
        raise ValidationError({"outcome": ValidationError(_("Choose a decision."), code="unknown_outcome")})
    rationale = _required(rationale, "rationale", most=5_000)
    debrief = Debrief.objects.select_for_update().get(pk=debrief.pk)
    if debrief.state == DebriefState.DECIDED:
        raise ValidationError(_("A decision is recorded already."), code="decided_already")
    decision = Decision(debrief=debrief, outcome=outcome, rationale=rationale, decided_by=actor)
    decision.full_clean()
    decision.save()
    debrief.state = DebriefState.DECIDED
    debrief.save(update_fields=["state"])
    _move_loop(debrief.loop_id, LoopState.DECIDED)
    record(actor=actor, action="decision.recorded", subject=decision, outcome=outcome)
    record_event(
        type=EventType.DECISION_RECORDED,
        subject="decisions",
        subject_id=decision.pk,
        debrief=debrief.pk,
        loop=debrief.loop_id,
    )
    return decision


def _open(loop: Loop, *, actor: User | None, reason: str) -> Debrief:
    debrief = Debrief(loop=loop, policy=policy_for(loop=loop), opened_by=actor, opening_reason=reason)
    debrief.full_clean()
    debrief.save()
    _move_loop(loop.pk, LoopState.DEBRIEF)
    # From now on others see the cards: programs that ask for what has changed have to find them.
    Scorecard.objects.filter(seat__round__loop=loop).update(updated_at=Moment())
    record(actor=actor, action="debrief.opened", subject=debrief, early=actor is not None)
    record_event(
        type=EventType.DEBRIEF_OPENED,
        subject="debriefs",
        subject_id=debrief.pk,
        loop=loop.pk,
        application=loop.application_id,
    )
    return debrief


def _move_loop(loop_id: UUID, state: LoopState) -> None:
    # A loop's stage is a fact of interviews, but only scoring knows when cards and decisions are in, and
    # interviews may not look upwards: so it is written from here, as one column of one row.
    Loop.objects.filter(pk=loop_id).update(state=state)


def _required(text: str, name: str, *, most: int = 1_000) -> str:
    text = text.strip()
    if not text:
        message = _("Say why; it stays on record.")
        raise ValidationError({name: ValidationError(message, code=f"{name}_required")})
    if len(text) > most:
        message = _("At most %(most)s characters fit here.")
        raise ValidationError({name: ValidationError(message, code="too_long", params={"most": most})})
    if "\x00" in text:
        raise ValidationError({name: ValidationError(_("This text cannot be stored."), code="not_text")})
    return text
