"""Codes and numbers of a packet in words, in the language that is active."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from scoring.rendering.document import (
    CardException,
    DecisionRecord,
    Edition,
    PacketDocument,
    PolicyRule,
    ResultRow,
)

LEVELS = (5, 4, 3, 2, 1)


def level_name(level: int) -> str:
    """What a level means against the bar."""
    return {
        1: _("Well below the bar"),
        2: _("Below the bar"),
        3: _("Meets the bar"),
        4: _("Above the bar"),
        5: _("Far above the bar"),
    }[level]


def recommendation_name(code: str | None) -> str:
    """A recommendation in words; the card that is not in has none."""
    return {
        "strong_no": pgettext("recommendation", "Strong no"),
        "no": pgettext("recommendation", "No"),
        "yes": pgettext("recommendation", "Yes"),
        "strong_yes": pgettext("recommendation", "Strong yes"),
        None: _("Card not in"),
    }[code]


def figure(value: float | None) -> str:
    """A result with two decimals, a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"


def interval(low: float | None, high: float | None) -> str:
    """A range with two decimals."""
    return "" if low is None or high is None else f"{low:.2f} – {high:.2f}"


def day(value: date | None) -> str:
    """A date with its year."""
    return "–" if value is None else format_date(value, pgettext("date format", "j M Y"))


def moment(value: datetime | None) -> str:
    """Date and time with the zone's name."""
    if value is None:
        return "–"
    return pgettext("date and time", "%(day)s, %(clock)s") % {"day": day(value), "clock": clock(value)}


def clock(value: datetime) -> str:
    """Time of day with the zone's name."""
    return f"{value:%H:%M} {value.tzname()}"


def both_zones(value: datetime) -> str:
    """Date and time in the packet's zone and in UTC."""
    universal = value.astimezone(UTC)
    return _("%(local)s (%(universal)s UTC)") % {"local": moment(value), "universal": f"{universal:%H:%M}"}


def days(values: Iterable[date]) -> str:
    """One date, or the first and last of several."""
    ordered = sorted(set(values))
    if not ordered:
        return _("not yet scheduled")
    if len(ordered) == 1:
        return day(ordered[0])
    first, last = ordered[0], ordered[-1]
    if (first.year, first.month) == (last.year, last.month):
        return _("%(first)s to %(last)s") % {
            "first": format_date(first, pgettext("first day of several in a month, date format", "j")),
            "last": format_date(last, pgettext("last day of several in a month, date format", "j M Y")),
        }
    return _("%(first)s to %(last)s") % {"first": day(first), "last": day(last)}


def named(items: Iterable[str]) -> str:
    """Things of one kind in a row: names, numbers."""
    return pgettext("between names", ", ").join(items)


def listed(items: Iterable[str]) -> str:
    """Facts with the language's comma between them."""
    return pgettext("between items", ", ").join(items)


def cards(document: PacketDocument) -> str:
    """How many cards are in: "3 of 5 cards"."""
    return _("%(in)d of %(total)d cards") % {"in": document.cards_in, "total": document.cards_total}


def no_result(row: ResultRow) -> str:
    """Why a row has no result."""
    params = {"has": row.params.get("has", 0), "needs": row.params.get("needs", 0)}
    return {
        "too_few_questions": _("no result: %(has)s of %(needs)s questions needed"),
        "too_few_interviewers": _("no result: %(has)s of %(needs)s interviewers needed"),
        "no_levels": _("no result: no level was given"),
        "cards_missing": _("no result before all cards are in"),
        "not_every_competency": _("no result: a competency is without one"),
    }.get(row.reason, _("no result")) % params


def outcome(row: ResultRow) -> str:
    """How a result stands to its pass line."""
    if row.outcome == "not_certain" and row.mean is not None and row.line is not None:
        return _("met; not certain") if row.mean >= row.line else _("not met; not certain")
    return outcome_name(row.outcome)


def outcome_name(code: str) -> str:
    """An outcome on its own."""
    return {
        "met": _("met"),
        "not_met": _("not met"),
        "not_certain": _("not certain"),
        "too_few": _("not enough evidence"),
        "none": "–",
    }[code]


def result_head(document: PacketDocument) -> str:
    """The result as a headline."""
    overall = document.overall
    if overall.mean is None:
        return _("No result yet")
    words = {"mean": figure(overall.mean), "low": figure(overall.low), "high": figure(overall.high)}
    if overall.low is None:
        return _("The result: %(mean)s of 5") % words
    return _("The result: %(mean)s of 5, between %(low)s and %(high)s") % words


