"""Quantiles of Student's t distribution."""

from functools import lru_cache
from math import atan, cos, pi, sin, sqrt


def share_within(t: float, freedom: int) -> float:
    """The share of the distribution between −t and t, exact for whole degrees of freedom (a finite series)."""
    angle = atan(t / sqrt(freedom))
    cosine = cos(angle)
    odd = freedom % 2 == 1
    term = cosine if odd else 1.0
    total = 0.0 if freedom == 1 else term
    for k in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine**2 * (k - 1) / k
        total += term
    series = sin(angle) * total
    return 2 / pi * (angle + series) if odd else series


@lru_cache(maxsize=512)
def quantile(confidence: float, freedom: int) -> float:
    """The t within which ``confidence`` of the distribution lies on both sides of zero.

    Raises ValueError unless 0 < confidence < 1 and freedom is at least 1.
    """
    if not 0 < confidence < 1 or freedom < 1:
        raise ValueError("confidence must lie between 0 and 1, with at least one degree of freedom")
    low, high = 0.0, 1.0
    while share_within(high, freedom) < confidence:
        low, high = high, high * 2
    for _ in range(80):
        middle = (low + high) / 2
        if share_within(middle, freedom) < confidence:
            low = middle
        else:
            high = middle
    return high
