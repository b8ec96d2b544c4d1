"""A debrief as the document that its packet prints."""

import re
from datetime import datetime
from uuid import UUID

from django.utils.translation import override

from accounts.choices import Language
from accounts.models import User
from interviews.models import AskedQuestion, Candidate, PanelSeat
from interviews.wording import substitution_text
from questionbank.formats.rendering import markdown_to_html
from scoring.measurement.results import Estimate, Result, RuleOutcome
from scoring.models import Debrief, Decision, Packet, Scorecard
from scoring.rendering import document as doc
from scoring.selectors.debriefs import DebriefPage, Evidence, debrief_context

# At most so many disagreements stand on page 1.
MOST_DISAGREEMENTS = 3
_SHARE = 100.0
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def packet_document(*, debrief: Debrief, language: doc.Language) -> doc.PacketDocument:
    """Everything the packet says, but for edition, hash and time: those follow from it. About 15 queries."""
    with override(language):
        page = debrief_context(debrief=debrief)
        job = page.loop.application.job
        candidate = page.loop.application.candidate
        rounds = _rounds(page)
        numbers = {str(asked.pk): number for number, (asked, _e) in enumerate(_asked(page), start=1)}
        return doc.PacketDocument(
            language=language,
            page_size="A4",
            zone=job.time_zone,
            candidate=_candidate(candidate, language),
            position=doc.PositionFacts(job.title, job.team, job.place),
            cards_in=page.cards_in,
            cards_total=page.cards_due,
            members=_members(page),
            overall=_row(page.result.overall, ""),
            competencies=tuple(
                _row(each, page.competencies[each.competency].name) for each in page.result.competencies
            ),
            policy=_policy(page),
            rounds=rounds,
            editions=(),
            inputs=_inputs(page),
            inputs_hash="",
            verification_code="",
            generated_at=debrief.opened_at,
            disagreements=_disagreements(page.result, page, numbers),
            doubt=_doubt(page.result, numbers),
            decision=_decision(debrief),
            missing=_missing(page),
            minutes=sum(each.minutes for each in rounds),
        )


def packet_list(*, user: User, debrief: Debrief) -> list[Packet]:
    """The editions of a debrief, newest first, with the state of their jobs. One query."""
    packets = Packet.objects.visible_to(user).filter(debrief=debrief)
    return list(packets.select_related("job").order_by("-requested_at", "-edition"))


def _asked(page: DebriefPage) -> list[tuple[AskedQuestion, Evidence]]:
    by_id = {evidence.id: evidence for evidence in page.evidence}
    asked = AskedQuestion.objects.filter(round__loop=page.loop).select_related(
        "round", "version__question", "replaces__question"
    )
    ordered = asked.prefetch_related("version__weights__competency", "competencies").order_by(
        "round__position", "position"
    )
    return [(each, by_id[each.pk]) for each in ordered]


def _candidate(candidate: Candidate, language: str) -> doc.CandidateFacts:
    """A Chinese reader meets a Chinese name first."""
    if language == Language.ZH_HANS and _CHINESE.search(candidate.native_name):
        return doc.CandidateFacts(candidate.native_name, candidate.name)
    return doc.CandidateFacts(candidate.name, candidate.native_name)


def _members(page: DebriefPage) -> tuple[doc.PanelMember, ...]:
    voices = {str(voice.interviewer_id): voice for voice in page.voices}
    seats = PanelSeat.objects.live().filter(round__loop=page.loop).select_related("interviewer__user", "round")
    members: dict[str, doc.PanelMember] = {}
    for seat in seats.order_by("round__position", "role", "pk"):
        key = str(seat.interviewer_id)
        rounds = members[key].rounds if key in members else ()
        voice = voices.get(key)
        members[key] = doc.PanelMember(
            key=key,
            name=seat.interviewer.user.display_name,
            short_name=_short(seat.interviewer.user.display_name),
            title=seat.interviewer.title,
            rounds=(*rounds, seat.round.position),
            submitted=voice is not None,
            recommendation=voice.recommendation if voice else None,  # type: ignore[arg-type]
            quote=voice.summary if voice else "",
        )
    return tuple(members.values())


