"""What an interviewer takes into a round: for page and PDF alike."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import override

from accounts.models import User
from delivery.models import DurableJob
from interviews.models import AskedQuestion, PanelSeat, Round
from questionbank.models import QuestionText
from scoring.rendering.kit import KitDocument, KitQuestion
from scoring.selectors.cards import pick_text

JOB_KIND = "kit.render"


def kit_round(*, round_id: UUID, user: User | None) -> Round:
    """A round with all its kit says, if the person may see it; ``user`` None reads it for the worker. Six queries.

    Raises ``Round.DoesNotExist``.
    """
    found: Round = kit_rounds(user=user).get(pk=round_id)
    return found


def kit_rounds(*, user: User | None) -> QuerySet[Round]:
    """Likewise of many. Six queries when read."""
    rounds = Round.objects.visible_to(user) if user is not None else Round.objects.all()
    others = Round.objects.filter(loop=OuterRef("loop")).order_by().values("loop").annotate(n=Count("pk"))
    asked = (
        AskedQuestion.objects.select_related("version__question", "replaces__question")
        .prefetch_related("competencies", Prefetch("version__texts", QuestionText.objects.prefetch_related("levels")))
        .order_by("position")
    )
    seats = PanelSeat.objects.live().select_related("interviewer__user").order_by("role")
    return (
        rounds.select_related(
            "template", "loop__application__candidate", "loop__application__job__role_family",
            "loop__application__job__seniority",
        )
        .annotate(rounds=Subquery(others.values("n")))
        .prefetch_related(Prefetch("questions", asked), Prefetch("seats", seats, to_attr="panel"))
    )  # fmt: skip


def kit_document(round_: Round, *, language: str, texts: Iterable[str] = ()) -> KitDocument:
    """The kit in one language; questions come in the first of ``texts``, else in it, else as the job asks them.

    No query, for a round read with ``kit_round``. Nothing of the candidate but what this names.
    """
    loop: Any = round_.loop
    job, candidate, template = loop.application.job, loop.application.candidate, round_.template
    briefing = (template.briefing_zh, template.briefing_en)
    wanted = (*texts, language, job.language)
    with override(language):
        return KitDocument(
            language=language,
            zone=job.time_zone,
            candidate=candidate.name,
            native_name=candidate.native_name,
            job=job.title,
            role=job.role_family.name,
            seniority=job.seniority.name,
            round=round_.name,
            position=round_.position,
            rounds=getattr(round_, "rounds", 1),
            format=str(round_.get_format_display()),
            minutes=round_.minutes,
            question_minutes=round_.minutes - template.opening_minutes,
            briefing=next(filter(None, briefing if language == "zh-hans" else briefing[::-1]), ""),
            link=round_.link,
            panel=tuple((str(seat.interviewer), str(seat.get_role_display())) for seat in round_.panel),  # type: ignore[attr-defined]
            # The date in the file: of the kit's loop, so that the same kit is the same file whenever it is drawn.
            made_at=loop.created_at,
            starts_at=round_.starts_at,
            ends_at=round_.ends_at,
            questions=tuple(_question(it, wanted) for it in round_.questions.all()),
        )


def _question(asked: AskedQuestion, languages: tuple[str, ...]) -> KitQuestion:
    version = asked.version
    text = pick_text(version.texts.all(), languages)
    return KitQuestion(
        place=asked.position,
        label=f"{version.question.label} {version}",
        minutes=version.minutes,
        competencies=tuple(competency.name for competency in asked.competencies.all()),
        language=text.language,
        title=text.title,
        prompt=text.prompt,
        context=text.context,
        reference_answer=text.reference_answer,
        probes=tuple(str(probe) for probe in text.probes),
        anchors=tuple((level.level, level.anchor) for level in text.levels.all()),
        is_generic=version.rubric_is_generic,
        replaces=f"{asked.replaces.question.label} {asked.replaces}" if asked.replaces else "",
        replaced_because=str(asked.get_replaced_because_display()) if asked.replaces else "",
    )


def kit_key(round_id: UUID, document: KitDocument) -> str:
    """What the drawing of this very kit is known by among the jobs."""
    return f"{JOB_KIND}:{round_id}:{document.language}:{document.inputs_hash[:40]}"


def kit_job(round_id: UUID, document: KitDocument) -> DurableJob | None:
    """The job that draws this kit, if somebody has asked for it. One query."""
    return DurableJob.objects.filter(key=kit_key(round_id, document)).first()
