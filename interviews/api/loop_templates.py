"""``loop-templates``: what an interview loop looks like for a role and a seniority."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.rest.fields import Choice, ExternalIds, Flag, Input, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, writes
from interviews import policies
from interviews.choices import RoundFormat, SeatRole
from interviews.models import CompetencyNeed, LoopTemplate, Pool, RoundTemplate, SeatTemplate
from interviews.planning.template_rules import NeedRules, RoundRules, TemplateRules
from interviews.selectors.templates import rules_of
from interviews.services.templates import (
    MOST_ROUNDS,
    check_rules,
    retire_template,
    save_template,
    start_template,
    usual_names,
)
from questionbank.models import Competency, RoleFamily, SeniorityLevel

MOST_COMPETENCIES = 40
_ROUND_COLUMNS = (
    "id",
    "position",
    "name_en",
    "name_zh",
    "format",
    "minutes",
    "opening_minutes",
    "break_after",
    "difficulty",
    "briefing_en",
    "briefing_zh",
)
_NEED_COLUMNS = ("competency", "questions", "interviewers")


class TemplateRoundOutput(serializers.Serializer[Any]):
    id = Ref()
    position = Whole()
    name_en = Text()
    name_zh = Text()
    format = Choice(choices=RoundFormat.choices)
    minutes = Whole()
    opening_minutes = Whole(help_text="To open and close; the rest is for questions.")
    break_after = Whole(help_text="Minutes.")
    difficulty = Whole(allow_null=True, help_text="Aimed at in it; null means the template's.")
    briefing_en = Text()
    briefing_zh = Text()
    competencies = serializers.ListField(child=Ref(), help_text="What it may assess.")
    lead = Ref(allow_null=True, help_text="The pool that leads it.")
    second = Ref(allow_null=True, help_text="The pool of a second interviewer.")


class NeedOutput(serializers.Serializer[Any]):
    competency = Ref()
    questions = Whole()
    interviewers = Whole()


class LoopTemplateOutput(Output):
    slug = Text()
    name_en = Text()
    name_zh = Text()
    role = Ref(source="role_family_id")
    seniority = Ref(source="seniority_id")
    job = Ref(source="job_id", allow_null=True, help_text="The job whose own rules these are; null for general ones.")
    version = Whole()
    is_current = Flag(help_text="Plans are built from it.")
    difficulty = Whole(help_text="Aimed at.")
    difficulty_spread = Whole(help_text="Steps that a question may be away from it.")
    rest_days = Whole(help_text="Days that a question rests after another job asked it.")
    rounds = TemplateRoundOutput(many=True)
    needs = NeedOutput(many=True, help_text="The evidence that a loop has to bring.")
    external_ids = ExternalIds()
    updated_at = serializers.DateTimeField()


class TemplateRoundInput(Input):
    name_en = Text(max_length=120, required=False, allow_blank=True)
    name_zh = Text(max_length=120, required=False, allow_blank=True)
    format = Choice(choices=RoundFormat.choices, required=False)
    minutes = Whole(min_value=15, max_value=240)
    opening_minutes = Whole(required=False, min_value=0, max_value=120)
    break_after = Whole(required=False, min_value=0, max_value=240)
    difficulty = Whole(required=False, allow_null=True, min_value=1, max_value=5)
    briefing_en = Text(max_length=5_000, required=False, allow_blank=True)
    briefing_zh = Text(max_length=5_000, required=False, allow_blank=True)
    competencies = serializers.ListField(child=Ref(), min_length=1, max_length=MOST_COMPETENCIES)
    lead = Ref(help_text="The pool that leads it.")
    second = Ref(required=False, allow_null=True, help_text="The pool of a second interviewer.")


class NeedInput(Input):
    competency = Ref()
    questions = Whole(required=False, min_value=1, max_value=20)
    interviewers = Whole(required=False, min_value=1, max_value=20)


class LoopTemplateChange(Input):
    name_en = Text(max_length=120, required=False, allow_blank=True)
    name_zh = Text(max_length=120, required=False, allow_blank=True)
    difficulty = Whole(required=False, min_value=1, max_value=5)
    difficulty_spread = Whole(required=False, min_value=0, max_value=4)
    rest_days = Whole(required=False, min_value=0, max_value=3650)
    rounds = serializers.ListField(
        child=TemplateRoundInput(),
        required=False,
        min_length=1,
        max_length=MOST_ROUNDS,
        help_text="All of them, in order.",
    )
    needs = serializers.ListField(
        child=NeedInput(), required=False, max_length=MOST_COMPETENCIES, help_text="All of them."
    )
    external_ids = ExternalIds(required=False)


class LoopTemplateInput(LoopTemplateChange):
    role = Ref(help_text="Of `roles`.")
    seniority = Ref(help_text="Of `seniorities`.")
    rounds = serializers.ListField(
        child=TemplateRoundInput(), min_length=1, max_length=MOST_ROUNDS, help_text="In order."
    )


class LoopTemplateQuery(ListQuery):
    role = serializers.UUIDField(required=False, source="role_family")
    seniority = serializers.UUIDField(required=False)
    job = serializers.UUIDField(required=False)
    is_current = serializers.BooleanField(required=False)


class LoopTemplates(Resource):
    """Rounds, seats and needed evidence, for one role and seniority.

    Recruiters, hiring managers and administrators read them, recruiters and administrators change them; those of one
    job are its members'. A template that a plan was built from never changes: a change makes its next version, which
    is what the answer shows then.
    """

    noun = "loop-templates"
    scope = "loop-templates"
    output = LoopTemplateOutput
    query = LoopTemplateQuery
    orderings = {"slug": "slug"}
    needs_if_match = True

    def rows(self) -> QuerySet[LoopTemplate]:
        return LoopTemplate.objects.visible_to(self.user)

    def part_rounds(self, ids: Ids) -> Mapping[UUID, list[dict[str, Any]]]:
        found: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
        rounds: dict[UUID, dict[str, Any]] = {}
        rows = RoundTemplate.objects.filter(template__in=ids).order_by("position")
        for template, *values in rows.values_list("template", *_ROUND_COLUMNS):
            row = dict(zip(_ROUND_COLUMNS, values, strict=True)) | {"competencies": [], "lead": None, "second": None}
            rounds[row["id"]] = row
            found[template].append(row)
        assessed = RoundTemplate.competencies.through.objects.filter(roundtemplate__template__in=ids)
        for pk, competency in assessed.order_by("competency").values_list("roundtemplate", "competency"):
            rounds[pk]["competencies"].append(competency)
        seats = SeatTemplate.objects.filter(round_template__template__in=ids).order_by()
        for pk, role, pool in seats.values_list("round_template", "role", "pool"):
            rounds[pk][role] = pool
        return found

    def part_needs(self, ids: Ids) -> Mapping[UUID, list[dict[str, Any]]]:
        found = defaultdict(list)
        needs = CompetencyNeed.objects.filter(template__in=ids).order_by("competency")
        for template, *values in needs.values_list("template", *_NEED_COLUMNS):
            found[template].append(dict(zip(_NEED_COLUMNS, values, strict=True)))
        return found

    @writes(LoopTemplateInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Make the template of a role and seniority that have none. 409 ``template_exists`` where they have one."""
        if not policies.may_edit_templates(self.user):
            raise PermissionDenied
        role = self.found(RoleFamily.objects.visible_to(self.user), data["role"], "role")
        seniority = self.found(SeniorityLevel.objects.visible_to(self.user), data["seniority"], "seniority")
        names = usual_names(role, seniority)
        rules = self._rules(TemplateRules(name_en=names["name_en"], name_zh=names["name_zh"]), data)
        template = start_template(role_family=role, seniority=seniority, rules=rules, actor=self.user)
        self.name_outside(template.pk, data.get("external_ids", {}))
        return template.pk

    @writes(LoopTemplateChange)
    def partial_update(self, template: LoopTemplate, data: dict[str, Any]) -> UUID:
        """Change the rules. What is not sent stays; rounds and needs are replaced as a whole."""
        self._check_mine(template)
        before = rules_of(template)
        rules = self._rules(before, data)
        saved = save_template(template=template, rules=rules, seen=before.fingerprint, actor=self.user)
        self.name_outside(saved.pk, data.get("external_ids", {}))
        return saved.pk

    @writes(status=204)
    def destroy(self, template: LoopTemplate, data: dict[str, Any]) -> None:
        """Take it out of use. One that no plan was ever built from is deleted; others stay for the record."""
        self._check_mine(template)
        retire_template(template=template, actor=self.user)

    def _check_mine(self, template: LoopTemplate) -> None:
        """Raises ``PermissionDenied``, or ``ValidationError`` with code ``not_current``."""
        if not LoopTemplate.objects.editable_by(self.user).filter(pk=template.pk).exists():
            raise PermissionDenied
        if not template.is_current:
            text = _("This is not the current version of the template.")
            raise ValidationError(text, code="not_current")

    def _rules(self, before: TemplateRules, data: dict[str, Any]) -> TemplateRules:
        """``before`` with what the body says otherwise. Raises ``ValidationError`` for places of the body."""
        names = ("name_en", "name_zh", "difficulty", "difficulty_spread", "rest_days")
        rounds, needs = data.get("rounds", []), data.get("needs", [])
        slugs = _Slugs(rounds, needs)
        changed: dict[str, Any] = {name: data[name] for name in names if name in data}
        if "rounds" in data:
            changed["rounds"] = tuple(slugs.round(place, it) for place, it in enumerate(rounds))
        if "needs" in data:
            changed["needs"] = tuple(slugs.need(place, it) for place, it in enumerate(needs))
        if slugs.errors:
            raise ValidationError(slugs.errors)
        rules = replace(before, **changed)
        _check(rules)
        return rules


