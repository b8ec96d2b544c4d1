"""What an interviewer takes into a round, as one HTML page for the PDF, in the document's language."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from questionbank.formats.rendering import markdown_to_html
from scoring.rendering import wording
from scoring.rendering.glyphs import printable_values
from scoring.rendering.packet import SHEETS, around
from scoring.rendering.prose import language_of, shortened


@dataclass(frozen=True, slots=True)
class KitQuestion:
    """One question as it is asked. Texts are Markdown in ``language``; ``replaces`` is the label of the plan's own."""

    place: int
    label: str
    minutes: int
    competencies: tuple[str, ...]
    language: str
    title: str
    prompt: str
    context: str = ""
    reference_answer: str = ""
    probes: tuple[str, ...] = ()
    anchors: tuple[tuple[int, str], ...] = ()
    is_generic: bool = False
    replaces: str = ""
    replaced_because: str = ""


@dataclass(frozen=True, slots=True)
class KitDocument:
    """A round with its questions and what its interviewers may know of the candidate, and nothing else."""

    language: str
    zone: str
    candidate: str
    native_name: str
    job: str
    role: str
    seniority: str
    round: str
    position: int
    rounds: int
    format: str
    minutes: int
    question_minutes: int
    briefing: str
    link: str
    panel: tuple[tuple[str, str], ...]
    made_at: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    questions: tuple[KitQuestion, ...] = field(default_factory=tuple)

    @property
    def inputs_hash(self) -> str:
        """SHA-256 over everything the kit says."""
        plain = json.dumps(asdict(self), default=_encoded, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()

    @property
    def planned_minutes(self) -> int:
        return sum(question.minutes for question in self.questions)


def kit_html(document: KitDocument) -> str:
    """The whole kit. The same document always gives the same text; no query, no clock."""
    shown, missing = printable_values(document, ZoneInfo(document.zone))
    with override(document.language):
        return render_to_string("packet/kit.html", _context(shown, len(missing)))


def _context(document: KitDocument, missing: int) -> dict[str, Any]:
    size, margins, first_top = SHEETS["A4"]
    facts = pgettext("between facts", " · ")
    return {
        "document": document,
        "lang": "zh-Hans" if document.language == "zh-hans" else "en",
        "title": _("Interview kit: %(name)s, %(round)s") % {"name": document.candidate, "round": document.round},
        "size": size,
        "margins": margins,
        "first_top": first_top,
        "page_words": around(_("Page {page} of {pages}"), ("page", "pages")),
        "running": facts.join((shortened(document.candidate, 40), shortened(document.round, 40))),
        "foot": _("Confidential: for the interviewers of this round"),
        "made_iso": document.made_at.isoformat(),
        "starts": wording.moment(document.starts_at) if document.starts_at else "",
        "ends": document.ends_at.strftime("%H:%M") if document.ends_at else "",
        "briefing": _html(document.briefing),
        "briefing_lang": language_of(document.briefing),
        "questions": [_question(question) for question in document.questions],
        "missing": missing,
    }


def _question(question: KitQuestion) -> dict[str, Any]:
    return {
        "it": question,
        "lang": "zh-Hans" if question.language == "zh-hans" else "en",
        "running": shortened(question.title, 60),
        "prompt": _html(question.prompt),
        "context": _html(question.context),
        "answer": _html(question.reference_answer),
        "anchors": [(level, wording.level_name(level), anchor) for level, anchor in reversed(question.anchors)],
    }


def _html(text: str) -> SafeString:
    return mark_safe(markdown_to_html(text))  # noqa: S308 -- markdown_to_html cleans it


def _encoded(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a kit")
