"""``webhooks``: where events are sent to; ``webhooks/…/deliveries``: what became of each."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Case, F, QuerySet, When
from django.http import Http404
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.rest.fields import Choice, Flag, Input, Moment, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, Row, Rows, check_scope, writes
from delivery.api.events import FEED_TYPES
from delivery.choices import DeliveryState, EventType
from delivery.models import DeliveryAttempt, WebhookDelivery, WebhookEndpoint
from delivery.services import webhooks as services

# What is told needs the scope of what it tells of.
_FEED = "events:read"


class Types(serializers.ListField):
    """Types of events; none means every type."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {"child": Choice(choices=FEED_TYPES), "help_text": "None: every type."}
        super().__init__(**usual | options)


class WebhookOutput(Output):
    owner = Ref(source="owner_id", help_text="Whose it is: it is told what that one may read.")
    url = Text()
    description = Text()
    types = Types()
    is_enabled = Flag()
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_because = Text(help_text="person, gone (it answered 410) or failing (for five days); empty while in use.")
    failing_since = serializers.DateTimeField(allow_null=True, help_text="Nothing has been taken since then.")
    previous_secret_until = serializers.DateTimeField(
        source="previous_until", allow_null=True, help_text="Until then the secret before the last change signs too."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class IssuedWebhook(WebhookOutput):
    secret = Text(help_text="Shown this once.")


class WebhookInput(Input):
    url = Text(max_length=500)
    types = Types(required=False, max_length=100)
    description = Text(max_length=200, required=False, allow_blank=True)


class WebhookChange(Input):
    url = Text(max_length=500, required=False)
    types = Types(required=False, max_length=100)
    description = Text(max_length=200, required=False, allow_blank=True)
    is_enabled = Flag(required=False, help_text="false: what waits is not sent. true: from now on; nothing is made up.")


class RangeInput(Input):
    after = Moment(help_text="From then on; 30 days ago at most.")
    until = Moment(help_text="Before then.")


class RangeOutput(serializers.Serializer[Any]):
    count = Whole(help_text="Events that are sent again.")


class AttemptOutput(serializers.Serializer[Any]):
    number = Whole()
    at = serializers.DateTimeField()
    milliseconds = Whole()
    status = Whole(allow_null=True, help_text="What the receiver answered.")
    error = Text(help_text="Why there was no answer: a code.")


class DeliveryOutput(Output):
    webhook = Ref(source="endpoint_id")
    event = Ref(source="event_id")
    type = Choice(choices=EventType.choices, source="event.type")
    replay = Whole(help_text="0 at first, then one more each time it is sent again.")
    state = Choice(choices=DeliveryState.choices)
    attempts = AttemptOutput(many=True)
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class DeliveryQuery(ListQuery):
    state = serializers.ChoiceField(required=False, choices=DeliveryState.choices)
    event = serializers.UUIDField(required=False)


class Webhooks(Resource):
    """Endpoints: all of them for administrators, their own for programs."""

    noun = "webhooks"
    scope = "webhooks"
    output = WebhookOutput

    def rows(self) -> QuerySet[WebhookEndpoint]:
        return WebhookEndpoint.objects.visible_to(self.user)

    @writes(WebhookInput, status=201, gives=IssuedWebhook)
    def create(self, data: dict[str, Any]) -> Row:
        """Send events there from now on. The secret that signs them is in this answer and nowhere else.

        A token needs ``events:read`` too, here and for every change or replay.
        """
        check_scope(self.request, _FEED)
        endpoint, secret = services.create_endpoint(owner=self.user, actor=self.user, **data)
        return self.represent(endpoint.pk) | {"secret": secret}

    @writes(WebhookChange)
    def partial_update(self, endpoint: WebhookEndpoint, data: dict[str, Any]) -> UUID:
        """Change what is given."""
        check_scope(self.request, _FEED)
        return services.change_endpoint(endpoint=endpoint, actor=self.user, **data).pk

    @writes(status=204)
    def destroy(self, endpoint: WebhookEndpoint, data: dict[str, Any]) -> None:
        """Delete it with its deliveries."""
        services.delete_endpoint(endpoint=endpoint, actor=self.user)

    @action(detail=True, methods=["post"], url_path="rotate-secret")
    @writes(gives=IssuedWebhook)
    def rotate_secret(self, endpoint: WebhookEndpoint, data: dict[str, Any]) -> Row:
        """Make a new secret. The old one signs too for 24 hours."""
        secret = services.rotate_secret(endpoint=endpoint, actor=self.user)
        return self.represent(endpoint.pk) | {"secret": secret}

    @action(detail=True, methods=["post"])
    @writes(gives=DeliveryOutput, status=202)
    def test(self, endpoint: WebhookEndpoint, data: dict[str, Any]) -> Row:
        """Send a ``webhook.tested`` event there, once. 409 ``out_of_use``."""
        return _delivery(services.send_test(endpoint=endpoint, actor=self.user))

    @action(detail=True, methods=["post"])
    @writes(RangeInput, gives=RangeOutput, status=202)
    def replay(self, endpoint: WebhookEndpoint, data: dict[str, Any]) -> Row:
        """Send all events of a span that it wants once more. 409 ``out_of_use``, ``too_many`` (over 10,000)."""
        check_scope(self.request, _FEED)
        return {"count": services.replay_range(endpoint=endpoint, actor=self.user, **data)}


class WebhookDeliveries(Resource):
    """What was sent to one endpoint in the last 30 days. What receivers answered beyond the status stays inside."""

    noun = "webhook-deliveries"
    path = "webhooks/<uuid:webhook>/deliveries"
    scope = "webhooks"
    output = DeliveryOutput
    query = DeliveryQuery
    orderings = {"created_at": "created_at"}

    def rows(self) -> QuerySet[WebhookDelivery]:
        visible = WebhookEndpoint.objects.visible_to(self.user).filter(pk=self.kwargs["webhook"])
        if not visible.exists():
            raise Http404
        waits = When(state=DeliveryState.WAITING, then=F("job__due_at"))
        rows = WebhookDelivery.objects.visible_to(self.user).filter(endpoint=self.kwargs["webhook"])
        return rows.annotate(next_attempt_at=Case(waits, default=None))

    def part_attempts(self, ids: Ids) -> Mapping[UUID, Rows]:
        return _attempts(ids)

    @action(detail=True, methods=["post"])
    @writes(status=202)
    def replay(self, delivery: WebhookDelivery, data: dict[str, Any]) -> UUID:
        """Send its event once more, as a new delivery. 409 ``out_of_use``."""
        check_scope(self.request, _FEED)
        return services.replay_delivery(delivery=delivery, actor=self.user).pk


def _attempts(ids: Ids) -> Mapping[UUID, Rows]:
    found: dict[UUID, Rows] = defaultdict(list)
    names = ("number", "at", "milliseconds", "status", "error")
    rows = DeliveryAttempt.objects.filter(delivery__in=ids).order_by("delivery", "number")
    for row in rows.values("delivery_id", *names):
        found[row.pop("delivery_id")].append(row)
    return found


def _delivery(delivery: WebhookDelivery) -> Row:
    """One that was just queued."""
    assert delivery.job is not None  # noqa: S101 -- for the type checker
    return {
        "id": delivery.pk,
        "webhook": delivery.endpoint_id,
        "event": delivery.event_id,
        "type": delivery.event.type,
        "replay": delivery.replay,
        "state": delivery.state,
        "attempts": [],
        "next_attempt_at": delivery.job.due_at,
        "created_at": delivery.created_at,
        "finished_at": None,
    }
