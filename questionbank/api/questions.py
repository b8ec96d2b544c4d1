"""``questions``: what is asked, with the newest version of each and the one in use."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.choices import Language
from accounts.rest.bulk import BulkAnswer, bulk_of, upsert
from accounts.rest.fields import Choice, ExternalIds, Flag, Input, Output, Ref, Text, Whole
from accounts.rest.files import ANY_RENDERERS, gives_file
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Keys, Resource, Row, Rows, writes
from accounts.scopes import PUBLISH
from questionbank.api.contents import Contents, QuestionChange, QuestionInput
from questionbank.api.shapes import CompetencyShareOutput, QuestionTextOutput
from questionbank.choices import STANDING_LEAKS, LeakState, VersionState
from questionbank.formats.facets import GENERIC_RUBRIC, LEAK, Facet, facet_key
from questionbank.formats.writing import SUFFIXES, TYPES
from questionbank.models import Category, Competency, Question, QuestionVersion, RoleFamily, SeniorityLevel, Tag
from questionbank.policies import may_read
from questionbank.selectors.facets import LONGEST_TEXT
from questionbank.selectors.narrowing import found_by
from questionbank.selectors.parts import Related, exposure_of, newest_and_published, related_to, texts_of
from questionbank.selectors.search import Search
from questionbank.services import exporting, reviews, versions
from questionbank.services.editing import add, revise

_STANDING = [(state.value, state.label) for state in LeakState if state in STANDING_LEAKS]
_NAMED: dict[str, tuple[Facet, type[Model]]] = {
    "category": (Facet.CATEGORY, Category),
    "competency": (Facet.COMPETENCY, Competency),
    "role": (Facet.ROLE, RoleFamily),
    "seniority": (Facet.SENIORITY, SeniorityLevel),
    "tag": (Facet.TAG, Tag),
}
_PLAIN = {
    "state": Facet.STATE,
    "language": Facet.LANGUAGE,
    "difficulty": Facet.DIFFICULTY,
    "flag": Facet.FLAG,
}


class NewestVersionOutput(Output):
    number = Whole()
    state = Choice(choices=VersionState.choices)
    minutes = Whole()
    difficulty = Whole()
    lowest_seniority = Ref()
    highest_seniority = Ref()
    roles = serializers.ListField(child=Ref())
    competencies = CompetencyShareOutput(many=True)
    titles = serializers.DictField(child=Text(), help_text="By language.")
    rubric_is_generic = Flag()
    author = Ref()
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)


class PublishedVersionOutput(Output):
    number = Whole()
    published_at = serializers.DateTimeField()


class EnemyOutput(serializers.Serializer[Any]):
    question = Ref()
    reason = Text()


class ExposureOutput(serializers.Serializer[Any]):
    asked = Whole(help_text="In how many loops.")
    last_asked_at = serializers.DateTimeField(allow_null=True)


class QuestionOutput(Output):
    number = Whole(help_text="Pages show it as Q-0001.")
    category = Ref(source="category_id")
    tags = serializers.ListField(child=Text())
    newest = NewestVersionOutput()
    published = PublishedVersionOutput(allow_null=True, help_text="The version that is asked.")
    enemies = EnemyOutput(many=True, help_text="Never in one loop with it.")
    leak = Choice(choices=_STANDING, allow_null=True, help_text="While it stands, no new plan asks the question.")
    external_ids = ExternalIds()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    texts = QuestionTextOutput(many=True, help_text="Those of the newest version.")
    exposure = ExposureOutput()


class QuestionFilters(serializers.Serializer[Any]):
    q = serializers.CharField(required=False, max_length=LONGEST_TEXT, help_text="Words, as the page searches them.")
    state = serializers.ChoiceField(
        required=False,
        choices=VersionState.choices,
        help_text="Of the newest version; a question in use is `published` whatever is written next.",
    )
    category = serializers.CharField(required=False, max_length=80, help_text="Id or slug.")
    competency = serializers.CharField(required=False, max_length=80, help_text="Id or slug.")
    role = serializers.CharField(required=False, max_length=80, help_text="Id or slug.")
    seniority = serializers.CharField(required=False, max_length=80, help_text="Id or slug; within the range.")
    tag = serializers.CharField(required=False, max_length=80, help_text="Id or slug.")
    language = serializers.ChoiceField(required=False, choices=Language.choices)
    difficulty = serializers.IntegerField(required=False, min_value=1, max_value=5)
    flag = serializers.ChoiceField(required=False, choices=[GENERIC_RUBRIC, LEAK])


class QuestionQuery(QuestionFilters, ListQuery):
    pass


class ExportQuery(QuestionFilters):
    format = serializers.ChoiceField(choices=list(TYPES), help_text="What an import reads back without loss.")


class SendBackInput(Input):
    comment = Text(max_length=5_000, help_text="What has to change.")


class _Page:
    """What the parts of one page of questions are made of; nothing is read that nobody asks for."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids

    @cached_property
    def versions(self) -> tuple[dict[UUID, Row], dict[UUID, Row]]:
        return newest_and_published(self.ids)

    @cached_property
    def related(self) -> Related:
        return related_to(versions=[it["id"] for it in self.versions[0].values()], questions=self.ids)


