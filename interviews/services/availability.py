"""When an interviewer can be booked: rules, hours and busy periods."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.trail import record
from interviews.models import BusyPeriod, Interviewer
from interviews.services.interviewers import Block, set_hours


@transaction.atomic
def set_rules(
    *,
    interviewer: Interviewer,
    actor: User,
    hours: Iterable[Block],
    is_active: bool,
    notice_hours: int,
    buffer_minutes: int,
    most_per_day: int,
) -> Interviewer:
    """Change how a person can be booked from now on; what is booked stays.

    Raises ``ValidationError`` for a field or an hour block, with code ``hours_overlap`` for two that do.
    """
    blocks = sorted(hours)
    if any(day == other and ends > starts for (day, _from, ends), (other, starts, _until) in pairwise(blocks)):
        raise ValidationError(_("Two blocks of one day overlap."), code="hours_overlap")
    interviewer.is_active = is_active
    interviewer.notice_hours = notice_hours
    interviewer.buffer_minutes = buffer_minutes
    interviewer.most_per_day = most_per_day
    interviewer.full_clean()
    interviewer.save(update_fields=["is_active", "notice_hours", "buffer_minutes", "most_per_day"])
    set_hours(interviewer=interviewer, hours=blocks)
    record(actor=actor, action="interviewer.rules_set", subject=interviewer)
    return interviewer


@transaction.atomic
def add_busy_period(
    *, interviewer: Interviewer, actor: User, starts_at: datetime, ends_at: datetime, what: str = ""
) -> BusyPeriod:
    """Keep a span free of interviews. Interviews booked in it stay.

    Raises ``ValidationError`` with code ``ends_first``, or for a field.
    """
    if ends_at <= starts_at:
        raise ValidationError(_("It has to end after it starts."), code="ends_first")
    busy = BusyPeriod(interviewer=interviewer, starts_at=starts_at, ends_at=ends_at, what=what.strip())
    busy.full_clean()
    busy.save(force_insert=True)
    record(actor=actor, action="interviewer.busy_added", subject=interviewer, busy=str(busy.pk))
    return busy


@transaction.atomic
def remove_busy_period(*, busy: BusyPeriod, actor: User) -> None:
    """Give a span back."""
    interviewer, key = busy.interviewer, str(busy.pk)
    busy.delete()
    record(actor=actor, action="interviewer.busy_removed", subject=interviewer, busy=key)
