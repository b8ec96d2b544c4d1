"""Sentences for the codes of planning, and of messages that come in, in the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from interviews.choices import SubstitutionReason
from interviews.planning.assembly import Shortfall
from interviews.planning.codes import Remedy

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
        "difficulty_far": (_("Difficulty %(difficulty)s, far from the %(target)s aimed at."), "cost"),
        "fits_minutes": (_("Takes %(minutes)s of the %(of)s minutes for questions; %(used)s are used."), "gain"),
        "least_used": (_least_used(params.get("exposure", 0)), "gain"),
        "rests": (_rests(params.get("days", 0)), "cost"),
    }
    text, kind = texts[code]
    return WordedReason(text % names, kind)


def _rests(days: int) -> str:
    return ngettext(
        "Another job has just asked it: it would rest %(days)s day more.",
        "Another job has just asked it: it would rest %(days)s days more.",
        days,
    )


def _least_used(exposure: int) -> str:
    if not exposure:
        return _("Not asked for other jobs of late.")
    return ngettext(
        "Asked %(exposure)s time for other jobs of late; nothing that fits here was asked less.",
        "Asked %(exposure)s times for other jobs of late; nothing that fits here was asked less.",
        exposure,
    )


def substitution_text(reason: str, planned: str) -> str:
    """Why a candidate is asked something else than the plan says; ``planned`` names question and version."""
    texts = {
        SubstitutionReason.SEEN: _("Asked instead of %(question)s: the candidate was asked it before."),
        SubstitutionReason.LEAKED: _("Asked instead of %(question)s: it has leaked."),
        SubstitutionReason.RETIRED: _("Asked instead of %(question)s: it is no longer in use."),
    }
    return texts[SubstitutionReason(reason)] % {"question": planned}


def shortfall_text(shortfall: Shortfall, names: PlanNames) -> str:
    """What stands in the way of a plan and, in the same breath, what would help."""
    params = dict(shortfall.params)
    problem = _problems(params)[shortfall.code] % _named(params, names)
    text = joined(problem, remedy_text(shortfall, names))
    if "form" not in params:
        return text
    return _("Form %(form)s: %(text)s") % {"form": params["form"], "text": text}


def joined(first: str, second: str) -> str:
    """Two sentences after each other, as the language parts them."""
    return pgettext("two sentences", "%(first)s %(second)s") % {"first": first, "second": second}


def _named(params: Params, names: PlanNames) -> dict[str, Any]:
    named: dict[str, Any] = {key: localize(value) if isinstance(value, int) else value for key, value in params.items()}
    if "competency" in params:
        named["competency"] = names.competencies.get(params["competency"], params["competency"])
    if "competencies" in params:
        named["competencies"] = listed(names.competencies.get(slug, slug) for slug in params["competencies"])
    if "round" in params:
        named["round"] = names.rounds.get(params["round"], params["round"])
    if "rounds" in params:
        named["rounds"] = listed(names.rounds.get(it, it) for it in params["rounds"])
    if "items" in params:
        named["items"] = listed(params["items"])
    return named | {"language": names.language}


def _problems(params: Params) -> dict[str, str]:
    return _problems_of_needs(params) | _problems_of_rounds() | _problems_of_questions(params)


def _problems_of_needs(params: Params) -> dict[str, str]:
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
        "competency_evidence": _(
            "%(competency)s needs %(needed)s questions and %(needed_interviewers)s interviewers; "
            "%(possible)s and %(possible_interviewers)s are possible."
        ),
        "competency_not_assessed": _("%(competency)s is needed, but no round may assess it."),
        "too_few_questions": ngettext(
            "%(competency)s needs %(needed)s question; the plan has %(has)s.",
            "%(competency)s needs %(needed)s questions; the plan has %(has)s.",
            needed,
        ),
        "too_few_interviewers": ngettext(
            "%(competency)s needs %(needed)s interviewer; the plan has %(has)s.",
            "%(competency)s needs %(needed)s interviewers; the plan has %(has)s.",
            needed,
        ),
        "too_many_forms": ngettext(
            "The bank has enough for %(possible)s form, not for %(forms)s.",
            "The bank has enough for %(possible)s parallel forms, not for %(forms)s.",
            params.get("possible", 0),
        ),
        "not_decided": _("The search ended before it found a plan or proved that there is none."),
    }


def _problems_of_rounds() -> dict[str, str]:
    return {
        "round_minutes": _("%(round)s has %(minutes)s minutes for questions and needs %(needed)s."),
        "round_seats": _("%(round)s has too few seats for %(competencies)s: %(seats)s of %(needed)s."),
        "round_empty": _("%(round)s would have no question that can be asked at this level in %(language)s."),
        "no_question": _("%(round)s has no question."),
        "lock_conflicts": _("%(item)s is locked in %(round)s, and the rest cannot be built round it."),
        "lock_impossible": _("%(item)s is locked in %(round)s, where it may not stand."),
        "lock_broken": _("%(item)s is locked in %(round)s and no longer there."),
    }


def _rest_problem(params: Params) -> str:
    return ngettext(
        "%(items)s would be needed and rests: another job has just asked it.",
        "%(items)s would be needed and rest: other jobs have just asked them.",
        len(params.get("items", ())),
    )


def _problems_of_questions(params: Params) -> dict[str, str]:
    return {
        "question_twice": _("%(item)s stands in the plan twice."),
        "question_unknown": _("%(item)s cannot be asked for this job any more."),
        "question_off_topic": _("%(item)s is about nothing that %(round)s assesses."),
        "question_difficulty": _("%(item)s has difficulty %(difficulty)s; %(round)s aims at %(target)s."),
        "question_rests": ngettext(
            "%(item)s rests %(days)s day more: another job has asked it.",
            "%(item)s rests %(days)s days more: another job has asked it.",
            params.get("days", 0),
        ),
        "questions_rest": _rest_problem(params),
        "difficulty_spread": _(
            "Too few questions are within %(spread)s steps of the difficulty aimed at in %(rounds)s; "
            "%(needed)s steps would do."
        ),
        "enemies_meet": _("%(item)s and %(other)s are enemies: one gives the other away."),
    }


def remedy_text(shortfall: Shortfall, names: PlanNames) -> str:
    """What would help."""
    params = dict(shortfall.remedy.params)
    code = shortfall.remedy.code
    remedies: dict[str, Callable[[], str]] = {
        "publish_questions": lambda: _publish(shortfall, params),
        "lower_need": lambda: _("Lower the need to what is possible, or publish more."),
        "add_minutes": lambda: _("Give the round %(minutes)s minutes more."),
        "add_seats": lambda: _("Give the round more seats: %(seats)s."),
        "drop_round": lambda: _("Take the round out of the template, or publish a question for it."),
        "allow_competency": lambda: _("Let a round assess it, or drop the need."),
        "widen_difficulty": lambda: _("Let questions be %(spread)s steps away from the difficulty aimed at."),
        "shorten_rest": lambda: _shorten_rest(params),
        "fewer_forms": lambda: _("Build fewer forms."),
        "unlock": lambda: _("Unlock it."),
        "take_out": lambda: _("Swap it or take it out."),
        "add_question": lambda: _("Add a question."),
        "search_longer": lambda: _("Try again; ask for less if it stays so."),
    }
    return remedies[code]() % _named(params, names)


def relaxation_text(remedy: Remedy, names: PlanNames) -> str:
    """What a button says that does the remedy for one job; empty where it is no rule of a template."""
    params: dict[str, Any] = dict(remedy.params)
    texts: dict[str, Callable[[], str]] = {
        "lower_need": lambda: _lower_need(params),
        "add_minutes": lambda: _("Give %(round)s %(minutes)s minutes more"),
        "add_seats": lambda: ngettext(
            "Give %(round)s %(seats)s more seat", "Give %(round)s %(seats)s more seats", params["seats"]
        ),
        "drop_round": lambda: _("Leave %(round)s out"),
        "allow_competency": lambda: _("Let a round assess %(competency)s"),
        "widen_difficulty": lambda: _("Allow %(spread)s steps of difficulty"),
        "shorten_rest": lambda: _rest_less(params),
    }
    return texts[remedy.code]() % _named(params, names) if remedy.code in texts else ""


def _lower_need(params: Params) -> str:
    if params.get("questions") == 0 or params.get("interviewers") == 0:
        return _("Ask for no evidence of %(competency)s")
    if "questions" in params and "interviewers" in params:
        return _("Ask for %(questions)s questions and %(interviewers)s interviewers on %(competency)s")
    if "questions" in params:
        return ngettext(
            "Ask for %(questions)s question about %(competency)s",
            "Ask for %(questions)s questions about %(competency)s",
            params["questions"],
        )
    return ngettext(
        "Ask for %(interviewers)s interviewer on %(competency)s",
        "Ask for %(interviewers)s interviewers on %(competency)s",
        params["interviewers"],
    )


def _rest_less(params: Params) -> str:
    return ngettext("Let questions rest %(days)s day less", "Let questions rest %(days)s days less", params["days"])


def _shorten_rest(params: Params) -> str:
    return ngettext(
        "Let questions rest %(days)s day less.", "Let questions rest %(days)s days less.", params.get("days", 0)
    )


def _publish(shortfall: Shortfall, params: Params) -> str:
    if shortfall.code == "round_empty":
        return _("Publish a question about %(competency)s, or take the round out of the template.")
    return ngettext(
        "Publish %(missing)s more, or lower the need.",
        "Publish %(missing)s more, or lower the need.",
        params["missing"],
    )
