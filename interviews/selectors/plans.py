"""A job's plan as the loop builder shows it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from interviews.models import CompetencyNeed, LoopPlan, PlannedQuestion, RoundTemplate
from interviews.planning.assembly import EVIDENCE_WEIGHT
from interviews.wording import WordedReason, reason_text
from questionbank.models import Competency, QuestionText


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """A question in its place, with the reasons in words."""

    planned: PlannedQuestion
    label: str
    short: str
    version: int
    title: str
    competencies: list[Competency]
    minutes: int
    difficulty: int
    languages: list[str]
    reasons: list[WordedReason]


@dataclass(frozen=True, slots=True)
class RoundColumn:
    """A round with its questions; ``parts`` are what minutes_bar.html draws."""

    template: RoundTemplate
    label: str
    seats: int
    cards: list[QuestionCard]
    used: int
    parts: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """The question numbers of one round that give evidence for one competency."""

    round_label: str
    questions: list[str]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A competency, what it needs and what the plan has. ``spare`` counts questions beyond the need."""

    competency: Competency
    needs_questions: int
    needs_interviewers: int
    cells: list[MatrixCell]
    has_questions: int
    has_interviewers: int
    is_met: bool
    spare: int


@dataclass(frozen=True, slots=True)
class PlanBoard:
    """A whole plan: columns, coverage and totals."""

    plan: LoopPlan
    rounds: list[RoundColumn]
    coverage: list[CoverageRow]
    needs_met: int
    questions: int
    minutes: int
    chosen: QuestionCard | None


def plan_board(*, plan: LoopPlan, chosen: str | None = None) -> PlanBoard:
    """The plan for the loop builder; ``chosen`` is the id of the planned question to explain, else the first.

    Eight queries at any size.
    """
    planned = list(
        plan.questions.select_related("version__question").prefetch_related("version__weights", "version__texts")
    )
    known = [str(it.pk) for it in planned]
    chosen = chosen if chosen in known else next(iter(known), None)
    templates = list(plan.template.rounds.prefetch_related("competencies", "seats"))
    competencies = {competency.slug: competency for competency in Competency.objects.all()}
    names = {slug: competency.name for slug, competency in competencies.items()}
    rounds = [
        _column(
            template, [it for it in planned if it.round_template_id == template.pk], plan.job.language, names, chosen
        )
        for template in templates
    ]
    coverage = [_coverage_row(need, rounds, chosen) for need in plan.template.needs.select_related("competency").all()]
    cards = [card for column in rounds for card in column.cards]
    return PlanBoard(
        plan=plan,
        rounds=rounds,
        coverage=coverage,
        needs_met=sum(row.is_met for row in coverage),
        questions=len(cards),
        minutes=sum(template.minutes for template in templates),
        chosen=next((card for card in cards if str(card.planned.pk) == chosen), None),
    )


def _column(
    template: RoundTemplate, planned: list[PlannedQuestion], language: str, names: dict[str, str], chosen: str | None
) -> RoundColumn:
    cards = [_card(it, template, language, names) for it in planned]
    parts, start = [], 0
    for card in cards:
        is_chosen = str(card.planned.pk) == chosen
        parts.append({"start": start, "minutes": card.minutes, "label": card.title, "chosen": is_chosen})
        start += card.minutes
    label = f"R{template.position}"
    return RoundColumn(template, label, len(template.seats.all()), cards, used=start, parts=parts)


def _card(planned: PlannedQuestion, template: RoundTemplate, language: str, names: dict[str, str]) -> QuestionCard:
    version = planned.version
    texts = {text.language: text for text in version.texts.all()}
    weights = {weight.competency_id: weight.percent for weight in version.weights.all()}
    return QuestionCard(
        planned=planned,
        label=version.question.label,
        short=f"{version.question.number:04d}",
        version=version.number,
        title=_text_in(texts, language).title,
        competencies=[it for it in template.competencies.all() if weights.get(it.pk, 0) >= EVIDENCE_WEIGHT],
        minutes=version.minutes,
        difficulty=version.difficulty,
        languages=[text.get_language_display() for text in texts.values()],
        reasons=[reason_text(reason["code"], reason["params"], names) for reason in planned.reasons],
    )


def _text_in(texts: dict[str, QuestionText], language: str) -> QuestionText:
    return texts.get(language) or next(iter(texts.values()))


def _coverage_row(need: CompetencyNeed, rounds: Iterable[RoundColumn], chosen: str | None) -> CoverageRow:
    cells, seats = [], Counter[str]()
    for column in rounds:
        cards = [card for card in column.cards if need.competency in card.competencies]
        is_chosen = any(str(card.planned.pk) == chosen for card in cards)
        cells.append(MatrixCell(column.label, [card.short for card in cards], is_chosen))
        seats[column.label] = column.seats if cards else 0
    questions = sum(len(cell.questions) for cell in cells)
    interviewers = seats.total()
    return CoverageRow(
        competency=need.competency,
        needs_questions=need.questions,
        needs_interviewers=need.interviewers,
        cells=cells,
        has_questions=questions,
        has_interviewers=interviewers,
        is_met=questions >= need.questions and interviewers >= need.interviewers,
        spare=max(questions - need.questions, 0),
    )
