from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
    hours = spans([400] if is_easy else [60, 100, 400], latest=60 if is_easy else 420)
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
            seats=tuple(
                Seat(f"s{n}", "lead", tuple(draw(pools)))
                for n in range(draw(st.sampled_from([1, 1, 2])))
            ),
        )
        for number in range(draw(st.integers(1, 3)))
    )
    windows = spans([150, 210] if is_easy else [60, 110, 150])
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


@settings(max_examples=60, deadline=None)
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


@settings(max_examples=60, deadline=None)
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


@settings(max_examples=40, deadline=None)
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
