"""``results``: what a loop's scores say, with their doubt: as the page of its debrief."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from accounts.rest.fields import Choice, Number, Output, Ref, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, Row
from interviews.models import Loop
from scoring.measurement.results import CONFIDENCE, Doubt, Estimate, QuestionSpread, RuleOutcome
from scoring.models import Debrief
from scoring.selectors.results import Measured, results_of

OUTCOMES = ("met", "not_met", "not_certain", "too_few")
RULES = ("overall_line", "competency_line", "knock_out", "minimum_evidence")
REASONS = ("no_levels", "too_few_questions", "cards_missing", "not_every_competency")


class RaterOutput(serializers.Serializer[Any]):
    interviewer = Ref()
    mean = Number()
    questions = Whole()


class OverallOutput(serializers.Serializer[Any]):
    mean = Number(allow_null=True, help_text="Null where there is no result: see `reason`.")
    low = Number(allow_null=True, help_text=f"Lower end of the {CONFIDENCE:.0%} interval.")
    high = Number(allow_null=True, help_text="Its upper end.")
    line = Number(help_text="The policy's.")
    outcome = Choice(choices=OUTCOMES)
    levels = Whole(help_text="How many it rests on.")
    questions = Whole()
    spread = Number(allow_null=True, help_text="Between the interviewers' means.")
    reason = Choice(choices=REASONS, allow_null=True)
    has = Whole(allow_null=True, help_text="Of what `reason` says is missing, how much there is.")
    needs = Whole(allow_null=True)
    interviewers = RaterOutput(many=True)


class CompetencyResult(OverallOutput):
    competency = Ref()


class GivenLevel(serializers.Serializer[Any]):
    interviewer = Ref()
    level = Whole()


class Disagreement(serializers.Serializer[Any]):
    asked_question = Ref()
    spread = Whole()
    levels = GivenLevel(many=True)


class RuleOutput(serializers.Serializer[Any]):
    rule = Choice(choices=RULES)
    outcome = Choice(choices=[*OUTCOMES, "none"])
    line = Number()
    value = Number(allow_null=True)
    competencies = serializers.ListField(child=Ref(), help_text="Those that are below or short.")


class DoubtOutput(serializers.Serializer[Any]):
    asked_question = Ref()
    low_level = Whole()
    low_result = Number()
    high_level = Whole()
    high_result = Number()


class ResultOutput(Output):
    id = Ref(help_text="The loop's id: a loop has one result.")
    loop = Ref(source="pk")
    application = Ref(source="application_id")
    job = Ref(source="application.job_id")
    debrief = Ref(source="debrief.pk")
    policy = Ref(source="debrief.policy_id")
    cards_in = Whole()
    cards_due = Whole()
    overall = OverallOutput()
    competencies = CompetencyResult(many=True)
    disagreements = Disagreement(many=True, help_text="Widest first.")
    rules = RuleOutput(many=True)
    doubt = DoubtOutput(allow_null=True, help_text="The question that moves the overall result most.")


class ResultQuery(ListQuery):
    job = serializers.UUIDField(required=False, source="application__job")
    application = serializers.UUIDField(required=False)


class Results(Resource):
    """Results of loops whose debrief is open and may be read."""

    noun = "results"
    scope = "debriefs"
    output = ResultOutput
    query = ResultQuery

    def rows(self) -> QuerySet[Loop]:
        return Loop.objects.filter(debrief__in=Debrief.objects.visible_to(self.user).values("pk"))

    def part_cards_in(self, ids: Ids) -> Mapping[UUID, int]:
        return self._each(ids, lambda it: it.cards_in)

    def part_cards_due(self, ids: Ids) -> Mapping[UUID, int]:
        return self._each(ids, lambda it: it.cards_due)

    def part_overall(self, ids: Ids) -> Mapping[UUID, Row]:
        return self._each(ids, lambda it: _estimate(it.result.overall))

    def part_competencies(self, ids: Ids) -> Mapping[UUID, list[Row]]:
        return self._each(
            ids, lambda it: [{"competency": each.competency, **_estimate(each)} for each in it.result.competencies]
        )

    def part_disagreements(self, ids: Ids) -> Mapping[UUID, list[Row]]:
        return self._each(ids, lambda it: [_disagreement(each) for each in it.result.disagreements])

    def part_rules(self, ids: Ids) -> Mapping[UUID, list[Row]]:
        return self._each(ids, lambda it: [_rule(each) for each in it.result.rules])

    def part_doubt(self, ids: Ids) -> Mapping[UUID, Row | None]:
        return self._each(ids, lambda it: _doubt(it.result.doubt))

    def _each(self, ids: Ids, show: Callable[[Measured], Any]) -> Mapping[UUID, Any]:
        """Measured once for all parts of an answer; nothing of a result is ever written here."""
        if not hasattr(self, "measured"):
            self.measured = results_of(ids)
        return {loop: show(measured) for loop, measured in self.measured.items()}


def _estimate(it: Estimate) -> Row:
    return {
        "mean": it.mean,
        "low": it.low,
        "high": it.high,
        "line": it.line,
        "outcome": it.outcome,
        "levels": it.units,
        "questions": it.questions,
        "spread": it.spread,
        "reason": it.reason or None,
        "has": it.params.get("has"),
        "needs": it.params.get("needs"),
        "interviewers": [
            {"interviewer": rater.interviewer, "mean": rater.mean, "questions": rater.count} for rater in it.raters
        ],
    }


def _disagreement(it: QuestionSpread) -> Row:
    levels = [{"interviewer": interviewer, "level": level} for interviewer, level in it.levels]
    return {"asked_question": it.question, "spread": it.spread, "levels": levels}


def _rule(it: RuleOutcome) -> Row:
    return {
        "rule": it.code,
        "outcome": it.outcome,
        "line": it.line,
        "value": it.value,
        "competencies": list(it.failing),
    }


def _doubt(it: Doubt | None) -> Row | None:
    if it is None:
        return None
    return {
        "asked_question": it.question,
        "low_level": it.low_level,
        "low_result": it.low_result,
        "high_level": it.high_level,
        "high_result": it.high_result,
    }
