"""PostgreSQL itself refuses two live spans of one person that overlap.

Only there: Django's ExclusionConstraint in ``Meta`` would break the migrations on SQLite, where triggers
(interviews/triggers.py) hold the same rule.
"""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ADD = """
ALTER TABLE interviews_occupancy ADD CONSTRAINT occupancy_no_overlap
EXCLUDE USING gist (resource_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
WHERE (state IN ('held', 'confirmed'))
"""
DROP = "ALTER TABLE interviews_occupancy DROP CONSTRAINT occupancy_no_overlap"


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(ADD)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("interviews", "0001_initial")]
    # BtreeGistExtension does nothing on other databases.
    operations = [BtreeGistExtension(), migrations.RunPython(add, drop)]