def result_sentence(document: PacketDocument) -> str:
    """What the result means beside its pass line, and how the competencies stand."""
    overall = document.overall
    if overall.mean is None:
        return sentence(no_result(overall))
    return joined([_against_line(overall), _competency_summary(document.competencies)])


def _against_line(row: ResultRow) -> str:
    if row.line is None or row.low is None or row.high is None or row.mean is None:
        return ""
    line = {"line": figure(row.line)}
    if row.low >= row.line:
        return _("The whole interval lies above the pass line, %(line)s.") % line
    if row.high < row.line:
        return _("The whole interval lies below the pass line, %(line)s.") % line
    if row.mean >= row.line:
        return _("The pass line, %(line)s, lies inside the interval: met, but not certain.") % line
    return _("The pass line, %(line)s, lies inside the interval: not met, but not certain.") % line


def _competency_summary(rows: tuple[ResultRow, ...]) -> str:
    failing = [row.name for row in rows if row.outcome == "not_met"]
    open_ = [row.name for row in rows if row.mean is None]
    touching = sum(row.outcome == "not_certain" for row in rows)
    parts = []
    if failing:
        parts.append(_("Below its line: %(names)s.") % {"names": named(failing)})
    elif rows and not open_:
        parts.append(_("No competency fails."))
    if touching:
        parts.append(
            ngettext("One interval includes its line.", "%(count)d intervals include their line.", touching)
            % {"count": touching}
        )
    if open_:
        parts.append(_("Without a result: %(names)s.") % {"names": named(open_)})
    return joined(parts)


def joined(sentences: Iterable[str]) -> str:
    """Sentences one after the other; empty ones are left out."""
    text = ""
    for part in sentences:
        if text and part:
            text = pgettext("two sentences", "%(first)s %(second)s") % {"first": text, "second": part}
        else:
            text = text or part
    return text


def sentence(text: str) -> str:
    """A phrase with a capital and a full stop."""
    return text[:1].upper() + text[1:] + pgettext("end of sentence", ".")


def recommendation_head(document: PacketDocument) -> str:
    """How many recommend what, strongest yes first."""
    counts = [
        (code, sum(member.recommendation == code for member in document.members))
        for code in ("strong_yes", "yes", "no", "strong_no")
    ]
    said = [
        {
            "strong_yes": npgettext("votes", "%(n)d strong yes", "%(n)d strong yes", n),
            "yes": npgettext("votes", "%(n)d yes", "%(n)d yes", n),
            "no": npgettext("votes", "%(n)d no", "%(n)d no", n),
            "strong_no": npgettext("votes", "%(n)d strong no", "%(n)d strong no", n),
        }[code]
        % {"n": n}
        for code, n in counts
        if n
    ]
    if not said:
        return _("No recommendation yet")
    return _("The panel recommends: %(votes)s") % {"votes": listed(said)}


def decision_name(decision: DecisionRecord | None) -> str:
    """The decision in a word or two."""
    if decision is None:
        return pgettext("decision", "Open")
    name = {
        "hire": pgettext("decision", "Hire"),
        "no_hire": pgettext("decision", "No hire"),
        "hire_lower": pgettext("decision", "Hire at a lower level"),
        "another_round": pgettext("decision", "One more round"),
    }[decision.code]
    count = len(decision.conditions)
    if not count:
        return name
    words = ngettext("one condition", "%(count)d conditions", count) % {"count": count}
    return listed([name, words])


def missing_for_decision(document: PacketDocument) -> list[str]:
    """What an open decision waits for."""
    words = {
        "cards": _("%(cards)s are in") % {"cards": cards(document)},
        "debrief": _("the debrief is still to come"),
        "decision": _("no decision is recorded yet"),
    }
    return [words[code] for code in document.missing] or [words["decision"]]


def spread_words(levels: list[int]) -> str:
    """How far the levels of one question lie apart."""
    if not levels:
        return _("no level given")
    if len(levels) == 1:
        return _("one level given")
    apart = max(levels) - min(levels)
    if not apart:
        return _("all agree")
    return ngettext("one level apart", "%(count)d levels apart", apart) % {"count": apart}


def exception_words(item: CardException) -> str:
    """Something out of the ordinary on a card, with its reason and time."""
    words = {
        "amended": _("Amended"),
        "amended_after_reveal": _("Amended after others were visible"),
        "late": _("Submitted late"),
        "on_behalf": _("Submitted on behalf by %(by)s") % {"by": item.by},
        "off_plan": _("Asked off plan"),
    }[item.code]
    if item.at is not None:
        words = listed([words, moment(item.at)])
    return because(words, item.reason) if item.reason else words


