"""``alternatives`` and ``additions``: what else could be asked in a draft plan."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rest.bodies import json_answer
from accounts.rest.fields import Text, Whole
from accounts.rest.lists import read_query
from accounts.rest.resources import ListResource
from interviews.choices import PlanState
from interviews.models import LoopPlan, PlannedQuestion
from interviews.selectors.plan_choices import Choice, additions_for, choices_for, from_field
from interviews.services.plans import MOST_FORMS


class ChangeOutput(serializers.Serializer[Any]):
    round = Text()
    out = Text()
    into = Text()
    form = Whole()


class ChoiceOutput(serializers.Serializer[Any]):
    # A field named like an attribute of fields.
    label = Text(help_text="Number and version of the question, as `Q-0412 v3`.")  # type: ignore[assignment]
    title = Text()
    minutes = Whole()
    difficulty = Whole()
    points = Whole(help_text="So much less the plan is worth with it; negative where more.")
    notes = serializers.ListField(child=Text(), help_text="What changes with it.")
    changes = ChangeOutput(many=True, help_text="For `swap` or `add`.")


class Nothing(serializers.Serializer[Any]):
    """The list is short and always whole."""


class Alternatives(ListResource):
    """What could be asked instead of a question of a draft, best first; of other plans nothing."""

    noun = "alternatives"
    path = "loop-plans/<uuid:plan>/questions/<uuid:question>/alternatives"
    scope = "loop-plans"
    output = ChoiceOutput
    query = Nothing

    def rows(self) -> QuerySet[PlannedQuestion]:
        return PlannedQuestion.objects.filter(plan__in=LoopPlan.objects.visible_to(self.user))

    def list(self, request: Request, **above: Any) -> HttpResponse:
        read_query(self.query, request.query_params, set())
        rows = self.rows().select_related(
            "round_template", "plan__job__role_family", "plan__job__seniority", "plan__template"
        )
        planned = get_object_or_404(rows, pk=above["question"], plan=above["plan"])
        is_draft = planned.plan.state == PlanState.DRAFT
        return _answer(choices_for(plan=planned.plan, question=planned).alternatives if is_draft else ())


class AdditionQuery(Nothing):
    form = serializers.IntegerField(default=1, min_value=1, max_value=MOST_FORMS)


class Additions(ListResource):
    """What could be asked in a round of a draft beside what is there, best first; of other plans nothing."""

    noun = "additions"
    path = "loop-plans/<uuid:plan>/rounds/<str:round>/additions"
    scope = "loop-plans"
    output = ChoiceOutput
    query = AdditionQuery

    def rows(self) -> QuerySet[LoopPlan]:
        return LoopPlan.objects.visible_to(self.user)

    def list(self, request: Request, **above: Any) -> HttpResponse:
        form = read_query(self.query, request.query_params, {"form"})["form"]
        rows = self.rows().select_related("job__role_family", "job__seniority", "template")
        plan = get_object_or_404(rows, pk=above["plan"])
        can_be = plan.state == PlanState.DRAFT and form <= plan.forms
        return _answer(additions_for(plan=plan, round_id=above["round"], form=form) if can_be else ())


def _answer(found: Sequence[Choice]) -> HttpResponse:
    return json_answer({"results": [_shown(it) for it in found], "next": None})


def _shown(it: Choice) -> dict[str, Any]:
    changes = [change for text in it.changes if (change := from_field(text))]
    return {
        "label": it.item_id,
        "title": it.title,
        "minutes": it.minutes,
        "difficulty": it.difficulty,
        "points": it.points,
        "notes": it.notes,
        "changes": [
            {"round": change.round_id, "out": change.out, "into": change.into, "form": change.form}
            for change in changes
        ],
    }
