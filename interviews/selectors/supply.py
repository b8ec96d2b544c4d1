"""What the bank has for a template: askable questions for each need and each round, before anything is compiled."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Min

from accounts.choices import Language
from interviews.planning.assembly import EVIDENCE_WEIGHT
from interviews.planning.template_rules import NeedRules, RoundRules, TemplateRules
from interviews.selectors.template_changes import round_name
from questionbank.models import QuestionVersion, RoleFamily, SeniorityLevel


@dataclass(frozen=True, slots=True)
class Supply:
    """Askable questions that fit a role and seniority: (competency, difficulty) → number, in any language.

    ``languages`` counts them by (competency, language); ``shortest`` is the length of the shortest by competency.
    """

    numbers: Mapping[tuple[str, int], int] = field(default_factory=dict)
    languages: Mapping[tuple[str, str], int] = field(default_factory=dict)
    shortest: Mapping[str, int] = field(default_factory=dict)

    def within(self, competencies: Iterable[str], target: int, spread: int) -> int:
        """How many speak to any of the competencies, no further from the difficulty. One of two counts twice."""
        wanted = set(competencies)
        return sum(n for (slug, step), n in self.numbers.items() if slug in wanted and abs(step - target) <= spread)


@dataclass(frozen=True, slots=True)
class NeedSupply:
    """``problem``: not_assessed, questions, interviewers or nothing."""

    need: NeedRules
    name: str
    available: int
    languages: tuple[tuple[str, int], ...]
    seats: int
    rounds: tuple[str, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class RoundSupply:
    """``shortest`` question that fits, in minutes; ``problem``: empty, minutes or nothing."""

    name: str
    minutes: int
    question_minutes: int
    seats: int
    available: int
    shortest: int
    problem: str


@dataclass(frozen=True, slots=True)
class Feasibility:
    """Every need and round against the bank. Counting is not proving: ``try_rules`` compiles."""

    needs: tuple[NeedSupply, ...]
    rounds: tuple[RoundSupply, ...]
    question_minutes: int
    loop_minutes: int

    @property
    def problems(self) -> int:
        return sum(bool(it.problem) for it in self.needs) + sum(bool(it.problem) for it in self.rounds)


def supply_for(*, role_family: RoleFamily, seniority: SeniorityLevel) -> Supply:
    """Two queries at any size."""
    fitting = QuestionVersion.objects.askable().filter(
        role_families=role_family,
        lowest_seniority__rank__lte=seniority.rank,
        highest_seniority__rank__gte=seniority.rank,
        weights__percent__gte=EVIDENCE_WEIGHT,
    )
    slug = "weights__competency__slug"
    rows = fitting.order_by().values(slug, "difficulty").annotate(n=Count("pk", distinct=True), least=Min("minutes"))
    numbers: dict[tuple[str, int], int] = {}
    shortest: dict[str, int] = {}
    for row in rows:
        numbers[row[slug], row["difficulty"]] = row["n"]
        shortest[row[slug]] = min(row["least"], shortest.get(row[slug], row["least"]))
    spoken = fitting.order_by().values(slug, "texts__language").annotate(n=Count("pk", distinct=True))
    return Supply(numbers, {(row[slug], row["texts__language"]): row["n"] for row in spoken}, shortest)


def feasibility(*, rules: TemplateRules, supply: Supply, names: Mapping[str, str]) -> Feasibility:
    """No query. ``names`` are those of competencies, by slug."""
    return Feasibility(
        needs=tuple(_need(need, rules, supply, names) for need in rules.needs),
        rounds=tuple(_round(it, place, rules, supply) for place, it in enumerate(rules.rounds, start=1)),
        question_minutes=sum(it.question_minutes for it in rules.rounds),
        loop_minutes=sum(it.minutes for it in rules.rounds),
    )


def _need(need: NeedRules, rules: TemplateRules, supply: Supply, names: Mapping[str, str]) -> NeedSupply:
    assessing = [(place, it) for place, it in enumerate(rules.rounds, start=1) if need.competency in it.competencies]
    reached: Counter[int] = Counter()
    for _place, it in assessing:
        target = it.difficulty or rules.difficulty
        for (slug, step), n in supply.numbers.items():
            if slug == need.competency and abs(step - target) <= rules.difficulty_spread:
                reached[step] = n
    available, seats = reached.total(), sum(len(it.seats) for _place, it in assessing)
    problem = ""
    if not assessing:
        problem = "not_assessed"
    elif available < need.questions:
        problem = "questions"
    elif seats < need.interviewers:
        problem = "interviewers"
    spoken = tuple((str(label), supply.languages.get((need.competency, code), 0)) for code, label in Language.choices)
    rounds = tuple(round_name(it, place) for place, it in assessing)
    return NeedSupply(need, names.get(need.competency, need.competency), available, spoken, seats, rounds, problem)


def _round(it: RoundRules, place: int, rules: TemplateRules, supply: Supply) -> RoundSupply:
    available = supply.within(it.competencies, it.difficulty or rules.difficulty, rules.difficulty_spread)
    shortest = min((supply.shortest[slug] for slug in it.competencies if slug in supply.shortest), default=0)
    problem = "empty" if not available else "minutes" if shortest > it.question_minutes else ""
    name = round_name(it, place)
    return RoundSupply(name, it.minutes, it.question_minutes, len(it.seats), available, shortest, problem)
