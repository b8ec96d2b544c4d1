"""Trying rules out before they are saved: the same compilation as for a job's plan, and nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts.choices import Language
from interviews.models import Job, LoopTemplate
from interviews.planning.assembly import Infeasible, compile_loop
from interviews.planning.template_rules import NeedRules, RoundRules, TemplateRules
from interviews.selectors.planning_inputs import PlanningInputs, planning_inputs
from interviews.selectors.supply import Supply
from interviews.selectors.template_changes import round_name
from interviews.services.templates import check_rules, write_parts
from interviews.wording import PlanNames, shortfall_text
from questionbank.models import RoleFamily, SeniorityLevel

TRIAL_LIMIT = 5.0
"""In the solver's own seconds: somebody waits."""
ROUND_MINUTES = 60
QUESTIONS_A_ROUND = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """What compiling gave: ``questions`` chosen and whether the choice is proved best, or what stands in the way."""

    questions: int = 0
    minutes: int = 0
    is_proved: bool = False
    shortfalls: tuple[str, ...] = ()

    @property
    def is_possible(self) -> bool:
        return not self.shortfalls


def try_rules(
    *,
    rules: TemplateRules,
    role_family: RoleFamily,
    seniority: SeniorityLevel,
    language: str,
    names: Mapping[str, str],
) -> Trial:
    """Compile a loop for a job that does not exist, by rules that nobody has saved. Up to some seconds of solver time.

    Raises ``ValidationError`` as ``check_rules``.
    """
    check_rules(rules)
    inputs = _inputs(rules, Job(role_family=role_family, seniority=seniority, language=language))
    found = compile_loop(inputs.request, limit=TRIAL_LIMIT)
    if isinstance(found, Infeasible):
        rounds = {f"R{place}": round_name(it, place) for place, it in enumerate(rules.rounds, start=1)}
        plan_names = PlanNames(competencies=names, rounds=rounds, language=str(dict(Language.choices)[language]))
        return Trial(shortfalls=tuple(shortfall_text(it, plan_names) for it in found.shortfalls))
    minutes = sum(inputs.items[placement.item_id].minutes for placement in found.placements)
    return Trial(len(found.placements), minutes, found.is_optimal)


def _inputs(rules: TemplateRules, job: Job) -> PlanningInputs:
    """The bank for these rules: written down, read as a job's plan reads them, and taken back."""
    with transaction.atomic():
        own = ("name_en", "name_zh", "difficulty", "difficulty_spread", "rest_days")
        template = LoopTemplate(
            role_family=job.role_family,
            seniority=job.seniority,
            is_current=False,
            slug=f"trial-{job.pk.hex}",
            **{name: getattr(rules, name) for name in own},
        )
        template.full_clean(validate_constraints=False)
        template.save(force_insert=True)
        write_parts(template, rules)
        inputs = planning_inputs(job=job, template=template)
        transaction.set_rollback(True)
    return inputs


def derived_rules(supply: Supply) -> TemplateRules:
    """Rules for a bank that has no template: two questions on each competency that has two, four a round."""
    enough = [slug for slug, n in _by_competency(supply).items() if n >= 2]
    groups = [enough[start : start + QUESTIONS_A_ROUND // 2] for start in range(0, len(enough), QUESTIONS_A_ROUND // 2)]
    return TemplateRules(
        difficulty_spread=2,
        rounds=tuple(RoundRules(minutes=ROUND_MINUTES, competencies=tuple(group)) for group in groups[:6]),
        needs=tuple(NeedRules(slug) for group in groups[:6] for slug in group),
    )


def _by_competency(supply: Supply) -> dict[str, int]:
    """Most questions first."""
    numbers: dict[str, int] = {}
    for (slug, _difficulty), n in supply.numbers.items():
        numbers[slug] = numbers.get(slug, 0) + n
    return dict(sorted(numbers.items(), key=lambda entry: (-entry[1], entry[0])))
