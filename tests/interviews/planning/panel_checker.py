"""The rules of a panel written a second time, tick by tick, and every panel by brute force.

A tick is five minutes: every time in the tests is a multiple of it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise, product
from zoneinfo import ZoneInfo

from interviews.planning.panels import PanelPlan, PanelRequest, PanelRound, Person

MINUTE = timedelta(minutes=1)
TICK = timedelta(minutes=5)
Times = list[tuple[datetime, datetime]]
Panel = tuple[Times, list[list[str]]]
"""Each round's time, and its people seat by seat."""


def ticks_between(start: datetime, end: datetime) -> set[datetime]:
    """The ticks of [start, end)."""
    return {start + TICK * n for n in range((end - start) // TICK)}


@cache
def ticks_of(windows: tuple[tuple[datetime, datetime], ...]) -> set[datetime]:
    return set().union(*(ticks_between(start, end) for start, end in windows))


def local_date(moment: datetime, zone: str):
    return moment.astimezone(ZoneInfo(zone)).date()


def time_is_allowed(request: PanelRequest, times: Times) -> bool:
    """Whether the candidate can be there, in this order, on one day."""
    free = ticks_of(request.windows)
    for start, end in times:
        on_grid = (start - datetime(1970, 1, 1, tzinfo=UTC)) % timedelta(minutes=15)
        if on_grid or start < request.not_before or end > request.horizon:
            return False
        if not ticks_between(start, end) <= free:
            return False
    days = {local_date(moment, request.zone) for t in times for moment in (t[0], t[1] - MINUTE)}
    return len(days) == 1 and gaps_are_allowed(request, times)


def gaps_are_allowed(request: PanelRequest, times: Times) -> bool:
    return all(
        gap_is_allowed(request, spec, one[1], other[0])
        for spec, (one, other) in zip(request.rounds, pairwise(times), strict=False)
    )


def gap_is_allowed(request: PanelRequest, spec: PanelRound, end: datetime, start: datetime) -> bool:
    gap = start - end
    pause = timedelta(minutes=spec.break_after)
    to_grid = -(end + pause - datetime(1970, 1, 1, tzinfo=UTC)) % timedelta(minutes=15)
    return pause <= gap <= max(timedelta(minutes=request.max_gap), pause + to_grid)


def is_free(person: Person, request: PanelRequest, start: datetime, end: datetime) -> bool:
    """Whether the person can hold an interview then."""
    hours = ticks_of(person.available)
    pad = person.buffer_minutes * MINUTE
    busy = set().union(*(ticks_between(b.start - pad, b.end + pad) for b in person.busy))
    wanted = ticks_between(start, end)
    soonest = max(person.not_before or request.not_before, request.not_before)
    day = local_date(start, person.zone)
    booked = [b for b in person.busy if b.what != "calendar"]
    booked = [b for b in booked if local_date(b.start, person.zone) == day]
    return wanted <= hours and not wanted & busy and start >= soonest and len(booked) + 1 <= person.max_per_day


def broken_rules(request: PanelRequest, plan: PanelPlan) -> list[str]:
    """Every rule the plan breaks, by name."""
    people = {person.id: person for person in request.people}
    broken = []
    times = [(placement.start, placement.end) for placement in plan.placements]
    if [placement.round_id for placement in plan.placements] != [r.id for r in request.rounds]:
        broken.append("rounds")
    if not time_is_allowed(request, times):
        broken.append("times")
    for spec, placement in zip(request.rounds, plan.placements, strict=True):
        if placement.end - placement.start != spec.minutes * MINUTE:
            broken.append(f"length {spec.id}")
        if set(placement.seats) != {seat.id for seat in spec.seats}:
            broken.append(f"seats {spec.id}")
        for seat in spec.seats:
            person = placement.seats[seat.id]
            if person not in seat.candidates:
                broken.append(f"pool {person}")
            if not is_free(people[person], request, placement.start, placement.end):
                broken.append(f"busy {person}")
    seated = [person for placement in plan.placements for person in placement.seats.values()]
    if len(set(seated)) != len(seated):
        broken.append("twice")
    return broken


def price(request: PanelRequest, times: Times, seated: list[str]) -> tuple[datetime, int, int]:
    """What is minimised: finish, idle minutes, squared loads."""
    breaks = sum(spec.break_after for spec in request.rounds[:-1])
    spent = sum(spec.minutes for spec in request.rounds) + breaks
    idle = (times[-1][1] - times[0][0]) // MINUTE - spent
    return times[-1][1], idle, sum((p.load + (p.id in seated)) ** 2 for p in request.people)


def plan_price(request: PanelRequest, plan: PanelPlan) -> tuple[datetime, int, int]:
    times = [(placement.start, placement.end) for placement in plan.placements]
    return price(request, times, [p for pl in plan.placements for p in pl.seats.values()])


def best_price(request: PanelRequest) -> tuple[datetime, int, int] | None:
    """The lowest price over all panels there are; None when there is none."""
    people = {person.id: person for person in request.people}
    free = cache(lambda person, start, end: is_free(people[person], request, start, end))
    best = None
    for times in every_time(request):
        seats = [
            [p for p in seat.candidates if free(p, *time)]
            for spec, time in zip(request.rounds, times, strict=True)
            for seat in spec.seats
        ]
        for seated in product(*seats):
            if len(set(seated)) == len(seated):
                found = price(request, times, list(seated))
                best = found if best is None else min(best, found)
    return best


def every_time(request: PanelRequest) -> Iterator[Times]:
    """Every time the rounds can have, as far as the candidate goes."""
    partial: list[Times] = [[]]
    for number, spec in enumerate(request.rounds):
        options = list(starts(request, spec))
        partial = [
            [*times, time]
            for times in partial
            for time in options
            if not times or gap_is_allowed(request, request.rounds[number - 1], times[-1][1], time[0])
        ]
    return (times for times in partial if time_is_allowed(request, times))


def starts(request: PanelRequest, spec: PanelRound) -> Iterator[tuple[datetime, datetime]]:
    first = request.not_before.replace(minute=0)
    for number in range((request.horizon - first) // (15 * MINUTE)):
        start = first + number * 15 * MINUTE
        time = start, start + spec.minutes * MINUTE
        one_round = PanelRequest((spec,), request.people, request.windows, request.zone, *limits(request))
        if time_is_allowed(one_round, [time]):
            yield time


def limits(request: PanelRequest) -> tuple[datetime, datetime, int]:
    return request.not_before, request.horizon, request.max_gap
