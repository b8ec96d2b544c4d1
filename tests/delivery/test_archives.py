"""What an archive holds is decided for every table, and nothing of it gives a secret away."""

import re

import pytest
from django.apps import apps
from django.db.models import ForeignKey

from delivery import archives
from delivery.services.archive_rows import reader_of

OURS = ("accounts", "delivery", "questionbank", "interviews", "scoring")
TABLES = archives.tables()
BY_MODEL = {table.model: place for place, table in enumerate(TABLES)}


def test_every_table_of_ours_is_exported_or_left_out_for_a_reason():
    ours = {model for app in OURS for model in apps.get_app_config(app).get_models(include_auto_created=True)}

    assert ours == BY_MODEL.keys() | archives.left_out().keys()
    assert BY_MODEL.keys() & archives.left_out().keys() == set()
    assert all(archives.left_out().values())


def test_whatever_refers_to_a_row_comes_before_it():
    """So the parts of what is frozen or final arrive first, and no change of a part touches its parent."""
    wrong = [
        (table.name, field.name)
        for table in TABLES
        for field in references(table.model)
        if field.related_model is not table.model and BY_MODEL[table.model] > BY_MODEL[field.related_model]
    ]

    assert wrong == []


def test_nothing_in_an_archive_refers_to_what_is_left_out():
    lost = [
        (table.name, field.name)
        for table in TABLES
        for field in references(table.model)
        if field.related_model not in BY_MODEL
    ]

    assert lost == []


def test_no_secret_is_in_an_archive():
    secret = re.compile(r"secret(?!_until)|password|digest|token|key$|hash$|body")
    named = {f"{t.name}.{column}" for t in TABLES for column in t.columns if secret.search(column)}
    replaced = {f"{t.name}.{column}" for t in TABLES for column in t.replaced}

    assert named - replaced == {
        # Names of effects and repeats, and what proves that a packet is what it was.
        "delivery.durablejob.key",
        "scoring.scorecardrevision.request_key",
        "scoring.packet.inputs_hash",
        "questionbank.question.source_key",
        # What people write about a version.
        "questionbank.versioncomment.body",
    }


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_kind_of_column_can_be_read_back(table):
    assert all(callable(reader_of(field)) for field in table.model._meta.concrete_fields)


def references(model):
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
