"""What one version changes against another, part by part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from accounts.choices import Language
from questionbank.choices import LEVELS
from questionbank.formats.diff import ADDED, EQUAL, REMOVED, SKIPPED, Run, diff, shortened
from questionbank.models import QuestionText, QuestionVersion


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a question that changed."""

    name: str
    runs: tuple[Run, ...]

    @property
    def before(self) -> list[Run]:
        return [run for run in self.runs if run.kind in (EQUAL, REMOVED, SKIPPED)]

    @property
    def after(self) -> list[Run]:
        return [run for run in self.runs if run.kind in (EQUAL, ADDED, SKIPPED)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``unchanged`` names the parts that are the same; ``other_languages`` those whose words changed as well."""

    old: QuestionVersion
    new: QuestionVersion
    parts: tuple[Part, ...]
    unchanged: tuple[str, ...]
    other_languages: tuple[str, ...]


def compare(old: QuestionVersion, new: QuestionVersion, language: str) -> Comparison:
    """The words in one language, and what holds for all. Reads prefetched rows only."""
    changed: list[Part] = []
    unchanged: list[str] = []
    anchors: list[int] = []
    for name, level, before, after in [*_words(old, new, language), *_decisions(old, new)]:
        if before != after:
            changed.append(Part(name, shortened(diff(before, after))))
        elif before and level:
            anchors.append(level)
        elif before:
            unchanged.append(name)
    if anchors:
        levels = ", ".join(map(str, sorted(anchors)))
        unchanged.append(
            _("Anchors %(levels)s") % {"levels": levels} if anchors[1:] else _("Anchor %(level)s") % {"level": levels}
        )
    others = [code for code in Language.values if code != language and _differ(_text(old, code), _text(new, code))]
    return Comparison(old, new, tuple(changed), tuple(unchanged), tuple(map(language_name, others)))


def lagging(versions: Sequence[QuestionVersion]) -> dict[int, set[str]]:
    """By version number: the languages whose words stayed behind when another's changed. Oldest version first."""
    found: dict[int, set[str]] = {}
    behind: set[str] = set()
    for place, version in enumerate(versions):
        here = {text.language for text in version.texts.all()}
        before = versions[place - 1] if place else None
        changed = {code for code in here if before is None or _differ(_text(before, code), _text(version, code))}
        # Catching up leaves nobody behind.
        behind = behind - changed if changed <= behind else (behind | here) - changed
        found[version.number] = behind & here
    return found


def language_name(code: str) -> str:
    """What a language calls itself."""
    return str(get_language_info(code)["name_local"])


def _words(old: QuestionVersion, new: QuestionVersion, language: str) -> Iterator[tuple[str, int | None, str, str]]:
    before, after = _text(old, language), _text(new, language)
    for name, column in (
        (_("Title"), "title"),
        (_("Prompt"), "prompt"),
        (_("Note for the interviewer"), "context"),
        (_("Reference answer"), "reference_answer"),
    ):
        yield name, None, getattr(before, column, ""), getattr(after, column, "")
    yield _("Follow-up questions"), None, _probes(before), _probes(after)
    for level in reversed(LEVELS):
        yield _("Anchor %(level)s") % {"level": level}, level, _anchor(before, level), _anchor(after, level)


def _decisions(old: QuestionVersion, new: QuestionVersion) -> Iterator[tuple[str, None, str, str]]:
    names = (_("Minutes"), _("Difficulty"), _("Competencies"), _("Roles"), _("Seniority"))
    for name, before, after in zip(names, _decided(old), _decided(new), strict=True):
        yield name, None, before, after


def _decided(version: QuestionVersion) -> Iterator[str]:
    yield str(version.minutes)
    yield str(version.difficulty)
    yield ", ".join(f"{weight.competency} {weight.percent} %" for weight in version.weights.all())
    yield ", ".join(str(role) for role in version.role_families.all())
    yield f"{version.lowest_seniority} – {version.highest_seniority}"


def _text(version: QuestionVersion, language: str) -> QuestionText | None:
    return next((text for text in version.texts.all() if text.language == language), None)


def _probes(text: QuestionText | None) -> str:
    return "\n".join(text.probes) if text else ""


def _anchor(text: QuestionText | None, level: int) -> str:
    return next((row.anchor for row in text.levels.all() if row.level == level), "") if text else ""


def _differ(one: QuestionText | None, other: QuestionText | None) -> bool:
    if one is None or other is None:
        return one is not other
    columns = ("title", "prompt", "context", "reference_answer", "probes")
    same = all(getattr(one, column) == getattr(other, column) for column in columns)
    return not same or any(_anchor(one, level) != _anchor(other, level) for level in LEVELS)
