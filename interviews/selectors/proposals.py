"""A proposed panel in words."""

from dataclasses import dataclass
from datetime import datetime

from interviews.models import Interviewer, Round, SchedulePlan
from interviews.panel_wording import PanelNames, proposal_reason
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
