"""``competencies``, ``categories``, ``roles``, ``seniorities``, ``tags``: the words that questions are sorted by."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from accounts.rest.fields import ExternalIds, Input, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Resource, writes
from questionbank.models import Category, Competency, Named, RoleFamily, SeniorityLevel, Tag
from questionbank.services.vocabulary import add_word, change_word

_HIGHEST_RANK = 32_767


class WordOutput(Output):
    slug = Text()
    name_en = Text(help_text="May be empty; then the other name stands in.")
    name_zh = Text()
    external_ids = ExternalIds()
    updated_at = serializers.DateTimeField()


class WordChange(Input):
    slug = Text(max_length=80, required=False, help_text="Letters, digits, hyphens and underscores; no other has it.")
    name_en = Text(max_length=120, required=False, allow_blank=True)
    name_zh = Text(max_length=120, required=False, allow_blank=True)
    external_ids = ExternalIds(required=False)


class WordInput(WordChange):
    slug = Text(max_length=80, help_text="Letters, digits, hyphens and underscores; no other has it.")


class WordQuery(ListQuery):
    slug = serializers.CharField(required=False, max_length=80)


class Words(Resource):
    """What the four kinds of words share. Everybody with an account reads them."""

    scope = "vocabulary"
    output = WordOutput
    query = WordQuery
    orderings: ClassVar[dict[str, str]] = {"slug": "slug"}
    kind: ClassVar[type[Named]]

    def rows(self) -> QuerySet[Any]:
        return self.kind.objects.visible_to(self.user)

    @writes(WordInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Add one."""
        return self.add(data)

    @writes(WordChange)
    def partial_update(self, word: Named, data: dict[str, Any]) -> UUID:
        """Change its names or slug."""
        return self.change(word, data)

    def add(self, data: dict[str, Any]) -> UUID:
        ids = data.pop("external_ids", {})
        word = add_word(actor=self.user, kind=self.kind, **data)
        self.name_outside(word.pk, ids)
        return word.pk

    def change(self, word: Named, data: dict[str, Any]) -> UUID:
        ids = data.pop("external_ids", {})
        change_word(actor=self.user, word=word, **data)
        self.name_outside(word.pk, ids)
        return word.pk


class Competencies(Words):
    """Abilities that questions give evidence for. Authors, administrators and programs add them."""

    noun = "competencies"
    kind = Competency


class Roles(Words):
    """Kinds of jobs, such as software engineer. Authors, administrators and programs add them."""

    noun = "roles"
    kind = RoleFamily


class CategoryOutput(WordOutput):
    competency = Ref(source="competency_id", help_text="What imported questions without competencies get.")


class CategoryChange(WordChange):
    competency = Ref(required=False)


class CategoryInput(WordInput):
    competency = Ref()


class CategoryQuery(WordQuery):
    competency = serializers.UUIDField(required=False)


class Categories(Words):
    """Shelves of the bank. Authors, administrators and programs add them."""

    noun = "categories"
    output = CategoryOutput
    query = CategoryQuery
    kind = Category

    @writes(CategoryInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Add a category."""
        return self.add(self._named(data))

    @writes(CategoryChange)
    def partial_update(self, word: Category, data: dict[str, Any]) -> UUID:
        """Change its names, slug or competency."""
        return self.change(word, self._named(data))

    def _named(self, data: dict[str, Any]) -> dict[str, Any]:
        if "competency" not in data:
            return data
        competencies = Competency.objects.visible_to(self.user)
        return data | {"competency": self.found(competencies, data["competency"], "competency")}


class SeniorityOutput(WordOutput):
    rank = Whole(help_text="Higher is more senior.")


class SeniorityChange(WordChange):
    rank = Whole(required=False, min_value=0, max_value=_HIGHEST_RANK, help_text="No other has it.")


class SeniorityInput(WordInput):
    rank = Whole(min_value=0, max_value=_HIGHEST_RANK, help_text="No other has it.")


class Seniorities(Words):
    """The ladder. Administrators add steps."""

    noun = "seniorities"
    output = SeniorityOutput
    orderings: ClassVar[dict[str, str]] = {"slug": "slug", "rank": "rank"}
    kind = SeniorityLevel

    @writes(SeniorityInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Add a step."""
        return self.add(data)

    @writes(SeniorityChange)
    def partial_update(self, word: SeniorityLevel, data: dict[str, Any]) -> UUID:
        """Change its names, slug or rank."""
        return self.change(word, data)


class TagOutput(Output):
    slug = Text()
    name = Text()


class Tags(Resource):
    """Free words on questions; a new one is made by the first question that has it."""

    noun = "tags"
    scope = "vocabulary"
    output = TagOutput
    query = WordQuery
    orderings: ClassVar[dict[str, str]] = {"slug": "slug"}

    def rows(self) -> QuerySet[Tag]:
        return Tag.objects.visible_to(self.user)
