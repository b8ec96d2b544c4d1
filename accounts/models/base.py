"""What rows of all apps share."""

from typing import Any

from django.db import models
from django.db.models.functions import Now


class Moment(Now):
    """The database's clock, on SQLite in the very form in which Django writes times.

    SQLite compares times as texts and Django leaves out a fraction of zero: so the last digit is never 0.
    """

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="STRFTIME('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f001', 'NOW')", **context
        )


class Touched(models.Model):
    """A row that says when it changed last, by the database's own clock: a trigger writes it at every change.

    Give the table to ``triggers.touched`` too, so that bulk updates count as well.
    """

    updated_at = models.DateTimeField(db_default=Moment(), db_index=True, editable=False)

    class Meta:
        abstract = True
