"""What of this app, and of the one below it, belongs to a company's archive.

See ``delivery.archives.register`` for the order.
"""

from django.db.models import Case, DateTimeField, F, Model, Q, TextField, UUIDField, Value, When
from django.db.models.functions import Coalesce

from accounts import models as accounts
from delivery import models
from delivery.archives import Table
from delivery.choices import JobState

EXPORT_KIND = "company.export"
_UNFINISHED = Q(state__in=[JobState.WAITING, JobState.RUNNING])
_WAS_UNFINISHED = "it was not done when the company was exported"

TABLES = [
    Table(models.Event),
    Table(
        models.WebhookEndpoint,
        # Its secrets are encrypted with the key of the installation: it waits for a new one.
        replaced={
            "secret": Value(""),
            "previous_secret": Value(""),
            "previous_until": Value(None, DateTimeField()),
            "is_enabled": Value(False),
            "disabled_at": Coalesce("disabled_at", "updated_at"),
            "disabled_because": Case(When(is_enabled=True, then=Value("imported")), default=F("disabled_because")),
        },
    ),
    # What people asked for and is not done, and what other rows speak of. Nothing runs by itself after an import, or
    # two installations would send the same mails: what was not done has failed, and somebody may try it again.
    Table(
        models.DurableJob,
        only=~Q(state=JobState.DONE) & Q(requested_by__isnull=False) & ~Q(kind=EXPORT_KIND),
        replaced={
            "state": Case(When(_UNFINISHED, then=Value(JobState.DEAD.value)), default=F("state")),
            "error": Case(When(_UNFINISHED, then=Value(_WAS_UNFINISHED)), default=F("error"), output_field=TextField()),
            "finished_at": Coalesce("finished_at", "due_at"),
            "lease": Value(None, UUIDField()),
            "lease_until": Value(None, DateTimeField()),
        },
    ),
    Table(accounts.ExternalId),
    Table(accounts.Deletion),
    Table(accounts.AuditEntry),
    Table(accounts.RoleGrant),
    # Nobody's password leaves, not even its hash: people ask for a new one at the sign-in page.
    Table(accounts.User, replaced={"password": Value("!")}),
]
LEFT_OUT: dict[type[Model], str] = {
    models.WebhookDelivery: "the log of this installation's sending; receivers have had the events",
    models.DeliveryAttempt: "the log of this installation's sending",
    models.CompanyExport: "an archive holds no archives",
    accounts.ApiToken: "a secret of this installation; programs get new tokens",
    accounts.IdempotentRequest: "answers that are kept for a day only",
    accounts.User.groups.through: "roles decide who may do what; groups are not used",
    accounts.User.user_permissions.through: "roles decide who may do what; single permissions are not used",
}
