"""Loop templates: their rules as plain values, and what the pages about them show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from interviews.models import CompetencyNeed, Job, LoopPlan, LoopTemplate, Pool, RoundTemplate, SeatTemplate
from interviews.planning.template_rules import NeedRules, RoundRules, TemplateRules
from interviews.selectors.supply import Feasibility, feasibility, supply_for
from interviews.selectors.template_changes import changes_between
from questionbank.models import Competency, RoleFamily, SeniorityLevel

_ROUND_FIELDS = (
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


def with_rules(templates: Any) -> Any:
    """Templates with all that ``rules_of`` reads. Four queries more at any size."""
    rounds = RoundTemplate.objects.order_by("position").prefetch_related(
        "competencies", Prefetch("seats", SeatTemplate.objects.select_related("pool"))
    )
    needs = CompetencyNeed.objects.select_related("competency").order_by("competency__slug")
    return templates.prefetch_related(Prefetch("rounds", rounds), Prefetch("needs", needs))


def rules_of(template: LoopTemplate) -> TemplateRules:
    """What the template says. One read of ``with_rules`` for a template that was not read with it."""
    if "rounds" not in getattr(template, "_prefetched_objects_cache", {}):
        template = with_rules(LoopTemplate.objects.filter(pk=template.pk)).get()
    return TemplateRules(
        name_en=template.name_en,
        name_zh=template.name_zh,
        difficulty=template.difficulty,
        difficulty_spread=template.difficulty_spread,
        rest_days=template.rest_days,
        rounds=tuple(_round_rules(it) for it in template.rounds.all()),
        needs=tuple(NeedRules(it.competency.slug, it.questions, it.interviewers) for it in template.needs.all()),
    )


def _round_rules(it: RoundTemplate) -> RoundRules:
    return RoundRules(
        **{name: getattr(it, name) for name in _ROUND_FIELDS},
        competencies=tuple(sorted(competency.slug for competency in it.competencies.all())),
        seats={seat.role: seat.pool.slug for seat in it.seats.all()},
    )


def with_use(templates: Any) -> Any:
    """Templates that know as ``has_plans`` whether a plan was built from them."""
    return templates.annotate(has_plans=Exists(LoopPlan.objects.filter(template=OuterRef("pk"))))


def line_of(template: LoopTemplate) -> Any:
    """All versions of the same template: of its job, else of its role and seniority. Newest first."""
    line = LoopTemplate.objects.filter(role_family=template.role_family_id, seniority=template.seniority_id)
    return line.filter(job=template.job_id).order_by("-version", "-slug")


def slugs_of(things: Iterable[Any]) -> dict[str, Any]:
    return {thing.slug: thing for thing in things}


@dataclass(frozen=True, slots=True)
class GridRow:
    """A role family with its template, or none, for each seniority."""

    role: RoleFamily
    cells: tuple[tuple[SeniorityLevel, LoopTemplate | None], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Which roles and seniorities have a template, and which jobs have rules of their own."""

    seniorities: tuple[SeniorityLevel, ...]
    rows: tuple[GridRow, ...]
    own: tuple[LoopTemplate, ...]
    templates: int


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a template and what it changed, in sentences; ``plans`` were built from it."""

    template: LoopTemplate
    plans: int
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """A template with what the bank has for it, its versions and the jobs that build their plans by it."""

    feasibility: Feasibility
    versions: tuple[Version, ...]
    jobs: int


def template_grid(*, user: User) -> Grid:
    """Four queries at any size."""
    seniorities = tuple(SeniorityLevel.objects.all())
    rounds = RoundTemplate.objects.filter(template=OuterRef("pk")).order_by().values("template")
    seen = (
        LoopTemplate.objects.visible_to(user)
        .current()
        .select_related("role_family", "seniority", "job")
        .annotate(
            round_count=Coalesce(Subquery(rounds.annotate(n=Count("pk")).values("n")), 0),
            minutes=Coalesce(Subquery(rounds.annotate(n=Sum("minutes")).values("n")), 0),
        )
    )
    found = list(seen)
    general = {(it.role_family_id, it.seniority_id): it for it in found if it.job_id is None}
    rows = tuple(
        GridRow(role, tuple((step, general.get((role.pk, step.pk))) for step in seniorities))
        for role in RoleFamily.objects.all()
    )
    own = tuple(it for it in found if it.job_id is not None)
    return Grid(seniorities, rows, own, len(general))


def editor_names() -> dict[str, dict[str, str]]:
    """What can be chosen in the editor: slug → name. Two queries."""
    return {
        "competencies": {it.slug: it.name for it in Competency.objects.all()},
        "pools": {it.slug: it.name for it in Pool.objects.all()},
    }


def template_page(*, template: LoopTemplate) -> TemplatePage:
    """For a template read with ``with_rules``. Fifteen queries at any size."""
    names = editor_names()
    supply = supply_for(role_family=template.role_family, seniority=template.seniority)
    plans = LoopPlan.objects.filter(template=OuterRef("pk")).order_by().values("template").annotate(n=Count("pk"))
    line = list(with_rules(line_of(template).annotate(plans=Coalesce(Subquery(plans.values("n")), 0))))
    versions = []
    for place, it in enumerate(line):
        before = line[place + 1] if place + 1 < len(line) else None
        changes = changes_between(rules_of(before), rules_of(it), **names) if before else []
        versions.append(Version(it, it.plans, tuple(changes)))
    jobs = Job.objects.filter(role_family=template.role_family_id, seniority=template.seniority_id)
    own = jobs.exclude(own_templates__is_current=True)
    return TemplatePage(
        feasibility=feasibility(rules=rules_of(template), supply=supply, names=names["competencies"]),
        versions=tuple(versions),
        jobs=1 if template.job_id else own.count(),
    )
