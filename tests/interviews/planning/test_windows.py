from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.planning.panels import DayException, WeeklyBlock, free_windows
from interviews.planning.windows import local_days, merged, without

NINE_TO_FIVE = tuple(WeeklyBlock(day, time(9), time(17)) for day in range(7))
CLOCK_CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Kathmandu", date(2026, 3, 29)),
    ("Asia/Kathmandu", date(2026, 10, 25)),
]


def around(day: date, days: int = 1) -> tuple[datetime, datetime]:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return noon - timedelta(days=days), noon + timedelta(days=days)


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "before", "after"),
    [
        ("Europe/Berlin", date(2026, 3, 29), (8, 0), (7, 0)),
        ("Europe/Berlin", date(2026, 10, 25), (7, 0), (8, 0)),
        ("America/New_York", date(2026, 3, 8), (14, 0), (13, 0)),
        ("America/New_York", date(2026, 11, 1), (13, 0), (14, 0)),
        ("Asia/Kathmandu", date(2026, 3, 29), (3, 15), (3, 15)),
        ("Asia/Kathmandu", date(2026, 10, 25), (3, 15), (3, 15)),
    ],
)
def test_nine_o_clock_stays_nine_o_clock_over_a_clock_change(zone, day, before, after):
    horizon = (utc(day - timedelta(days=1), 0), utc(day + timedelta(days=1), 0))

    windows = free_windows(hours=NINE_TO_FIVE, zone=zone, horizon=horizon)

    assert [start for start, _ in windows] == [
        utc(day - timedelta(days=1), *before),
        utc(day, *after),
    ]


def test_lord_howe_moves_by_half_an_hour():
    spring = free_windows(
        hours=NINE_TO_FIVE,
        zone="Australia/Lord_Howe",
        horizon=(datetime(2026, 10, 2, 12, tzinfo=UTC), datetime(2026, 10, 4, 12, tzinfo=UTC)),
    )

    assert [start for start, _ in spring] == [
        datetime(2026, 10, 2, 22, 30, tzinfo=UTC),
        datetime(2026, 10, 3, 22, 0, tzinfo=UTC),
    ]


@pytest.mark.parametrize(("zone", "day"), CLOCK_CHANGES)
@settings(max_examples=8, deadline=None)
@given(
    edges=st.lists(st.integers(0, 23 * 4), min_size=2, max_size=4, unique=True).map(sorted),
    has_exception=st.booleans(),
)
def test_windows_are_the_instants_whose_local_time_is_working_time(zone, day, edges, has_exception):
    times = [time(edge // 4, 15 * (edge % 4)) for edge in edges]
    blocks = list(zip(times[::2], times[1::2], strict=False))
    hours = [WeeklyBlock(weekday, *block) for weekday in range(7) for block in blocks]
    exceptions = [DayException(day, ((time(1, 45), time(2, 45)),))] if has_exception else []
    horizon = around(day)

    windows = free_windows(hours=hours, zone=zone, exceptions=exceptions, horizon=horizon)

    for number in range(2 * 24 * 12):
        moment = horizon[0] + timedelta(minutes=5 * number)
        local = moment.astimezone(ZoneInfo(zone))
        is_special = has_exception and local.date() == day
        here = [(time(1, 45), time(2, 45))] if is_special else blocks
        works = any(start <= local.time() < end for start, end in here)
        assert any(start <= moment < end for start, end in windows) == works, local


def test_busy_time_and_days_off_are_taken_out():
    monday = date(2026, 12, 7)

    windows = free_windows(
        hours=NINE_TO_FIVE,
        zone="Europe/Berlin",
        exceptions=[DayException(monday + timedelta(days=1))],
        busy=[(utc(monday, 9), utc(monday, 10)), (utc(monday, 15, 30), utc(monday, 23))],
        horizon=(utc(monday, 0), utc(monday + timedelta(days=2), 0)),
    )

    assert windows == (
        (utc(monday, 8), utc(monday, 9)),
        (utc(monday, 10), utc(monday, 15, 30)),
    )


def test_hours_until_midnight_join_the_next_day():
    hours = [WeeklyBlock(0, time(20), time(0)), WeeklyBlock(1, time(0), time(2))]
    monday = date(2026, 12, 7)

    windows = free_windows(hours=hours, zone="UTC", horizon=around(monday, days=2))

    assert windows == ((utc(monday, 20), utc(monday + timedelta(days=1), 2)),)


def test_hours_that_end_before_they_start_are_refused():
    with pytest.raises(ValueError, match="ends before"):
        free_windows(hours=[WeeklyBlock(0, time(17), time(9))], zone="UTC", horizon=around(date(2026, 12, 7)))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Asia/Kathmandu", date(2026, 3, 29), 24),
    ],
)
def test_local_days_have_the_length_the_clocks_give_them(zone, day, hours):
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    start, end = ((moment - epoch) // timedelta(minutes=1) for moment in around(day, days=2))

    days = {number: to - begin for number, begin, to in local_days(zone, start, end)}

    assert days[(day - date(1970, 1, 1)).days] == hours * 60


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6)


@settings(max_examples=100, deadline=None)
@given(SPANS, SPANS)
def test_without_takes_out_exactly_the_holes(spans, holes):
    result = without(spans, holes)

    def minutes(some):
        return {minute for start, end in some for minute in range(start, end)}

    assert minutes(result) == minutes(spans) - minutes(holes)
    assert merged(result) == result
