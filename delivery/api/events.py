"""``events``: what happened, as a feed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.rest.fields import Choice, Output, Whole
from accounts.rest.lists import ListQuery, Names, chosen
from accounts.rest.resources import Ids, Resource, Row
from delivery.choices import EventType
from delivery.models import Event

# The types that come in the feed: what the test button sends does not.
FEED_TYPES = [(it.value, it.label) for it in EventType if it is not EventType.WEBHOOK_TESTED]
_ID = {"type": "string", "format": "uuid"}


@extend_schema_field(
    {
        "type": "object",
        "description": "Ids only. Besides these, ids by the name of what they name, such as `loop`.",
        "properties": {
            "id": _ID,
            "sequence": {"type": "integer"},
            "subject": {"type": "string", "description": "The noun of the API."},
            "subject_id": _ID,
            "version": {"type": ["integer", "null"]},
        },
        "required": ["id", "sequence", "subject", "subject_id", "version"],
        "additionalProperties": {"type": "string"},
    }
)
class EventData(serializers.JSONField):
    """What it is about, as webhooks say it too."""


class EventOutput(Output):
    sequence = Whole(help_text="Without gaps; whoever has seen a number has seen all smaller ones.")
    type = Choice(choices=FEED_TYPES)
    timestamp = serializers.DateTimeField(source="occurred_at")
    data = EventData()  # type: ignore[assignment]  # a field, not what a serializer holds


class EventQuery(ListQuery):
    ordering = serializers.CharField(default="sequence", max_length=40, help_text="In the order of the feed.")
    after = serializers.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, source="sequence__gt", help_text="The last `sequence` seen."
    )
    types = Names([value for value, _label in FEED_TYPES], required=False, help_text="Only these, with commas.")
    subject_id = serializers.UUIDField(required=False)


class Events(Resource):
    """The feed, for programs and administrators."""

    noun = "events"
    scope = "events"
    output = EventOutput
    query = EventQuery
    orderings = {"sequence": "sequence"}

    def rows(self) -> QuerySet[Event]:
        return Event.objects.visible_to(self.user)

    def narrow(self, rows: QuerySet[Event], asked: dict[str, Any]) -> QuerySet[Event]:
        if (types := asked.pop("types", None)) is None:
            return rows
        wanted = chosen("types", types, [value for value, _label in FEED_TYPES], "unknown_type")
        return rows.filter(type__in=wanted)

    def part_data(self, ids: Ids) -> Mapping[UUID, Row]:
        return {event.pk: event.payload["data"] for event in Event.objects.filter(pk__in=ids)}
