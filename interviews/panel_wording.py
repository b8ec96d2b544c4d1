"""Sentences about panels: what a proposal costs, why there is none, what would make one possible."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from interviews.choices import SeatRole
from interviews.planning.codes import Remedy
from interviews.planning.panels import Conflict
from interviews.wording import Params, WordedReason, listed


@dataclass(frozen=True, slots=True)
class PanelNames:
    """What the ids in a panel's codes are called."""

    people: Mapping[str, str]
    rounds: Mapping[str, str]
    candidate: str


def proposal_reason(code: str, params: Params, names: PanelNames) -> WordedReason | None:
    """What to know about a proposal; None for what its times say already."""
    person = names.people.get(params.get("person", ""), "")
    minutes = params.get("minutes", 0)
    if code == "no_idle":
        return WordedReason(_("No waiting beyond the breaks."), "gain")
    if code == "idle":
        return WordedReason(_("%(minutes)s minutes of waiting beyond the breaks.") % {"minutes": minutes}, "cost")
    if code == "window_left":
        text = _("%(minutes)s minutes left in the time of %(candidate)s.")
        return WordedReason(text % {"minutes": minutes, "candidate": names.candidate}, "gain" if minutes else "cost")
    if code == "reaches_cap":
        text = _("%(person)s reaches the most interviews of a day: %(count)s.")
        return WordedReason(text % {"person": person, "count": params["count"]}, "cost")
    return None


def conflict_text(conflict: Conflict, names: PanelNames) -> str:
    """Whose time is in the way, and by which rule."""
    params: dict[str, Any] = {**conflict.params, "candidate": names.candidate}
    if "people" in params:
        params["names"] = _people(params["people"], names)
    if "seats" in params:
        params["seats"] = listed(_seat_name(seat, names) for seat in params["seats"])
    if conflict.code in ("seat_never_free", "no_common_time"):
        return _seat_text(conflict.code, params, names)
    texts = {
        "too_few_people": _("%(names)s cannot fill %(needed)s seats: everybody sits once in a loop.")
        if params.get("people")
        else _("Nobody is in the pools of these seats: %(seats)s."),
        "candidate_windows": _(
            "%(candidate)s has at most %(longest)s minutes at a stretch; the loop takes %(needed)s."
        ),
        "candidate_window_too_short": _(
            "The time of %(candidate)s is too short: %(longest)s minutes at a stretch; the loop takes %(needed)s."
        ),
        "max_gap": _("Between two rounds there may be at most %(minutes)s minutes."),
        "loop_too_long": _("The loop takes %(needed)s minutes; no day has more than %(longest)s left."),
        "not_decided": _("The search ended before it found a panel or proved that there is none."),
    }
    return texts[conflict.code] % params


def way_out_text(way: Iterable[Remedy], names: PanelNames) -> str:
    """One way out: changes that together make a panel possible."""
    return " ".join(_remedy_text(remedy, names) for remedy in way)


def _seat_text(code: str, params: dict[str, Any], names: PanelNames) -> str:
    params |= {"round": names.rounds[params["round"]], "role": SeatRole(params["role"]).label}
    head = {
        "seat_never_free": _("%(round)s, %(role)s: none of %(names)s is free while %(candidate)s is."),
        "no_common_time": _("%(round)s, %(role)s: no time of %(names)s suits the other rounds."),
    }[code]
    rules = [
        ngettext("%(count)s outside working hours", "%(count)s outside working hours", params["outside_hours"]),
        ngettext("%(count)s for too short notice", "%(count)s for too short notice", params["notice"]),
        ngettext("%(count)s with a full day", "%(count)s with full days", params["cap"]),
        ngettext("%(count)s busy", "%(count)s busy", params["busy"]),
        ngettext("%(count)s free at other times", "%(count)s free at other times", params["sometimes_free"]),
    ]
    counts = [params[key] for key in ("outside_hours", "notice", "cap", "busy", "sometimes_free")]
    told = listed(rule % {"count": count} for rule, count in zip(rules, counts, strict=True) if count)
    return f"{head % params} {_('Why: %(told)s.') % {'told': told}}"


def _remedy_text(remedy: Remedy, names: PanelNames) -> str:
    params: dict[str, Any] = {**remedy.params, "candidate": names.candidate}
    if "round" in params:
        params |= {"round": names.rounds[params["round"]], "role": SeatRole(params["role"]).label}
    if "day" in params:
        day = date.fromisoformat(params["day"])
        params["day"] = date_format(day, pgettext("format of a short day", "D j M"))
    texts = {
        "extend_window": _("Ask %(candidate)s for %(minutes)s minutes more, before or after."),
        "allow_day": _("Ask %(candidate)s for %(day)s."),
        "free_all_day": _("Ask %(candidate)s for whole days."),
        "add_person": _("Add somebody to the pool of %(round)s, %(role)s."),
        "allow_gap": _("Let %(candidate)s wait up to %(minutes)s minutes between two rounds."),
        "allow_any_gap": _("Let %(candidate)s wait any time between two rounds."),
        "shorten_loop": _("Shorten the loop to %(longest)s minutes, or look at more days."),
    }
    return texts[remedy.code] % params


def _seat_name(seat: str, names: PanelNames) -> str:
    round_id, role = seat.split("/")
    return f"{names.rounds[round_id]} ({SeatRole(role).label})"


def _people(ids: Iterable[str], names: PanelNames) -> str:
    known = [names.people[person] for person in ids]
    if len(known) <= 4:
        return listed(known)
    more = len(known) - 3
    rest = ngettext("%(count)s other", "%(count)s others", more) % {"count": more}
    return listed([*known[:3], rest])
