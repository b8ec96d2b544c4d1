"""What of this app belongs to a company's archive; see ``delivery.archives.register`` for the order."""

from django.db.models import Model

from delivery.archives import Table
from scoring import models

TABLES = [
    Table(models.Packet, file="file"),
    Table(models.Decision),
    Table(models.DebriefAccess),
    Table(models.Debrief),
    Table(models.DecisionPolicy),
    # Numbered without gaps, so the first of each card comes first.
    Table(models.ScorecardRevision, order=("number", "pk")),
    Table(models.QuestionScore),
    Table(models.Scorecard),
]
LEFT_OUT: dict[type[Model], str] = {}
