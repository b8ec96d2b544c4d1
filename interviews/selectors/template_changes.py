"""What differs between two versions of a template, as sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from interviews.choices import RoundFormat, SeatRole
from interviews.planning.template_rules import RoundRules, TemplateRules
from interviews.wording import listed

Names = Mapping[str, str]


def changes_between(before: TemplateRules, after: TemplateRules, *, competencies: Names, pools: Names) -> list[str]:
    """Sentences, from the whole to the parts; empty where nothing differs. Names are by slug."""
    return [
        *_whole(before, after),
        *_rounds(before, after, competencies, pools),
        *_needs(before, after, competencies),
    ]


def round_name(it: RoundRules, place: int) -> str:
    """The name in the reader's language, as ``TwoNames`` has it."""
    first, second = (it.name_zh, it.name_en) if (get_language() or "").startswith("zh") else (it.name_en, it.name_zh)
    return first or second or f"R{place}"


def _whole(before: TemplateRules, after: TemplateRules) -> Iterator[str]:
    if (before.name_en, before.name_zh) != (after.name_en, after.name_zh):
        yield _("The name.")
    texts = {
        "difficulty": _("Difficulty aimed at: %(before)s → %(after)s."),
        "difficulty_spread": _("Steps away from the difficulty: %(before)s → %(after)s."),
        "rest_days": _("Days of rest: %(before)s → %(after)s."),
    }
    for name, text in texts.items():
        yield from _changed(text, getattr(before, name), getattr(after, name))


def _changed(text: str, before: Any, after: Any, **more: Any) -> Iterator[str]:
    if before != after:
        yield text % {"before": before, "after": after, **more}


def _rounds(before: TemplateRules, after: TemplateRules, competencies: Names, pools: Names) -> Iterator[str]:
    old, new = _keyed(before), _keyed(after)
    for key, (place, it) in old.items():
        if key not in new:
            yield _("Round taken out: %(round)s.") % {"round": round_name(it, place)}
    for key, (place, it) in new.items():
        if key not in old:
            yield _("Round added: %(round)s.") % {"round": round_name(it, place)}
            continue
        yield from _round(old[key][1], it, round_name(it, place), competencies, pools)
    kept = [key for key in old if key in new]
    if kept != [key for key in new if key in old]:
        yield _("The order of the rounds.")


def _keyed(rules: TemplateRules) -> dict[tuple[str, int], tuple[int, RoundRules]]:
    """Rounds by name; the second of a name apart from the first."""
    found: dict[tuple[str, int], tuple[int, RoundRules]] = {}
    for place, it in enumerate(rules.rounds, start=1):
        name, repeat = it.name_en or it.name_zh, 0
        while (name, repeat) in found:
            repeat += 1
        found[name, repeat] = (place, it)
    return found


def _round(old: RoundRules, new: RoundRules, name: str, competencies: Names, pools: Names) -> Iterator[str]:
    texts = {
        "minutes": _("%(round)s: %(before)s → %(after)s minutes."),
        "opening_minutes": _("%(round)s: %(before)s → %(after)s minutes to open and close."),
        "break_after": _("%(round)s: %(before)s → %(after)s minutes of break after it."),
    }
    for field, text in texts.items():
        yield from _changed(text, getattr(old, field), getattr(new, field), round=name)
    text = _("%(round)s: difficulty aimed at %(before)s → %(after)s.")
    usual = _("as the template")
    yield from _changed(text, old.difficulty or usual, new.difficulty or usual, round=name)
    labels = dict(RoundFormat.choices)
    text = _("%(round)s: %(before)s → %(after)s.")
    yield from _changed(text, labels.get(old.format, old.format), labels.get(new.format, new.format), round=name)
    for slug in sorted(set(new.competencies) - set(old.competencies)):
        yield _("%(round)s also assesses %(name)s.") % {"round": name, "name": competencies.get(slug, slug)}
    for slug in sorted(set(old.competencies) - set(new.competencies)):
        yield _("%(round)s no longer assesses %(name)s.") % {"round": name, "name": competencies.get(slug, slug)}
    if dict(old.seats) != dict(new.seats):
        seats = _seats(new, pools)
        yield _("%(round)s: seats are now %(seats)s.") % {"round": name, "seats": seats}
    if (old.briefing_en, old.briefing_zh) != (new.briefing_en, new.briefing_zh):
        yield _("%(round)s: the briefing.") % {"round": name}


def _seats(it: RoundRules, pools: Names) -> str:
    text = _("%(seat)s from %(pool)s")
    roles = dict(SeatRole.choices)
    return listed(
        text % {"seat": roles.get(role, role), "pool": pools.get(slug, slug)} for role, slug in sorted(it.seats.items())
    )


def _needs(before: TemplateRules, after: TemplateRules, competencies: Names) -> Iterator[str]:
    old = {need.competency: need for need in before.needs}
    new = {need.competency: need for need in after.needs}
    for slug in sorted(old.keys() | new.keys()):
        name = competencies.get(slug, slug)
        if slug not in new:
            yield _("%(name)s is no longer needed.") % {"name": name}
            continue
        questions, interviewers = new[slug].questions, new[slug].interviewers
        if slug not in old:
            text = _("%(name)s is needed: %(questions)s questions, %(interviewers)s interviewers.")
            yield text % {"name": name, "questions": questions, "interviewers": interviewers}
            continue
        yield from _changed(_("%(name)s: %(before)s → %(after)s questions."), old[slug].questions, questions, name=name)
        text = _("%(name)s: %(before)s → %(after)s interviewers.")
        yield from _changed(text, old[slug].interviewers, interviewers, name=name)
