"""What is written about a question over the API, as the services take it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from accounts.choices import Language
from accounts.models import User
from accounts.rest.fields import Choice, ExternalIds, Input, Ref, Text, Whole
from questionbank.choices import GENERIC_ANCHORS, LEVELS
from questionbank.models import Category, Competency, Named, Question, RoleFamily, SeniorityLevel
from questionbank.services.versions import MOST_MINUTES, Content, Wording, check_content

_Word = TypeVar("_Word", bound=Named)
_SAYS_SOMETHING = RegexValidator(r"\S", gettext_lazy("This may not be blank."), "blank")
# Where the body has what a refusal of the service is about.
_FIELDS = {
    "no_text": "texts",
    "anchors": "texts",
    "too_long": "texts",
    "no_competency": "competencies",
    "weights": "competencies",
    "no_role": "roles",
    "seniority_range": "highest_seniority",
    "minutes": "minutes",
    "difficulty": "difficulty",
}
Data = dict[str, Any]


class QuestionTextInput(Input):
    """The words in one language."""

    language = Choice(choices=Language.choices)
    title = Text(max_length=200, validators=[_SAYS_SOMETHING])
    prompt = Text(max_length=10_000, validators=[_SAYS_SOMETHING], help_text="As it is read out.")
    context = Text(  # type: ignore[assignment]  # a field, not the property
        max_length=10_000, default="", allow_blank=True, help_text="A note for the interviewer."
    )
    reference_answer = Text(max_length=100_000, default="", allow_blank=True, help_text="Markdown.")
    probes = serializers.ListField(child=Text(max_length=2_000), max_length=50, default=list)
    anchors = serializers.ListField(
        child=Text(max_length=2_000, validators=[_SAYS_SOMETHING]),
        min_length=len(LEVELS),
        max_length=len(LEVELS),
        required=False,
        help_text="What levels 1 to 5 look like. Left out: as they were, or the house's generic rubric.",
    )


class CompetencyShareInput(Input):
    competency = Ref()
    percent = Whole(min_value=1, max_value=100)


class EnemyInput(Input):
    question = Ref()
    reason = Text(max_length=200, default="", allow_blank=True)


class QuestionChange(Input):
    """Parts of a question; what is left out stays. Other rows are named by id, tags by their words."""

    category = Ref(required=False)
    tags = serializers.ListField(
        child=Text(max_length=80, validators=[_SAYS_SOMETHING]),
        max_length=20,
        required=False,
        help_text="All of them; new ones are made.",
    )
    minutes = Whole(required=False, min_value=1, max_value=MOST_MINUTES)
    difficulty = Whole(required=False, min_value=1, max_value=5)
    lowest_seniority = Ref(required=False)
    highest_seniority = Ref(required=False, help_text="Not below `lowest_seniority`.")
    roles = serializers.ListField(child=Ref(), min_length=1, max_length=50, required=False)
    competencies = serializers.ListField(
        child=CompetencyShareInput(), min_length=1, max_length=20, required=False, help_text="Percents add up to 100."
    )
    texts = serializers.ListField(
        child=QuestionTextInput(), min_length=1, max_length=len(Language), required=False, help_text="In all languages."
    )
    enemies = serializers.ListField(
        child=EnemyInput(),
        max_length=200,
        required=False,
        help_text="All questions that never stand in one loop with it.",
    )
    external_ids = ExternalIds(required=False)

    def validate_competencies(self, shares: list[Data]) -> list[Data]:
        _no_double(it["competency"] for it in shares)
        if sum(it["percent"] for it in shares) != 100:
            raise serializers.ValidationError(_("The weights of the competencies must add up to 100."), "weights")
        return shares

    def validate_texts(self, texts: list[Data]) -> list[Data]:
        _no_double(it["language"] for it in texts)
        return texts


class QuestionInput(QuestionChange):
    """A new question. Other rows are named by id, tags by their words."""

    category = Ref()
    minutes = Whole(default=15, min_value=1, max_value=MOST_MINUTES)
    difficulty = Whole(default=3, min_value=1, max_value=5)
    lowest_seniority = Ref()
    highest_seniority = Ref(help_text="Not below `lowest_seniority`.")
    roles = serializers.ListField(child=Ref(), min_length=1, max_length=50)
    competencies = serializers.ListField(
        child=CompetencyShareInput(),
        min_length=1,
        max_length=20,
        required=False,
        help_text="Percents add up to 100. Left out: that of the category.",
    )
    texts = serializers.ListField(child=QuestionTextInput(), min_length=1, max_length=len(Language))


class Contents:
    """Finds what bodies name. Each kind of word is read once, however many bodies there are."""

    def __init__(self, user: User) -> None:
        self._user = user

    def category(self, data: Data) -> Category | None:
        return _named(self._categories, data["category"], "category") if "category" in data else None

    def enemies(self, data: Data) -> dict[Question, str] | None:
        """One query, where enemies are named."""
        if "enemies" not in data:
            return None
        named = [it["question"] for it in data["enemies"]]
        known = Question.objects.visible_to(self._user).in_bulk(named) if named else {}
        return {
            _named(known, it["question"], f"enemies.{place}.question"): it["reason"]
            for place, it in enumerate(data["enemies"])
        }

    def new(self, data: Data, category: Category) -> Content:
        """What a first version says. Raises ``ValidationError`` for a field."""
        share = {"competency": category.competency_id, "percent": 100}
        return self._content({"competencies": [share]} | data, None)

    def next(self, data: Data, last: Content) -> Content:
        """``last`` with what ``data`` has. Raises ``ValidationError`` for a field."""
        return self._content(data, last)

    def _content(self, data: Data, last: Content | None) -> Content:
        values: Data = {name: data[name] for name in ("minutes", "difficulty") if name in data}
        for name in ("lowest_seniority", "highest_seniority"):
            if name in data:
                values[name] = _named(self._seniorities, data[name], name)
        if "roles" in data:
            roles = [_named(self._roles, pk, f"roles.{place}") for place, pk in enumerate(data["roles"])]
            values["role_families"] = tuple(dict.fromkeys(roles))
        if "competencies" in data:
            values["weights"] = {
                _named(self._competencies, it["competency"], f"competencies.{place}.competency"): it["percent"]
                for place, it in enumerate(data["competencies"])
            }
        if "texts" in data:
            before = {words.language: words.anchors for words in last.wordings} if last else {}
            values["wordings"] = tuple(_wording(it, before) for it in data["texts"])
        content = replace(last, **values) if last else Content(**values)
        return _checked(content)

    @cached_property
    def _categories(self) -> dict[UUID, Category]:
        return Category.objects.visible_to(self._user).in_bulk()

    @cached_property
    def _competencies(self) -> dict[UUID, Competency]:
        return Competency.objects.visible_to(self._user).in_bulk()

    @cached_property
    def _roles(self) -> dict[UUID, RoleFamily]:
        return RoleFamily.objects.visible_to(self._user).in_bulk()

    @cached_property
    def _seniorities(self) -> dict[UUID, SeniorityLevel]:
        return SeniorityLevel.objects.visible_to(self._user).in_bulk()


def _named(rows: Mapping[UUID, Any], pk: UUID, field: str) -> Any:
    if pk not in rows:
        raise ValidationError({field: ValidationError(_("There is no such thing."), code="does_not_exist")})
    return rows[pk]


def _wording(text: Data, before: Mapping[str, tuple[str, ...]]) -> Wording:
    language = text["language"]
    anchors = text.get("anchors") or before.get(language) or GENERIC_ANCHORS[language]
    return Wording(
        language=language,
        title=text["title"],
        prompt=text["prompt"],
        anchors=tuple(anchors),
        context=text["context"],
        reference_answer=text["reference_answer"],
        probes=tuple(text["probes"]),
    )


def _checked(content: Content) -> Content:
    try:
        check_content(content)
    except ValidationError as error:
        by_field: dict[str, list[ValidationError]] = {}
        for item in error.error_list:
            by_field.setdefault(_FIELDS[str(item.code)], []).append(item)
        raise ValidationError(dict(by_field)) from error
    return content


def _no_double(names: Iterable[Any]) -> None:
    known = set[Any]()
    for name in names:
        if name in known:
            raise serializers.ValidationError(_("This is there twice."), "twice")
        known.add(name)
