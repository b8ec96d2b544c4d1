"""The questions of many plans at once, and what they cover, as plain values: for programs, which read pages of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from interviews.models import CompetencyNeed, LoopPlan, PlannedQuestion, RoundTemplate, SeatTemplate
from interviews.planning.assembly import EVIDENCE_WEIGHT
from interviews.selectors.planning_inputs import question_label, round_label
from interviews.wording import reason_text
from questionbank.models import Competency, CompetencyWeight, QuestionText

Row = dict[str, Any]
_ROUND = ("id", "position", "name_en", "name_zh", "minutes", "opening_minutes")
_QUESTION = (
    "plan",
    "round_template",
    "pk",
    "form",
    "position",
    "version",
    "version__question",
    "version__question__number",
    "version__number",
    "version__minutes",
    "version__difficulty",
    "is_locked",
    "reasons",
)


def rounds_of(plans: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Plan → its rounds in order, each with its questions and why they stand there. Five queries at any size."""
    languages, templates = {}, {}
    for pk, template, language in LoopPlan.objects.filter(pk__in=plans).values_list("pk", "template", "job__language"):
        templates[pk], languages[pk] = template, language
    questions = _questions(plans, languages)
    rounds: defaultdict[UUID, list[Row]] = defaultdict(list)
    rows = RoundTemplate.objects.filter(template__in=set(templates.values())).order_by("position")
    for template, *values in rows.values_list("template", *_ROUND):
        rounds[template].append(dict(zip(_ROUND, values, strict=True)))
    return {pk: [_round(row, questions[pk, row["id"]]) for row in rounds[templates[pk]]] for pk in templates}


def _round(row: Row, questions: list[Row]) -> Row:
    return {
        "id": row["id"],
        "label": round_label(row["position"]),
        "name_en": row["name_en"],
        "name_zh": row["name_zh"],
        "question_minutes": row["minutes"] - row["opening_minutes"],
        "questions": questions,
    }


def _questions(plans: Sequence[UUID], languages: Mapping[UUID, str]) -> Mapping[tuple[UUID, UUID], list[Row]]:
    rows = list(PlannedQuestion.objects.filter(plan__in=plans).order_by("form", "position").values_list(*_QUESTION))
    titles = _titles({row[5] for row in rows})
    names = {it.slug: it.name for it in Competency.objects.only("slug", "name_en", "name_zh")}
    found: defaultdict[tuple[UUID, UUID], list[Row]] = defaultdict(list)
    for plan, place, pk, form, position, version, question, number, which, minutes, difficulty, locked, reasons in rows:
        found[plan, place].append(
            {
                "id": pk,
                "form": form,
                "position": position,
                "question": question,
                "version": version,
                "label": question_label(number, which),
                "title": _title(titles[version], languages[plan]),
                "minutes": minutes,
                "difficulty": difficulty,
                "is_locked": locked,
                "reasons": [_reason(it, names) for it in reasons],
            }
        )
    return found


def _titles(versions: Iterable[UUID]) -> Mapping[UUID, dict[str, str]]:
    found: defaultdict[UUID, dict[str, str]] = defaultdict(dict)
    rows = QuestionText.objects.filter(version__in=versions).order_by("language")
    for version, language, title in rows.values_list("version", "language", "title"):
        found[version][language] = title
    return found


def _title(titles: Mapping[str, str], language: str) -> str:
    return titles.get(language) or next(iter(titles.values()), "")


def _reason(reason: Row, names: Mapping[str, str]) -> Row:
    worded = reason_text(reason["code"], reason["params"], names)
    return {"code": reason["code"], "params": reason["params"], "kind": worded.kind, "text": worded.text}


def coverage_of(plans: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Plan → what each of its forms has of what every competency needs. Six queries at any size."""
    rows = list(LoopPlan.objects.filter(pk__in=plans).values_list("pk", "template", "forms"))
    templates = {template for _pk, template, _forms in rows}
    needs: defaultdict[UUID, list[Any]] = defaultdict(list)
    wanted = CompetencyNeed.objects.filter(template__in=templates).order_by("competency__slug")
    for template, *need in wanted.values_list("template", "competency", "questions", "interviewers"):
        needs[template].append(need)
    seats = Counter(
        SeatTemplate.objects.filter(round_template__template__in=templates).values_list("round_template", flat=True)
    )
    evidence = _evidence(plans, templates)
    found: dict[UUID, list[Row]] = {}
    for pk, template, forms in rows:
        found[pk] = [
            _covered(form, need, evidence[pk, form, need[0]], seats)
            for form in range(1, forms + 1)
            for need in needs[template]
        ]
    return found


def _covered(form: int, need: Sequence[Any], rounds: Counter[UUID], seats: Counter[UUID]) -> Row:
    competency, questions, interviewers = need
    has_questions, has_interviewers = rounds.total(), sum(seats[it] for it in rounds)
    return {
        "form": form,
        "competency": competency,
        "needed_questions": questions,
        "has_questions": has_questions,
        "needed_interviewers": interviewers,
        "has_interviewers": has_interviewers,
        "is_met": has_questions >= questions and has_interviewers >= interviewers,
    }


def _evidence(plans: Sequence[UUID], templates: Iterable[UUID]) -> Mapping[tuple[UUID, int, UUID], Counter[UUID]]:
    """Plan, form and competency → how many questions of each round give evidence for it. Three queries."""
    through = RoundTemplate.competencies.through.objects.filter(roundtemplate__template__in=templates)
    allowed = set(through.values_list("roundtemplate", "competency"))
    placed = list(
        PlannedQuestion.objects.filter(plan__in=plans).values_list("plan", "form", "round_template", "version")
    )
    about: defaultdict[UUID, list[UUID]] = defaultdict(list)
    weights = CompetencyWeight.objects.filter(
        version__in={version for *_place, version in placed}, percent__gte=EVIDENCE_WEIGHT
    )
    for version, competency in weights.values_list("version", "competency"):
        about[version].append(competency)
    found: defaultdict[tuple[UUID, int, UUID], Counter[UUID]] = defaultdict(Counter)
    for plan, form, place, version in placed:
        for competency in about[version]:
            if (place, competency) in allowed:
                found[plan, form, competency][place] += 1
    return found
