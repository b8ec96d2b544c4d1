"""Work of this app that a worker does."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from delivery.handlers import JobRun
from interviews.services import ats_messages, invitations


@shared_task(name="interviews.forget_ats_messages")
def forget_ats_messages() -> None:
    ats_messages.forget_messages(now=timezone.now())


def send_invitation(run: JobRun) -> None:
    """Send one calendar mail. A worker killed between the server's "yes" and our note sends it once more, with the
    same Message-ID, UID and SEQUENCE: calendars and most mailboxes then show one."""
    identity = {"invitation_id": UUID(run.input["invitation"]), "sequence": run.input["sequence"]}
    mail = invitations.mail_to_send(**identity, method=run.input["method"], slots=run.input["slots"])
    if mail is not None:
        mail.send()
    with run.commit():
        invitations.mark_sent(**identity)
