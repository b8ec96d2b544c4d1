"""``loop-plans``: the questions that everybody who applies for a job is asked.

Compiling one is answered when it is done, not with 202: it takes a second or two and ten at most, for a bank of
any size, and there is nothing to show of a plan before there is one. It runs outside any transaction and bears
repeating, since the same bank, template and seed give the same plan.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.rest.fields import Choice, Flag, Input, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, writes
from interviews import policies
from interviews.api.shortfalls import explained
from interviews.choices import PlanState
from interviews.models import Job, LoopPlan, PlannedQuestion
from interviews.planning.assembly_types import Change
from interviews.selectors.plan_parts import coverage_of, rounds_of
from interviews.services import plan_edits
from interviews.services.plans import MOST_FORMS, approve_plan, compile_plan, rebuild_plan

MOST_CHANGES = 5
MOST_SEED = 9_999


class ReasonOutput(serializers.Serializer[Any]):
    code = Text()
    params = serializers.DictField()
    kind = Choice(choices=["gain", "cost"])
    text = Text()


class PlannedOutput(serializers.Serializer[Any]):
    id = Ref()
    form = Whole()
    position = Whole()
    question = Ref()
    version = Ref(help_text="Of `question-versions`.")
    # A field named like an attribute of fields.
    label = Text(help_text="Number and version, as `Q-0412 v3`: what changes name it by.")  # type: ignore[assignment]
    title = Text()
    minutes = Whole()
    difficulty = Whole()
    is_locked = Flag(help_text="Stays where it is when the plan is rebuilt.")
    reasons = ReasonOutput(many=True)


class PlanRoundOutput(serializers.Serializer[Any]):
    id = Ref(help_text="Of the template's round.")
    label = Text(help_text="`R1`, `R2` …: what changes name it by.")  # type: ignore[assignment]
    name_en = Text()
    name_zh = Text()
    question_minutes = Whole()
    questions = PlannedOutput(many=True)


class CoverageOutput(serializers.Serializer[Any]):
    form = Whole()
    competency = Ref()
    needed_questions = Whole()
    has_questions = Whole()
    needed_interviewers = Whole()
    has_interviewers = Whole()
    is_met = Flag()


class LoopPlanOutput(Output):
    job = Ref(source="job_id")
    template = Ref(source="template_id", help_text="The rules it was built by.")
    number = Whole(help_text="Of the job's plans.")
    state = Choice(choices=PlanState.choices)
    built_from = Ref(source="built_from_id", allow_null=True)
    seed = Whole()
    forms = Whole(help_text="Parallel sets of questions, given to candidates in turn.")
    objective = Whole(help_text="What the plan is worth.")
    bound = Whole(help_text="No plan is worth more.")
    is_optimal = Flag(help_text="Proved to be the best.")
    edits = Whole(help_text="Changes by hand.")
    rounds = PlanRoundOutput(many=True)
    coverage = CoverageOutput(many=True, help_text="What each form has of what every competency needs.")
    created_at = serializers.DateTimeField()
    created_by = Ref(source="created_by_id")
    approved_at = serializers.DateTimeField(allow_null=True)
    approved_by = Ref(source="approved_by_id", allow_null=True)
    updated_at = serializers.DateTimeField()


class LoopPlanInput(Input):
    job = Ref()
    forms = Whole(default=1, min_value=1, max_value=MOST_FORMS, help_text="Parallel sets of questions.")
    seed = Whole(default=0, min_value=0, max_value=MOST_SEED, help_text="Tells plans of equal worth apart.")


class LockInput(Input):
    question = Ref(help_text="The `id` of a question of the plan.")
    is_locked = Flag()


class ChangeInput(Input):
    round = Text(max_length=8, help_text="`R1`, `R2` …")
    out = Text(max_length=40, allow_blank=True, help_text="The label of a question; empty where none goes out.")
    into = Text(max_length=40, allow_blank=True, help_text="Likewise; empty where none comes in.")
    form = Whole(min_value=1, max_value=MOST_FORMS)


class ChangesInput(Input):
    changes = serializers.ListField(
        child=ChangeInput(), min_length=1, max_length=MOST_CHANGES, help_text="As an alternative or addition has them."
    )


class RemoveInput(Input):
    question = Ref(help_text="The `id` of a question of the plan.")


class MoveInput(Input):
    question = Ref(help_text="The `id` of a question of the plan.")
    round = Text(max_length=8, help_text="`R1`, `R2` …")
    position = Whole(min_value=1, max_value=1_000)


class LoopPlanQuery(ListQuery):
    job = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(required=False, choices=PlanState.choices)


class LoopPlans(Resource):
    """The questions of every round, chosen once for a job. Seen by administrators and the members of the job.

    `include=rounds` shows the questions with the reasons for them, `include=coverage` what they give evidence for.
    Drafts are changed by verbs that name the plan's `ETag`; what would break a rule is refused. Where no plan keeps
    every rule, `errors` say what is in the way and `shortfalls` of the same answer what would help, with params.
    """

    noun = "loop-plans"
    scope = "loop-plans"
    output = LoopPlanOutput
    query = LoopPlanQuery
    orderings = {"created_at": "created_at"}
    on_request = frozenset({"rounds", "coverage"})
    needs_if_match = True

    def rows(self) -> QuerySet[LoopPlan]:
        return LoopPlan.objects.visible_to(self.user)

    def part_rounds(self, ids: Ids) -> Mapping[UUID, list[dict[str, Any]]]:
        return rounds_of(ids)

    def part_coverage(self, ids: Ids) -> Mapping[UUID, list[dict[str, Any]]]:
        return coverage_of(ids)

    @writes(LoopPlanInput, status=201, atomic=False)
    def create(self, data: dict[str, Any]) -> UUID:
        """Choose the questions for a job. Where its newest plan is a draft with the very same, that one is answered."""
        jobs = Job.objects.visible_to(self.user).select_related("role_family", "seniority")
        job = self.found(jobs, data.pop("job"), "job")
        if not policies.may_run_job(self.user, job):
            raise PermissionDenied
        with explained():
            return compile_plan(job=job, actor=self.user, **data).pk

    @action(detail=True, methods=["post"])
    @writes(status=201, atomic=False, if_match=True)
    def rebuild(self, plan: LoopPlan, data: dict[str, Any]) -> UUID:
        """Keep what is locked and choose the rest anew, as the job's next draft."""
        self._check_mine(plan)
        with explained():
            return rebuild_plan(plan=plan, actor=self.user).pk

    @action(detail=True, methods=["post"])
    @writes(if_match=True)
    def approve(self, plan: LoopPlan, data: dict[str, Any]) -> UUID:
        """Make it the plan that the job's loops copy. The one approved before is replaced."""
        self._check_mine(plan)
        with explained():
            return approve_plan(plan=plan, actor=self.user, seen=plan.edits).pk

    @action(detail=True, methods=["post"])
    @writes(LockInput, if_match=True)
    def lock(self, plan: LoopPlan, data: dict[str, Any]) -> UUID:
        """Keep a question where it is when the plan is rebuilt, or let it go again."""
        self._check_mine(plan)
        question = self._planned(plan, data)
        plan_edits.set_locked(plan=plan, question=question, locked=data["is_locked"], actor=self.user)
        return plan.pk

    @action(detail=True, methods=["post"])
    @writes(ChangesInput, if_match=True)
    def swap(self, plan: LoopPlan, data: dict[str, Any]) -> UUID:
        """Ask something else instead, as one of the `alternatives` says."""
        self._check_mine(plan)
        with explained():
            plan_edits.swap_question(plan=plan, changes=_changes(data), actor=self.user, seen=plan.edits)
        return plan.pk

    @action(detail=True, methods=["post"])
    @writes(ChangesInput, if_match=True)
    def add(self, plan: LoopPlan, data: dict[str, Any]) -> UUID:
        """Ask one question more, as one of the `additions` says."""
        self._check_mine(plan)
        with explained():
            plan_edits.add_question(plan=plan, changes=_changes(data), actor=self.user, seen=plan.edits)
        return plan.pk

    @action(detail=True, methods=["post"])
    @writes(RemoveInput, if_match=True)
    def remove(self, plan: LoopPlan, data: dict[str, Any]) -> UUID:
        """Take a question out, even if the plan is short without it; it cannot be approved then."""
        self._check_mine(plan)
        question = self._planned(plan, data)
        plan_edits.remove_question(plan=plan, question=question, actor=self.user, seen=plan.edits)
        return plan.pk

    @action(detail=True, methods=["post"])
    @writes(MoveInput, if_match=True)
    def move(self, plan: LoopPlan, data: dict[str, Any]) -> UUID:
        """Ask a question at another place, or in another round that may assess what it is about."""
        self._check_mine(plan)
        question, place = self._planned(plan, data), {"round_id": data["round"], "position": data["position"]}
        with explained():
            plan_edits.move_question(plan=plan, question=question, **place, actor=self.user, seen=plan.edits)
        return plan.pk

    def _check_mine(self, plan: LoopPlan) -> None:
        """Raises ``PermissionDenied``."""
        if not policies.may_run_job(self.user, plan.job):
            raise PermissionDenied

    def _planned(self, plan: LoopPlan, data: dict[str, Any]) -> UUID:
        found: PlannedQuestion = self.found(plan.questions.all(), data["question"], "question")
        return found.pk


def _changes(data: dict[str, Any]) -> list[Change]:
    return [Change(it["round"], it["out"], it["into"], it["form"]) for it in data["changes"]]
