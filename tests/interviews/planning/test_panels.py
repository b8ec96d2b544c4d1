import os
import random as randoms
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.planning.panel_conflicts import MAX_GAP, WINDOWS, keep_only
from interviews.planning.panels import (
    Busy,
    NoPanel,
    PanelPlan,
    PanelRequest,
    PanelRound,
    Person,
    Seat,
    plan_panel,
)

from .panel_checker import best_price, broken_rules, plan_price

ROOT = Path(__file__).resolve().parents[3]
START = datetime(2026, 3, 28, 20, tzinfo=UTC)
"""The evening before Berlin's clocks go forward."""


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def spans(lengths: list[int], latest: int = 420) -> st.SearchStrategy:
    return st.builds(
        lambda start, length: (at(start), at(start + length)),
        st.integers(0, latest // 5).map(lambda n: 5 * n),
        st.sampled_from(lengths),
    )


@st.composite
def persons(draw: st.DrawFn, person_id: str, is_easy: bool) -> Person:
    hours = spans([100, 200, 400] if is_easy else [60, 100, 400], latest=150 if is_easy else 420)
    busy = draw(st.lists(spans([5, 20, 45]), max_size=3 if is_easy else 2))
    return Person(
        id=person_id,
        available=tuple(draw(st.lists(hours, min_size=1, max_size=2))),
        zone=draw(st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "UTC"])),
        busy=tuple(Busy(*time, draw(st.sampled_from(["calendar", "interview"]))) for time in busy),
        buffer_minutes=draw(st.sampled_from([0, 10, 15])),
        max_per_day=draw(st.sampled_from([2, 3] if is_easy else [1, 2])),
        load=draw(st.integers(0, 3)),
        not_before=draw(st.sampled_from([None, None, at(100)])),
    )


