"""``availabilities`` and ``busy-periods``: when interviewers can be booked, beside what is booked here."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers

from accounts.rest.fields import Flag, Input, Moment, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.problems import about
from accounts.rest.resources import Ids, Resource, writes
from interviews import policies
from interviews.api.hours import BlockOutput, give_rules, hours_input, hours_of
from interviews.models import BusyPeriod, Interviewer
from interviews.services.availability import add_busy_period, remove_busy_period


class BusyPart(serializers.Serializer[Any]):
    id = Ref(help_text="Of `busy-periods`.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class AvailabilityOutput(Output):
    id = Ref(help_text="Of the interviewer.")
    time_zone = Text(source="user.time_zone", help_text="An IANA zone: the hours are in it.")
    is_active = Flag(help_text="Takes interviews.")
    notice_hours = Whole()
    buffer_minutes = Whole()
    most_per_day = Whole()
    hours = BlockOutput(many=True)
    busy = BusyPart(many=True, help_text="Busy periods that have not ended.")
    updated_at = serializers.DateTimeField()


class AvailabilityChange(Input):
    hours = hours_input()


class AvailabilityQuery(ListQuery):
    interviewer = serializers.UUIDField(required=False, source="pk")
    pool = serializers.UUIDField(required=False, source="pools")


class Availabilities(Resource):
    """When each interviewer can be booked. Recruiters and administrators see and change all, everybody their own."""

    noun = "availabilities"
    scope = "interviewers"
    output = AvailabilityOutput
    query = AvailabilityQuery

    def rows(self) -> QuerySet[Interviewer]:
        return Interviewer.objects.visible_to(self.user)

    def part_hours(self, ids: Ids) -> Mapping[UUID, list[dict[str, str]]]:
        return hours_of(ids)

    def part_busy(self, ids: Ids) -> Mapping[UUID, list[dict[str, Any]]]:
        found = defaultdict(list)
        rows = BusyPeriod.objects.filter(interviewer__in=ids, ends_at__gt=timezone.now()).order_by("starts_at", "pk")
        for interviewer, pk, starts_at, ends_at in rows.values_list("interviewer", "pk", "starts_at", "ends_at"):
            found[interviewer].append({"id": pk, "starts_at": starts_at, "ends_at": ends_at})
        return found

    @writes(AvailabilityChange)
    def partial_update(self, interviewer: Interviewer, data: dict[str, Any]) -> UUID:
        """Replace the weekly hours. What is booked stays."""
        if not policies.may_edit_hours(self.user, interviewer):
            raise PermissionDenied
        give_rules(interviewer, data, self.user)
        return interviewer.pk


class BusyPeriodOutput(Output):
    interviewer = Ref(source="interviewer_id")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    what = Text()


class BusyPeriodInput(Input):
    interviewer = Ref()
    starts_at = Moment()
    ends_at = Moment()
    what = Text(required=False, allow_blank=True, max_length=120)


class BusyPeriodQuery(ListQuery):
    interviewer = serializers.UUIDField(required=False)
    after = serializers.DateTimeField(required=False, source="ends_at__gt", help_text="What ends after it.")
    before = serializers.DateTimeField(required=False, source="starts_at__lt", help_text="What starts before it.")


class BusyPeriods(Resource):
    """Spans in which an interviewer is not free, for a reason outside Loopwright."""

    noun = "busy-periods"
    scope = "interviewers"
    output = BusyPeriodOutput
    query = BusyPeriodQuery
    orderings = {"starts_at": "starts_at"}

    def rows(self) -> QuerySet[BusyPeriod]:
        return BusyPeriod.objects.visible_to(self.user)

    @writes(BusyPeriodInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Keep a span free of interviews. Interviews booked in it stay."""
        interviewer = self.found(Interviewer.objects.visible_to(self.user), data.pop("interviewer"), "interviewer")
        if not policies.may_edit_hours(self.user, interviewer):
            raise PermissionDenied
        with about("ends_at"):
            return add_busy_period(interviewer=interviewer, actor=self.user, **data).pk

    @writes(status=204)
    def destroy(self, busy: BusyPeriod, data: dict[str, Any]) -> None:
        """Give a span back."""
        if not policies.may_edit_hours(self.user, busy.interviewer):
            raise PermissionDenied
        remove_busy_period(busy=busy, actor=self.user)