def _short(name: str) -> str:
    """The family name: the last word, or the whole of a Chinese name."""
    return name.split()[-1] if name.isascii() or " " in name else name


def _row(estimate: Estimate, name: str) -> doc.ResultRow:
    return doc.ResultRow(
        name=name,
        mean=estimate.mean,
        low=estimate.low,
        high=estimate.high,
        line=estimate.line,
        outcome=estimate.outcome,
        questions=estimate.questions,
        interviewers=len(estimate.raters),
        reason=estimate.reason,
        params=dict(estimate.params),
    )


def _policy(page: DebriefPage) -> doc.PolicyFacts:
    policy = page.debrief.policy
    job = page.loop.application.job
    names = {key: competency.name for key, competency in page.competencies.items()}
    return doc.PolicyFacts(
        name=f"{job.seniority.name} {job.role_family.name}",
        version=policy.version,
        equal_weights=True,
        rules=tuple(_rule(rule, names) for rule in page.result.rules),
        approved_on=policy.created_at.date(),
    )


def _rule(rule: RuleOutcome, names: dict[str, str]) -> doc.PolicyRule:
    failing = [names[key] for key in rule.failing]  # a list, as it comes back from JSON
    params: dict[str, dict[str, object]] = {
        "overall_line": {"line": rule.line, "mean": rule.value},
        "competency_line": {"line": rule.line, "competency": "", "lowest": rule.value},
        "knock_out": {"line": rule.line, "competency": "", "below": failing},
        "minimum_evidence": {"questions": int(rule.line), "interviewers": 1, "short": failing},
    }
    return doc.PolicyRule(rule.code, params[rule.code], rule.outcome)


def _rounds(page: DebriefPage) -> tuple[doc.PacketRound, ...]:
    asked = _asked(page)
    members = _panels(page)
    saved = _saved(page)
    numbered = list(enumerate(asked, start=1))
    return tuple(
        doc.PacketRound(
            number=round_.position,
            title=round_.name,
            members=members.get(round_.pk, ()),
            starts_at=round_.starts_at,
            minutes=round_.minutes,
            questions=tuple(
                _question(number, each, evidence, saved, members.get(round_.pk, ()))
                for number, (each, evidence) in numbered
                if each.round_id == round_.pk
            ),
        )
        for round_ in page.loop.rounds.order_by("position")
    )


def _panels(page: DebriefPage) -> dict[UUID, tuple[str, ...]]:
    """Round → its interviewers, lead first."""
    seats = PanelSeat.objects.live().filter(round__loop=page.loop).order_by("role", "pk")
    panels: dict[UUID, tuple[str, ...]] = {}
    for round_id, interviewer in seats.values_list("round_id", "interviewer_id"):
        panels[round_id] = (*panels.get(round_id, ()), str(interviewer))
    return panels


def _saved(page: DebriefPage) -> dict[str, tuple[datetime | None, int, datetime | None]]:
    """Card → when it was saved last, its revision, when it was submitted."""
    cards = Scorecard.objects.filter(pk__in=[voice.card_id for voice in page.voices])
    rows = cards.values_list("pk", "saved_at", "version", "submitted_at")
    return {str(pk): (saved_at, version, submitted_at) for pk, saved_at, version, submitted_at in rows}


