"""``debriefs``: the discussion of a loop; ``decisions``: what came of it; ``policies``: the lines it is held to."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.rest.fields import Choice, Flag, Input, Number, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, writes
from interviews.choices import SeatState
from interviews.models import Loop
from questionbank.models import RoleFamily, SeniorityLevel
from scoring.choices import CardState, DebriefState, Outcome
from scoring.models import Debrief, Decision, DecisionPolicy
from scoring.services.debriefs import open_early, record_decision, request_access
from scoring.services.policies import LINES, add_policy, as_line, change_policy

_REASON = {"max_length": 1_000, "help_text": "Stays on record."}


class DebriefOutput(Output):
    loop = Ref(source="loop_id")
    application = Ref(source="loop.application_id")
    job = Ref(source="loop.application.job_id")
    state = Choice(choices=DebriefState.choices)
    policy = Ref(source="policy_id")
    cards_in = Whole()
    cards_due = Whole()
    opened_at = serializers.DateTimeField()
    opened_by = Ref(source="opened_by_id", allow_null=True, help_text="Null: it opened by itself with the last card.")
    opening_reason = Text()
    decision = Ref(source="decision.pk", allow_null=True)
    updated_at = serializers.DateTimeField()


class OpenInput(Input):
    loop = Ref()
    reason = Text(**_REASON)


class AccessInput(Input):
    reason = Text(**_REASON)


class DebriefQuery(ListQuery):
    loop = serializers.UUIDField(required=False)
    application = serializers.UUIDField(required=False, source="loop__application")
    job = serializers.UUIDField(required=False, source="loop__application__job")
    state = serializers.ChoiceField(required=False, choices=DebriefState.choices)


class Debriefs(Resource):
    """Opened debriefs: for members of the job and for the panel, each after all cards of their own are in."""

    noun = "debriefs"
    scope = "debriefs"
    output = DebriefOutput
    query = DebriefQuery

    def rows(self) -> QuerySet[Debrief]:
        if self.action == "access" and self.user.is_admin:
            return Debrief.objects.all()  # what is asked for is the right to read it
        return Debrief.objects.visible_to(self.user)

    def part_cards_in(self, ids: Ids) -> Mapping[UUID, int]:
        return _seats(ids, Q(loop__rounds__seats__scorecard__state=CardState.SUBMITTED))

    def part_cards_due(self, ids: Ids) -> Mapping[UUID, int]:
        return _seats(ids, Q())

    @writes(OpenInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Open it before all cards are in, by a member of the job. 409 ``own_card_first`` or ``already_open``."""
        loop = self.found(Loop.objects.visible_to(self.user), data["loop"], "loop")
        return open_early(loop=loop, actor=self.user, reason=data["reason"]).pk

    @action(detail=True, methods=["post"])
    @writes(AccessInput)
    def access(self, debrief: Debrief, data: dict[str, Any]) -> UUID:
        """Let an administrator read it, for a reason that stays on record."""
        self.action = "retrieve"  # what is answered is what may be read from now on
        return request_access(debrief=debrief, admin=self.user, reason=data["reason"]).debrief_id


def _seats(debriefs: Ids, more: Q) -> Mapping[UUID, int]:
    """Debrief → its filled seats. One query."""
    live = Q(loop__rounds__seats__state=SeatState.CONFIRMED) & more
    counted = Debrief.objects.filter(pk__in=debriefs).order_by()
    return dict(counted.values_list("pk").annotate(n=Count("loop__rounds__seats", filter=live)))


class DecisionOutput(Output):
    debrief = Ref(source="debrief_id")
    loop = Ref(source="debrief.loop_id")
    application = Ref(source="debrief.loop.application_id")
    job = Ref(source="debrief.loop.application.job_id")
    outcome = Choice(choices=Outcome.choices)
    rationale = Text()
    decided_by = Ref(source="decided_by_id")
    decided_at = serializers.DateTimeField()


class DecisionInput(Input):
    debrief = Ref()
    outcome = Choice(choices=Outcome.choices)
    rationale = Text(max_length=5_000, help_text="Kept with the decision.")


class DecisionQuery(ListQuery):
    debrief = serializers.UUIDField(required=False)
    loop = serializers.UUIDField(required=False, source="debrief__loop")
    application = serializers.UUIDField(required=False, source="debrief__loop__application")
    job = serializers.UUIDField(required=False, source="debrief__loop__application__job")
    outcome = serializers.ChoiceField(required=False, choices=Outcome.choices)


class Decisions(Resource):
    """Decisions, as their debriefs may be read. A person records one: the hiring manager of the job."""

    noun = "decisions"
    scope = "debriefs"
    output = DecisionOutput
    query = DecisionQuery

    def rows(self) -> QuerySet[Decision]:
        return Decision.objects.visible_to(self.user)

    @writes(DecisionInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Record the hiring manager's decision, once. 409 ``decided_already``."""
        data["debrief"] = self.found(Debrief.objects.visible_to(self.user), data["debrief"], "debrief")
        return record_decision(actor=self.user, **data).pk


class PolicyOutput(Output):
    role = Ref(source="role_family_id")
    seniority = Ref(source="seniority_id")
    version = Whole()
    is_current = Flag(help_text="There is no newer version.")
    overall_line = Number(help_text="What the overall result has to reach, on the scale of levels.")
    competency_line = Number(help_text="What each competency has to reach.")
    knockout_line = Number(help_text="A competency below it ends the matter.")
    least_questions = Whole(help_text="So many questions speak to a competency before its result counts.")
    created_at = serializers.DateTimeField()


class PolicyChange(Input):
    overall_line = Number(required=False, min_value=1, max_value=5)
    competency_line = Number(required=False, min_value=1, max_value=5)
    knockout_line = Number(required=False, min_value=1, max_value=5)
    least_questions = Whole(required=False, min_value=1, max_value=100)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        return data | {name: as_line(data[name]) for name in LINES if name in data}


class PolicyInput(PolicyChange):
    role = Ref()
    seniority = Ref()


class PolicyQuery(ListQuery):
    role = serializers.UUIDField(required=False, source="role_family")
    seniority = serializers.UUIDField(required=False)
    is_current = serializers.BooleanField(required=False)


class Policies(Resource):
    """Decision policies, every version of them. Administrators set them."""

    noun = "policies"
    scope = "debriefs"
    output = PolicyOutput
    query = PolicyQuery
    needs_if_match = True

    def rows(self) -> QuerySet[DecisionPolicy]:
        newer = DecisionPolicy.objects.filter(
            role_family=OuterRef("role_family"), seniority=OuterRef("seniority"), version__gt=OuterRef("version")
        )
        return DecisionPolicy.objects.visible_to(self.user).annotate(is_current=~Exists(newer))

    @writes(PolicyInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """The first policy of a role and seniority. 409 ``policy_exists``."""
        self.only_admins()
        data["role_family"] = self.found(RoleFamily.objects.all(), data.pop("role"), "role")
        data["seniority"] = self.found(SeniorityLevel.objects.all(), data["seniority"], "seniority")
        return add_policy(actor=self.user, **data).pk

    @writes(PolicyChange)
    def partial_update(self, policy: DecisionPolicy, data: dict[str, Any]) -> UUID:
        """Its next version, which is what is answered: with an id of its own. 409 ``not_current``."""
        return change_policy(policy=policy, actor=self.user, **data).pk
