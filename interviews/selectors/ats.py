"""Connections to applicant tracking systems and their messages as people read them."""

from datetime import datetime, timedelta

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import ExternalId, User
from interviews.choices import AtsMessageState
from interviews.models import AtsConnection, AtsMessage, Job, StageRule

RECENT = timedelta(days=7)


def connection_list(*, user: User, now: datetime) -> "QuerySet[AtsConnection]":
    """With ``rule_count``, ``last_at`` of its newest message, and ``failed`` ones of the last week. One query."""
    mine = AtsMessage.objects.filter(connection=OuterRef("pk"))
    failed = mine.filter(state=AtsMessageState.FAILED, received_at__gt=now - RECENT)
    found: QuerySet[AtsConnection] = AtsConnection.objects.visible_to(user)
    return found.annotate(
        rule_count=_counted(StageRule.objects.filter(connection=OuterRef("pk")), "connection"),
        failed=_counted(failed, "connection"),
        last_at=Subquery(mine.order_by("-received_at").values("received_at")[:1]),
    )


def _counted(rows: "QuerySet[AtsMessage] | QuerySet[StageRule]", group: str) -> Coalesce:
    counted = rows.order_by().values(group).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def message_log(*, connection: AtsConnection, state: str = "") -> "QuerySet[AtsMessage]":
    """Newest first, of one state or of all, without their bodies. One query a page."""
    found = AtsMessage.objects.filter(connection=connection).select_related("application__job").defer("body")
    return found.filter(state=state) if state else found


def known_jobs(*, system: str) -> "QuerySet[Job]":
    """The jobs that the other system has a name for, with it as ``external_id``. One query a page."""
    named = ExternalId.objects.filter(resource="jobs", system=system)
    name = Subquery(named.filter(object_id=OuterRef("pk")).values("external_id")[:1])
    found: QuerySet[Job] = Job.objects.filter(pk__in=named.values("object_id"))
    return found.annotate(external_id=name).order_by("title", "pk")
