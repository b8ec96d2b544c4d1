"""``kits``: what an interviewer takes into a round, as JSON and as a PDF."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.choices import Language
from accounts.rest.fields import Choice, Flag, Input, Output, Ref, Text, Whole
from accounts.rest.files import PDF, RENDERERS, gives_pdf
from accounts.rest.lists import ListQuery
from accounts.rest.resources import Ids, Resource, Row, writes
from accounts.services.trail import record
from delivery.choices import JobState
from delivery.models import DurableJob
from interviews.choices import RoundFormat, SeatRole
from interviews.models import AskedQuestion, Round
from questionbank.models import QuestionText
from scoring.api.packets import DrawingError, DrawingProgress, drawing, fault
from scoring.selectors.kits import kit_document, kit_key, kit_round, kit_rounds
from scoring.services.kits import STEPS, file_name, request_kit

STATES = ("none", "waiting", "running", "ready", "failed")


class Anchor(serializers.Serializer[Any]):
    level = Whole()
    anchor = Text()


class KitText(serializers.Serializer[Any]):
    language = Choice(choices=Language.choices)
    title = Text()
    prompt = Text(help_text="Markdown, as are the other texts.")
    context = Text()  # type: ignore[assignment]  # a field, not the property
    reference_answer = Text()
    probes = serializers.ListField(child=Text())
    anchors = Anchor(many=True)


class KitQuestion(serializers.Serializer[Any]):
    asked_question = Ref()
    position = Whole()
    question = Ref()
    version = Ref()
    label = Text()  # type: ignore[assignment]  # likewise
    minutes = Whole()
    rubric_is_generic = Flag()
    competencies = serializers.ListField(child=Ref())
    texts = KitText(many=True, help_text="One for each language that it is written in.")


class KitPerson(serializers.Serializer[Any]):
    interviewer = Ref()
    name = Text()
    role = Choice(choices=SeatRole.choices)


class KitFile(serializers.Serializer[Any]):
    language = Choice(choices=Language.choices)
    state = Choice(choices=STATES, help_text="Of the drawing of the kit as it now is.")
    progress = DrawingProgress()
    error = DrawingError(allow_null=True)


class KitOutput(Output):
    id = Ref(help_text="The round's id: a round has one kit.")
    round = Ref(source="pk")
    loop = Ref(source="loop_id")
    position = Whole()
    name_en = Text()
    name_zh = Text()
    format = Choice(choices=RoundFormat.choices)
    minutes = Whole()
    opening_minutes = Whole(source="template.opening_minutes", help_text="Of these, so many are for no question.")
    briefing_en = Text(source="template.briefing_en")
    briefing_zh = Text(source="template.briefing_zh")
    candidate = Text(source="loop.application.candidate.name")
    candidate_native_name = Text(source="loop.application.candidate.native_name")
    job_title = Text(source="loop.application.job.title")
    language = Choice(choices=Language.choices, source="loop.application.job.language", help_text="The job's.")
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    job_time_zone = Text(source="loop.application.job.time_zone")
    link = Text()
    panel = KitPerson(many=True)
    questions = KitQuestion(many=True)
    files = KitFile(many=True)
    updated_at = serializers.DateTimeField()


class DrawInput(Input):
    language = Choice(choices=Language.choices)


class KitQuery(ListQuery):
    loop = serializers.UUIDField(required=False)
    job = serializers.UUIDField(required=False, source="loop__application__job")


class Kits(Resource):
    """Kits of the rounds that you may see; nothing of the candidate but what this names."""

    noun = "kits"
    scope = "loops"
    output = KitOutput
    query = KitQuery

    def rows(self) -> QuerySet[Round]:
        return Round.objects.visible_to(self.user)

    def part_panel(self, ids: Ids) -> Mapping[UUID, list[Row]]:
        return self._each(ids, lambda it: [_person(seat) for seat in it.panel])

    def part_questions(self, ids: Ids) -> Mapping[UUID, list[Row]]:
        return self._each(ids, lambda it: [_question(asked) for asked in it.questions.all()])

    def part_files(self, ids: Ids) -> Mapping[UUID, list[Row]]:
        """One query, and a look at the file store for each drawing that is done."""
        documents = self._each(ids, lambda it: {code: kit_document(it, language=code) for code in Language.values})
        keys = {kit_key(pk, each) for pk, languages in documents.items() for each in languages.values()}
        jobs = {job.key: job for job in DurableJob.objects.filter(key__in=keys)}
        return {
            pk: [_file(code, each, jobs.get(kit_key(pk, each))) for code, each in languages.items()]
            for pk, languages in documents.items()
        }

    @action(detail=True, methods=["post"])
    @writes(DrawInput, status=202)
    def draw(self, round_: Round, data: dict[str, Any]) -> UUID:
        """Have it drawn as a PDF. Ask again until the state of this language's file is ``ready``."""
        request_kit(round_=kit_round(round_id=round_.pk, user=self.user), language=data["language"], actor=self.user)
        return round_.pk

    @action(detail=True, methods=["get"], renderer_classes=RENDERERS)
    @gives_pdf(DrawInput)
    def file(self, round_: Round, asked: dict[str, Any]) -> FileResponse:
        """The PDF of the kit as it now is; 404 until it is drawn. Each download is on record."""
        language = asked["language"]
        name = file_name(kit_document(kit_round(round_id=round_.pk, user=self.user), language=language))
        if not default_storage.exists(name):
            raise Http404
        record(actor=self.user, action="kit.downloaded", subject=round_, language=language)
        shown = f"kit-{language}.pdf"
        return FileResponse(default_storage.open(name), as_attachment=True, filename=shown, content_type=PDF)

    def _each(self, ids: Ids, show: Callable[[Any], Any]) -> Mapping[UUID, Any]:
        """Read once for all parts of an answer; nothing that it reads is ever written here."""
        if not hasattr(self, "read"):
            self.read = list(kit_rounds(user=self.user).filter(pk__in=ids))
        return {round_.pk: show(round_) for round_ in self.read}


def _person(seat: Any) -> Row:
    return {"interviewer": seat.interviewer_id, "name": str(seat.interviewer), "role": seat.role}


def _question(asked: AskedQuestion) -> Row:
    version = asked.version
    return {
        "asked_question": asked.pk,
        "position": asked.position,
        "question": version.question_id,
        "version": version.pk,
        "label": f"{version.question.label} {version}",
        "minutes": version.minutes,
        "rubric_is_generic": version.rubric_is_generic,
        "competencies": [competency.pk for competency in asked.competencies.all()],
        "texts": [_text(text) for text in version.texts.all()],
    }


def _text(text: QuestionText) -> Row:
    return {
        "language": text.language,
        "title": text.title,
        "prompt": text.prompt,
        "context": text.context,
        "reference_answer": text.reference_answer,
        "probes": text.probes,
        "anchors": [{"level": level.level, "anchor": level.anchor} for level in text.levels.all()],
    }


def _file(language: str, document: Any, job: DurableJob | None) -> Row:
    if job is None:
        return {"language": language, "state": "none", "progress": drawing("", 0), "error": None}
    if job.state == JobState.DONE:
        # Cleared away, or of a round that changed while it was drawn.
        state = "ready" if default_storage.exists(file_name(document)) else "none"
    else:
        state = "failed" if job.state == JobState.DEAD else job.state
    done = len(STEPS) if state == "ready" else job.steps_done
    return {
        "language": language,
        "state": state,
        "progress": drawing(job.step, done),
        "error": fault() if state == "failed" else None,
    }
