"""Decision record and appendix: what their templates are given."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.rendering import figures, wording
from scoring.rendering.document import InputLine, PacketDocument, PanelMember, Vote
from scoring.rendering.prose import paragraphs, prose

Context = dict[str, Any]


def decision(document: PacketDocument) -> Context:
    """The decision with votes, dissent, rationale and conditions, or what it waits for."""
    record = document.decision
    context: Context = {
        "name": wording.decision_name(record),
        "missing": [wording.sentence(part) for part in wording.missing_for_decision(document)],
        "votes": list(_votes(document)),
        "after_reading": bool(record and record.votes),
    }
    if record is None:
        return context
    return context | {
        "when": wording.both_zones(record.decided_at),
        "when_local": wording.moment(record.decided_at),
        "by": wording.listed(part for part in (record.decided_by, record.decided_by_title) if part),
        "owner": record.decided_by,
        "rationale": paragraphs(record.rationale),
        "dissents": [
            {
                "name": document.member(dissent.member).name,
                "parts": paragraphs(f"“{dissent.text.strip()}”"),
                "at": wording.moment(dissent.at) if dissent.at else "",
            }
            for dissent in record.dissents
        ],
        "conditions": [
            {"prose": prose(condition.text), "who": condition.who, "by": condition.by}
            for condition in record.conditions
        ],
    }


def _votes(document: PacketDocument) -> Iterator[Context]:
    """The votes in order of speaking; before a revote, the recommendations of the cards."""
    record = document.decision
    if record is not None and record.votes:
        for vote in record.votes:
            yield _vote(document, document.member(vote.member), vote)
        return
    for member in document.members:
        yield _vote(document, member, None)


def _vote(document: PacketDocument, member: PanelMember, vote: Vote | None) -> Context:
    chosen = vote.after if vote else member.recommendation
    before = vote.before if vote else member.before
    return {
        "name": member.name,
        "title": member.title,
        "figure": figures.mark(document, chosen, before),
        "before": wording.recommendation_name(before) if before else "–",
        "after": wording.recommendation_name(chosen),
        "reason": prose(f"“{vote.reason}”") if vote and vote.reason else None,
        "changed": bool(vote and vote.before != vote.after),
    }


def levels(document: PacketDocument) -> Iterator[Context]:
    """Every level as it was given, grouped by question."""
    for each in document.rounds:
        for question in each.questions:
            for place, score in enumerate(question.scores):
                yield {
                    "first": place == 0,
                    "number": question.number,
                    "version": f"{question.key}, v{question.version}",
                    "round": each.number,
                    "name": document.member(score.member).name,
                    "level": "–" if score.level is None else score.level,
                    "minutes": question.minutes_used or "–",
                    "submitted": wording.moment(score.submitted_at) if score.submitted_at else _("not in"),
                    "exceptions": wording.listed(wording.exception_words(item) for item in score.exceptions),
                }


def policy(document: PacketDocument) -> Context:
    """The policy with each rule and its effect here."""
    facts = document.policy
    rules = [
        {"title": wording.rule_title(rule), "value": wording.rule_value(rule), "effect": wording.rule_effect(rule)}
        for rule in facts.rules
    ]
    approved = ""
    if facts.approved_on is not None:
        words = _("approved %(day)s by %(people)s") if facts.approved_by else _("approved %(day)s")
        approved = words % {"day": wording.day(facts.approved_on), "people": facts.approved_by}
    return {"name": facts.name, "version": facts.version, "approved": approved, "rules": rules}


def editions(document: PacketDocument) -> list[Context]:
    """All editions, the newest one marked."""
    return [
        {
            "number": edition.number,
            "made": wording.moment(edition.made_at),
            "code": edition.code,
            "change": wording.edition_change(edition),
            "this": edition.number == document.edition,
        }
        for edition in document.editions
    ]


def inputs(document: PacketDocument) -> list[Context]:
    """What this edition was made from."""
    return [
        {"name": name, "identity": identity, "state": state} for name, identity, state in map(_input, document.inputs)
    ]


def _input(line: InputLine) -> tuple[str, str, str]:
    params = dict(line.params)
    count = params.get("count", 0)
    if not isinstance(count, int):
        count = 0
    if line.code == "question_versions":
        words = ngettext("%(count)d version, listed in A1", "%(count)d versions, listed in A1", count)
        return _("Question versions"), words % {"count": count}, _("published, frozen")
    if line.code == "scorecards":
        cards = ngettext("%(count)d card", "%(count)d cards", count) % {"count": count}
        revisions = _("%(count)s revisions") % {"count": params.get("revisions", 0)}
        amended = params.get("amended", 0)
        state = _("submitted, %(count)s amended") % {"count": amended} if amended else _("submitted, none amended")
        return _("Scorecards"), wording.listed([cards, revisions]), state
    if line.code == "policy":
        return _("Policy"), f"{params.get('name', '')}, v{params.get('version', '')}", _("in force")
    return _("Decision"), str(params.get("at", "")), _("recorded")


def undrawn(missing: set[str]) -> list[str]:
    """Characters that no packet font draws, by code point and name."""
    nameless = _("without a name")
    return [
        f"U+{ord(character):04X} {unicodedata.name(character, nameless).capitalize()}" for character in sorted(missing)
    ]
