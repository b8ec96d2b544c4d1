"""``plans``: who and when is proposed for a loop; ``bookings``: what was booked; ``invitations``: who was told."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.rest.fields import Choice, Flag, Input, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, Row, Rows, writes
from delivery.choices import JobState
from interviews.api.loops import SeatOutput, seats_of
from interviews.choices import CancelReason, InvitationState, LoopState, ProposalState
from interviews.models import Invitation, Loop, PanelSeat, Round, SchedulePlan
from interviews.policies import may_run_loop
from interviews.selectors.proposals import reasons_of, why_no_panel
from interviews.services.booking import book_panel, cancel_booking
from interviews.services.panel_searches import MOST_DAYS, STEPS, request_panel

PLAN_STATES = ("waiting", "running", "failed", "proposed", "booked", "dropped")
BOOKING_STATES = ("confirmed", "cancelled")
_HELD = (LoopState.BOOKED, LoopState.DEBRIEF, LoopState.DECIDED)


class Code(serializers.Serializer[Any]):
    code = Text()
    params = serializers.DictField(help_text="Ids and numbers.")


class WordedCode(Code):
    message = Text()


class WayOut(serializers.Serializer[Any]):
    changes = Code(many=True, help_text="Together they make a panel possible.")
    message = Text()


class PlanError(serializers.Serializer[Any]):
    code = Choice(choices=["no_panel", "fault"])
    message = Text()
    conflicts = WordedCode(many=True, help_text="What stands in the way together.")
    ways_out = WayOut(many=True, help_text="Cheapest first.")


class PlanProgress(serializers.Serializer[Any]):
    step = Choice(choices=STEPS, allow_null=True)
    done = Whole()
    of = Whole()


class Placement(serializers.Serializer[Any]):
    round = Ref()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    seats = serializers.DictField(child=Ref(), help_text="Role → interviewer.")


class PlanOutput(Output):
    loop = Ref(source="loop_id")
    application = Ref(source="loop.application_id")
    state = Choice(choices=PLAN_STATES, source="shown_state")
    progress = PlanProgress(allow_null=True, help_text="Null where nothing was searched in the background.")
    error = PlanError(allow_null=True)
    horizon_days = Whole()
    placements = Placement(many=True, help_text="In order.")
    candidate_time_zone = Text(source="loop.application.candidate.time_zone")
    reasons = WordedCode(many=True, help_text="What speaks for and against it.")
    idle_minutes = Whole(allow_null=True, help_text="Waiting of the candidate beyond the breaks.")
    is_proven = Flag(help_text="There is no better panel.")
    created_by = Ref(source="created_by_id")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PlanInput(Input):
    loop = Ref()
    horizon_days = Whole(default=14, min_value=1, max_value=MOST_DAYS, help_text="How far ahead to look.")


class ConfirmInput(Input):
    link = serializers.URLField(required=False, allow_blank=True, max_length=200, help_text="The video call.")


class PlanQuery(ListQuery):
    loop = serializers.UUIDField(required=False)
    application = serializers.UUIDField(required=False, source="loop__application")
    state = serializers.ChoiceField(required=False, choices=PLAN_STATES, source="shown_state")


class Plans(Resource):
    """Proposed panels, for those who may book them: recruiters of the job and programs."""

    noun = "plans"
    scope = "bookings"
    output = PlanOutput
    query = PlanQuery

    def rows(self) -> QuerySet[SchedulePlan]:
        searching = Q(state=ProposalState.SEARCHING)
        return SchedulePlan.objects.visible_to(self.user).annotate(
            shown_state=Case(
                When(searching & Q(job__state=JobState.DEAD), then=Value("failed")),
                When(searching & Q(job__state=JobState.RUNNING), then=Value("running")),
                When(searching, then=Value("waiting")),
                default=F("state"),
            )
        )

    def part_progress(self, ids: Ids) -> Mapping[UUID, Row]:
        plans = SchedulePlan.objects.filter(pk__in=ids, job__isnull=False)
        return {
            pk: {"step": step or None, "done": of if state == JobState.DONE else done, "of": of or len(STEPS)}
            for pk, state, step, done, of in plans.values_list(
                "pk", "job__state", "job__step", "job__steps_done", "job__steps_total"
            )
        }

    def part_error(self, ids: Ids) -> Mapping[UUID, Row]:
        return why_no_panel(ids)

    def part_reasons(self, ids: Ids) -> Mapping[UUID, Rows]:
        return reasons_of(ids)

    @writes(PlanInput, status=202)
    def create(self, data: dict[str, Any]) -> UUID:
        """Have a panel searched. Ask again until ``state`` is ``proposed`` or ``failed``; what was proposed before
        is dropped. 409 ``already_booked``.
        """
        loop = self.found(Loop.objects.visible_to(self.user), data["loop"], "loop")
        if not may_run_loop(self.user, loop):
            raise PermissionDenied
        return request_panel(loop=loop, actor=self.user, horizon_days=data["horizon_days"]).pk

    @action(detail=True, methods=["post"])
    @writes(ConfirmInput)
    def confirm(self, plan: SchedulePlan, data: dict[str, Any]) -> UUID:
        """Book everybody and invite them, or nobody: 409 ``double_booked``, ``out_of_date``, ``already_booked``,
        ``proposal_dropped``, ``nothing_proposed`` or ``busy_try_again``.
        """
        book_panel(proposal=plan, actor=self.user, now=timezone.now(), link=data.get("link", ""))
        return plan.pk


class BookedRound(serializers.Serializer[Any]):
    round = Ref()
    position = Whole()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    link = Text()
    seats = SeatOutput(many=True)


class BookingOutput(Output):
    id = Ref(help_text="The loop's id: a loop has one booking.")
    loop = Ref(source="pk")
    application = Ref(source="application_id")
    candidate = Ref(source="application.candidate_id")
    job = Ref(source="application.job_id")
    state = Choice(choices=BOOKING_STATES, source="booking_state")
    candidate_time_zone = Text(source="application.candidate.time_zone")
    job_time_zone = Text(source="application.job.time_zone")
    rounds = BookedRound(many=True, help_text="Those you may see; without times once it was taken back.")
    updated_at = serializers.DateTimeField()


class BookingQuery(ListQuery):
    job = serializers.UUIDField(required=False, source="application__job")
    application = serializers.UUIDField(required=False)
    candidate = serializers.UUIDField(required=False, source="application__candidate")
    state = serializers.ChoiceField(required=False, choices=BOOKING_STATES, source="booking_state")


class CancelInput(Input):
    reason = Choice(choices=CancelReason.choices)


class Bookings(Resource):
    """Booked panels of loops. Members of the job see them; an interviewer their own rounds."""

    noun = "bookings"
    scope = "bookings"
    output = BookingOutput
    query = BookingQuery

    def rows(self) -> QuerySet[Loop]:
        seats = PanelSeat.objects.filter(round__loop=OuterRef("pk"))
        held = Case(When(state__in=_HELD, then=Value("confirmed")), default=Value("cancelled"))
        return Loop.objects.visible_to(self.user).filter(Exists(seats)).annotate(booking_state=held)

    def part_rounds(self, ids: Ids) -> Mapping[UUID, Rows]:
        found: dict[UUID, Rows] = defaultdict(list)
        rounds = Round.objects.visible_to(self.user).filter(loop__in=ids).order_by("position")
        columns = ("pk", "position", "starts_at", "ends_at", "link")
        rows = list(rounds.values_list("loop", *columns))
        seats = seats_of([row[1] for row in rows])
        for loop, pk, *rest in rows:
            found[loop].append({"round": pk, **dict(zip(columns[1:], rest, strict=True)), "seats": seats.get(pk, [])})
        return found

    @action(detail=True, methods=["post"])
    @writes(CancelInput)
    def cancel(self, loop: Loop, data: dict[str, Any]) -> UUID:
        """Take it back before its first round: everybody is free again and told. 409 ``not_booked`` or ``begun``."""
        if not may_run_loop(self.user, loop):
            raise PermissionDenied
        cancel_booking(loop=loop, actor=self.user, reason=CancelReason(data["reason"]), now=timezone.now())
        return loop.pk


class InvitationOutput(Output):
    loop = Ref(source="loop_id")
    seat = Ref(source="seat_id", allow_null=True, help_text="Null: the candidate's, for the whole loop.")
    round = Ref(source="seat.round_id", allow_null=True)
    interviewer = Ref(source="seat.interviewer_id", allow_null=True)
    uid = Text(help_text="Of the event in calendars.")
    sequence = Whole(help_text="Grows with every change and with the cancellation.")
    state = Choice(choices=InvitationState.choices)
    sent_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class InvitationQuery(ListQuery):
    loop = serializers.UUIDField(required=False)
    interviewer = serializers.UUIDField(required=False, source="seat__interviewer")
    state = serializers.ChoiceField(required=False, choices=InvitationState.choices)


class Invitations(Resource):
    """Calendar mails about bookings: members of the job see all of a loop, an interviewer their own."""

    noun = "invitations"
    scope = "bookings"
    output = InvitationOutput
    query = InvitationQuery

    def rows(self) -> QuerySet[Invitation]:
        return Invitation.objects.visible_to(self.user)
