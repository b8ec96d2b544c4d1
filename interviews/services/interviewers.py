"""Who can sit on panels, and when."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from accounts.services.trail import record
from interviews.models import Interviewer, Pool, WorkingHours

# Weekday (0 is Monday), from, until: as the interviewer's own clock shows them.
Block = tuple[int, dt.time, dt.time]
OFFICE_HOURS: tuple[Block, ...] = tuple((day, dt.time(9), dt.time(18)) for day in range(5))


@transaction.atomic
def add_interviewer(
    *,
    actor: User | None,
    user: User,
    title: str = "",
    team: str = "",
    hours: Iterable[Block] = OFFICE_HOURS,
    pools: Iterable[Pool] = (),
) -> Interviewer:
    """Let a person sit on panels. Raises ``ValidationError`` where an hour block or the person is not valid."""
    interviewer = Interviewer(user=user, title=title, team=team)
    interviewer.full_clean()
    interviewer.save(force_insert=True)
    set_hours(interviewer=interviewer, hours=hours)
    for pool in pools:
        pool.members.add(interviewer)
    record(actor=actor, action="interviewer.added", subject=interviewer)
    return interviewer


@transaction.atomic
def set_hours(*, interviewer: Interviewer, hours: Iterable[Block]) -> None:
    """Replace the weekly hours. Raises ``ValidationError`` for a block that ends before it starts."""
    blocks = [WorkingHours(interviewer=interviewer, weekday=day, starts=a, ends=b) for day, a, b in hours]
    for block in blocks:
        block.full_clean()
    interviewer.hours.all().delete()
    WorkingHours.objects.bulk_create(blocks)
