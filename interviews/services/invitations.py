"""Tell everybody on a panel when and with whom, by calendar mail."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from delivery.services.jobs import enqueue
from interviews.choices import InvitationState
from interviews.models import Invitation, Loop, PanelSeat, Round
from interviews.notices import CANCEL, REQUEST, Slot, invitation_mail

JOB_KIND = "invitation.send"


def invite(*, loop: Loop, actor: User) -> None:
    """Invite the candidate to the whole loop and each interviewer to their round, inside the caller's transaction."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    rounds = list(loop.rounds.all())
    invitation, created = Invitation.objects.get_or_create(
        loop=loop, seat=None, defaults={"uid": f"loop-{loop.pk}@{host}"}
    )
    if not created:  # booked again after a cancellation: the same event comes back, one number higher
        _next_sequence(invitation)
    _send_later(invitation, REQUEST, rounds, actor)
    for seat in PanelSeat.objects.live().filter(round__loop=loop).select_related("round"):
        invitation = Invitation.objects.create(loop=loop, seat=seat, uid=f"seat-{seat.pk}@{host}")
        _send_later(invitation, REQUEST, [seat.round], actor)


def cancel_invitations(*, loop: Loop, actor: User) -> None:
    """Take the invitations of a booking back, before its times and seats are."""
    rounds = list(loop.rounds.all())
    candidate = loop.invitations.get(seat=None)
    _next_sequence(candidate)
    _send_later(candidate, CANCEL, rounds, actor)
    for seat in PanelSeat.objects.live().filter(round__loop=loop).select_related("round", "invitation"):
        _next_sequence(seat.invitation)
        _send_later(seat.invitation, CANCEL, [seat.round], actor)


def mail_to_send(
    *, invitation_id: UUID, method: str, sequence: int, slots: list[dict[str, Any]]
) -> EmailMultiAlternatives | None:
    """The mail of one job; None once it is sent or a newer one has replaced it."""
    invitation = (
        Invitation.objects.filter(pk=invitation_id, sequence=sequence, state=InvitationState.QUEUED)
        .select_related("seat__interviewer__user", "loop__application__candidate", "loop__application__job")
        .first()
    )
    if invitation is None:
        return None
    rounds = {str(it.pk): it for it in invitation.loop.rounds.prefetch_related("seats__interviewer__user")}
    return invitation_mail(
        invitation=invitation,
        method=method,
        slots=[
            Slot(rounds[it["round"]], datetime.fromisoformat(it["starts_at"]), datetime.fromisoformat(it["ends_at"]))
            for it in slots
        ],
    )


def mark_sent(*, invitation_id: UUID, sequence: int) -> None:
    """Note that the mail has gone out, unless a newer one waits."""
    Invitation.objects.filter(pk=invitation_id, sequence=sequence).update(
        state=InvitationState.SENT, sent_at=timezone.now()
    )


def _next_sequence(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(sequence=F("sequence") + 1, state=InvitationState.QUEUED)
    invitation.refresh_from_db(fields=["sequence", "state"])


def _send_later(invitation: Invitation, method: str, rounds: list[Round], actor: User) -> None:
    """The job carries the times: a cancellation is sent after the rounds have lost them."""
    slots = [
        {"round": str(it.pk), "starts_at": it.starts_at.isoformat(), "ends_at": it.ends_at.isoformat()}
        for it in rounds
        if it.starts_at and it.ends_at
    ]
    enqueue(
        kind=JOB_KIND,
        key=f"{JOB_KIND}:{invitation.pk}:{invitation.sequence}",
        input={
            "invitation": str(invitation.pk),
            "method": method,
            "sequence": invitation.sequence,
            "slots": slots,
        },
        requested_by=actor,
    )
