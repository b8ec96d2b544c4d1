"""A database that has rows in it is brought up to date, and keeps its rules."""

import pytest
from django.core.management import call_command
from django.db import connection

from accounts import triggers
from interviews.models import Loop, LoopPlan, Round
from tests.scoring.worlds import panel_world

pytestmark = pytest.mark.django_db(transaction=True)

# The state of the release before the one that tells programs of changes.
BEFORE = [("scoring", "0001"), ("interviews", "0004")]


def test_migrations_go_over_a_filled_database_though_triggers_name_its_tables():
    panel_world()
    rows = [model.objects.count() for model in (Loop, LoopPlan, Round)]
    try:
        for app, name in BEFORE:
            call_command("migrate", app, name, verbosity=0)
    finally:
        call_command("migrate", verbosity=0)

    assert [model.objects.count() for model in (Loop, LoopPlan, Round)] == rows
    assert triggers.installed(connection) == {
        it.name for it in triggers.TRIGGERS if it.vendor in {"", connection.vendor}
    }