@st.composite
def requests(draw: st.DrawFn) -> PanelRequest:
    is_easy = draw(st.booleans())
    ids = ["ann", "ben", "cai", "dee"][: draw(st.integers(3 if is_easy else 1, 4))]
    pools = st.lists(st.sampled_from(ids), min_size=2 if is_easy else 1, max_size=4, unique=True)
    rounds = tuple(
        PanelRound(
            id=f"R{number}",
            minutes=draw(st.sampled_from([20, 30, 45])),
            break_after=draw(st.sampled_from([0, 10, 15])),
            seats=tuple(Seat(f"s{n}", "lead", tuple(draw(pools))) for n in range(draw(st.sampled_from([1, 1, 2])))),
        )
        for number in range(draw(st.integers(1, 3)))
    )
    windows = spans([210, 300], latest=60) if is_easy else spans([60, 110, 150])
    return PanelRequest(
        rounds=rounds,
        people=tuple(draw(persons(person_id, is_easy)) for person_id in ids),
        windows=tuple(draw(st.lists(windows, min_size=1, max_size=2))),
        zone=draw(st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe"])),
        not_before=at(draw(st.sampled_from([0, 35]))),
        horizon=at(600),
        max_gap=draw(st.sampled_from([0, 30, 120])),
    )


@settings(max_examples=120, deadline=None)
@given(requests())
def test_plan_panel_agrees_with_brute_force(request):
    best = best_price(request)

    result = plan_panel(request)

    if best is None:
        assert isinstance(result, NoPanel)
        assert result.is_proven
    else:
        assert isinstance(result, PanelPlan)
        assert broken_rules(request, result) == []
        assert plan_price(request, result) == best
        assert (result.finish, result.idle_minutes) == best[:2]
        assert result.is_proven


def requirements_of(request: PanelRequest, result: NoPanel) -> list[tuple[str, ...]]:
    """The requirements the conflicts speak of, for keep_only."""
    found = []
    for conflict in result.conflicts:
        match conflict.code:
            case "seat_never_free" | "no_common_time":
                found.append(("seat", conflict.params["round"], conflict.params["seat"]))
                wanted = conflict.params
                counted = ("outside_hours", "notice", "cap", "busy", "sometimes_free")
                assert sum(wanted[code] for code in counted) == len(wanted["people"])
            case "too_few_people":
                found += [("seat", *seat.split("/")) for seat in conflict.params["seats"]]
            case "candidate_windows" | "candidate_window_too_short":
                found.append(WINDOWS)
            case "max_gap":
                found.append(MAX_GAP)
            case other:
                raise AssertionError(other)
    return found


@settings(max_examples=40, deadline=None)
@given(requests())
def test_conflicts_are_real_and_none_is_to_spare(request):
    result = plan_panel(request)

    if isinstance(result, NoPanel):
        conflict = requirements_of(request, result)
        assert best_price(keep_only(request, conflict)) is None
        for one in conflict:
            less = [other for other in conflict if other != one]
            assert isinstance(plan_panel(keep_only(request, less)), PanelPlan)


def relieve(request: PanelRequest, remedy) -> PanelRequest:
    """The request after somebody did what the remedy says."""
    params = remedy.params
    everything = (request.not_before, request.horizon)
    match remedy.code:
        case "extend_window":
            more = timedelta(minutes=params["minutes"])
            windows = tuple((start - more, end + more) for start, end in request.windows)
            return replace(request, windows=windows)
        case "add_person":
            new = Person(f"new {params['round']} {params['seat']}", (everything,), "UTC")
            rounds = tuple(
                replace(
                    spec,
                    seats=tuple(
                        replace(seat, candidates=(*seat.candidates, new.id))
                        if (spec.id, seat.id) == (params["round"], params["seat"])
                        else seat
                        for seat in spec.seats
                    ),
                )
                for spec in request.rounds
            )
            return replace(request, rounds=rounds, people=(*request.people, new))
        case "allow_gap":
            return replace(request, max_gap=params["minutes"])
        case "allow_any_gap":
            return replace(request, max_gap=24 * 60)
        case "free_all_day":
            return replace(request, windows=(everything,))
        case "allow_day":
            day = datetime.fromisoformat(params["day"]).replace(tzinfo=UTC)
            window = (day - timedelta(hours=12), day + timedelta(hours=36))
            return replace(request, windows=(*request.windows, window))
    raise AssertionError(remedy)


@settings(max_examples=40, deadline=None)
@given(requests())
def test_every_way_out_is_one(request):
    result = plan_panel(request)

    if isinstance(result, NoPanel):
        assert result.ways_out
        for way in result.ways_out:
            relieved = request
            for remedy in way:
                relieved = relieve(relieved, remedy)
            assert isinstance(plan_panel(relieved), PanelPlan)


@settings(max_examples=30, deadline=None)
@given(requests(), st.randoms(use_true_random=False))
def test_input_order_does_not_change_the_plan(request, random):
    people, windows = list(request.people), list(request.windows)
    random.shuffle(people)
    random.shuffle(windows)
    rounds = tuple(
        replace(
            spec,
            seats=tuple(replace(s, candidates=tuple(reversed(s.candidates))) for s in spec.seats),
        )
        for spec in request.rounds
    )
    shuffled = replace(request, people=tuple(people), windows=tuple(windows), rounds=rounds)

    assert plan_panel(shuffled) == plan_panel(request)


def office(person_id: str, **changes) -> Person:
    """Somebody who works from 9 to 17 UTC on Monday and Tuesday."""
    hours = tuple((monday(9 + 24 * day), monday(17 + 24 * day)) for day in range(2))
    return replace(Person(person_id, hours, "UTC"), **changes)


def monday(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, 7, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)


def loop(*pools: str, minutes: int = 60, break_after: int = 0) -> tuple[PanelRound, ...]:
    """Rounds of one seat each; a pool is people's ids with spaces between."""
    return tuple(
        PanelRound(f"R{n}", minutes, break_after, (Seat("lead", "lead", tuple(pool.split())),))
        for n, pool in enumerate(pools, start=1)
    )


def office_request(**changes) -> PanelRequest:
    request = PanelRequest(
        rounds=loop("ann ben", "ann ben", break_after=15),
        people=(office("ann", load=4), office("ben", load=1), office("cai", load=2)),
        windows=((monday(10), monday(13)), (monday(34), monday(37))),
        zone="UTC",
        not_before=monday(0),
        horizon=monday(72),
    )
    return replace(request, **changes)


def test_plan_says_when_who_and_why():
    plan = plan_panel(office_request())

    assert [(p.round_id, p.start, p.end) for p in plan.placements] == [
        ("R1", monday(10), monday(11)),
        ("R2", monday(11, 15), monday(12, 15)),
    ]
    assert plan.finish == monday(12, 15)
    assert plan.idle_minutes == 0
    assert [(reason.code, reason.params) for reason in plan.reasons] == [
        ("earliest_day", {"day": "2026-12-07"}),
        ("no_idle", {}),
        ("window_left", {"minutes": 45}),
    ]


def test_least_loaded_person_is_taken():
    plan = plan_panel(office_request(rounds=loop("ann ben cai", "ann cai")))

    assert [dict(p.seats) for p in plan.placements] == [{"lead": "ben"}, {"lead": "cai"}]


def test_first_round_waits_so_that_the_candidate_does_not():
    late = office("ben", available=((monday(12), monday(17)),))
    request = office_request(rounds=loop("ann", "ben"), people=(office("ann"), late))

    plan = plan_panel(request)

    assert [p.start for p in plan.placements] == [monday(11), monday(12)]
    assert plan.idle_minutes == 0


def middle_round_request(early: int, late: int) -> PanelRequest:
    """Three rounds; the middle one can be early with one person or late with another."""
    people = (
        office("ann", available=((monday(10), monday(11)),)),
        office("ben", available=((monday(11), monday(12)),), load=early),
        office("cai", available=((monday(11, 30), monday(12, 30)),), load=late),
        office("dee", available=((monday(12, 30), monday(13, 30)),)),
    )
    rounds = loop("ann", "ben cai", "dee")
    return office_request(rounds=rounds, people=people, windows=((monday(10), monday(14)),))


def test_middle_round_moves_to_the_less_loaded_person():
    early, late = plan_panel(middle_round_request(1, 3)), plan_panel(middle_round_request(3, 1))

    assert early.placements[1].seats == {"lead": "ben"}
    assert late.placements[1].seats == {"lead": "cai"}
    assert (early.idle_minutes, late.idle_minutes) == (30, 30)


def test_reaching_the_cap_is_said_and_going_over_it_refused():
    booked = (Busy(monday(15), monday(16), "interview"),)
    request = office_request(rounds=loop("ann"), people=(office("ann", busy=booked, max_per_day=2),))

    plan = plan_panel(request)
    tight = replace(request, people=(office("ann", busy=booked, max_per_day=1),))

    assert plan.reasons[-1].code == "reaches_cap"
    assert plan.reasons[-1].params == {"person": "ann", "count": 2}
    assert plan_panel(tight).placements[0].start == monday(34)


def conflicts(request: PanelRequest) -> list[tuple[str, dict]]:
    return [(conflict.code, conflict.params) for conflict in plan_panel(request).conflicts]


def ways_out(request: PanelRequest) -> list[list[tuple[str, dict]]]:
    return [[(r.code, r.params) for r in way] for way in plan_panel(request).ways_out]


def test_seat_nobody_can_take_is_named_with_what_keeps_each_person_away():
    people = (
        office("ann", busy=(Busy(monday(9), monday(17)), Busy(monday(33), monday(41)))),
        office("ben", not_before=monday(40, 30)),
        office("cai", available=((monday(9), monday(9, 30)),)),
        office("dee", max_per_day=0),
    )
    request = office_request(rounds=loop("ann ben cai dee"), people=people)

    assert conflicts(request) == [
        (
            "seat_never_free",
            {
                "round": "R1",
                "seat": "lead",
                "role": "lead",
                "people": ("ann", "ben", "cai", "dee"),
                "outside_hours": 1,
                "notice": 1,
                "cap": 1,
                "busy": 1,
                "sometimes_free": 0,
            },
        )
    ]
    assert ways_out(request) == [[("add_person", {"round": "R1", "seat": "lead", "role": "lead"})]]


def test_short_window_asks_for_the_missing_time_or_another_day():
    request = office_request(windows=((monday(10), monday(12)),))

    assert conflicts(request) == [("candidate_window_too_short", {"needed": 135, "longest": 120})]
    assert ways_out(request) == [
        [("extend_window", {"minutes": 15})],
        [("allow_day", {"day": "2026-12-07"})],
    ]


def test_two_seats_that_share_one_person_are_too_few_people():
    request = office_request(rounds=loop("ann", "ann"))

    assert conflicts(request) == [
        ("too_few_people", {"people": ("ann",), "needed": 2, "seats": ("R1/lead", "R2/lead")})
    ]


def test_people_who_are_never_there_on_one_day_have_no_common_time():
    ann = office("ann", available=((monday(9), monday(17)),))
    ben = office("ben", available=((monday(33), monday(41)),))
    request = office_request(rounds=loop("ann", "ben"), people=(ann, ben))

    found = conflicts(request)

    assert [(code, params["round"]) for code, params in found] == [
        ("no_common_time", "R1"),
        ("no_common_time", "R2"),
    ]
    assert [params["sometimes_free"] for _, params in found] == [1, 1]


def test_long_wait_between_windows_asks_for_a_longer_gap():
    windows = ((monday(9), monday(10)), (monday(13), monday(14)))
    request = office_request(windows=windows)

    assert [code for code, _ in conflicts(request)] == ["candidate_window_too_short", "max_gap"]
    assert [("allow_gap", {"minutes": 180})] in ways_out(request)


def test_loop_longer_than_the_horizon_is_too_long():
    request = office_request(horizon=monday(2))

    assert conflicts(request) == [("loop_too_long", {"needed": 135, "longest": 120})]
    assert ways_out(request) == [[("shorten_loop", {"longest": 120})]]


def test_search_cut_short_says_so_instead_of_calling_it_impossible():
    result = plan_panel(office_request(), limit=1)

    assert [conflict.code for conflict in result.conflicts] == ["not_decided"]
    assert not result.is_proven


def test_rounds_stay_on_one_local_day_of_the_candidate():
    always = ((monday(0), monday(72)),)
    people = tuple(office(p, available=always) for p in ("ann", "ben"))
    request = office_request(people=people, windows=((monday(16, 30), monday(26)),), zone="Asia/Kathmandu")

    plan = plan_panel(request)

    assert plan.placements[0].start == monday(18, 15)  # midnight in Kathmandu


def test_unknown_people_are_refused():
    with pytest.raises(ValueError, match="unknown people"):
        office_request(rounds=loop("zoe"))


def company() -> PanelRequest:
    """Sixty people with crowded calendars, always the same."""
    random = randoms.Random(7)
    people = []
    for number in range(60):
        starts = [monday(24 * random.randrange(2) + random.randrange(9, 16)) for _ in range(6)]
        busy = tuple(Busy(start, start + timedelta(hours=1)) for start in starts)
        people.append(office(f"p{number:02}", busy=busy, load=random.randrange(6)))
    ids = [person.id for person in people]
    pools = (" ".join(random.sample(ids, 12)) for _ in range(4))
    return office_request(rounds=loop(*pools, minutes=45), people=tuple(people))


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_plan_does_not_depend_on_the_hash_seed(hash_seed):
    code = (
        "from tests.interviews.planning.test_panels import company\n"
        "from interviews.planning.panels import plan_panel\n"
        "print(plan_panel(company()))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}

    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)

    assert printed.stdout.decode().strip() == str(plan_panel(company()))
