"""The result of one candidate: per competency and overall, with doubt, disagreement and the rules of a policy.

The rating unit is (question version and competency, interviewer). For a competency k and the units u that speak
to it, with weight w (how much of the version speaks to k) and level x::

    p(u,k) = w(u,k) / Σu w(u,k)            share of a unit
    m(k)   = Σu p(u,k) · x(u)              result of the competency
    m      = Σk m(k) / K                   overall: every competency counts the same
    c(u)   = Σk p(u,k) / K                 share of a unit in the overall result, so that m = Σu c(u) · x(u)

The interval is Student's t at 90 %, with one spread of levels pooled over the competencies::

    s²     = Σk f(k) · [Σu p(u,k) · (x(u) − m(k))² / (1 − Σu p(u,k)²)] / Σk f(k),   f(k) = n(k) − 1
    half   = t(90 %, min(Σk f(k), N − 1)) · s · √Σu p(u,k)²        (overall: c(u) instead of p(u,k))

With equal weights and one competency that is the textbook interval of a mean. It is approximate: levels are whole
numbers between two ends, and units of one interviewer or of one question resemble each other, so the true doubt is
rather larger. Rounding to whole levels alone has a variance of 1/12; s² is never taken to be less, so that
equal levels are not mistaken for certainty. Below two units there is no interval. "Not assessed" is no unit.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum, sqrt
from typing import Literal

from scoring.measurement.student import quantile

CONFIDENCE = 0.90
LOWEST, HIGHEST = 1, 5
# Sums of binary fractions: 3.2 reached as 3.1999999999999997 is 3.2.
_HAIR = 1e-9
_ROUNDING_VARIANCE = 1 / 12

Outcome = Literal["met", "not_met", "not_certain", "too_few", "none"]


@dataclass(frozen=True, slots=True)
class Rating:
    """What one interviewer gave for one question. ``weights``: competency → weight; level None: not assessed."""

    question: str
    interviewer: str
    level: int | None
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Policy:
    """The lines that a result is held against."""

    overall_line: float
    competency_line: float
    knockout_line: float
    least_questions: int = 1


@dataclass(frozen=True, slots=True)
class RaterMean:
    """Mean level of one interviewer in one competency over ``count`` questions."""

    interviewer: str
    mean: float
    count: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A result, or why there is none.

    ``reason`` where mean is None: no_levels, too_few_questions (has, needs), cards_missing (has, needs),
    not_every_competency. ``low`` and ``high`` are None below two units. ``spread`` is the distance between the
    interviewers' means, None with fewer than two of them.
    """

    competency: str
    line: float
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    outcome: Outcome = "too_few"
    units: int = 0
    questions: int = 0
    raters: tuple[RaterMean, ...] = ()
    spread: float | None = None
    reason: str = ""
    params: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuestionSpread:
    """The levels that different interviewers gave for one question."""

    question: str
    levels: tuple[tuple[str, int], ...]
    spread: int


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """overall_line, competency_line, knock_out or minimum_evidence; ``failing``: the competencies below or short."""

    code: str
    outcome: Outcome
    line: float
    value: float | None = None
    failing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """The question that moves the overall result most, if all had given its lowest or its highest given level."""

    question: str
    low_level: int
    low_result: float
    high_level: int
    high_result: float


@dataclass(frozen=True, slots=True)
class Result:
    """``competencies`` stand in the order asked for, ``disagreements`` widest first."""

    overall: Estimate
    competencies: tuple[Estimate, ...]
    disagreements: tuple[QuestionSpread, ...]
    rules: tuple[RuleOutcome, ...]
    doubt: Doubt | None


@dataclass(frozen=True, slots=True)
class _Unit:
    rating: Rating
    level: int
    share: float


def measure(
    ratings: Sequence[Rating],
    policy: Policy,
    *,
    competencies: Sequence[str],
    cards_in: int = 0,
    cards_due: int = 0,
) -> Result:
    """The result of a candidate. A competency that was to be assessed and has no level is open, never zero."""
    shares = {key: _shares(ratings, key) for key in competencies}
    variance, freedom = _pooled_variance(shares)
    estimates = tuple(_competency(key, shares[key], policy, variance, freedom) for key in competencies)
    overall = _overall(estimates, shares, policy, variance, freedom, cards=(cards_in, cards_due))
    return Result(
        overall=overall,
        competencies=estimates,
        disagreements=question_spreads(ratings),
        rules=_rules(overall, estimates, policy),
        doubt=None if overall.mean is None else _doubt(ratings, competencies),
    )


