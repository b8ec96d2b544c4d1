"""What is said about a version, and its way back from review to its author."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.trail import record
from questionbank.choices import VersionState
from questionbank.models import QuestionVersion, VersionComment
from questionbank.policies import may_publish, may_write
from questionbank.services.search import index_questions

_NOT_IN_REVIEW = _("This version is not in review.")


@transaction.atomic
def comment(*, version: QuestionVersion, actor: User, body: str) -> VersionComment:
    """Say something about a version, in whatever state it is. The same words twice in a row are said once.

    Raises ``PermissionDenied``, or ``ValidationError`` with code ``no_words`` or ``too_long``.
    """
    if not may_write(actor):
        raise PermissionDenied
    body = _words(body)
    _lock(version)
    last = version.comments.order_by("-created_at", "-id").first()
    if last is not None and (last.author_id, last.body) == (actor.pk, body):
        return last
    said = VersionComment.objects.create(version=version, author=actor, body=body)
    record(actor=actor, action="version.commented", subject=version)
    return said


@transaction.atomic
def send_back(*, version: QuestionVersion, actor: User, body: str) -> VersionComment:
    """Give a version in review back to its author, with what has to change.

    Raises ``PermissionDenied``, or ``ValidationError`` with code ``no_words``, ``too_long``, ``own_version`` or
    ``not_in_review``.
    """
    if not may_write(actor):
        raise PermissionDenied
    body = _words(body)
    if not may_publish(actor, version):
        raise ValidationError(_("Withdraw your own version instead."), code="own_version")
    _back_to_draft(version)
    said = VersionComment.objects.create(version=version, author=actor, body=body, sent_back=True)
    record(actor=actor, action="version.sent_back", subject=version)
    return said


@transaction.atomic
def withdraw(*, version: QuestionVersion, actor: User) -> None:
    """Take one's own version out of review. Raises ``PermissionDenied``, or ``ValidationError`` ``not_in_review``."""
    if version.author_id != actor.pk or not may_write(actor):
        raise PermissionDenied
    _back_to_draft(version)
    record(actor=actor, action="version.withdrawn", subject=version)


def _back_to_draft(version: QuestionVersion) -> None:
    # Only what is still in review moves: a version published meanwhile stays so.
    in_review = QuestionVersion.objects.filter(pk=version.pk, state=VersionState.IN_REVIEW)
    if not in_review.update(state=VersionState.DRAFT):
        raise ValidationError(_NOT_IN_REVIEW, code="not_in_review")
    version.refresh_from_db()
    index_questions([version.question_id])


def _lock(version: QuestionVersion) -> None:
    QuestionVersion.objects.select_for_update(no_key=True).filter(pk=version.pk).first()


def _words(body: str) -> str:
    body = body.replace("\r\n", "\n").strip()
    limit = VersionComment._meta.get_field("body").max_length or 0
    if not body:
        raise ValidationError(_("Write what has to change, or what you think."), code="no_words")
    if len(body) > limit:
        values = {"length": len(body), "limit": limit}
        raise ValidationError(_("A text has %(length)s characters; %(limit)s are the most."), "too_long", values)
    return body
