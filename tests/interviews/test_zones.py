import datetime as dt

import pytest
from django.utils import translation

from interviews.zones import same_clock, span_text, times_text, zone_label

WINTER = dt.datetime(2026, 12, 7, 9, tzinfo=dt.UTC)
SUMMER = dt.datetime(2026, 7, 6, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "label"),
    [
        ("Europe/Berlin", WINTER, "Berlin (UTC+1)"),
        ("Europe/Berlin", SUMMER, "Berlin (UTC+2)"),
        ("Asia/Kolkata", WINTER, "Kolkata (UTC+5:30)"),
        ("America/St_Johns", WINTER, "St Johns (UTC−3:30)"),
        ("America/Argentina/Buenos_Aires", WINTER, "Buenos Aires (UTC−3)"),
        ("Europe/Lisbon", WINTER, "Lisbon (UTC)"),
        ("UTC", WINTER, "UTC"),
    ],
)
def test_zone_label_gives_the_offset_that_holds_then(zone, moment, label):
    assert zone_label(zone, moment) == label


def test_same_clock_compares_the_moment_and_not_the_names():
    assert same_clock("Europe/Berlin", "Europe/Paris", WINTER)
    assert same_clock("Europe/Lisbon", "UTC", WINTER)
    assert not same_clock("Europe/Lisbon", "UTC", SUMMER)


def test_a_span_over_midnight_names_the_second_day():
    span = (WINTER, WINTER + dt.timedelta(hours=2))

    with translation.override("en"):
        assert times_text(span, "Asia/Tokyo") == "18:00–20:00"
        assert span_text(span, "Australia/Sydney") == "Mon 7 Dec 20:00–22:00"
        assert times_text((WINTER, WINTER + dt.timedelta(hours=5)), "Australia/Sydney") == "20:00–Tue 8 Dec 01:00"
