"""A job's plan as the loop builder shows it. Nothing here reads the bank: see ``plan_choices`` for that."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from interviews.models import CompetencyNeed, LoopPlan, PlannedQuestion, RoundTemplate
from interviews.planning.assembly import EVIDENCE_WEIGHT
from interviews.selectors.planning_inputs import round_label
from interviews.wording import WordedReason, reason_text
from questionbank.choices import VersionState
from questionbank.models import Competency, LeakFlag, QuestionText, QuestionVersion


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """A question in its place, with the reasons in words.

    ``newer`` is the number of a version published since; ``trouble`` is retired, suspected or confirmed.
    """

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
    newer: int | None = None
    trouble: str = ""


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
    ids: list[UUID] = field(default_factory=list)


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
    short: int


@dataclass(frozen=True, slots=True)
class PlanBoard:
    """One form of a plan: columns, coverage and totals; ``forms`` are the numbers of all its parallel forms."""

    plan: LoopPlan
    form: int
    forms: range
    rounds: list[RoundColumn]
    coverage: list[CoverageRow]
    needs_met: int
    questions: int
    minutes: int
    chosen: QuestionCard | None
    before: PlannedQuestion | None
    after: PlannedQuestion | None
    targets: list[str]

    @property
    def is_last(self) -> bool:
        """The chosen question is the last of its round."""
        return any(column.cards and column.cards[-1] == self.chosen for column in self.rounds)

    @property
    def trouble(self) -> list[QuestionCard]:
        """Questions that the plan cannot be approved with."""
        return [card for column in self.rounds for card in column.cards if card.trouble]

    @property
    def newer(self) -> list[QuestionCard]:
        return [card for column in self.rounds for card in column.cards if card.newer]


@dataclass(slots=True)
class _Bank:
    """What the bank says today about the questions of a plan."""

    published: Mapping[UUID, int]
    flags: Mapping[UUID, str]


def plan_board(*, plan: LoopPlan, chosen: UUID | None = None, form: int = 1) -> PlanBoard:
    """One form of the plan; ``chosen`` is the planned question to explain, else the first. Ten queries at any size."""
    planned = _planned(plan, form)
    known = [it.pk for it in planned]
    place = known.index(chosen) if chosen in known else 0
    focus = known[place] if known else None
    templates = list(plan.template.rounds.prefetch_related("competencies", "seats"))
    names = {competency.slug: competency.name for competency in Competency.objects.all()}
    bank = _bank_today(planned)
    rounds = []
    for template in templates:
        here = [it for it in planned if it.round_template_id == template.pk]
        rounds.append(_column(template, [_card(it, template, plan.job.language, names, bank) for it in here], focus))
    cards = [card for column in rounds for card in column.cards]
    needs = plan.template.needs.select_related("competency")
    coverage = [_coverage_row(need, rounds, focus) for need in needs]
    return PlanBoard(
        plan=plan,
        form=form,
        forms=range(1, plan.forms + 1),
        rounds=rounds,
        coverage=coverage,
        needs_met=sum(row.is_met for row in coverage),
        questions=len(cards),
        minutes=sum(template.minutes for template in templates),
        chosen=next((card for card in cards if card.planned.pk == focus), None),
        before=planned[place - 1] if place > 0 else None,
        after=planned[place + 1] if place + 1 < len(planned) else None,
        targets=_targets(planned[place], templates) if planned else [],
    )


def _targets(planned: PlannedQuestion, templates: Iterable[RoundTemplate]) -> list[str]:
    """Other rounds that assess something the question is about."""
    about = {weight.competency_id for weight in planned.version.weights.all() if weight.percent >= EVIDENCE_WEIGHT}
    return [
        round_label(it.position)
        for it in templates
        if it.pk != planned.round_template_id and any(competency.pk in about for competency in it.competencies.all())
    ]


def _planned(plan: LoopPlan, form: int) -> list[PlannedQuestion]:
    titles = QuestionText.objects.only("version", "language", "title")
    return list(
        plan.questions.filter(form=form)
        .select_related("version__question", "round_template")
        .prefetch_related("version__weights", Prefetch("version__texts", titles))
        .order_by("round_template__position", "position")
    )


def _bank_today(planned: Iterable[PlannedQuestion]) -> _Bank:
    questions = [it.version.question_id for it in planned]
    published = QuestionVersion.objects.filter(question__in=questions, state=VersionState.PUBLISHED)
    return _Bank(
        published=dict(published.order_by("number").values_list("question_id", "number")),
        flags=dict(LeakFlag.objects.standing().filter(question__in=questions).values_list("question_id", "state")),
    )


def _column(template: RoundTemplate, cards: list[QuestionCard], focus: UUID | None) -> RoundColumn:
    parts, start = [], 0
    for card in cards:
        part = {"start": start, "minutes": card.minutes, "label": card.title, "id": card.planned.pk}
        parts.append(part | {"chosen": card.planned.pk == focus})
        start += card.minutes
    label = round_label(template.position)
    return RoundColumn(template, label, len(template.seats.all()), cards, used=start, parts=parts)


def _card(
    planned: PlannedQuestion, template: RoundTemplate, language: str, names: Mapping[str, str], bank: _Bank
) -> QuestionCard:
    version = planned.version
    texts = {text.language: text for text in version.texts.all()}
    weights = {weight.competency_id: weight.percent for weight in version.weights.all()}
    newest = bank.published.get(version.question_id)
    reasons = [it for it in planned.reasons if it["code"] != "locked"]
    if planned.is_locked:
        reasons.insert(0, {"code": "locked", "params": {}})
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
        reasons=[reason_text(reason["code"], reason["params"], names) for reason in reasons],
        newer=newest if newest and newest > version.number else None,
        trouble=bank.flags.get(version.question_id, "" if newest else "retired"),
    )


def _text_in(texts: Mapping[str, QuestionText], language: str) -> QuestionText:
    return texts.get(language) or next(iter(texts.values()))


def _coverage_row(need: CompetencyNeed, rounds: Iterable[RoundColumn], focus: UUID | None) -> CoverageRow:
    cells, seats = [], Counter[str]()
    for column in rounds:
        cards = [card for card in column.cards if need.competency in card.competencies]
        ids = [card.planned.pk for card in cards]
        cells.append(MatrixCell(column.label, [card.short for card in cards], focus in ids, ids))
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
        short=max(need.questions - questions, 0),
    )