def against_line(low: float | None, high: float | None, line: float) -> Outcome:
    """met above the line, not_met below, not_certain where the interval includes it, too_few without one."""
    if low is None or high is None:
        return "too_few"
    if low >= line - _HAIR:
        return "met"
    return "not_met" if high < line - _HAIR else "not_certain"


def question_spreads(ratings: Iterable[Rating]) -> tuple[QuestionSpread, ...]:
    """Questions with levels by two or more interviewers, widest disagreement first."""
    given: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for rating in ratings:
        if rating.level is not None:
            given[rating.question].append((rating.interviewer, rating.level))
    spreads = [
        QuestionSpread(question, tuple(sorted(levels)), max(x for _, x in levels) - min(x for _, x in levels))
        for question, levels in given.items()
        if len(levels) > 1
    ]
    return tuple(sorted(spreads, key=lambda it: (-it.spread, it.question)))


def widest_first(estimates: Iterable[Estimate]) -> tuple[Estimate, ...]:
    """Competencies for the agreement map: widest disagreement first, then the lowest mean; one rater last."""
    return tuple(
        sorted(
            estimates,
            key=lambda it: (-(it.spread if it.spread is not None else -1), it.mean if it.mean is not None else 9.0),
        )
    )


def _shares(ratings: Iterable[Rating], competency: str) -> tuple[_Unit, ...]:
    """The units of one competency; their shares add up to one. Order does not matter to any sum below."""
    pairs = [
        (rating, rating.level, rating.weights[competency])
        for rating in ratings
        if rating.level is not None and rating.weights.get(competency, 0) > 0
    ]
    pairs.sort(key=lambda pair: (pair[0].question, pair[0].interviewer))
    whole = sum(weight for _, _, weight in pairs)
    return tuple(_Unit(rating, level, weight / whole) for rating, level, weight in pairs)


def _mean(units: Iterable[_Unit]) -> float:
    return fsum(unit.share * unit.level for unit in units)


def _pooled_variance(shares: Mapping[str, tuple[_Unit, ...]]) -> tuple[float, int]:
    """s² and its degrees of freedom; the latter is 0 where no competency has two units."""
    total, freedom = 0.0, 0
    distinct: set[tuple[str, str]] = set()
    for units in shares.values():
        distinct |= {(unit.rating.question, unit.rating.interviewer) for unit in units}
        if len(units) < 2:
            continue
        mean = _mean(units)
        squares = sum(unit.share * (unit.level - mean) ** 2 for unit in units)
        own = len(units) - 1
        total += own * squares / (1 - sum(unit.share**2 for unit in units))
        freedom += own
    if not freedom:
        return 0.0, 0
    return max(total / freedom, _ROUNDING_VARIANCE), min(freedom, len(distinct) - 1)


def _interval(mean: float, squared_shares: float, variance: float, freedom: int) -> tuple[float, float]:
    half = quantile(CONFIDENCE, freedom) * sqrt(variance * squared_shares)
    return max(float(LOWEST), mean - half), min(float(HIGHEST), mean + half)


def _competency(key: str, units: tuple[_Unit, ...], policy: Policy, variance: float, freedom: int) -> Estimate:
    questions = len({unit.rating.question for unit in units})
    raters = _rater_means(units)
    means = [rater.mean for rater in raters]
    spread = max(means) - min(means) if len(means) > 1 else None
    known = {"units": len(units), "questions": questions, "raters": raters, "spread": spread}
    line = policy.competency_line
    if not units:
        return Estimate(key, line, reason="no_levels")
    if questions < policy.least_questions:
        needs = {"has": questions, "needs": policy.least_questions}
        return Estimate(key, line, reason="too_few_questions", params=needs, **known)  # type: ignore[arg-type]
    mean = _mean(units)
    if len(units) < 2:
        return Estimate(key, line, mean=mean, **known)  # type: ignore[arg-type]
    low, high = _interval(mean, sum(unit.share**2 for unit in units), variance, freedom)
    outcome = against_line(low, high, line)
    return Estimate(key, line, mean, low, high, outcome, **known)  # type: ignore[arg-type]


