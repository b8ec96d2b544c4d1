"""The search of the bank. Its rows are filled after the migration, as later ones are (questionbank/apps.py)."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

# Terms come ready made from formats.terms: the database only splits them at spaces.
SQLITE = """
CREATE VIRTUAL TABLE questionbank_searchwords USING fts5(
    title, main, rest, tokenize = "ascii tokenchars '_+#'", detail = column, prefix = '1'
)
"""
# The indexes answer alone; beside the number rows hold only where the rest of them is kept, so many fit on a page.
POSTGRESQL = """
CREATE TABLE questionbank_searchwords (
    number integer PRIMARY KEY, title tsvector NOT NULL, main tsvector NOT NULL, rest tsvector NOT NULL
) WITH (toast_tuple_target = 128);
CREATE INDEX searchwords_title ON questionbank_searchwords USING gin (title);
CREATE INDEX searchwords_main ON questionbank_searchwords USING gin (main);
CREATE INDEX searchwords_rest ON questionbank_searchwords USING gin (rest);
"""


def add_words(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(SQLITE)
    elif schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)


def drop_words(apps, schema_editor):
    schema_editor.execute("DROP TABLE questionbank_searchwords")


class Migration(migrations.Migration):
    dependencies = [("questionbank", "0003_care_and_imports")]

    operations = [
        migrations.CreateModel(
            name="SearchBlock",
            fields=[
                ("id", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("stamp", models.UUIDField(default=uuid.uuid4)),
                ("content", models.BinaryField(default=bytes)),
            ],
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "question",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="questionbank.question",
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True)),
                ("record", models.BinaryField()),
                ("is_packed", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_packed", False)), fields=["number"], name="searchentry_outside"
                    )
                ],
            },
        ),
        migrations.RunPython(add_words, drop_words),
    ]