class _Slugs:
    """The slugs by which rules name competencies and pools, for the ids in a body. Two queries."""

    def __init__(self, rounds: Iterable[Mapping[str, Any]], needs: Iterable[Mapping[str, Any]]) -> None:
        competencies = {pk for it in rounds for pk in it["competencies"]} | {it["competency"] for it in needs}
        pools = {pk for it in rounds for pk in (it["lead"], it.get("second")) if pk}
        self.competencies = dict(Competency.objects.filter(pk__in=competencies).values_list("pk", "slug"))
        self.pools = dict(Pool.objects.filter(pk__in=pools).values_list("pk", "slug"))
        self.errors: dict[str, ValidationError] = {}

    def round(self, place: int, sent: Mapping[str, Any]) -> RoundRules:
        where = f"rounds.{place}"
        named = [
            self._slug(self.competencies, pk, f"{where}.competencies.{number}")
            for number, pk in enumerate(sent["competencies"])
        ]
        seats = {
            role.value: self._slug(self.pools, pk, f"{where}.{role.value}")
            for role in SeatRole
            if (pk := sent.get(role.value))
        }
        plain = {name: value for name, value in sent.items() if name not in {"competencies", *SeatRole.values}}
        return RoundRules(**plain, competencies=tuple(sorted(set(named))), seats=seats)

    def need(self, place: int, sent: Mapping[str, Any]) -> NeedRules:
        slug = self._slug(self.competencies, sent["competency"], f"needs.{place}.competency")
        return NeedRules(**{**sent, "competency": slug})

    def _slug(self, known: Mapping[UUID, str], pk: UUID, where: str) -> str:
        if pk not in known:
            self.errors[where] = ValidationError(_("There is no such thing."), "does_not_exist")
        return known.get(pk, "")


def _check(rules: TemplateRules) -> None:
    """As ``check_rules``, with the places of the body."""
    try:
        check_rules(rules)
    except ValidationError as error:
        places: defaultdict[str, list[ValidationError]] = defaultdict(list)
        for it in error.error_list:
            number = (it.params or {}).get("round")
            place = f"rounds.{number - 1}" if number else "needs" if it.code == "need_twice" else "rounds"
            places[place].append(it)
        raise ValidationError(dict(places)) from error