def _question(
    number: int,
    asked: AskedQuestion,
    evidence: Evidence,
    saved: dict[str, tuple[datetime | None, int, datetime | None]],
    members: tuple[str, ...],
) -> doc.AskedQuestion:
    text = evidence.text
    return doc.AskedQuestion(
        number=number,
        key=asked.version.question.label,
        version=asked.version.number,
        title=text.title,
        prompt_html=markdown_to_html(text.prompt),
        competencies=_competencies(asked),
        anchors=tuple(doc.Anchor(level.level, level.anchor) for level in text.levels.all()),
        scores=_scores(evidence, saved, members),
        language=text.language,  # type: ignore[arg-type]  # one of the site's languages, as the database holds it
        published_on=asked.version.published_at.date() if asked.version.published_at else None,
        minutes_planned=asked.version.minutes,
        probes=tuple(doc.Probe(probe) for probe in text.probes),
        generic_rubric=asked.version.rubric_is_generic,
        substituted=_substituted(asked),
    )


def _substituted(asked: AskedQuestion) -> str:
    if asked.replaces is None:
        return ""
    return substitution_text(asked.replaced_because, f"{asked.replaces.question.label} v{asked.replaces.number}")


def _competencies(asked: AskedQuestion) -> tuple[tuple[str, float], ...]:
    """What the question is asked for in this round, with the share of each."""
    meant = {competency.pk for competency in asked.competencies.all()}
    weights = [weight for weight in asked.version.weights.all() if weight.competency_id in meant]
    return tuple((weight.competency.name, weight.percent / _SHARE) for weight in weights)


def _scores(
    evidence: Evidence, saved: dict[str, tuple[datetime | None, int, datetime | None]], members: tuple[str, ...]
) -> tuple[doc.QuestionScore, ...]:
    answers = {str(answer.voice.interviewer_id): answer for answer in evidence.answers}
    scores = []
    for member in members:
        answer = answers.get(member)
        if answer is None:
            scores.append(doc.QuestionScore(member, None))
            continue
        saved_at, revision, submitted_at = saved[str(answer.voice.card_id)]
        scores.append(
            doc.QuestionScore(
                member,
                answer.level,
                answer.not_assessed,
                answer.evidence,
                saved_at=saved_at,
                revision=revision,
                submitted_at=submitted_at,
            )
        )
    return tuple(scores)


def _disagreements(result: Result, page: DebriefPage, numbers: dict[str, int]) -> tuple[doc.Disagreement, ...]:
    titles = {str(evidence.id): evidence.text.title for evidence in page.evidence}
    wide = [each for each in result.disagreements if each.spread >= 2][:MOST_DISAGREEMENTS]
    return tuple(
        doc.Disagreement(
            "question_levels",
            titles[each.question],
            tuple((interviewer, float(level)) for interviewer, level in each.levels),
            numbers[each.question],
        )
        for each in wide
    )


def _doubt(result: Result, numbers: dict[str, int]) -> doc.Doubt | None:
    doubt = result.doubt
    if doubt is None:
        return None
    return doc.Doubt(numbers[doubt.question], doubt.low_level, doubt.low_result, doubt.high_level, doubt.high_result)


def _decision(debrief: Debrief) -> doc.DecisionRecord | None:
    decision = Decision.objects.filter(debrief=debrief).select_related("decided_by").first()
    if decision is None:
        return None
    return doc.DecisionRecord(
        code=decision.outcome,
        decided_at=decision.decided_at,
        decided_by=decision.decided_by.display_name,
        rationale=decision.rationale,
    )


def _missing(page: DebriefPage) -> tuple[str, ...]:
    if Decision.objects.filter(debrief=page.debrief).exists():
        return ()
    return ("cards", "decision") if page.cards_in < page.cards_due else ("decision",)


def _inputs(page: DebriefPage) -> tuple[doc.InputLine, ...]:
    cards = Scorecard.objects.filter(pk__in=[voice.card_id for voice in page.voices])
    revisions = sum(cards.values_list("version", flat=True))
    policy = page.debrief.policy
    lines = [
        doc.InputLine("question_versions", {"count": len(page.evidence)}),
        doc.InputLine("scorecards", {"count": page.cards_in, "revisions": revisions}),
        doc.InputLine("policy", {"name": str(policy.pk), "version": policy.version}),
    ]
    return tuple(lines)
