"""Who can sit on panels, and when."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Model

from accounts.choices import Role
from accounts.models import User
from accounts.services.people import grant_role
from accounts.services.trail import record
from interviews.models import Interviewer, Pool, WorkingHours
from interviews.services.values import give

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
    grant_role(actor=actor, user=user, role=Role.INTERVIEWER)
    interviewer = Interviewer(user=user, title=title, team=team)
    interviewer.full_clean()
    interviewer.save(force_insert=True)
    set_hours(interviewer=interviewer, hours=hours)
    for pool in pools:
        pool.members.add(interviewer)
    record(actor=actor, action="interviewer.added", subject=interviewer)
    return interviewer


@transaction.atomic
def change_interviewer(
    *, actor: User, interviewer: Interviewer, pools: Iterable[Pool] | None = None, **values: str
) -> bool:
    """Give an interviewer this job title, team and pools; says whether any was another than before.

    Raises ``ValidationError`` for a field.
    """
    changed = give(interviewer, values)
    if changed:
        interviewer.full_clean()
        interviewer.save(update_fields=changed)
    if pools is not None and _set_all(interviewer.pools, pools):
        changed.append("pools")
    if changed:
        record(actor=actor, action="interviewer.changed", subject=interviewer, fields=" ".join(changed))
    return bool(changed)


@transaction.atomic
def add_pool(*, actor: User, members: Iterable[Interviewer] = (), **names: str) -> Pool:
    """Add interviewers of whom any one may take a seat. Raises ``ValidationError`` for a field."""
    pool = Pool(**names)
    pool.full_clean()
    pool.save(force_insert=True)
    pool.members.set(members)
    record(actor=actor, action="pool.added", subject=pool)
    return pool


@transaction.atomic
def change_pool(*, actor: User, pool: Pool, members: Iterable[Interviewer] | None = None, **names: str) -> bool:
    """Give a pool these names and members; says whether any was another than before. Booked seats stay.

    Raises ``ValidationError`` for a field.
    """
    changed = give(pool, names)
    if changed:
        pool.full_clean()
        pool.save(update_fields=changed)
    if members is not None and _set_all(pool.members, members):
        changed.append("members")
    if changed:
        record(actor=actor, action="pool.changed", subject=pool, fields=" ".join(changed))
    return bool(changed)


def _set_all(related: Any, rows: Iterable[Model]) -> bool:
    wanted = list(rows)
    if {row.pk for row in wanted} == set(related.values_list("pk", flat=True)):
        return False
    related.set(wanted)
    return True


@transaction.atomic
def set_hours(*, interviewer: Interviewer, hours: Iterable[Block]) -> None:
    """Replace the weekly hours. Raises ``ValidationError`` for a block that ends before it starts."""
    blocks = [WorkingHours(interviewer=interviewer, weekday=day, starts=a, ends=b) for day, a, b in hours]
    for block in blocks:
        block.full_clean()
    interviewer.hours.all().delete()
    WorkingHours.objects.bulk_create(blocks)
