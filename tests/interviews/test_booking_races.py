"""Many people book at once, on real connections: one wins, the others are told, nothing else happens.

``PROVE_SIZE`` is the number of attempts on one slot, 1,000 unless told.
"""

import datetime as dt
import os
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from delivery.models import DurableJob
from interviews.choices import LoopState, OccupancyState
from interviews.models import Interviewer, Invitation, Loop, Occupancy, PanelSeat, SchedulePlan
from interviews.services.booking import book_panel
from interviews.services.loops import start_loop
from interviews.services.panels import propose_panel
from tests.factories import InterviewerFactory
from tests.interviews.worlds import World, small_world

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 12, 7, 5, tzinfo=dt.UTC)
SIZE = int(os.environ.get("PROVE_SIZE", "1000"))

OVERLAPS = """
SELECT COUNT(*) FROM interviews_occupancy a JOIN interviews_occupancy b
ON a.resource_id = b.resource_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
WHERE a.state IN ('held', 'confirmed') AND b.state IN ('held', 'confirmed')
"""


def connections_at_once() -> int:
    # SQLite lets one write at a time; more waiting threads than this only wait longer.
    return 64 if connection.vendor == "postgresql" else 16


def overlaps() -> int:
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        return cursor.fetchone()[0]


def race(attempts) -> Counter:
    """Run all attempts on many connections, begun together; counts what each of them met."""
    width = connections_at_once()
    together = threading.Barrier(width)

    def worker(mine):
        met = Counter()
        together.wait(60)
        for attempt in mine:
            try:
                attempt()
                met["booked"] += 1
            except ValidationError as refusal:
                met[refusal.code] += 1
            except Exception as error:  # noqa: BLE001 -- whatever it is, the test is about it
                met[repr(error)] += 1
        connection.close()
        return met

    with ThreadPoolExecutor(width) as pool:
        return sum(pool.map(worker, [attempts[number::width] for number in range(width)]), Counter())


def rivals(world: World, count: int) -> list[SchedulePlan]:
    """Proposals of as many loops for the same people at the same time."""
    world.approved()
    first = propose_panel(
        loop=start_loop(application=world.application(), actor=world.recruiter), actor=world.recruiter, now=NOW
    )
    plans = [first]
    for _ in range(count - 1):
        loop = start_loop(application=world.application(), actor=world.recruiter)
        rounds = list(loop.rounds.all())
        placements = [
            {**placed, "round": str(its_round.pk)} for placed, its_round in zip(first.placements, rounds, strict=True)
        ]
        plans.append(
            SchedulePlan.objects.create(
                loop=loop, placements=placements, idle_minutes=0, is_proven=True, created_by=world.recruiter
            )
        )
    return plans


def test_of_many_attempts_on_one_slot_exactly_one_wins():
    world = small_world()
    proposals = rivals(world, min(SIZE, 64))
    attempts = [
        lambda proposal=proposal: _book_if_open(proposal, world)
        for proposal in random.Random(7).choices(proposals, k=SIZE)
    ]

    met = race(attempts)

    winner = Loop.objects.get(state=LoopState.BOOKED)
    repeats = met["booked"]
    assert met == {"booked": repeats, "double_booked": SIZE - repeats}
    assert (PanelSeat.objects.count(), overlaps()) == (2, 0)
    assert set(Invitation.objects.values_list("loop", flat=True)) == {winner.pk}
    assert DurableJob.objects.count() == 3


def _book_if_open(proposal, world):
    return book_panel(proposal=proposal, actor=world.recruiter, now=NOW)


def test_one_proposal_confirmed_by_many_clicks_is_booked_once():
    world = small_world()
    (proposal,) = rivals(world, 1)
    clicks = min(SIZE, 200)

    met = race([lambda: _book_if_open(proposal, world)] * clicks)

    assert met == {"booked": clicks}
    assert (PanelSeat.objects.count(), Invitation.objects.count(), DurableJob.objects.count()) == (2, 3, 3)


def test_panels_of_three_in_any_order_never_overlap_and_never_deadlock():
    world = small_world(second_seat=True)
    pool = [InterviewerFactory(most_per_day=12) for _ in range(6)]
    Interviewer.objects.update(most_per_day=12)
    choice = random.Random(11)
    proposals = rivals(world, min(SIZE, 96))
    for proposal in proposals:
        shift = dt.timedelta(minutes=15 * choice.randrange(12))
        trio = choice.sample(pool, 3)
        people = iter(str(it.pk) for it in trio)
        for placed in proposal.placements:
            placed["seats"] = {role: next(people) for role in placed["seats"]}
            for end in ("starts_at", "ends_at"):
                placed[end] = (dt.datetime.fromisoformat(placed[end]) + shift).isoformat()
        proposal.save()

    met = race([lambda proposal=proposal: _book_if_open(proposal, world) for proposal in proposals])

    assert met.keys() <= {"booked", "double_booked"}
    assert met["booked"] == Loop.objects.filter(state=LoopState.BOOKED).count() > 1
    assert overlaps() == 0
    assert PanelSeat.objects.count() == 3 * met["booked"]
    assert Occupancy.objects.filter(state=OccupancyState.CONFIRMED).count() == 5 * met["booked"]
