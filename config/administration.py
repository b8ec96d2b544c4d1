"""The page behind "Administration": what there is to look after, and what of it needs somebody now."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.models import ApiToken
from accounts.requests import PersonRequest, administrators_only
from delivery.choices import JobState
from delivery.models import DurableJob, WebhookEndpoint
from interviews.choices import AtsMessageState
from interviews.models import AtsMessage

SOON = timedelta(days=14)
RECENT = timedelta(days=7)


@dataclass(frozen=True)
class Area:
    """One card; ``attention`` says what somebody should see to."""

    title: str
    text: str
    url: str
    icon: str
    attention: str = ""


@administrators_only
@require_GET
def overview(request: PersonRequest) -> HttpResponse:
    """Four counts, whatever the size of the installation."""
    return render(
        request, "settings.html", {"groups": [(_("Other systems"), _systems()), (_("This installation"), _own())]}
    )


def _systems() -> list[Area]:
    return [
        Area(
            _("API tokens"),
            _("Secrets with which programs speak to the API."),
            reverse("accounts:token-list"),
            "key",
            _tokens_that_end(),
        ),
        Area(
            _("Webhooks"),
            _("Addresses that are told of what happens here."),
            reverse("delivery:webhook-list"),
            "broadcast",
            _endpoints_out_of_use(),
        ),
        Area(
            _("ATS connections"),
            _("Applicant tracking systems that tell us of their candidates."),
            reverse("interviews:ats-list"),
            "plug",
            _unusable_messages(),
        ),
        Area(
            _("API documentation"),
            _("Every resource, field and error of the API."),
            reverse("api:docs"),
            "file-earmark-text",
        ),
    ]


def _own() -> list[Area]:
    return [
        Area(
            _("People"),
            _("Who has an account, with which roles."),
            reverse("admin:accounts_user_changelist"),
            "people",
        ),
        Area(
            _("Background jobs"),
            _("What the machine has done and still owes."),
            reverse("admin:delivery_durablejob_changelist"),
            "hourglass-split",
            _dead_jobs(),
        ),
        Area(
            _("Audit trail"),
            _("Who did what, when."),
            reverse("admin:accounts_auditentry_changelist"),
            "shield-check",
        ),
        Area(
            _("Export"),
            _("Everything the company owns in one file, to keep or to take along."),
            reverse("delivery:export-list"),
            "download",
        ),
        Area(
            _("All tables"),
            _("Pools and whatever has no page of its own."),
            reverse("admin:index"),
            "list",
        ),
    ]


def _tokens_that_end() -> str:
    now = timezone.now()
    count = ApiToken.objects.live(now).filter(expires_at__lte=now + SOON).count()
    text = ngettext("%(count)s ends within 14 days", "%(count)s end within 14 days", count)
    return text % {"count": count} if count else ""


def _endpoints_out_of_use() -> str:
    count = WebhookEndpoint.objects.filter(is_enabled=False).count()
    text = ngettext("%(count)s is out of use", "%(count)s are out of use", count)
    return text % {"count": count} if count else ""


def _unusable_messages() -> str:
    since = timezone.now() - RECENT
    count = AtsMessage.objects.filter(state=AtsMessageState.FAILED, received_at__gte=since).count()
    text = ngettext(
        "%(count)s message of the last 7 days could not be used",
        "%(count)s messages of the last 7 days could not be used",
        count,
    )
    return text % {"count": count} if count else ""


def _dead_jobs() -> str:
    count = DurableJob.objects.filter(state=JobState.DEAD).count()
    text = ngettext("%(count)s has failed for good", "%(count)s have failed for good", count)
    return text % {"count": count} if count else ""