def _rater_means(units: Iterable[_Unit]) -> tuple[RaterMean, ...]:
    by_rater: dict[str, list[_Unit]] = defaultdict(list)
    for unit in units:
        by_rater[unit.rating.interviewer].append(unit)
    return tuple(
        RaterMean(interviewer, _mean(own) / sum(unit.share for unit in own), len(own))
        for interviewer, own in sorted(by_rater.items())
    )


def _overall(
    estimates: tuple[Estimate, ...],
    shares: Mapping[str, tuple[_Unit, ...]],
    policy: Policy,
    variance: float,
    freedom: int,
    *,
    cards: tuple[int, int],
) -> Estimate:
    combined: dict[tuple[str, str], float] = defaultdict(float)
    for units in shares.values():
        for unit in units:
            combined[unit.rating.question, unit.rating.interviewer] += unit.share / len(shares)
    questions = len({question for question, _ in combined})
    line = policy.overall_line
    if cards[0] < cards[1]:
        params = {"has": cards[0], "needs": cards[1]}
        return Estimate("", line, units=len(combined), questions=questions, reason="cards_missing", params=params)
    means = [estimate.mean for estimate in estimates if estimate.mean is not None]
    if not means or len(means) < len(estimates):
        reason = "not_every_competency" if means else "no_levels"
        return Estimate("", line, units=len(combined), questions=questions, reason=reason)
    mean = sum(means) / len(means)
    if not freedom:
        return Estimate("", line, mean=mean, units=len(combined), questions=questions)
    low, high = _interval(mean, sum(share**2 for share in combined.values()), variance, freedom)
    return Estimate("", line, mean, low, high, against_line(low, high, line), len(combined), questions)


def _rules(overall: Estimate, estimates: tuple[Estimate, ...], policy: Policy) -> tuple[RuleOutcome, ...]:
    """The lines hold for the whole policy as for its weakest competency."""
    means = [estimate.mean for estimate in estimates if estimate.mean is not None]
    lowest = min(means, default=None)
    rules = [RuleOutcome("overall_line", overall.outcome, policy.overall_line, overall.mean)]
    for code, line in (("competency_line", policy.competency_line), ("knock_out", policy.knockout_line)):
        outcomes = {against_line(it.low, it.high, line) for it in estimates}
        below = tuple(it.competency for it in estimates if it.mean is not None and it.mean < line - _HAIR)
        rules.append(RuleOutcome(code, _weakest(outcomes), line, lowest, below))
    short = tuple(it.competency for it in estimates if it.questions < policy.least_questions)
    outcome: Outcome = "not_met" if short or not estimates else "met"
    rules.append(RuleOutcome("minimum_evidence", outcome, policy.least_questions, None, short))
    return tuple(rules)


def _weakest(outcomes: set[Outcome]) -> Outcome:
    ranking: tuple[Outcome, ...] = ("not_met", "too_few", "not_certain", "met")
    return next((outcome for outcome in ranking if outcome in outcomes), "too_few")


def _doubt(ratings: Sequence[Rating], competencies: Sequence[str]) -> Doubt | None:
    """None where nobody disagrees on any question. Cost: one pass over the ratings per disputed question."""
    best: Doubt | None = None
    for disputed in question_spreads(ratings):
        if not disputed.spread:
            continue
        low_level, high_level = (pick(level for _, level in disputed.levels) for pick in (min, max))
        low, high = (
            _overall_mean(_with_level(ratings, disputed.question, level), competencies)
            for level in (low_level, high_level)
        )
        if best is None or high - low > best.high_result - best.low_result + _HAIR:
            best = Doubt(disputed.question, low_level, low, high_level, high)
    return best


def _with_level(ratings: Iterable[Rating], question: str, level: int) -> list[Rating]:
    return [
        Rating(it.question, it.interviewer, level, it.weights)
        if it.question == question and it.level is not None
        else it
        for it in ratings
    ]


def _overall_mean(ratings: Sequence[Rating], competencies: Sequence[str]) -> float:
    return sum(_mean(_shares(ratings, key)) for key in competencies) / len(competencies)
