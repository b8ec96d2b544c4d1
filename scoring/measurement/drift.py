"""Have the answers to a question become better, more than its candidates have? That is what a leak looks like.

An answer is one candidate's: the mean x of the levels that the interviewers of the round gave. What the candidate is
like is taken out by their other questions in the same loop: with level y(j) on question j, whose mean over all
candidates is ȳ(j), the strength of a candidate is s = mean over the others of (y(j) − ȳ(j)), and the answer is
judged by r = x − s. A stronger cohort raises x and s alike and leaves r where it is.

For the answers in the order they were given, and each place k that leaves EDGE answers on both sides::

    d(k) = mean of r after k − mean of r before
    t(k) = d(k) / √(v(k) · (1/k + 1/(n−k))),   v(k): variance around the two means, n − 2 degrees of freedom

The place of the change is the k with the largest t: the likelihood ratio for a change at an unknown place (James,
James and Siegmund, Biometrika 1987). Looking for the largest of many t makes large ones likely by chance alone, so
its p value is that of the same search over answers in random order (Antoch and Hušková, Statistics & Probability
Letters 2001): p = (1 + orders with as large a t) / (1 + orders tried), which is never zero and never too small
(Phipson and Smyth 2010). Only a rise counts. Without a change every order is as likely as any other, so the rate of
false alarms is what it says, whatever the levels look like. The search may stop early only at p > 0.1.

The interval is around d at the chosen place. It is simultaneous over all places, d ± c · standard error, where c is
what 95 % of random orders of the answers, each less the mean of its side, stay below with their largest |t|; so it
is honest although the place was chosen by the data. Over many questions at once, ``discoveries`` keeps the share of
false alarms among the flags (Benjamini and Hochberg 1995).

Looking again after every answer would let chance try too often: ``look`` says which answers count, a fifth more each
time. What stays: an easier interviewer who comes with the change, and a real change of the question's surroundings,
look the same as a leak. Hence it is called a suspicion and a person decides.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

FEWEST = 20
"""Answers before anything is said."""
EDGE = 8
"""Answers on each side of a change."""
FLAG_LEVEL = 0.005
"""The p value of one look above which nothing is flagged."""
FALSE_SHARE = 0.05
"""Of all flags over the bank, the share that may be false on average."""
CONFIDENCE = 0.95
DRAWS = 1_999
MOST_DRAWS = 199_999
_SEED = 20_260_501
_CELLS = 2_000_000
_HAIR = 1e-9
_CLEARLY_NOT = 200  # orders with as large a t, after which p is known to be above 0.1

Key = TypeVar("Key", bound=Hashable)
Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answer:
    """One candidate's answer: level, and how the candidate did on other questions against their means."""

    level: float
    strength: float


@dataclass(frozen=True, slots=True)
class TooFew:
    """Nothing can be said yet: there are ``answers`` of the ``needed``."""

    answers: int
    needed: int = FEWEST


@dataclass(frozen=True, slots=True)
class Drift:
    """The largest rise. ``before`` and ``after`` are counts; means are of levels, ``shift`` is beyond the strength.

    ``place`` is the index of the first answer after the change.
    """

    answers: int
    place: int
    before: int
    after: int
    mean_before: float
    mean_after: float
    shift: float
    low: float
    high: float
    statistic: float
    p: float
    draws: int