def because(subject: str, reason: str) -> str:
    """A subject and what is to be said of it."""
    return pgettext("a subject and what is said of it", "%(subject)s: %(reason)s") % {
        "subject": subject,
        "reason": reason,
    }


def interval_name() -> str:
    """What the bars and ranges are."""
    return _("90 %% interval") % {}


def rule_name(rule: PolicyRule) -> str:
    """A rule as a short line: "Overall at least 3.40"."""
    params = rule.params
    competency = str(params.get("competency", ""))
    line = {"line": _float(params.get("line")), "competency": competency}
    if rule.code == "overall_line":
        return _("Overall at least %(line)s") % line
    if rule.code == "competency_line":
        said = _("%(competency)s at least %(line)s") if competency else _("Each competency at least %(line)s")
        return said % line
    if rule.code == "knock_out":
        said = _("%(competency)s not below %(line)s") if competency else _("No competency below %(line)s")
        return said % line
    if rule.code == "minimum_evidence":
        return _("%(questions)s questions, %(interviewers)s interviewers each") % {
            "questions": params.get("questions"),
            "interviewers": params.get("interviewers"),
        }
    return {"weights": _("Weights"), "zero_weight": _("Questions given zero weight")}[rule.code]


def rule_effect(rule: PolicyRule) -> str:
    """What a rule came to here."""
    params, said = rule.params, outcome_name(rule.outcome)
    if rule.code == "overall_line":
        mean = params.get("mean")
        if not isinstance(mean, int | float):
            return said
        return listed([figure(mean), _line_outcome(rule, mean)])
    if rule.code == "competency_line":
        lowest = params.get("lowest")
        if not isinstance(lowest, int | float):
            return said
        shown = figure(lowest) if params.get("competency") else _("lowest %(mean)s") % {"mean": figure(lowest)}
        return listed([shown, _line_outcome(rule, lowest)])
    failing = params.get("below") or params.get("short")
    if isinstance(failing, tuple | list) and failing:
        return because(said, named(map(str, failing)))
    if rule.code == "weights":
        return _("no justification needed") if not params.get("reason") else str(params["reason"])
    if rule.code == "zero_weight":
        return _("recomputed without them") if params.get("questions") else "–"
    return said


def _line_outcome(rule: PolicyRule, mean: float) -> str:
    line = params_line if isinstance(params_line := rule.params.get("line"), int | float) else None
    return outcome(ResultRow(name="", mean=mean, line=line, outcome=rule.outcome))


def rule_value(rule: PolicyRule) -> str:
    """What a rule asks for, for the table of the policy."""
    params = rule.params
    if rule.code == "weights":
        pairs = params.get("weights") or ()
        if not isinstance(pairs, tuple | list) or not pairs:
            return _("equal")
        return named(f"{name} {share:.2f}" for name, share in pairs)
    if rule.code == "zero_weight":
        pairs = params.get("questions") or ()
        if not isinstance(pairs, tuple | list) or not pairs:
            return _("none for this job")
        return named(f"{label} ({reason})" for label, reason in pairs)
    if rule.code == "minimum_evidence":
        return _("%(questions)s questions and %(interviewers)s interviewers per competency") % {
            "questions": params.get("questions"),
            "interviewers": params.get("interviewers"),
        }
    return _float(params.get("line"))


def rule_title(rule: PolicyRule) -> str:
    """The kind of a rule, for the table of the policy."""
    title = {
        "overall_line": _("Pass line, overall"),
        "competency_line": _("Pass line, each competency"),
        "knock_out": _("Knock-out below"),
        "minimum_evidence": _("Minimum evidence"),
        "weights": _("Weights"),
        "zero_weight": _("Questions given zero weight"),
    }[rule.code]
    competency = str(rule.params.get("competency", ""))
    if not competency:
        return title
    return {
        "competency_line": _("Pass line, %(name)s"),
        "knock_out": _("Knock-out below, %(name)s"),
    }.get(rule.code, title) % {"name": competency}


def _float(value: object) -> str:
    return figure(float(value)) if isinstance(value, int | float) else "–"


def edition_change(edition: Edition) -> str:
    """Why an edition was made."""
    return {
        "first": _("First edition."),
        "cards": _("A card was added or amended."),
        "decision": _("The decision was added or changed."),
        "votes": _("Votes after reading were added."),
        "question": _("A question was corrected or given zero weight."),
        "policy": _("The policy changed."),
        "other": _("Other facts of the loop changed."),
    }[edition.change]
