"""``scorecards``: an interviewer's judgement of one round; ``scores``: what they gave for each question."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Case, F, QuerySet, TextField, When
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.identifiers import new_id
from accounts.rest.fields import Choice, Flag, Input, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, Rows, writes
from accounts.rest.text_ids import AsText
from interviews.models import AskedQuestion, PanelSeat
from scoring.choices import CardState, Recommendation
from scoring.models import QuestionScore, Scorecard
from scoring.services.scorecards import open_card, save_card, submit_card
from scoring.validators import MOST_SUMMARY, MOST_TEXT

_LOOP = "seat__round__loop"
# Of a question that its writer has not scored yet; submitted cards have none.
_NOTHING = (None, False, "", "")


class CardScore(serializers.Serializer[Any]):
    asked_question = Ref(help_text="The question in this round.")
    position = Whole()
    question = Ref()
    version = Ref()
    level = Whole(allow_null=True, min_value=1, max_value=5)
    not_assessed = Flag()
    evidence = Text()
    private_note = Text(allow_null=True, help_text="For its writer; null for everybody else.")


class ScorecardOutput(Output):
    seat = Ref(source="seat_id")
    round = Ref(source="seat.round_id")
    loop = Ref(source="seat.round.loop_id")
    application = Ref(source="seat.round.loop.application_id")
    job = Ref(source="seat.round.loop.application.job_id")
    interviewer = Ref(source="seat.interviewer_id")
    user = Ref(source="seat.interviewer.user_id", help_text="The interviewer's account.")
    state = Choice(choices=CardState.choices)
    version = Whole(help_text="Grows by one with every saved change.")
    recommendation = Choice(choices=Recommendation.choices, allow_null=True)
    summary = Text()
    scores = CardScore(many=True, help_text="Every question of the round in order, scored or not.")
    created_at = serializers.DateTimeField()
    saved_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()


class ScorecardInput(Input):
    seat = Ref(help_text="A seat of the asking person.")


class ScoreChange(Input):
    asked_question = Ref()
    level = Whole(required=False, allow_null=True, min_value=1, max_value=5)
    not_assessed = Flag(required=False)
    evidence = Text(required=False, allow_blank=True, max_length=MOST_TEXT, help_text="What the level rests on.")
    private_note = Text(required=False, allow_blank=True, max_length=MOST_TEXT)


class ScorecardChange(Input):
    recommendation = Choice(required=False, allow_null=True, choices=Recommendation.choices)
    summary = Text(required=False, allow_blank=True, max_length=MOST_SUMMARY)
    scores = ScoreChange(many=True, required=False, help_text="Only what changes.")

    def validate_scores(self, scores: list[dict[str, Any]]) -> list[dict[str, Any]]:
        asked = [score["asked_question"] for score in scores]
        again = {
            place: [serializers.ErrorDetail(_("This question stands here twice."), "repeated")]
            for place, it in enumerate(asked)
            if it in asked[:place]
        }
        if again:
            raise serializers.ValidationError({str(place): error for place, error in again.items()})
        return scores


class ScorecardQuery(ListQuery):
    loop = serializers.UUIDField(required=False, source=_LOOP)
    application = serializers.UUIDField(required=False, source=f"{_LOOP}__application")
    job = serializers.UUIDField(required=False, source=f"{_LOOP}__application__job")
    round = serializers.UUIDField(required=False, source="seat__round")
    seat = serializers.UUIDField(required=False)
    interviewer = serializers.UUIDField(required=False, source="seat__interviewer")
    state = serializers.ChoiceField(required=False, choices=CardState.choices)


class Scorecards(Resource):
    """One's own cards always; those of others once they are submitted, the debrief is open, and one's own are in."""

    noun = "scorecards"
    scope = "scorecards"
    output = ScorecardOutput
    query = ScorecardQuery
    needs_if_match = True

    def rows(self) -> QuerySet[Scorecard]:
        return Scorecard.objects.visible_to(self.user)

    def part_scores(self, ids: Ids) -> Mapping[UUID, Rows]:
        """Two queries. Notes leave the database only for their writer."""
        names = {str(card): card for card in ids}
        given = _given(ids, self.user.pk)
        found: dict[UUID, Rows] = defaultdict(list)
        for card, asked, position, question, version in _asked(ids):
            level, not_assessed, evidence, note = given.get((card, asked), _NOTHING)
            found[names[card]].append(
                {
                    "asked_question": asked,
                    "position": position,
                    "question": question,
                    "version": version,
                    "level": level,
                    "not_assessed": not_assessed,
                    "evidence": evidence,
                    "private_note": note,
                }
            )
        return found

    @writes(ScorecardInput, status=201, also=(200,))
    def create(self, data: dict[str, Any]) -> UUID | HttpResponse:
        """Open the own card of a seat; asking again gives the same card."""
        seat = self.found(PanelSeat.objects.of(self.user), data["seat"], "seat")
        was_there = Scorecard.objects.filter(seat=seat).exists()
        card = open_card(seat=seat, user=self.user)
        return self.there_already(card.pk) if was_there else card.pk

    @writes(ScorecardChange)
    def partial_update(self, card: Scorecard, data: dict[str, Any]) -> UUID:
        """Save what is sent, by the interviewer alone. 409 ``already_submitted``."""
        scores = data.pop("scores", [])
        changes = data | {"scores": {str(it.pop("asked_question")): it for it in map(dict, scores)}}
        key = f"api-{new_id()}"
        try:
            save_card(card=card, user=self.user, version=card.version, changes=changes, request_key=key)
        except ValidationError as error:
            raise _placed(error, [it["asked_question"] for it in scores]) from error
        return card.pk

    @action(detail=True, methods=["post"])
    @writes(if_match=True)
    def submit(self, card: Scorecard, data: dict[str, Any]) -> UUID:
        """Make it final, by the interviewer alone; the last card opens the debrief. 409 ``already_submitted``."""
        try:
            submit_card(card=card, user=self.user, version=card.version)
        except ValidationError as error:
            asked = AskedQuestion.objects.filter(round__seats=card.seat_id).order_by("position")
            raise _placed(error, list(asked.values_list("pk", flat=True))) from error
        return card.pk


def _asked(cards: Ids) -> Iterable[tuple[Any, ...]]:
    """Of each question of the cards: card, asked question, position, question, version. One query."""
    asked = "seat__round__questions"
    wanted = Scorecard.objects.filter(pk__in=cards, **{f"{asked}__isnull": False}).order_by(f"{asked}__position")
    version = f"{asked}__version"
    names = AsText("pk"), AsText(asked), F(f"{asked}__position"), AsText(f"{version}__question"), AsText(version)
    return wanted.values_list(*names)


def _given(cards: Ids, reader: UUID) -> dict[tuple[str, str], tuple[Any, ...]]:
    """(card, asked question) → level, not_assessed, evidence, note. One query."""
    own = When(scorecard__seat__interviewer__user=reader, then=F("private_note"))
    note = Case(own, default=None, output_field=TextField(null=True))
    scores = QuestionScore.objects.filter(scorecard__in=cards).order_by()
    rows = scores.values_list(AsText("scorecard"), AsText("asked_question"), "level", "not_assessed", "evidence", note)
    return {(card, asked): tuple(rest) for card, asked, *rest in rows}


def _placed(error: ValidationError, questions: list[UUID]) -> ValidationError:
    """The service names scores by question; the list has them by place."""
    if not hasattr(error, "error_dict"):
        return error
    places = {str(question): str(place) for place, question in enumerate(questions)}
    return ValidationError({_renamed(name, places): items for name, items in error.error_dict.items()})


def _renamed(name: str, places: Mapping[str, str]) -> str:
    head, _dot, rest = name.partition(".")
    question, _dot, field = rest.partition(".")
    return f"scores.{places[question]}.{field or 'asked_question'}" if head == "scores" else name


class ScoreOutput(Output):
    scorecard = Ref(source="scorecard_id")
    loop = Ref(source="scorecard.seat.round.loop_id")
    application = Ref(source="scorecard.seat.round.loop.application_id")
    job = Ref(source="scorecard.seat.round.loop.application.job_id")
    round = Ref(source="scorecard.seat.round_id")
    interviewer = Ref(source="scorecard.seat.interviewer_id")
    asked_question = Ref(source="asked_question_id")
    question = Ref(source="asked_question.version.question_id")
    version = Ref(source="asked_question.version_id")
    competencies = serializers.ListField(child=Ref(), help_text="What the question is asked for in this round.")
    level = Whole(allow_null=True, min_value=1, max_value=5)
    not_assessed = Flag()
    evidence = Text()
    submitted_at = serializers.DateTimeField(source="scorecard.submitted_at", allow_null=True)
    updated_at = serializers.DateTimeField(source="scorecard.updated_at")


class ScoreQuery(ListQuery):
    loop = serializers.UUIDField(required=False, source=f"scorecard__{_LOOP}")
    application = serializers.UUIDField(required=False, source=f"scorecard__{_LOOP}__application")
    job = serializers.UUIDField(required=False, source=f"scorecard__{_LOOP}__application__job")
    scorecard = serializers.UUIDField(required=False)
    interviewer = serializers.UUIDField(required=False, source="scorecard__seat__interviewer")
    question = serializers.UUIDField(required=False, source="asked_question__version__question")
    version = serializers.UUIDField(required=False, source="asked_question__version")
    competency = serializers.UUIDField(required=False, source="asked_question__competencies")


class Scores(Resource):
    """Scores of single questions, as the cards they stand on may be seen."""

    noun = "scores"
    scope = "scorecards"
    output = ScoreOutput
    query = ScoreQuery

    def rows(self) -> QuerySet[QuestionScore]:
        return QuestionScore.objects.visible_to(self.user)

    def part_competencies(self, ids: Ids) -> Mapping[UUID, list[UUID]]:
        return competencies_of(ids)


def competencies_of(scores: Ids) -> Mapping[UUID, list[UUID]]:
    """Score → what its question is asked for. One query."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    wanted = QuestionScore.objects.filter(pk__in=scores, asked_question__competencies__isnull=False)
    rows = wanted.order_by("asked_question__competencies").values_list("pk", "asked_question__competencies")
    for score, competency in rows:
        found[score].append(competency)
    return found
