"""What of this app belongs to a company's archive; see ``delivery.archives.register`` for the order."""

from django.db.models import Model

from delivery.archives import Table
from questionbank import models

TABLES = [
    Table(models.SavedSearch),
    Table(models.EditorDraft),
    Table(models.VersionComment),
    Table(models.LeakFlag),
    Table(models.EnemyPair),
    Table(models.ImportEntry),
    Table(models.ImportFile),
    Table(models.Import),
    # A published version never changes: its parts come before it.
    Table(models.CompetencyWeight),
    Table(models.RubricLevel),
    Table(models.QuestionText),
    Table(models.QuestionVersion),
    Table(models.Question),
    Table(models.Tag),
    Table(models.SeniorityLevel),
    Table(models.RoleFamily),
    Table(models.Category),
    Table(models.Competency),
]
LEFT_OUT: dict[type[Model], str] = {
    models.SearchEntry: "made anew from the questions",
    models.SearchBlock: "made anew from the questions",
}
