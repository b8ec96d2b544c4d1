"""``loops``: one candidate's way through the rounds of a job's plan; ``rounds``: the conversations of it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers

from accounts.rest.fields import Choice, ExternalIds, Input, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, Row, Rows, writes
from interviews.choices import LoopState, RoundFormat, SeatRole, SubstitutionReason
from interviews.models import Application, AskedQuestion, Job, Loop, PanelSeat, Round
from interviews.selectors.loops import STAGES, stages_done
from interviews.services.loops import start_loop


class LoopProgress(serializers.Serializer[Any]):
    stage = Choice(choices=STAGES, allow_null=True, help_text="What is to be done now; null once it is decided.")
    done = Whole(help_text="Stages that lie behind.")
    of = Whole()


class LoopOutput(Output):
    application = Ref(source="application_id")
    candidate = Ref(source="application.candidate_id")
    job = Ref(source="application.job_id")
    loop_plan = Ref(source="plan_id", help_text="The approved plan that it copies.")
    form = Whole(help_text="Which of the plan's parallel forms.")
    state = Choice(choices=LoopState.choices)
    progress = LoopProgress()
    rounds = serializers.ListField(child=Ref(), help_text="Those you may see, in order.")
    created_by = Ref(source="created_by_id")
    external_ids = ExternalIds()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class LoopInput(Input):
    application = Ref()
    external_ids = ExternalIds(required=False)


class LoopQuery(ListQuery):
    job = serializers.UUIDField(required=False, source="application__job")
    application = serializers.UUIDField(required=False)
    candidate = serializers.UUIDField(required=False, source="application__candidate")
    state = serializers.ChoiceField(required=False, choices=LoopState.choices)


class Loops(Resource):
    """Loops of candidates. Members of the job see them; an interviewer sees those in which they have a seat."""

    noun = "loops"
    scope = "loops"
    output = LoopOutput
    query = LoopQuery

    def rows(self) -> QuerySet[Loop]:
        return Loop.objects.visible_to(self.user)

    def part_rounds(self, ids: Ids) -> Mapping[UUID, list[UUID]]:
        found: dict[UUID, list[UUID]] = defaultdict(list)
        rounds = Round.objects.visible_to(self.user).filter(loop__in=ids).order_by("position")
        for loop, round_ in rounds.values_list("loop", "pk"):
            found[loop].append(round_)
        return found

    def part_progress(self, ids: Ids) -> Mapping[UUID, Row]:
        rounds = Round.objects.visible_to(self.user).filter(loop=OuterRef("pk"), ends_at__isnull=False)
        last_end = Subquery(rounds.order_by("-ends_at").values("ends_at")[:1])
        now = timezone.now()
        return {
            loop: _progress(stages_done(state=state, last_end=ends_at, now=now))
            for loop, state, ends_at in Loop.objects.filter(pk__in=ids).values_list("pk", "state", last_end)
        }

    @writes(LoopInput, status=201, also=(200,), atomic=False)
    def create(self, data: dict[str, Any]) -> UUID | HttpResponse:
        """Give a candidate the rounds and questions of the job's approved plan. Asking again gives the same loop.

        A question that the candidate was asked before, that has leaked or is out of use is replaced. 409
        ``no_approved_plan``, ``no_substitute`` or ``plan_changed``.
        """
        application = self.found(Application.objects.visible_to(self.user), data["application"], "application")
        if not Job.objects.run_by(self.user).filter(pk=application.job_id).exists():
            raise PermissionDenied
        was_there = Loop.objects.filter(application=application).exists()
        loop = start_loop(application=application, actor=self.user)
        self.name_outside(loop.pk, data.get("external_ids", {}))
        return self.there_already(loop.pk) if was_there else loop.pk


def _progress(done: int) -> Row:
    return {"stage": STAGES[done] if done < len(STAGES) else None, "done": done, "of": len(STAGES)}


class SeatOutput(serializers.Serializer[Any]):
    id = Ref()
    interviewer = Ref()
    user = Ref(help_text="The interviewer's account.")
    role = Choice(choices=SeatRole.choices)


class AskedOutput(serializers.Serializer[Any]):
    id = Ref(help_text="Of the question in this round: what scores are given for.")
    position = Whole()
    question = Ref()
    version = Ref()
    replaces = Ref(allow_null=True, help_text="The version of the plan in whose place it stands.")
    replaced_because = Choice(choices=SubstitutionReason.choices, allow_null=True)
    competencies = serializers.ListField(child=Ref(), help_text="What this round is to assess by it.")


class RoundOutput(Output):
    loop = Ref(source="loop_id")
    position = Whole()
    name_en = Text()
    name_zh = Text()
    format = Choice(choices=RoundFormat.choices)
    minutes = Whole()
    break_after = Whole(help_text="Minutes.")
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    candidate_time_zone = Text(source="loop.application.candidate.time_zone")
    job_time_zone = Text(source="loop.application.job.time_zone")
    link = Text(help_text="Of the video call; may be empty.")
    seats = SeatOutput(many=True)
    questions = AskedOutput(many=True)
    updated_at = serializers.DateTimeField()


class RoundQuery(ListQuery):
    loop = serializers.UUIDField(required=False)
    job = serializers.UUIDField(required=False, source="loop__application__job")
    application = serializers.UUIDField(required=False, source="loop__application")
    interviewer = serializers.UUIDField(required=False, help_text="Who has a seat in it.")
    starts_after = serializers.DateTimeField(required=False, source="starts_at__gt")
    starts_before = serializers.DateTimeField(required=False, source="starts_at__lt")


class Rounds(Resource):
    """Rounds of loops. Members of the job see all; an interviewer those in which they have a seat."""

    noun = "rounds"
    scope = "loops"
    output = RoundOutput
    query = RoundQuery

    def rows(self) -> QuerySet[Round]:
        return Round.objects.visible_to(self.user)

    def narrow(self, rows: QuerySet[Round], asked: dict[str, Any]) -> QuerySet[Round]:
        interviewer = asked.pop("interviewer", None)
        seats = PanelSeat.objects.live().filter(round=OuterRef("pk"), interviewer=interviewer)
        return rows.filter(Exists(seats)) if interviewer else rows

    def part_seats(self, ids: Ids) -> Mapping[UUID, Rows]:
        return seats_of(ids)

    def part_questions(self, ids: Ids) -> Mapping[UUID, Rows]:
        found: dict[UUID, Rows] = defaultdict(list)
        asked = AskedQuestion.objects.filter(round__in=ids)
        meant: dict[UUID, list[UUID]] = defaultdict(list)
        links = AskedQuestion.competencies.through._default_manager.filter(askedquestion__round__in=ids)
        for question, competency in links.order_by("competency").values_list("askedquestion", "competency"):
            meant[question].append(competency)
        names = ("pk", "position", "version__question", "version", "replaces", "replaced_because")
        for round_, pk, position, question, version, replaces, because in asked.order_by("position").values_list(
            "round", *names
        ):
            found[round_].append(
                {
                    "id": pk,
                    "position": position,
                    "question": question,
                    "version": version,
                    "replaces": replaces,
                    "replaced_because": because or None,
                    "competencies": meant[pk],
                }
            )
        return found


def seats_of(rounds: Ids) -> Mapping[UUID, Rows]:
    """The people in each round, lead first. One query."""
    found: dict[UUID, Rows] = defaultdict(list)
    seats = PanelSeat.objects.live().filter(round__in=rounds).order_by("role", "pk")
    for round_, pk, interviewer, user, role in seats.values_list(
        "round", "pk", "interviewer", "interviewer__user", "role"
    ):
        found[round_].append({"id": pk, "interviewer": interviewer, "user": user, "role": role})
    return found
