"""A proposed panel in words, and why there is none."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from delivery.choices import JobState
from interviews.choices import ProposalState
from interviews.models import Interviewer, Round, SchedulePlan
from interviews.panel_wording import PanelNames, conflict_text, proposal_reason, way_out_text
from interviews.planning.codes import Remedy
from interviews.planning.panels import Conflict
from interviews.wording import WordedReason
from interviews.zones import day_text, same_clock, times_text, zone_label


@dataclass(frozen=True, slots=True)
class ProposedRound:
    """A round of a proposal on two clocks with its people, lead first."""

    label: str
    round: Round
    times: str
    other_times: str
    people: list[Interviewer]


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """What a proposal says: one day, all rounds, what speaks for and against it."""

    proposal: SchedulePlan
    day: str
    times: str
    other_times: str
    zone: str
    other_zone: str
    rounds: list[ProposedRound]
    reasons: list[WordedReason]


def proposal_card(*, proposal: SchedulePlan, zone: str) -> ProposalCard:
    """Two queries."""
    candidate = proposal.loop.application.candidate
    ids = {person for it in proposal.placements for person in it["seats"].values()}
    people = {str(it.pk): it for it in Interviewer.objects.filter(pk__in=ids).select_related("user")}
    rounds = {str(it.pk): it for it in proposal.loop.rounds.all()}
    spans = [
        (datetime.fromisoformat(it["starts_at"]), datetime.fromisoformat(it["ends_at"])) for it in proposal.placements
    ]
    whole = (spans[0][0], spans[-1][1])
    theirs = candidate.time_zone if not same_clock(zone, candidate.time_zone, whole[0]) else ""
    names = PanelNames(people={key: str(it) for key, it in people.items()}, rounds={}, candidate=candidate.name)
    reasons = (proposal_reason(it["code"], it["params"], names) for it in proposal.reasons)
    return ProposalCard(
        proposal=proposal,
        day=day_text(whole[0], zone),
        times=times_text(whole, zone),
        other_times=times_text(whole, theirs) if theirs else "",
        zone=zone_label(zone, whole[0]),
        other_zone=zone_label(theirs, whole[0]) if theirs else "",
        rounds=[
            ProposedRound(
                label=f"R{rounds[it['round']].position}",
                round=rounds[it["round"]],
                times=times_text(span, zone),
                other_times=times_text(span, theirs) if theirs else "",
                people=[people[person] for _role, person in sorted(it["seats"].items())],
            )
            for it, span in zip(proposal.placements, spans, strict=True)
        ],
        reasons=[reason for reason in reasons if reason],
    )


def reasons_of(plans: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """What speaks for and against each plan, as code, params and message. Two queries."""
    wanted = SchedulePlan.objects.filter(pk__in=plans)
    rows = list(wanted.values_list("pk", "reasons", "placements", "loop__application__candidate__name"))
    people = _names_of({it for _pk, _why, placed, _name in rows for each in placed for it in each["seats"].values()})
    found: dict[UUID, list[dict[str, Any]]] = {}
    for pk, reasons, _placements, candidate in rows:
        names = PanelNames(people=people, rounds={}, candidate=candidate)
        worded = ((it, proposal_reason(it["code"], it["params"], names)) for it in reasons)
        found[pk] = [{**it, "message": reason.text} for it, reason in worded if reason]
    return found


def why_no_panel(plans: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Of the plans that failed: what stands in the way and the ways out, as codes and words. Three queries."""
    failed = Q(state=ProposalState.FAILED) | Q(state=ProposalState.SEARCHING, job__state=JobState.DEAD)
    rows = list(
        SchedulePlan.objects.filter(failed, pk__in=plans).values_list(
            "pk", "state", "obstacles", "loop", "loop__application__candidate__name"
        )
    )
    if not rows:
        return {}
    people = _names_of({person for _pk, _state, obstacles, *_rest in rows for person in _people_in(obstacles)})
    rounds = {str(it.pk): f"R{it.position} {it.name}" for it in Round.objects.filter(loop__in=[row[3] for row in rows])}
    return {
        pk: _no_panel(obstacles, PanelNames(people=people, rounds=rounds, candidate=candidate))
        if state == ProposalState.FAILED
        else _fault()
        for pk, state, obstacles, _loop, candidate in rows
    }


def _names_of(people: Collection[str]) -> dict[str, str]:
    return {str(it.pk): str(it) for it in Interviewer.objects.filter(pk__in=people).select_related("user")}


def _people_in(obstacles: Mapping[str, Any]) -> Iterable[str]:
    return (person for it in obstacles.get("conflicts", ()) for person in it["params"].get("people", ()))


def _no_panel(obstacles: Mapping[str, Any], names: PanelNames) -> dict[str, Any]:
    ways = [([Remedy(**change) for change in way], way) for way in obstacles["ways_out"]]
    return {
        "code": "no_panel",
        "message": _("There is no panel within these days."),
        "conflicts": [{**it, "message": conflict_text(Conflict(**it), names)} for it in obstacles["conflicts"]],
        "ways_out": [{"changes": way, "message": way_out_text(remedies, names)} for remedies, way in ways],
    }


def _fault() -> dict[str, Any]:
    message = _("Something went wrong while searching. It has been logged; ask again.")
    return {"code": "fault", "message": message, "conflicts": [], "ways_out": []}
