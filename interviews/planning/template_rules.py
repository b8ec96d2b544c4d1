"""What a loop template says, as plain values: to compare two versions, to relax a rule, to see that nobody edited it.

Competencies and pools are named by their slugs, rounds by their place: "R1", "R2", as the engine names them.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from .codes import Remedy, Value

MOST_SEATS = 2
SEAT_ORDER = ("lead", "second")
LONGEST_ROUND = 240


class CannotRelax(Exception):  # noqa: N818 -- says what happened; callers word it
    """A remedy is no rule of a template, or cannot be done to this one: ``code`` and ``params`` say which."""

    def __init__(self, code: str, params: Mapping[str, Value]) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params)


@dataclass(frozen=True, slots=True)
class RoundRules:
    """One round. ``seats`` is seat → pool; ``difficulty`` None means the template's."""

    name_en: str = ""
    name_zh: str = ""
    format: str = "interview"
    minutes: int = 60
    opening_minutes: int = 10
    break_after: int = 15
    difficulty: int | None = None
    briefing_en: str = ""
    briefing_zh: str = ""
    competencies: tuple[str, ...] = ()
    seats: Mapping[str, str] = field(default_factory=dict)

    @property
    def question_minutes(self) -> int:
        return self.minutes - self.opening_minutes


@dataclass(frozen=True, slots=True)
class NeedRules:
    """Evidence a loop must bring for a competency."""

    competency: str
    questions: int = 2
    interviewers: int = 1


@dataclass(frozen=True, slots=True)
class TemplateRules:
    """A whole template, without the role and seniority it is for."""

    name_en: str = ""
    name_zh: str = ""
    difficulty: int = 3
    difficulty_spread: int = 2
    rest_days: int = 21
    rounds: tuple[RoundRules, ...] = ()
    needs: tuple[NeedRules, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The same for the same rules, in whatever order competencies, seats and needs were read."""
        plain = asdict(self)
        for part in plain["rounds"]:
            part["competencies"] = sorted(part["competencies"])
        plain["needs"] = sorted(plain["needs"], key=lambda need: need["competency"])
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def relaxed(rules: TemplateRules, remedies: Sequence[Remedy]) -> TemplateRules:
    """The rules after every remedy. Raises ``CannotRelax``; rounds are dropped last, so that names stay right."""
    dropped: set[str] = set()
    rest = rules.rest_days
    for remedy in remedies:
        if remedy.code == "drop_round":
            dropped.add(_round_key(rules, remedy))
        elif remedy.code == "shorten_rest":  # the longest shortening serves every question that rests
            rest = min(rest, max(0, rules.rest_days - _number(remedy.params, "days")))
        else:
            rules = _relaxed(rules, remedy)
    kept = tuple(it for place, it in enumerate(rules.rounds, start=1) if f"R{place}" not in dropped)
    if not kept:
        raise CannotRelax("no_rounds_left", {})
    return replace(rules, rounds=kept, rest_days=rest)


def _relaxed(rules: TemplateRules, remedy: Remedy) -> TemplateRules:
    if remedy.code == "add_minutes":
        return _with_round(rules, remedy, _longer(rules, remedy))
    if remedy.code == "add_seats":
        return _with_round(rules, remedy, _more_seats(rules, remedy))
    if remedy.code == "lower_need":
        return replace(rules, needs=tuple(_lowered(rules, remedy)))
    if remedy.code == "widen_difficulty":
        return replace(rules, difficulty_spread=min(4, max(rules.difficulty_spread, _number(remedy.params, "spread"))))
    if remedy.code == "allow_competency":
        return _allowing(rules, remedy)
    raise CannotRelax("not_a_rule", {"remedy": remedy.code})


def _number(params: Mapping[str, Value], name: str) -> int:
    value = params.get(name, 0)
    if not isinstance(value, int):
        raise CannotRelax("not_a_rule", {"remedy": name})
    return value


def _round_key(rules: TemplateRules, remedy: Remedy) -> str:
    key = str(remedy.params.get("round", ""))
    if key not in {f"R{place}" for place in range(1, len(rules.rounds) + 1)}:
        raise CannotRelax("unknown_round", {"round": key})
    return key


def _round(rules: TemplateRules, remedy: Remedy) -> RoundRules:
    return rules.rounds[int(_round_key(rules, remedy)[1:]) - 1]


def _with_round(rules: TemplateRules, remedy: Remedy, changed: RoundRules) -> TemplateRules:
    place = int(_round_key(rules, remedy)[1:]) - 1
    return replace(rules, rounds=(*rules.rounds[:place], changed, *rules.rounds[place + 1 :]))


def _longer(rules: TemplateRules, remedy: Remedy) -> RoundRules:
    it = _round(rules, remedy)
    minutes = it.minutes + _number(remedy.params, "minutes")
    if minutes > LONGEST_ROUND:
        raise CannotRelax("round_too_long", {"round": str(remedy.params["round"]), "minutes": minutes})
    return replace(it, minutes=minutes)


def _more_seats(rules: TemplateRules, remedy: Remedy) -> RoundRules:
    """More seats are filled from the pool of the first."""
    it = _round(rules, remedy)
    wanted = len(it.seats) + _number(remedy.params, "seats")
    if wanted > MOST_SEATS or not it.seats:
        raise CannotRelax("no_more_seats", {"round": str(remedy.params["round"])})
    pool = next(it.seats[role] for role in SEAT_ORDER if role in it.seats)
    free = [role for role in SEAT_ORDER if role not in it.seats][: wanted - len(it.seats)]
    return replace(it, seats={**it.seats, **dict.fromkeys(free, pool)})


def _lowered(rules: TemplateRules, remedy: Remedy) -> Iterator[NeedRules]:
    """A need of nothing is none."""
    for need in rules.needs:
        if need.competency != remedy.params.get("competency"):
            yield need
            continue
        questions = min(need.questions, _number({"questions": need.questions, **remedy.params}, "questions"))
        interviewers = min(
            need.interviewers, _number({"interviewers": need.interviewers, **remedy.params}, "interviewers")
        )
        if questions > 0 and interviewers > 0:
            yield replace(need, questions=questions, interviewers=interviewers)


def _allowing(rules: TemplateRules, remedy: Remedy) -> TemplateRules:
    """The round that the remedy names may assess it, else the one with the most minutes for questions."""
    if not rules.rounds:
        raise CannotRelax("no_rounds_left", {})
    if "round" not in remedy.params:
        longest = max(range(len(rules.rounds)), key=lambda place: rules.rounds[place].question_minutes)
        remedy = Remedy(remedy.code, {**remedy.params, "round": f"R{longest + 1}"})
    it = _round(rules, remedy)
    competency = str(remedy.params.get("competency", ""))
    allowed = it.competencies if competency in it.competencies else (*it.competencies, competency)
    return _with_round(rules, remedy, replace(it, competencies=allowed))
