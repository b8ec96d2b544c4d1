"""A packet document as one HTML page, in the document's language."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from scoring.rendering import backmatter, pages, wording
from scoring.rendering.document import PacketDocument
from scoring.rendering.glossary import glossary
from scoring.rendering.glyphs import printable_values
from scoring.rendering.prose import shortened

# size of the sheet; margins: top, right, bottom, left; top of page 1
SHEETS = {
    "A4": ("A4", "23mm 20mm 21mm 22mm", "16mm"),
    "Letter": ("letter", "20mm 23mm 18mm 25mm", "12mm"),
}


def packet_html(document: PacketDocument) -> str:
    """The whole packet. The same document always gives the same text; no query, no clock."""
    shown, missing = printable_values(document, ZoneInfo(document.zone))
    with override(document.language):
        return render_to_string("packet/packet.html", _context(shown, missing))


def packet_data(document: PacketDocument) -> str:
    """The values behind every figure and table, as JSON, to be attached to the PDF."""
    return json.dumps(asdict(document), default=_encoded, ensure_ascii=False, sort_keys=True, indent=1)


def _encoded(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a packet")


def _context(document: PacketDocument, missing: set[str]) -> dict[str, Any]:
    size, margins, first_top = SHEETS[document.page_size]
    chinese = document.language == "zh-hans"
    return {
        "document": document,
        "lang": "zh-Hans" if chinese else "en",
        "title": _("Debrief packet: %(name)s, %(position)s")
        % {"name": document.candidate.name, "position": document.position.title},
        "size": size,
        "margins": margins,
        "first_top": first_top,
        "page_words": around(_("Page {page} of {pages}"), ("page", "pages")),
        "reference_words": around(_("p. {page}"), ("page",)),
        "running": _facts(shortened(document.candidate.name, 40), shortened(document.position.title, 40)),
        "kicker": _facts(
            _("Debrief packet"), _profile(document.profile), _("edition %(number)d") % {"number": document.edition}
        ),
        "foot": _foot(document),
        "made": wording.moment(document.generated_at),
        "made_iso": document.generated_at.isoformat(),
        "cards": wording.cards(document),
        "edition": document.edition,
        "kept_until": wording.day(document.kept_until) if document.kept_until else "",
        "summary": pages.summary(document),
        "pictures": pages.pictures(document),
        "contents": pages.contents(document),
        "evidence": list(pages.evidence(document)),
        "decision": backmatter.decision(document),
        "levels": list(backmatter.levels(document)),
        "policy": backmatter.policy(document),
        "glossary": glossary(document),
        "editions": backmatter.editions(document),
        "inputs": backmatter.inputs(document),
        "undrawn": backmatter.undrawn(missing),
        "level_names": [(level, wording.level_name(level)) for level in reversed(wording.LEVELS)],
    }


def _profile(code: str) -> str:
    return {
        "full": _("full profile"),
        "hiring_manager": _("hiring manager's profile"),
        "blind": _("blind profile"),
        "candidate": _("candidate access request"),
    }[code]


def _foot(document: PacketDocument) -> str:
    return _facts(
        _("Confidential: panel and decision owner only"),
        _("Edition %(number)d") % {"number": document.edition},
        document.verification_code,
    )


def _facts(*facts: str) -> str:
    return pgettext("between facts", " · ").join(facts)


def around(sentence: str, names: tuple[str, ...]) -> list[str]:
    """The texts before, between and after the named places, as quoted style-sheet strings."""
    parts = []
    for name in names:
        before, _found, sentence = sentence.partition(f"{{{name}}}")
        parts.append(before)
    return ['"' + part.replace("\\", "").replace('"', "") + '"' for part in (*parts, sentence)]
