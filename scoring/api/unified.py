"""``ats/scorecards``, ``ats/interviews``: the shape in which aggregators of ATSs read them, and the scores it lacks."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Now
from rest_framework import serializers

from accounts.rest.fields import Choice, Flag, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, Rows
from interviews.choices import LoopState
from interviews.models import PanelSeat, Round
from scoring.api.scorecards import competencies_of
from scoring.choices import Recommendation
from scoring.models import QuestionScore, Scorecard

# Our word → theirs; no recommendation is NO_DECISION.
RECOMMENDATIONS = {
    Recommendation.STRONG_NO: "DEFINITELY_NO",
    Recommendation.NO: "NO",
    Recommendation.YES: "YES",
    Recommendation.STRONG_YES: "STRONG_YES",
}
NO_DECISION = "NO_DECISION"
STATUSES = ("SCHEDULED", "AWAITING_FEEDBACK", "COMPLETE")


class UnifiedScore(serializers.Serializer[Any]):
    question = Ref()
    version = Ref()
    competencies = serializers.ListField(child=Ref())
    level = Whole(allow_null=True, min_value=1, max_value=5)
    not_assessed = Flag()
    evidence = Text()


class AtsScorecardOutput(Output):
    application = Ref(source="seat.round.loop.application_id")
    interview = Ref(source="seat.round_id")
    interviewer = Ref(source="seat.interviewer_id")
    submitted_at = serializers.DateTimeField(allow_null=True)
    overall_recommendation = Choice(choices=[*RECOMMENDATIONS.values(), NO_DECISION])
    scores = UnifiedScore(many=True)
    updated_at = serializers.DateTimeField()


class AtsScorecardQuery(ListQuery):
    application = serializers.UUIDField(required=False, source="seat__round__loop__application")
    interview = serializers.UUIDField(required=False, source="seat__round")
    interviewer = serializers.UUIDField(required=False, source="seat__interviewer")


class AtsScorecards(Resource):
    """The same cards as ``scorecards``, in the unified shape."""

    noun = "ats-scorecards"
    path = "ats/scorecards"
    scope = "scorecards"
    output = AtsScorecardOutput
    query = AtsScorecardQuery

    def rows(self) -> QuerySet[Scorecard]:
        known = (When(recommendation=own, then=Value(theirs)) for own, theirs in RECOMMENDATIONS.items())
        unified = Case(*known, default=Value(NO_DECISION))
        return Scorecard.objects.visible_to(self.user).annotate(overall_recommendation=unified)

    def part_scores(self, ids: Ids) -> Mapping[UUID, Rows]:
        scores = QuestionScore.objects.filter(scorecard__in=ids).order_by("asked_question__position")
        rows = list(
            scores.values_list(
                "pk",
                "scorecard",
                "asked_question__version__question",
                "asked_question__version",
                "level",
                "not_assessed",
                "evidence",
            )
        )
        meant = competencies_of([row[0] for row in rows])
        found: dict[UUID, Rows] = defaultdict(list)
        for pk, card, question, version, level, not_assessed, evidence in rows:
            found[card].append(
                {
                    "question": question,
                    "version": version,
                    "competencies": meant.get(pk, []),
                    "level": level,
                    "not_assessed": not_assessed,
                    "evidence": evidence,
                }
            )
        return found


class AtsInterviewOutput(Output):
    application = Ref(source="loop.application_id")
    job_interview_stage = Text(source="name_en")
    interviewers = serializers.ListField(child=Ref())
    location = Text(source="link", help_text="Of the video call; may be empty.")
    start_at = serializers.DateTimeField(source="starts_at")
    end_at = serializers.DateTimeField(source="ends_at")
    status = Choice(choices=STATUSES)
    updated_at = serializers.DateTimeField()


class AtsInterviewQuery(ListQuery):
    application = serializers.UUIDField(required=False, source="loop__application")
    status = serializers.ChoiceField(required=False, choices=STATUSES)


class AtsInterviews(Resource):
    """The booked ones of ``rounds``, in the unified shape. COMPLETE: the loop is in its debrief or past it."""

    noun = "ats-interviews"
    path = "ats/interviews"
    scope = "loops"
    output = AtsInterviewOutput
    query = AtsInterviewQuery

    def rows(self) -> QuerySet[Round]:
        # By the loop alone: who of a panel has given a card is no news for its members.
        past = [LoopState.DEBRIEF, LoopState.DECIDED]
        status = Case(
            When(loop__state__in=past, then=Value("COMPLETE")),
            When(ends_at__lte=Now(), then=Value("AWAITING_FEEDBACK")),
            default=Value("SCHEDULED"),
        )
        return Round.objects.visible_to(self.user).filter(starts_at__isnull=False).annotate(status=status)

    def part_interviewers(self, ids: Ids) -> Mapping[UUID, list[UUID]]:
        found: dict[UUID, list[UUID]] = defaultdict(list)
        seats = PanelSeat.objects.live().filter(round__in=ids).order_by("role", "pk")
        for round_, interviewer in seats.values_list("round", "interviewer"):
            found[round_].append(interviewer)
        return found
