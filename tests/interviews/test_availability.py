import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from interviews.models import BusyPeriod
from interviews.services.availability import add_busy_period, remove_busy_period, set_rules
from tests.factories import InterviewerFactory, UserFactory

pytestmark = pytest.mark.django_db
NINE = dt.datetime(2026, 12, 7, 9, tzinfo=dt.UTC)
RULES = {"is_active": True, "notice_hours": 24, "buffer_minutes": 15, "most_per_day": 3}


def test_set_rules_replaces_the_week():
    interviewer = InterviewerFactory()

    set_rules(interviewer=interviewer, actor=UserFactory(), hours=[(2, dt.time(10), dt.time(12))], **RULES)

    interviewer.refresh_from_db()
    assert (interviewer.buffer_minutes, interviewer.most_per_day) == (15, 3)
    assert [(it.weekday, it.starts) for it in interviewer.hours.all()] == [(2, dt.time(10))]


def test_set_rules_refuses_overlapping_hours_and_keeps_what_was():
    interviewer = InterviewerFactory()
    hours = [(0, dt.time(9), dt.time(12)), (0, dt.time(11), dt.time(13))]

    with pytest.raises(ValidationError) as refusal:
        set_rules(interviewer=interviewer, actor=UserFactory(), hours=hours, **RULES)

    assert refusal.value.code == "hours_overlap"
    assert interviewer.hours.count() == 5


def test_busy_periods_come_and_go():
    interviewer, actor = InterviewerFactory(), UserFactory()
    busy = add_busy_period(
        interviewer=interviewer, actor=actor, starts_at=NINE, ends_at=NINE + dt.timedelta(hours=1), what=" Dentist "
    )
    assert busy.what == "Dentist"

    remove_busy_period(busy=busy, actor=actor)

    assert not BusyPeriod.objects.exists()


def test_a_busy_period_has_to_end_after_it_starts():
    with pytest.raises(ValidationError) as refusal:
        add_busy_period(interviewer=InterviewerFactory(), actor=UserFactory(), starts_at=NINE, ends_at=NINE)

    assert refusal.value.code == "ends_first"
