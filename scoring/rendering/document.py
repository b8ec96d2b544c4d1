"""Everything a debrief packet shows, as plain values.

A selector fills these from the database; nothing here knows where they came from. Codes are worded by
``wording``; free text is printed as written. Times are aware. A packet shows exactly what is in here and
nothing else, so what a profile hides must not be put in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Language = Literal["en", "zh-hans"]
PageSize = Literal["A4", "Letter"]
Recommendation = Literal["strong_no", "no", "yes", "strong_yes"]
Outcome = Literal["met", "not_met", "not_certain", "too_few", "none"]


@dataclass(frozen=True, slots=True)
class CandidateFacts:
    """``native_name`` is the name in the candidate's other script, if there is one."""

    name: str
    native_name: str = ""


@dataclass(frozen=True, slots=True)
class PositionFacts:
    """What the candidate is considered for."""

    title: str
    team: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class PanelMember:
    """One interviewer; named in full once, by ``short_name`` after.

    ``recommendation`` counts now, ``before`` is the one on the card if the member changed it after reading.
    """

    key: str
    name: str
    short_name: str
    title: str = ""
    rounds: tuple[int, ...] = ()
    submitted: bool = True
    recommendation: Recommendation | None = None
    before: Recommendation | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """Overall or one competency: raw mean of levels with its interval.

    ``mean`` None means no result; ``reason`` then says why (too_few_questions, too_few_interviewers,
    no_levels, cards_missing, not_every_competency) with ``params`` (has, needs).
    """

    name: str
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    line: float | None = None
    outcome: Outcome = "none"
    questions: int = 0
    interviewers: int = 0
    reason: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    cohort: float | None = None


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One rule of the decision policy with its outcome here.

    Codes and the parameters each reads:
    overall_line (line; mean) · competency_line (line, competency; lowest) · knock_out (line, competency; below)
    · minimum_evidence (questions, interviewers; short) · weights (weights as (name, share) pairs, reason)
    · zero_weight (questions as (label, reason) pairs). ``competency`` empty means each of them; ``below`` and
    ``short`` are the competencies that fail.
    """

    code: str
    params: Mapping[str, object]
    outcome: Outcome = "none"


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The policy in force. ``equal_weights`` is what page 1 says in three words."""

    name: str
    version: int
    equal_weights: bool
    rules: tuple[PolicyRule, ...]
    approved_on: date | None = None
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing the panel sees differently, most important first; at most three are printed.

    Codes: question_levels (one question), competency_levels (one competency), recommendations (the votes).
    ``levels`` are (member key, level); ``question`` is the question's number, for the page reference.
    """

    code: str
    subject: str = ""
    levels: tuple[tuple[str, float], ...] = ()
    question: int | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """The one question that moves the overall result most: results if all chose the lowest or highest level given."""

    question: int
    low_level: int
    low_result: float
    high_level: int
    high_result: float


@dataclass(frozen=True, slots=True)
class Probe:
    """A follow-up; ``asked`` None when nobody recorded it."""

    text: str
    asked: bool | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a level looks like in this question's rubric."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class CardException:
    """Something out of the ordinary on a card: amended, amended_after_reveal, late, on_behalf (by), off_plan."""

    code: str
    at: datetime | None = None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """What one interviewer wrote for one question. Level None without ``not_assessed``: the card is not in."""

    member: str
    level: int | None
    not_assessed: bool = False
    evidence: str = ""
    saved_at: datetime | None = None
    revision: int = 0
    submitted_at: datetime | None = None
    exceptions: tuple[CardException, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question as it was asked. ``prompt_html`` must be sanitised; ``number`` counts through the packet."""

    number: int
    key: str
    version: int
    title: str
    prompt_html: str
    competencies: tuple[tuple[str, float], ...]
    anchors: tuple[Anchor, ...]
    scores: tuple[QuestionScore, ...]
    language: Language = "en"
    published_on: date | None = None
    minutes_planned: int | None = None
    minutes_used: int | None = None
    probes: tuple[Probe, ...] = ()
    substituted: str = ""
    debrief_note: str = ""
    generic_rubric: bool = False


@dataclass(frozen=True, slots=True)
class PacketRound:
    """One round with its questions in the order of asking."""

    number: int
    title: str
    members: tuple[str, ...]
    questions: tuple[AskedQuestion, ...]
    starts_at: datetime | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote after reading all cards, in the order of speaking."""

    member: str
    before: Recommendation | None
    after: Recommendation
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Dissent:
    """A disagreement with the decision, as written."""

    member: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition or action; ``by`` is a date or words."""

    text: str
    who: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """The decision: code hire, hire_lower, another_round or no_hire."""

    code: str
    decided_at: datetime
    decided_by: str
    decided_by_title: str = ""
    rationale: str = ""
    votes: tuple[Vote, ...] = ()
    dissents: tuple[Dissent, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of the packet. Change codes: first, cards, decision, votes, question, policy, other."""

    number: int
    made_at: datetime
    code: str
    change: str = "first"


@dataclass(frozen=True, slots=True)
class InputLine:
    """One kind of input.

    Codes: question_versions (count), scorecards (count, revisions, amended), policy (name, version), decision (at).
    """

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PacketDocument:
    """One packet, whole. ``missing`` says why there is no decision: cards, debrief, decision."""

    language: Language
    page_size: PageSize
    zone: str
    candidate: CandidateFacts
    position: PositionFacts
    cards_in: int
    cards_total: int
    members: tuple[PanelMember, ...]
    overall: ResultRow
    competencies: tuple[ResultRow, ...]
    policy: PolicyFacts
    rounds: tuple[PacketRound, ...]
    editions: tuple[Edition, ...]
    inputs: tuple[InputLine, ...]
    inputs_hash: str
    verification_code: str
    generated_at: datetime
    disagreements: tuple[Disagreement, ...] = ()
    doubt: Doubt | None = None
    decision: DecisionRecord | None = None
    missing: tuple[str, ...] = ()
    profile: str = "full"
    kept_until: date | None = None
    minutes: int = 0

    @property
    def questions(self) -> tuple[AskedQuestion, ...]:
        """All questions in the order of the packet."""
        return tuple(question for each in self.rounds for question in each.questions)

    @property
    def edition(self) -> int:
        """The number of this edition: that of the newest one."""
        return max((edition.number for edition in self.editions), default=1)

    def member(self, key: str) -> PanelMember:
        """The interviewer with this key; KeyError if the panel has none."""
        for member in self.members:
            if member.key == key:
                return member
        raise KeyError(key)
