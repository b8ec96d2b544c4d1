"""Plan one candidate's panel: when each round is, and who sits in it.

Kept in every plan: rounds in order on one local day of the candidate and inside the candidate's
windows, breaks, the longest wait, everybody inside working hours, free with buffers, after their
notice and under their daily cap, and at most once in the loop. Of all such plans the earliest
finish is taken, then the least waiting, then the fairest load (the sum over people of the square
of their interviews, lately and now), then people in order of load and id. The search is complete:
it finds a plan whenever there is one, and otherwise says what stands in the way.
"""

from .codes import Reason
from .panel_calendars import Calendars
from .panel_conflicts import explain_no_panel
from .panel_search import Found, SearchLimitError, find_panel
from .panel_types import (
    BOOKED,
    GRID,
    Busy,
    Conflict,
    NoPanel,
    PanelPlacement,
    PanelPlan,
    PanelRequest,
    PanelRound,
    Person,
    Seat,
)
from .windows import (
    DAY,
    DayException,
    WeeklyBlock,
    Window,
    date_of,
    free_windows,
    inner_span,
    instant,
    local_days,
    merged,
    offset_spans,
    outer_span,
)

__all__ = [
    "BOOKED",
    "GRID",
    "Busy",
    "Conflict",
    "DayException",
    "NoPanel",
    "PanelPlacement",
    "PanelPlan",
    "PanelRequest",
    "PanelRound",
    "Person",
    "Seat",
    "WeeklyBlock",
    "Window",
    "free_windows",
    "plan_panel",
]

SEARCH_LIMIT = 200_000
"""Matchings tried before giving up: seconds, and only for calendars made to be hard."""


def plan_panel(request: PanelRequest, *, limit: int = SEARCH_LIMIT) -> PanelPlan | NoPanel:
    """The best panel, or why there is none and what would make one possible."""
    calendars = Calendars(request)
    try:
        found = find_panel(request, calendars, limit)
    except SearchLimitError:
        return NoPanel((Conflict("not_decided", {}),), (), is_proven=False)
    if found is None:
        return explain_no_panel(request, calendars, limit)
    return _plan(request, found)


def _plan(request: PanelRequest, found: Found) -> PanelPlan:
    placements = tuple(
        PanelPlacement(
            round_id=spec.id,
            start=instant(start),
            end=instant(start + spec.minutes),
            seats={seat.id: person for seat, person in zip(spec.seats, people, strict=True)},
        )
        for spec, start, people in zip(request.rounds, found.starts, found.people, strict=True)
    )
    finish = found.starts[-1] + request.rounds[-1].minutes
    spent = sum(spec.minutes for spec in request.rounds)
    spent += sum(spec.break_after for spec in request.rounds[:-1])
    idle = finish - found.starts[0] - spent
    return PanelPlan(
        placements=placements,
        finish=instant(finish),
        idle_minutes=idle,
        is_proven=found.is_proven,
        reasons=_reasons(request, found, finish, idle),
    )


def _reasons(request: PanelRequest, found: Found, finish: int, idle: int) -> tuple[Reason, ...]:
    """What to know about the plan, good and bad."""
    day = local_days(request.zone, finish - 1, finish)[0][0]
    window = next(end for start, end in merged(map(inner_span, request.windows)) if start < finish <= end)
    reasons = [Reason("earliest_day", {"day": date_of(day).isoformat()})]
    reasons.append(Reason("idle", {"minutes": idle}) if idle else Reason("no_idle"))
    reasons.append(Reason("window_left", {"minutes": window - finish}))
    known = {person.id: person for person in request.people}
    for start, people in zip(found.starts, found.people, strict=True):
        for person_id in people:
            person = known[person_id]
            count = 1 + _booked_on_day_of(person, start)
            if count >= person.max_per_day:
                reasons.append(Reason("reaches_cap", {"person": person_id, "count": count}))
    return tuple(reasons)


def _booked_on_day_of(person: Person, start: int) -> int:
    """How many interviews the person already has on the local day of `start`."""
    today = _local_day(person.zone, start)
    booked = [outer_span((busy.start, busy.end))[0] for busy in person.busy if busy.what in BOOKED]
    return sum(_local_day(person.zone, minute) == today for minute in booked)


def _local_day(zone: str, minute: int) -> int:
    return (minute + offset_spans(zone, minute, minute + 1)[0][2]) // DAY
