"""What a plan is compiled from: the bank as the planner sees it for one job, without its words.

A question is called by number and version ("Q-0412 v3"), not by key: numbers are the same wherever the same bank
is, so the same plan comes out everywhere.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from interviews.models import AskedQuestion, Job, LoopPlan, LoopTemplate, PlannedQuestion, RoundTemplate
from interviews.planning.assembly import AssemblyRequest, Item, Need, RoundSpec
from interviews.planning.assembly_types import Lock
from interviews.selectors.templates import with_rules
from questionbank.models import LeakFlag, Question, QuestionText, QuestionVersion
from questionbank.selectors.enemies import enemies_of

# A question asked within this span counts as used of late.
EXPOSURE_SPAN = timedelta(days=180)

Placing = tuple[str, str, int]
"""Round, question, form, as the planner names them."""


class Use(NamedTuple):
    """How other jobs asked a question: how often of late, and when last."""

    times: int
    last_on: date


@dataclass(slots=True)
class PlanningInputs:
    """The request for the planner, and which rows its names stand for.

    ``items`` are all that fit the job, those left out for a suspected leak among them; the request has the others.
    """

    job: Job
    template: LoopTemplate
    request: AssemblyRequest
    rounds: dict[str, RoundTemplate]
    items: dict[str, Item]
    versions: dict[str, UUID]
    questions: dict[str, UUID]
    names: dict[UUID, str]
    flagged: frozenset[str]
    uses: Mapping[UUID, Use]
    other_language: int = 0

    def target(self, round_id: str) -> int:
        """The difficulty that a round aims at."""
        return self.rounds[round_id].difficulty or self.template.difficulty


@dataclass(slots=True)
class _Row:
    """One version while it is gathered."""

    version: UUID
    question: UUID
    minutes: int
    difficulty: int
    speaks: bool
    weights: dict[str, int] = field(default_factory=dict)


def round_label(position: int) -> str:
    """How the planner calls a round."""
    return f"R{position}"


def question_label(number: int, version: int) -> str:
    """How the planner calls a question."""
    return f"Q-{number:04d} v{version}"


def planning_inputs(
    *, job: Job, template: LoopTemplate, keep: Collection[UUID] = (), seed: int = 0, forms: int = 1
) -> PlanningInputs:
    """Gather the bank for one job; ``keep`` are versions of a plan, which stay what they are even where they are no
    longer asked or have a newer version. Eight queries at any size, nine with ``keep``; no texts are read.
    """
    template = with_rules(LoopTemplate.objects.filter(pk=template.pk)).get()
    rounds = {round_label(it.position): it for it in template.rounds.all()}
    kept = _rows(QuestionVersion.objects.filter(pk__in=keep), job) if keep else {}
    mine = {row.question for row in kept.values()}
    bank = {name: row for name, row in _rows(_fitting(job), job).items() if row.question not in mine}
    rows = {name: row for name, row in bank.items() if row.speaks} | kept
    flagged = _flagged(rows)
    uses = _uses(job)
    items = _items(rows, uses, template)
    absent = flagged - kept.keys()
    request = AssemblyRequest(
        items=tuple(item for name, item in items.items() if name not in absent),
        rounds=tuple(_round_spec(name, it) for name, it in rounds.items()),
        needs=tuple(Need(need.competency.slug, need.questions, need.interviewers) for need in template.needs.all()),
        difficulty=template.difficulty,
        difficulty_spread=template.difficulty_spread,
        seed=seed,
        forms=forms,
    )
    return PlanningInputs(
        job=job,
        template=template,
        request=request,
        rounds=rounds,
        items=items,
        versions={name: row.version for name, row in rows.items()},
        questions={name: row.question for name, row in rows.items()},
        names={row.version: name for name, row in rows.items()},
        flagged=flagged,
        uses=uses,
        other_language=len(bank) - sum(row.speaks for row in bank.values()),
    )


def plan_inputs(*, plan: LoopPlan, planned: Iterable[PlannedQuestion]) -> PlanningInputs:
    """The bank as it is now, for a plan by its own template, with its locks."""
    rows = list(planned)
    inputs = planning_inputs(
        job=plan.job, template=plan.template, keep={it.version_id for it in rows}, seed=plan.seed, forms=plan.forms
    )
    locks = tuple(Lock(*placing) for it, placing in zip(rows, placings(rows, inputs), strict=True) if it.is_locked)
    inputs.request = replace(inputs.request, locks=locks)
    return inputs


def placings(planned: Iterable[PlannedQuestion], inputs: PlanningInputs) -> list[Placing]:
    """Where the questions of a plan stand, as the planner names it."""
    labels = {it.pk: label for label, it in inputs.rounds.items()}
    return [(labels[it.round_template_id], inputs.names[it.version_id], it.form) for it in planned]


def _fitting(job: Job) -> QuerySet[QuestionVersion]:
    """Askable versions for the job's role and seniority, in any language."""
    return QuestionVersion.objects.askable().filter(
        role_families=job.role_family_id,
        lowest_seniority__rank__lte=job.seniority.rank,
        highest_seniority__rank__gte=job.seniority.rank,
    )


