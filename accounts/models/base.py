"""What rows of all apps share."""

from django.db import models
from django.db.models.functions import Now


class Touched(models.Model):
    """A row that says when it changed last, by the database's own clock: a trigger writes it at every change.

    Give the table to ``triggers.touched`` too, so that bulk updates count as well.
    """

    updated_at = models.DateTimeField(db_default=Now(), db_index=True, editable=False)

    class Meta:
        abstract = True