class Questions(Resource):
    """The bank, for those who may read it whole; authors and programs write. Published words never change."""

    noun = "questions"
    scope = "questions"
    output = QuestionOutput
    query = QuestionQuery
    orderings: ClassVar[dict[str, str]] = {"number": "number"}
    on_request = frozenset({"texts", "exposure"})
    needs_if_match = True

    def rows(self) -> QuerySet[Question]:
        return Question.objects.visible_to(self.user)

    def narrow(self, rows: QuerySet[Question], asked: dict[str, Any]) -> QuerySet[Question]:
        text = asked.pop("q", "").strip()
        chosen = {facet: facet_key(facet, asked.pop(name)) for name, facet in _PLAIN.items() if name in asked}
        for name in [name for name in _NAMED if name in asked]:
            facet, kind = _NAMED[name]
            pk = _id_of(kind, asked.pop(name))
            if pk is None:
                rows = rows.none()
            else:
                chosen[facet] = facet_key(facet, pk)
        if not text and not chosen:
            return rows
        return found_by(Search(text=text, chosen={facet: frozenset([key]) for facet, key in chosen.items()}), rows)

    # Parts ------------------------------------------------------------------------------------------

    def _read(self, *args: Any, **options: Any) -> tuple[Rows, Keys]:
        self._page: _Page | None = None  # what the parts share is as fresh as the rows
        return super()._read(*args, **options)

    def _parts(self, ids: Ids) -> _Page:
        if self._page is None:
            self._page = _Page(ids)
        return self._page

    def part_newest(self, ids: Ids) -> Mapping[UUID, Row]:
        page = self._parts(ids)
        related = page.related
        return {
            pk: version
            | {
                "roles": related.roles.get(version["id"], []),
                "competencies": related.competencies.get(version["id"], []),
                "titles": related.titles.get(version["id"], {}),
            }
            for pk, version in page.versions[0].items()
        }

    def part_published(self, ids: Ids) -> Mapping[UUID, Row]:
        names = ("id", "number", "published_at")
        return {pk: {name: it[name] for name in names} for pk, it in self._parts(ids).versions[1].items()}

    def part_tags(self, ids: Ids) -> Mapping[UUID, list[str]]:
        return self._parts(ids).related.tags

    def part_enemies(self, ids: Ids) -> Mapping[UUID, list[Row]]:
        return self._parts(ids).related.enemies

    def part_leak(self, ids: Ids) -> Mapping[UUID, str]:
        return self._parts(ids).related.leak

    def part_texts(self, ids: Ids) -> Mapping[UUID, list[Row]]:
        newest = self._parts(ids).versions[0]
        texts = texts_of([it["id"] for it in newest.values()])
        return {pk: texts[it["id"]] for pk, it in newest.items()}

    def part_exposure(self, ids: Ids) -> Mapping[UUID, Row]:
        return exposure_of(ids)

    # Writing ----------------------------------------------------------------------------------------

    @writes(QuestionInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Write a new question as a draft."""
        ids = data.pop("external_ids", {})
        pk = self._add(data)
        self.name_outside(pk, ids)
        return pk

    @writes(QuestionChange)
    def partial_update(self, question: Question, data: dict[str, Any]) -> UUID:
        """Change parts of it. What is in use stays as it is: other words make the next draft."""
        ids = data.pop("external_ids", {})
        self._revise(question, data)
        self.name_outside(question.pk, ids)
        return question.pk

    @action(detail=False, methods=["post"])
    @writes(bulk_of(QuestionInput), gives=BulkAnswer, also=(207,))
    def bulk(self, data: dict[str, Any]) -> Any:
        """Write or change up to 500 questions, each found by its `external_ids`."""
        return upsert(self, data, takes=QuestionInput, create=self._add, change=self._revise)

    @action(detail=False, methods=["get"], renderer_classes=ANY_RENDERERS)
    @gives_file(*(it.partition(";")[0] for it in TYPES.values()), query=ExportQuery)
    def export(self, asked: dict[str, Any]) -> StreamingHttpResponse:
        """The newest versions of all questions, or of those that the filters find, as a file."""
        if not may_read(self.user):
            raise PermissionDenied
        chosen = asked.pop("format")
        questions = self.narrow(self.rows(), asked)
        exporting.record_export(actor=self.user, format=chosen, count=questions.count())
        pieces = exporting.export_questions(questions=questions, format=chosen)
        name = f"questions{SUFFIXES[chosen]}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(pieces, content_type=TYPES[chosen], headers=headers)

    @action(detail=True, methods=["post"])
    @writes()
    def submit(self, question: Question, data: dict[str, Any]) -> UUID:
        """Ask a second person to look at the draft."""
        versions.submit_for_review(version=_newest(question), actor=self.user)
        return question.pk

    @action(detail=True, methods=["post"])
    @writes(scope=PUBLISH, if_match=True)
    def publish(self, question: Question, data: dict[str, Any]) -> UUID:
        """Ask its newest version from now on. Somebody other than its author does that, having read it."""
        versions.publish(version=_newest(question), actor=self.user)
        return question.pk

    @action(detail=True, methods=["post"], url_path="send-back")
    @writes(SendBackInput)
    def send_back(self, question: Question, data: dict[str, Any]) -> UUID:
        """Give the version in review back to its author, with what has to change."""
        reviews.send_back(version=_newest(question), actor=self.user, body=data["comment"])
        return question.pk

    @action(detail=True, methods=["post"])
    @writes()
    def withdraw(self, question: Question, data: dict[str, Any]) -> UUID:
        """Take one's own version out of review."""
        reviews.withdraw(version=_newest(question), actor=self.user)
        return question.pk

    @action(detail=True, methods=["post"])
    @writes()
    def retire(self, question: Question, data: dict[str, Any]) -> UUID:
        """Take it out of use; loops and scores that name its versions keep them."""
        versions.retire(question=question, actor=self.user)
        return question.pk

    @cached_property
    def _contents(self) -> Contents:
        return Contents(self.user)

    def _add(self, data: dict[str, Any]) -> UUID:
        category = self._contents.category(data)
        assert category is not None  # noqa: S101 -- for the type checker; the body has to name it
        content = self._contents.new(data, category)
        version = add(
            author=self.user,
            category=category,
            content=content,
            tags=data.get("tags", []),
            enemies=self._contents.enemies(data) or {},
        )
        return version.question_id

    def _revise(self, question: Question, data: dict[str, Any]) -> bool:
        return revise(
            question=question,
            author=self.user,
            rewrite=lambda last: self._contents.next(data, last),
            category=self._contents.category(data),
            tags=data.get("tags"),
            enemies=self._contents.enemies(data),
        )


def _newest(question: Question) -> QuestionVersion:
    version: QuestionVersion = question.versions.order_by("-number")[0]
    return version


def _id_of(kind: type[Model], name: str) -> UUID | None:
    """The id itself, or that of the row with this slug."""
    try:
        return UUID(name)
    except ValueError:
        pk: UUID | None = kind._default_manager.filter(slug=name).values_list("pk", flat=True).first()
        return pk
