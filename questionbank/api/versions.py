"""``question-versions``: every wording of every question, and what was said about each."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers

from accounts.rest.fields import Choice, Flag, Input, Output, Ref, Text, Whole
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Keys, Resource, Row, Rows, writes
from questionbank.api.shapes import CompetencyShareOutput, QuestionTextOutput
from questionbank.choices import VersionState
from questionbank.models import QuestionVersion, VersionComment
from questionbank.selectors.parts import Related, related_to, texts_of
from questionbank.services.reviews import comment


class QuestionVersionOutput(Output):
    question = Ref(source="question_id")
    number = Whole()
    state = Choice(choices=VersionState.choices, help_text="Published and retired ones never change their words.")
    minutes = Whole()
    difficulty = Whole()
    lowest_seniority = Ref(source="lowest_seniority_id")
    highest_seniority = Ref(source="highest_seniority_id")
    roles = serializers.ListField(child=Ref())
    competencies = CompetencyShareOutput(many=True)
    texts = QuestionTextOutput(many=True)
    rubric_is_generic = Flag(help_text="Whether some language still has the anchors of the house.")
    author = Ref(source="author_id")
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    published_by = Ref(source="published_by_id", allow_null=True)
    updated_at = serializers.DateTimeField()


class QuestionVersionQuery(ListQuery):
    question = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(required=False, choices=VersionState.choices)
    author = serializers.UUIDField(required=False)


class QuestionVersions(Resource):
    """Wordings of questions, for those who may read the bank whole. They are written through their question."""

    noun = "question-versions"
    scope = "questions"
    output = QuestionVersionOutput
    query = QuestionVersionQuery

    def rows(self) -> QuerySet[QuestionVersion]:
        return QuestionVersion.objects.visible_to(self.user)

    def _read(self, *args: Any, **options: Any) -> tuple[Rows, Keys]:
        self._related: Related | None = None
        return super()._read(*args, **options)

    def _related_to(self, ids: Ids) -> Related:
        if self._related is None:
            self._related = related_to(versions=ids)
        return self._related

    def part_roles(self, ids: Ids) -> Mapping[UUID, list[UUID | str]]:
        return self._related_to(ids).roles

    def part_competencies(self, ids: Ids) -> Mapping[UUID, list[Row]]:
        return self._related_to(ids).competencies

    def part_texts(self, ids: Ids) -> Mapping[UUID, list[Row]]:
        return texts_of(ids)


class VersionCommentOutput(Output):
    version = Ref(source="version_id")
    author = Ref(source="author_id")
    body = Text()
    sent_back = Flag(help_text="Whether it sent the version back to its author.")
    created_at = serializers.DateTimeField()


class VersionCommentInput(Input):
    body = Text(max_length=5_000)


class VersionComments(Resource):
    """What is said about a version while it is reviewed; never changed, never taken back."""

    noun = "question-version-comments"
    path = "question-versions/<uuid:version>/comments"
    scope = "questions"
    output = VersionCommentOutput

    def rows(self) -> QuerySet[VersionComment]:
        return VersionComment.objects.filter(version=self._version())

    def _version(self) -> QuestionVersion:
        found: QuestionVersion | None = (
            QuestionVersion.objects.visible_to(self.user).filter(pk=self.kwargs["version"]).first()
        )
        if found is None:
            raise Http404
        return found

    @writes(VersionCommentInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Say something about it, in whatever state it is."""
        return comment(version=self._version(), actor=self.user, body=data["body"]).pk
