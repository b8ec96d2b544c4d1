"""Looking for a panel in the background: the plan is there at once and says how far the search is."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.identifiers import new_id
from accounts.models import User
from accounts.services.trail import record
from delivery.handlers import JobRun
from delivery.services.jobs import enqueue
from interviews.choices import LoopState, ProposalState
from interviews.models import Loop, SchedulePlan
from interviews.planning.codes import Remedy
from interviews.planning.panels import Conflict, NoPanel
from interviews.services.panels import drop_open_plans, keep_found, refuse_unless_built, search_for

JOB_KIND = "panel.search"
# The steps that the progress names.
STEPS = ("search", "keep")
MOST_DAYS = 60


@transaction.atomic
def request_panel(*, loop: Loop, actor: User, horizon_days: int = 14) -> SchedulePlan:
    """Have a panel searched for a loop. What was proposed or searched before is dropped.

    Raises ``ValidationError`` with code ``already_booked``.
    """
    loop = Loop.objects.select_for_update(no_key=True).get(pk=loop.pk)
    refuse_unless_built(loop)
    drop_open_plans(loop)
    plan = SchedulePlan(
        id=new_id(), loop=loop, created_by=actor, horizon_days=horizon_days, state=ProposalState.SEARCHING
    )
    plan.job = enqueue(kind=JOB_KIND, key=f"{JOB_KIND}:{plan.pk}", input={"plan": str(plan.pk)}, requested_by=actor)
    plan.save(force_insert=True)
    record(actor=actor, action="panel.requested", subject=plan, loop=str(loop.pk))
    return plan


def search_panel(run: JobRun) -> None:
    """Search for the plan that the job names and write what was found, or why there is none. Safe to run twice."""
    plans = SchedulePlan.objects.select_related("loop__application__candidate", "created_by")
    plan = plans.get(pk=UUID(run.input["plan"]))
    if plan.state != ProposalState.SEARCHING:
        return
    run.step(STEPS[0], 0, len(STEPS))
    found = search_for(loop=plan.loop, now=timezone.now(), horizon_days=plan.horizon_days).found
    run.step(STEPS[1], 1, len(STEPS))
    with run.commit():
        loop = Loop.objects.select_for_update(no_key=True).get(pk=plan.loop_id)
        searching = SchedulePlan.objects.filter(pk=plan.pk, state=ProposalState.SEARCHING)
        if loop.state != LoopState.BUILT:  # booked by a proposal that somebody made meanwhile
            searching.update(state=ProposalState.DROPPED)
        elif isinstance(found, NoPanel):
            searching.update(state=ProposalState.FAILED, obstacles=_obstacles(found))
        elif searching.exists():
            keep_found(found=found, plan=plan, actor=plan.created_by)


def _obstacles(found: NoPanel) -> dict[str, Any]:
    return {
        "conflicts": _codes(found.conflicts),
        "ways_out": [_codes(way) for way in found.ways_out],
    }


def _codes(found: Iterable[Conflict | Remedy]) -> list[dict[str, Any]]:
    return [{"code": it.code, "params": dict(it.params)} for it in found]
