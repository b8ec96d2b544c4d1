"""Suspected leaks: raised by the drift of scores or by a person, decided by an author or an administrator.

A suspicion is never taken back by a machine, and a decision never changed by one.
"""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.trail import record
from questionbank.choices import LeakState
from questionbank.models import LeakFlag, Question
from questionbank.policies import may_judge_leaks, may_read

LONGEST_REASON = 500


@transaction.atomic
def suspect(
    *, question: Question, drift: dict[str, Any] | None = None, actor: User | None = None, reason: str = ""
) -> LeakFlag:
    """Flag a question as possibly leaked; new plans leave it out from now on.

    Asking again returns the flag that stands; newer figures replace the older ones of a suspicion that nobody has
    decided. A person gives a reason. Raises ``PermissionDenied``, or ``ValidationError`` with code ``reason``.
    """
    if actor is not None:
        if not may_read(actor):
            raise PermissionDenied
        reason = _needed(reason)
    standing = LeakFlag.objects.standing().select_for_update().filter(question=question).first()
    if standing is not None:
        return _refreshed(standing, drift)
    flag = LeakFlag(question=question, drift=drift or {}, reason=reason, raised_by=actor)
    try:
        with transaction.atomic():
            flag.save(force_insert=True)
    except IntegrityError:  # somebody raised it in this very moment
        return LeakFlag.objects.standing().get(question=question)
    record(actor=actor, action="leak.suspected", subject=flag, question=str(question.pk))
    return flag


def confirm(*, flag: LeakFlag, actor: User, reason: str) -> LeakFlag:
    """It has leaked: a candidate's loop gets another question instead.

    Raises ``PermissionDenied`` or ``ValidationError`` with code ``reason`` or ``already_decided``.
    """
    return _decide(flag, LeakState.CONFIRMED, actor, reason)


def clear(*, flag: LeakFlag, actor: User, reason: str) -> LeakFlag:
    """It has not leaked, or no longer matters: it may be asked again. A confirmed leak can be cleared later.

    Only answers given after this decision can raise the suspicion again. Raises as ``confirm``.
    """
    return _decide(flag, LeakState.CLEARED, actor, reason)


@transaction.atomic
def _decide(flag: LeakFlag, state: LeakState, actor: User, reason: str) -> LeakFlag:
    if not may_judge_leaks(actor):
        raise PermissionDenied
    reason = _needed(reason)
    held = LeakFlag.objects.select_for_update().get(pk=flag.pk)
    may_follow = {LeakState.SUSPECTED, LeakState.CONFIRMED} - {state}
    if held.state not in may_follow:
        raise ValidationError(_("Somebody has decided this already."), code="already_decided")
    held.state, held.reason, held.decided_by, held.decided_at = state, reason, actor, timezone.now()
    held.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    record(actor=actor, action=f"leak.{state.value}", subject=held, question=str(held.question_id))
    return held


def _refreshed(flag: LeakFlag, drift: dict[str, Any] | None) -> LeakFlag:
    if drift and flag.state == LeakState.SUSPECTED and flag.raised_by_id is None and drift != flag.drift:
        flag.drift = drift
        flag.save(update_fields=["drift"])
    return flag


def _needed(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Say why."), code="reason")
    if len(reason) > LONGEST_REASON:
        raise ValidationError(_("Say it in 500 characters."), code="reason")
    return reason
