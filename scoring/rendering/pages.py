"""What each part of the packet's template is given: words, figures and flags, ready to print."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.rendering import figures, wording
from scoring.rendering.document import (
    AskedQuestion,
    Disagreement,
    PacketDocument,
    PacketRound,
    PanelMember,
    QuestionScore,
)
from scoring.rendering.prose import kept_together, language_of, paragraphs, prose, shortened, span

Context = dict[str, Any]

RULES_ON_PAGE_ONE = 6
MEMBERS_WITH_QUOTES = 8
# The strip gives room to a second row of marks.
RESULTS_ON_PAGE_ONE = {False: 8, True: 5}
# Notes stand side by side only if every one fits its column without running on.
SIDE_BY_SIDE = {"en": 700, "zh-Hans": 320}
COLUMNS_AT_MOST = 3


def summary(document: PacketDocument) -> Context:
    """Page 1. Everything on it is bounded, so that it never leaves its page."""
    members = document.members
    long_name = span(document.candidate.name + document.candidate.native_name) > 26
    dense = long_name or len(members) > 5 or len(document.competencies) > 6
    shown_rules = [rule for rule in document.policy.rules if rule.code not in ("weights", "zero_weight")]
    rows = RESULTS_ON_PAGE_ONE[len(members) > 5]
    return {
        "decision": wording.decision_name(document.decision),
        "missing": wording.missing_for_decision(document) if document.decision is None else [],
        "incomplete": document.cards_in < document.cards_total,
        "dense": dense,
        "position": shortened(
            wording.listed(
                part for part in (document.position.title, document.position.team, document.position.place) if part
            ),
            110,
        ),
        "long_name": long_name,
        "columns": _mark_columns(len(members)),
        "marks": [_mark(document, member) for member in members],
        "head": wording.recommendation_head(document),
        "result_head": wording.result_head(document),
        "result_sentence": wording.result_sentence(document),
        "strip": figures.result_strip(document, rows=rows, dense=dense),
        "more_results": max(0, len(document.competencies) - rows),
        "disagreements": list(_disagreements(document)),
        "rules": [
            {"name": wording.rule_name(rule), "effect": wording.rule_effect(rule), "fails": rule.outcome in FAILS}
            for rule in shown_rules[:RULES_ON_PAGE_ONE]
        ],
        "more_rules": max(0, len(shown_rules) - RULES_ON_PAGE_ONE),
        "doubt": _doubt(document),
        "hash": [document.inputs_hash[start : start + 8] for start in range(0, len(document.inputs_hash), 8)],
        "dates": wording.days(each.starts_at.date() for each in document.rounds if each.starts_at is not None),
        "minutes": document.minutes or sum(each.minutes for each in document.rounds),
        "levels": sum(score.level is not None for score in _scores(document)),
        "not_assessed": sum(score.not_assessed for score in _scores(document)),
        "replaced": _replaced(document),
        "edition_change": wording.edition_change(document.editions[-1]) if document.editions else "",
    }


FAILS = ("not_met", "too_few")


def _replaced(document: PacketDocument) -> str:
    count = sum(bool(question.substituted) for question in document.questions)
    words = ngettext("%(count)d question replaced", "%(count)d questions replaced", count)
    return words % {"count": count} if count else ""


def _scores(document: PacketDocument) -> Iterator[QuestionScore]:
    for question in document.questions:
        yield from question.scores


def _mark_columns(count: int) -> int:
    """Up to five marks in a row; six to eight in two rows; a larger panel in rows of five."""
    return {6: 3, 7: 4, 8: 4}.get(count, 5)


def _mark(document: PacketDocument, member: PanelMember) -> Context:
    count = len(document.members)
    most = {6: 66, 7: 48, 8: 48}.get(count, 72)
    quote = shortened(member.quote, most) if count <= MEMBERS_WITH_QUOTES else ""
    return {
        "figure": figures.mark(document, member.recommendation, member.before),
        "word": wording.recommendation_name(member.recommendation),
        "name": shortened(member.name, 30),
        "before": _before(member),
        "quote": prose(f"“{quote}”") if quote else None,
    }


def _before(member: PanelMember) -> str:
    if member.before is None or member.recommendation is None:
        return ""
    if member.before == member.recommendation:
        return _("as before reading")
    return _("before reading: %(vote)s") % {"vote": wording.recommendation_name(member.before).lower()}


def _disagreements(document: PacketDocument) -> Iterator[Context]:
    for item in document.disagreements[:3]:
        levels = [level for _key, level in item.levels]
        if item.code == "question_levels":
            subject, words = item.subject, wording.sentence(_levels_words(document, item))
        elif item.code == "competency_levels":
            span = {"low": f"{min(levels):g}", "high": f"{max(levels):g}"}
            subject, words = item.subject, wording.sentence(_("levels from %(low)s to %(high)s") % span)
        else:
            subject, words = _("Recommendations"), wording.sentence(_("the panel is divided"))
        target = f"q{item.question}" if item.question else ("pictures" if levels else "decision")
        yield {"subject": shortened(subject, 60), "words": shortened(words, 90), "target": target}


LEVELS_IN_WORDS = 4


def _levels_words(document: PacketDocument, item: Disagreement) -> str:
    """Who chose what; of a larger panel only the lowest and the highest."""
    ordered = sorted(item.levels, key=lambda pair: pair[1])
    chosen = item.levels if len(ordered) <= LEVELS_IN_WORDS else (ordered[0], ordered[-1])
    said = wording.named(f"{document.member(key).short_name} {level:g}" for key, level in chosen)
    return said if len(ordered) <= LEVELS_IN_WORDS else _("between %(extremes)s") % {"extremes": said}


def _doubt(document: PacketDocument) -> str:
    doubt = document.doubt
    if doubt is None or document.overall.line is None:
        return ""
    line = document.overall.line
    words = _(
        "Question %(number)d carries the doubt. If all chose level %(low)d there, the result would be"
        " %(low_result)s; at level %(high)d, %(high_result)s."
    ) % {
        "number": doubt.question,
        "low": doubt.low_level,
        "low_result": wording.figure(doubt.low_result),
        "high": doubt.high_level,
        "high_result": wording.figure(doubt.high_result),
    }
    passes = (doubt.low_result >= line, doubt.high_result >= line)
    verdict = {
        (True, True): _("Both pass."),
        (False, False): _("Neither passes."),
    }.get(passes, _("One of them passes."))
    return wording.joined((words, verdict))


def pictures(document: PacketDocument) -> Context:
    """Radar beside its numbers, and the agreement map."""
    rows = [
        {
            "name": row.name,
            "mean": wording.figure(row.mean),
            "interval": wording.interval(row.low, row.high) or "–",
            "line": wording.figure(row.line),
            "cohort": wording.figure(row.cohort),
            "evidence": _evidence_words(row.questions, row.interviewers),
            "outcome": wording.outcome(row) if row.mean is not None else wording.no_result(row),
            "attention": row.outcome in FAILS or row.mean is None,
        }
        for row in document.competencies
    ]
    return {
        "radar": figures.radar(document),
        "radar_caption": _radar_caption(document),
        "agreement": figures.agreement(document),
        "rows": rows,
        "cohort": any(row.cohort is not None for row in document.competencies),
        "pairs": _pairs_words(document),
    }


def _evidence_words(questions: int, interviewers: int) -> str:
    return wording.listed(
        (
            ngettext("%(count)d question", "%(count)d questions", questions) % {"count": questions},
            ngettext("%(count)d interviewer", "%(count)d interviewers", interviewers) % {"count": interviewers},
        )
    )


def _radar_caption(document: PacketDocument) -> str:
    rows = document.competencies
    if any(row.mean is None for row in rows):
        return _("The competencies that have a result, against their pass lines; the others stay open.")
    below = [row.name for row in rows if row.mean is not None and row.line is not None and row.mean < row.line]
    if not below:
        return _("Every competency lies on or above its pass line.")
    return _("Below the pass line: %(names)s.") % {"names": wording.named(below)}


def _pairs_words(document: PacketDocument) -> str:
    """How many pairs of levels on the same question are equal, one apart, further apart."""
    gaps = [
        abs(first - second)
        for question in document.questions
        for place, first in enumerate(question_levels(question))
        for second in question_levels(question)[place + 1 :]
    ]
    if not gaps:
        return ""
    return _("%(pairs)d pairs of levels on the same question: %(equal)d equal, %(one)d one apart, %(more)d further") % {
        "pairs": len(gaps),
        "equal": gaps.count(0),
        "one": gaps.count(1),
        "more": sum(gap > 1 for gap in gaps),
    }


def question_levels(question: AskedQuestion) -> list[int]:
    """The levels given to a question, in the order of its interviewers."""
    return [score.level for score in question.scores if score.level is not None]


def contents(document: PacketDocument) -> list[Context]:
    """Rounds with their questions, for the contents page."""
    return [
        {
            "title": round_title(each),
            "people": wording.named(document.member(key).short_name for key in each.members),
            "questions": [
                {
                    "number": question.number,
                    "title": question.title,
                    "lang": language_of(question.title),
                    "competencies": wording.named(name for name, _weight in question.competencies),
                    "dots": figures.dots(document, question_levels(question)),
                    "replaced": bool(question.substituted),
                }
                for question in each.questions
            ],
        }
        for each in document.rounds
    ]


def round_title(each: PacketRound) -> str:
    """The heading of a round."""
    return _("Round %(number)d. %(title)s") % {"number": each.number, "title": each.title}


def evidence(document: PacketDocument) -> Iterator[Context]:
    """One entry per question, in the order of asking."""
    for each in document.rounds:
        for place, question in enumerate(each.questions):
            yield _evidence_page(document, each, question, first=place == 0)


def _evidence_page(document: PacketDocument, each: PacketRound, question: AskedQuestion, *, first: bool) -> Context:
    levels = question_levels(question)
    notes = [_note(document, each, score) for score in question.scores]
    spread = max(levels) - min(levels) if levels else 0
    return {
        "number": question.number,
        "title": question.title,
        "lang": language_of(question.title),
        "running": shortened(question.title, 72),
        "round": round_title(each),
        "first_of_round": first,
        "when": wording.both_zones(each.starts_at) if each.starts_at is not None else "",
        "key": question.key,
        "version": question.version,
        "published": wording.day(question.published_on) if question.published_on else "",
        "competencies": _weights(question),
        "planned": question.minutes_planned,
        "used": question.minutes_used,
        "mean": wording.figure(sum(levels) / len(levels)) if levels else "–",
        "levels": ngettext("%(count)d level", "%(count)d levels", len(levels)) % {"count": len(levels)},
        "spread": wording.spread_words(levels),
        "wide": spread >= 2,
        "prompt": kept_together(question.prompt_html),
        "prompt_lang": "zh-Hans" if question.language == "zh-hans" else "en",
        "probes": [{"prose": prose(probe.text), "asked": probe.asked} for probe in question.probes],
        "substituted": question.substituted,
        "generic": question.generic_rubric,
        "debrief": paragraphs(question.debrief_note) if spread >= 2 else [],
        "ladder": _ladder(question),
        "columns": [document.member(score.member).short_name for score in question.scores],
        "narrow": len(question.scores) > 4,
        "narrowest": len(question.scores) > 6,
        "notes": notes,
        "side_by_side": len(notes) <= COLUMNS_AT_MOST and all(note["short"] for note in notes),
    }


def _weights(question: AskedQuestion) -> str:
    if len(question.competencies) == 1:
        return question.competencies[0][0]
    return wording.named(f"{name} {weight:.0%}" for name, weight in question.competencies)


def _ladder(question: AskedQuestion) -> list[Context]:
    """The anchors from 5 down, each with who chose it; then, only if used, "not assessed" and cards not in."""
    anchors = {anchor.level: anchor.text for anchor in question.anchors}
    rows: list[Context] = [
        {
            "level": level,
            "name": wording.level_name(level),
            "anchor": prose(anchors.get(level, "")),
            "chosen": [score.level == level for score in question.scores],
        }
        for level in wording.LEVELS
    ]
    if any(score.not_assessed for score in question.scores):
        rows.append(_bare_row(_("Not assessed"), [score.not_assessed for score in question.scores]))
    if any(score.level is None and not score.not_assessed for score in question.scores):
        waiting = [score.level is None and not score.not_assessed for score in question.scores]
        rows.append(_bare_row(_("Card not in"), waiting))
    return [row | {"used": any(row["chosen"])} for row in rows]


def _bare_row(name: str, chosen: list[bool]) -> Context:
    return {"level": None, "name": name, "anchor": None, "chosen": chosen}


def _note(document: PacketDocument, each: PacketRound, score: QuestionScore) -> Context:
    member = document.member(score.member)
    parts = paragraphs(score.evidence)
    lead = bool(each.members) and each.members[0] == member.key
    title = wording.listed(part for part in (member.title, _("lead") if lead else "") if part)
    waiting = score.level is None and not score.not_assessed
    return {
        "name": member.name,
        "title": title,
        "level": score.level,
        "waiting": waiting,
        "not_assessed": score.not_assessed,
        "saved": _saved(score),
        "exceptions": [wording.exception_words(item) for item in score.exceptions],
        "parts": parts,
        "short": len(score.evidence) <= SIDE_BY_SIDE[language_of(score.evidence)],
        "tiny": len(score.evidence) <= 240,
    }


def _saved(score: QuestionScore) -> str:
    if score.saved_at is None:
        return ""
    return wording.listed(
        (
            _("Saved %(time)s") % {"time": f"{score.saved_at:%H:%M:%S} {score.saved_at.tzname()}"},
            (_("revision %(number)d") % {"number": score.revision}).replace(" ", "\N{NO-BREAK SPACE}"),
        )
    )
