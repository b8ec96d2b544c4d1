"""What of this app belongs to a company's archive; see ``delivery.archives.register`` for the order."""

from django.db.models import Case, F, JSONField, Model, Value, When
from django.db.models.functions import Coalesce

from delivery.archives import Table
from interviews import models
from interviews.choices import AtsMessageState

TABLES = [
    Table(
        models.AtsMessage,
        # The body is encrypted with the installation's key: what waits cannot be worked through elsewhere.
        replaced={
            "body": Value(""),
            "state": Case(
                When(state=AtsMessageState.WAITING, then=Value(AtsMessageState.FAILED.value)), default=F("state")
            ),
            "outcome": Case(
                When(state=AtsMessageState.WAITING, then=Value({"code": "key_lost", "params": {}}, JSONField())),
                default=F("outcome"),
            ),
            "finished_at": Coalesce("finished_at", "received_at"),
        },
    ),
    Table(models.StageRule),
    # Its secrets are encrypted with the installation's key: it waits for a new one.
    Table(
        models.AtsConnection,
        replaced={"secret": Value(""), "old_secret": Value(""), "is_enabled": Value(False)},
    ),
    Table(models.Invitation),
    Table(models.Occupancy),
    Table(models.SchedulePlan),
    Table(models.PanelSeat),
    Table(models.AskedQuestion),
    Table(models.Round),
    Table(models.Loop),
    Table(models.PlannedQuestion),
    # A template that has plans never changes: its parts come before the plans.
    Table(models.SeatTemplate),
    Table(models.CompetencyNeed),
    Table(models.RoundTemplate),
    Table(models.LoopPlan),
    Table(models.LoopTemplate),
    Table(models.Pool),
    Table(models.BusyPeriod),
    Table(models.WorkingHours),
    Table(models.Interviewer),
    Table(models.CandidateWindow),
    Table(models.Application),
    Table(models.Candidate),
    Table(models.JobMember),
    Table(models.Job),
]
LEFT_OUT: dict[type[Model], str] = {}