def look(answers: int) -> int:
    """How many answers the present look takes, from the first: 20, 24, 28, 33, 39 …; 0 before the first look."""
    if answers < FEWEST:
        return 0
    size = FEWEST
    while (following := size + max(4, size // 5)) <= answers:
        size = following
    return size


def strength(levels: Mapping[Key, float], question: Key, means: Mapping[Key, float]) -> float | None:
    """How the candidate with these levels did on the questions other than this one, against their means.

    None for who answered no other.
    """
    others = [level - means[other] for other, level in levels.items() if other != question]
    return fmean(others) if others else None


def find_drift(answers: Sequence[Answer], *, settled: int = 0, draws: int = DRAWS) -> Drift | TooFew:
    """The rise of a question's answers in the order they were given, with its p value and interval.

    ``settled`` answers, at the beginning, somebody has looked at and cleared: the change must come after them.
    The same answers give the same figures.
    """
    n = len(answers)
    if n < FEWEST or n - settled < EDGE:
        return TooFew(n, max(FEWEST, settled + EDGE))
    rest = np.array([answer.level - answer.strength for answer in answers], dtype=np.float64)
    places = np.arange(max(EDGE, settled), n - EDGE + 1)
    observed = _statistics(rest[None, :], places)[0]
    best = int(np.argmax(observed))
    place = int(places[best])
    p, tried = _p_value(rest, places, float(observed[best]), draws)
    shift, error = _step(rest, place)
    reach = _reach(rest, places, place) * error
    levels = [answer.level for answer in answers]
    return Drift(
        answers=n,
        place=place,
        before=place,
        after=n - place,
        mean_before=fmean(levels[:place]),
        mean_after=fmean(levels[place:]),
        shift=shift,
        low=shift - reach,
        high=shift + reach,
        statistic=float(observed[best]),
        p=p,
        draws=tried,
    )


def draws_for(questions: int) -> int:
    """Orders to try, so that the smallest p value can pass ``discoveries`` among so many questions."""
    return min(MOST_DRAWS, max(DRAWS, round(10 * questions / FALSE_SHARE) - 1))


def discoveries(p_values: Mapping[Key, float], *, share: float = FALSE_SHARE) -> set[Key]:
    """Benjamini and Hochberg: the keys whose rise is taken as real, at this share of false ones on average."""
    ordered = sorted(p_values.items(), key=lambda entry: entry[1])
    last = 0
    for rank, (_key, p) in enumerate(ordered, start=1):
        if p <= share * rank / len(ordered):
            last = rank
    return {key for key, _p in ordered[:last]}


def _statistics(rows: Row, places: NDArray[np.int64]) -> Row:
    """t at every place, for each row. 0 where a row does not vary."""
    n = rows.shape[1]
    centred = rows - rows.mean(axis=1, keepdims=True)
    before = np.cumsum(centred, axis=1)[:, places - 1]
    # With a mean of 0 the sum after k is the opposite of the sum before it.
    gap = -before * (1 / places + 1 / (n - places))
    inside = (centred**2).sum(axis=1, keepdims=True) - gap**2 * places * (n - places) / n
    error = np.sqrt(np.maximum(inside, 0) / (n - 2) * (1 / places + 1 / (n - places)))
    # Two sides that do not vary within are as far apart as can be; no variation at all is no distance.
    flat = error < _HAIR
    found: Row = np.where(
        flat, np.where(gap > _HAIR, 1e6, np.where(gap < -_HAIR, -1e6, 0.0)), gap / np.where(flat, 1, error)
    )
    return found


def _p_value(rest: Row, places: NDArray[np.int64], observed: float, draws: int) -> tuple[float, int]:
    """The share of random orders with as large a rise, and how many were tried."""
    shuffler = np.random.default_rng(_SEED)
    batch = max(200, min(DRAWS, _CELLS // len(rest)))
    as_large = tried = 0
    while tried < draws and not (as_large >= _CLEARLY_NOT and as_large > 0.1 * tried):
        size = min(batch, draws - tried)
        rows = shuffler.permuted(np.tile(rest, (size, 1)), axis=1)
        as_large += int((_statistics(rows, places).max(axis=1) >= observed - _HAIR).sum())
        tried += size
        if tried >= DRAWS and as_large > 0.05 * tried:
            break  # more orders are for telling small p values apart
    return (1 + as_large) / (1 + tried), tried


def _step(rest: Row, place: int) -> tuple[float, float]:
    """The gap at a place and its standard error."""
    n, first, last = len(rest), rest[:place], rest[place:]
    inside = float(((first - first.mean()) ** 2).sum() + ((last - last.mean()) ** 2).sum())
    return float(last.mean() - first.mean()), float(np.sqrt(inside / (n - 2) * (1 / place + 1 / (n - place))))


def _reach(rest: Row, places: NDArray[np.int64], place: int) -> float:
    """What the largest |t| over all places stays below in 95 % of orders without a change."""
    level = np.concatenate([rest[:place] - rest[:place].mean(), rest[place:] - rest[place:].mean()])
    shuffler = np.random.default_rng(_SEED + 1)
    rows = shuffler.permuted(np.tile(level, (DRAWS, 1)), axis=1)
    return float(np.quantile(np.abs(_statistics(rows, places)).max(axis=1), CONFIDENCE))