def _rows(versions: QuerySet[QuestionVersion], job: Job) -> dict[str, _Row]:
    """Planning name → version with its weights. One query, one line for each weight."""
    speaks = Exists(QuestionText.objects.filter(version=OuterRef("pk"), language=job.language))
    lines = (
        versions.annotate(speaks=speaks)
        .order_by("question__number", "number")
        .values_list(
            "question__number", "number", "pk", "question_id", "minutes", "difficulty", "speaks",
            "weights__competency__slug", "weights__percent",
        )
    )  # fmt: skip
    rows: dict[str, _Row] = {}
    for number, version, pk, question, minutes, difficulty, has_text, competency, percent in lines.iterator():
        row = rows.setdefault(question_label(number, version), _Row(pk, question, minutes, difficulty, has_text))
        if competency:
            row.weights[competency] = percent
    return rows


def _flagged(rows: Mapping[str, _Row]) -> frozenset[str]:
    standing = set(LeakFlag.objects.standing().values_list("question_id", flat=True))
    return frozenset(name for name, row in rows.items() if row.question in standing)


def _uses(job: Job) -> dict[UUID, Use]:
    """What other jobs asked. One query over what was ever asked elsewhere."""
    asked = AskedQuestion.objects.exclude(round__loop__application__job=job)
    of_late = Q(round__loop__created_at__gte=timezone.now() - EXPOSURE_SPAN)
    lines = asked.values("version__question").annotate(
        times=Count("round__loop", filter=of_late, distinct=True),
        last=Max(Coalesce("round__starts_at", "round__loop__created_at")),
    )
    return {it["version__question"]: Use(it["times"], _day(it["last"])) for it in lines.order_by()}


def _day(moment: datetime) -> date:
    return timezone.localdate(moment, timezone.get_default_timezone())


def _items(rows: Mapping[str, _Row], uses: Mapping[UUID, Use], template: LoopTemplate) -> dict[str, Item]:
    today = _day(timezone.now())
    pairs = enemies_of(Question.objects.all())
    named: dict[UUID, list[str]] = defaultdict(list)
    for name, row in rows.items():
        if row.question in pairs:
            named[row.question].append(name)
    return {
        name: Item(
            id=name,
            minutes=row.minutes,
            difficulty=row.difficulty,
            weights=row.weights,
            exposure=uses[row.question].times if row.question in uses else 0,
            resting_days=_rest_left(uses.get(row.question), template.rest_days, today),
            enemies=frozenset(it for enemy in pairs.get(row.question, ()) for it in named.get(enemy, ())),
        )
        for name, row in rows.items()
    }


def _rest_left(use: Use | None, rest_days: int, today: date) -> int:
    """Days that a question has still to rest; one that is asked later than today rests from then on."""
    return max(rest_days - (today - use.last_on).days, 0) if use else 0


def _round_spec(name: str, it: RoundTemplate) -> RoundSpec:
    return RoundSpec(
        id=name,
        minutes=it.question_minutes,
        seats=len(it.seats.all()),
        competencies=frozenset(competency.slug for competency in it.competencies.all()),
        difficulty=it.difficulty,
    )
