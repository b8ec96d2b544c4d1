"""Sentences for the codes that planning returns, in the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from interviews.planning.assembly import Shortfall

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WordedReason:
    """A reason for a choice: ``kind`` is gain or cost."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class PlanNames:
    """What the ids in a compiled plan are called: competencies by slug, rounds by planning id."""

    competencies: Mapping[str, str]
    rounds: Mapping[str, str]
    language: str


def listed(parts: Iterable[str]) -> str:
    """Names in a row, as the language parts them."""
    return pgettext("between the names of a list", ", ").join(parts)


def reason_text(code: str, params: Params, competencies: Mapping[str, str]) -> WordedReason:
    """Why a question stands in a plan."""
    names = dict(params)
    if "competency" in names:
        names["competency"] = competencies.get(names["competency"], names["competency"])
    texts: dict[str, tuple[str, str]] = {
        "locked": (_("Locked: it stays where it is."), "gain"),
        "only_source": (_("Keeps %(competency)s covered: without it the loop is one question short."), "gain"),
        "covers": (_("Gives evidence for %(competency)s: %(weight)s %% of the question is about it."), "gain"),
        "difficulty_fits": (_("Difficulty %(difficulty)s is the one aimed at."), "gain"),
        "difficulty_near": (_("Difficulty %(difficulty)s, one step from the %(target)s aimed at."), "cost"),
        "fits_minutes": (_("Takes %(minutes)s of the %(of)s minutes for questions; %(used)s are used."), "gain"),
        "least_used": (_least_used(params.get("exposure", 0)), "gain"),
    }
    text, kind = texts[code]
    return WordedReason(text % names, kind)


def _least_used(exposure: int) -> str:
    if not exposure:
        return _("Not asked for other jobs of late.")
    return ngettext(
        "Asked %(exposure)s time for other jobs of late; nothing that fits here was asked less.",
        "Asked %(exposure)s times for other jobs of late; nothing that fits here was asked less.",
        exposure,
    )


def shortfall_text(shortfall: Shortfall, names: PlanNames) -> str:
    """What stands in the way of a plan and, in the same breath, what would help."""
    params = dict(shortfall.params)
    problem = _problems(params)[shortfall.code]
    return f"{problem % _named(params, names)} {_remedy(shortfall, names)}"


def _named(params: Params, names: PlanNames) -> dict[str, Any]:
    named: dict[str, Any] = {key: localize(value) if isinstance(value, int) else value for key, value in params.items()}
    if "competency" in params:
        named["competency"] = names.competencies.get(params["competency"], params["competency"])
    if "competencies" in params:
        named["competencies"] = listed(names.competencies.get(slug, slug) for slug in params["competencies"])
    if "round" in params:
        named["round"] = names.rounds.get(params["round"], params["round"])
    return named | {"language": names.language}


def _problems(params: Params) -> dict[str, str]:
    needed = params.get("needed", 0)
    return {
        "competency_questions": ngettext(
            "%(competency)s needs %(needed)s question; %(possible)s can be asked at this level in %(language)s.",
            "%(competency)s needs %(needed)s questions; %(possible)s can be asked at this level in %(language)s.",
            needed,
        ),
        "competency_interviewers": ngettext(
            "%(competency)s needs %(needed)s interviewer; %(possible)s can ask about it.",
            "%(competency)s needs %(needed)s interviewers; %(possible)s can ask about it.",
            needed,
        ),
        "competency_not_assessed": _("%(competency)s is needed, but no round may assess it."),
        "round_minutes": _("%(round)s has %(minutes)s minutes for questions and needs %(needed)s."),
        "round_seats": _("%(round)s has too few seats for %(competencies)s: %(seats)s of %(needed)s."),
        "round_empty": _("%(round)s would have no question that can be asked at this level in %(language)s."),
        "not_decided": _("The search ended before it found a plan or proved that there is none."),
    }


def _remedy(shortfall: Shortfall, names: PlanNames) -> str:
    params = dict(shortfall.remedy.params)
    code = shortfall.remedy.code
    remedies: dict[str, Callable[[], str]] = {
        "publish_questions": lambda: _publish(shortfall, params),
        "lower_need": lambda: _("Lower the need to what is possible, or publish more."),
        "add_minutes": lambda: _("Give the round %(minutes)s minutes more."),
        "add_seats": lambda: _("Give the round more seats: %(seats)s."),
        "drop_round": lambda: _("Take the round out of the template, or publish a question for it."),
        "allow_competency": lambda: _("Let a round assess it, or drop the need."),
        "search_longer": lambda: _("Try again; ask for less if it stays so."),
    }
    return remedies[code]() % _named(params, names)


def _publish(shortfall: Shortfall, params: Params) -> str:
    if shortfall.code == "round_empty":
        return _("Publish a question about %(competency)s, or take the round out of the template.")
    return ngettext(
        "Publish %(missing)s more, or lower the need.",
        "Publish %(missing)s more, or lower the need.",
        params["missing"],
    )
