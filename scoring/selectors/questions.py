"""What the answers say about a question: levels, how hard it is, whether it drifts. No names, no single candidate.

Only loops with an open debrief and every card in count, so nobody who still has to submit can read others' levels
out of a change of these figures.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from statistics import fmean
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Exists, OuterRef, QuerySet

from interviews.models import Loop, PanelSeat
from questionbank.choices import LEVELS, LeakState
from questionbank.models import LeakFlag, Question
from scoring.choices import CardState
from scoring.measurement.drift import EDGE, FEWEST, Answer, Drift, TooFew, find_drift, look, strength
from scoring.measurement.results import CONFIDENCE
from scoring.measurement.student import quantile
from scoring.models import QuestionScore

# Below so many candidates no figure is shown: it would be about somebody.
FEWEST_SHOWN = 5
_ROUNDING_VARIANCE = 1 / 12
_QUESTION = "asked_question__version__question"
_LOOP = "asked_question__round__loop"


@dataclass(frozen=True, slots=True)
class Given:
    """What one candidate reached on a question: the mean of the interviewers' levels."""

    at: datetime
    version: int
    level: float
    strength: float | None


@dataclass(frozen=True, slots=True)
class Share:
    """How often a level was given, for a bar of the whole width: ``start`` and ``times`` of ``of``."""

    level: int
    start: int
    times: int
    of: int


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """One version. ``facility`` is the mean on a scale of 0 to 1, with its interval; None below ``FEWEST_SHOWN``."""

    number: int
    candidates: int
    shares: tuple[Share, ...] = ()
    mean: float | None = None
    facility: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """All versions, newest first, and the drift of the one asked last with the day it begins."""

    versions: tuple[VersionFigures, ...]
    drift: Drift | TooFew
    since: datetime | None
    flag: LeakFlag | None


def counted_scores() -> QuerySet[Any]:
    """Levels that count for figures of questions."""
    missing = PanelSeat.objects.live().filter(round__loop=OuterRef("pk")).exclude(scorecard__state=CardState.SUBMITTED)
    loops = Loop.objects.filter(debrief__isnull=False).exclude(Exists(missing))
    return QuestionScore.objects.filter(
        scorecard__state=CardState.SUBMITTED, level__isnull=False, **{f"{_LOOP}__in": loops}
    )


def question_means(questions: Iterable[UUID] | None = None) -> dict[UUID, float]:
    """The mean level of each question over everybody. One query."""
    scores = counted_scores()
    if questions is not None:
        scores = scores.filter(**{f"{_QUESTION}__in": questions})
    rows = scores.order_by().values(_QUESTION).annotate(mean=Avg("level"))
    return {row[_QUESTION]: row["mean"] for row in rows}


def questions_with_answers(least: int = FEWEST) -> list[UUID]:
    """Questions that so many candidates have answered. One query."""
    rows = counted_scores().order_by().values(_QUESTION).annotate(loops=Count(_LOOP, distinct=True))
    return [row[_QUESTION] for row in rows.filter(loops__gte=least).order_by(_QUESTION)]


def answers_to(
    question: UUID, means: Mapping[UUID, float] | None = None
) -> tuple[list[Given], dict[int, Counter[int]]]:
    """The answers in the order they came in, and every level by version. Two queries; one if ``means`` are known."""
    loops = counted_scores().filter(**{_QUESTION: question}).values(_LOOP)
    rows = list(
        counted_scores()
        .filter(**{f"{_LOOP}__in": loops})
        .order_by()
        .values_list(_LOOP, _QUESTION, "asked_question__version__number", "level", "scorecard__submitted_at")
    )
    if means is None:
        means = question_means({row[1] for row in rows}) if rows else {}
    levels: dict[UUID, dict[UUID, list[int]]] = defaultdict(lambda: defaultdict(list))
    given: dict[UUID, tuple[datetime, int]] = {}
    by_version: dict[int, Counter[int]] = defaultdict(Counter)
    for loop, asked, version, level, at in rows:
        levels[loop][asked].append(level)
        if asked == question:
            given[loop] = max(given.get(loop, (at, version)), (at, version))
            by_version[version][level] += 1
    answers = []
    for loop, (at, version) in sorted(given.items(), key=lambda entry: (entry[1], entry[0])):
        answered = {asked: fmean(values) for asked, values in levels[loop].items()}
        answers.append(Given(at, version, answered[question], strength(answered, question, means)))
    return answers, by_version


def drift_of(
    answers: Sequence[Given], *, cleared_at: datetime | None, draws: int
) -> tuple[Drift | TooFew, list[Given]]:
    """The drift of the version asked last, and the answers it was found in. Who answered nothing else is left out."""
    newest = answers[-1].version if answers else 0
    usable = [it for it in answers if it.version == newest and it.strength is not None]
    taken = usable[: look(len(usable))]
    if not taken:
        return TooFew(len(usable)), []
    settled = sum(1 for it in taken if cleared_at is not None and it.at <= cleared_at)
    if len(taken) - settled < EDGE:
        return TooFew(len(usable), settled + EDGE), []
    judged = [Answer(it.level, it.strength or 0.0) for it in taken]
    return find_drift(judged, settled=settled, draws=draws), taken


def cleared_at(questions: Iterable[UUID]) -> dict[UUID, datetime]:
    """When somebody last said of a question that it has not leaked. One query."""
    flags = LeakFlag.objects.filter(question__in=questions, state=LeakState.CLEARED).order_by("decided_at")
    return {flag.question_id: flag.decided_at for flag in flags if flag.decided_at is not None}


def question_figures(*, question: Question, draws: int) -> QuestionFigures:
    """Everything the page says about the answers to a question. Three queries at any size."""
    answers, by_version = answers_to(question.pk)
    flags = list(LeakFlag.objects.filter(question=question).select_related("decided_by", "raised_by"))
    decided = [it.decided_at for it in flags if it.state == LeakState.CLEARED and it.decided_at]
    drift, taken = drift_of(answers, cleared_at=max(decided, default=None), draws=draws)
    numbers = sorted({it.version for it in answers}, reverse=True)
    return QuestionFigures(
        versions=tuple(
            _version_figures(number, [it.level for it in answers if it.version == number], by_version[number])
            for number in numbers
        ),
        drift=drift,
        since=taken[drift.place].at if isinstance(drift, Drift) else None,
        flag=next(iter(flags), None),
    )


def _version_figures(number: int, levels: Sequence[float], given: Counter[int]) -> VersionFigures:
    n = len(levels)
    if n < FEWEST_SHOWN:
        return VersionFigures(number, n)
    mean = fmean(levels)
    # Levels are whole numbers: equal ones are not mistaken for certainty (see measurement.results).
    variance = max(sum((level - mean) ** 2 for level in levels) / (n - 1), _ROUNDING_VARIANCE)
    half = quantile(CONFIDENCE, n - 1) * sqrt(variance / n)
    shares, start, total = [], 0, given.total()
    for level in LEVELS:
        shares.append(Share(level, start, given[level], total))
        start += given[level]
    lowest, span = LEVELS[0], LEVELS[-1] - LEVELS[0]
    return VersionFigures(
        number=number,
        candidates=n,
        shares=tuple(shares),
        mean=mean,
        facility=(mean - lowest) / span,
        low=max(0.0, (mean - half - lowest) / span),
        high=min(1.0, (mean + half - lowest) / span),
    )
