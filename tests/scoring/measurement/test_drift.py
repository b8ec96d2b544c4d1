"""Drift: exact where figures are known, honest where chance decides."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.measurement.drift import (
    EDGE,
    FEWEST,
    FLAG_LEVEL,
    Answer,
    Drift,
    TooFew,
    discoveries,
    draws_for,
    find_drift,
    look,
    strength,
)


def answers(levels, strength=0.0):
    return [Answer(level, strength) for level in levels]


def simulated(generator, n, *, change=None, rise=0.9, cohort=0.0, others=5):
    """Levels 1–5 of candidates of differing strength; from ``change`` on the question alone is easier by ``rise``."""
    strength = generator.normal(0, 0.7, n) + np.where(np.arange(n) >= n // 2, cohort, 0)

    def level(mean):
        return float(np.clip(round(mean + generator.normal(0, 0.8)), 1, 5))

    return [
        Answer(
            level(3 + strength[i] + (rise if change is not None and i >= change else 0)),
            float(np.mean([level(3 + strength[i]) - 3 for _other in range(others)])),
        )
        for i in range(n)
    ]


def test_a_plain_step_is_found_where_it_is():
    levels = [2, 3, 3, 2, 3] * 3 + [4, 4, 5, 4, 3] * 3

    found = find_drift(answers(levels))

    assert (found.place, found.before, found.after) == (15, 15, 15)
    assert (found.mean_before, found.mean_after) == (2.6, 4.0)
    assert found.shift == pytest.approx(1.4)
    assert found.low < 1.4 < found.high
    assert found.low > 0
    assert found.p == 1 / 2000
    # By hand: the squares within the two sides are 3.6 and 6.0.
    assert found.statistic == pytest.approx(1.4 / ((3.6 + 6.0) / 28 * 2 / 15) ** 0.5)


def test_a_fall_is_no_leak():
    found = find_drift(answers([4, 4, 5, 4, 3] * 3 + [2, 3, 3, 2, 3] * 3))

    assert found.p > 0.5


def test_a_stronger_cohort_is_no_leak():
    levels = [2, 3, 3, 2, 3] * 3 + [4, 4, 5, 4, 3] * 3
    judged = [Answer(level, 0.0 if place < 15 else 1.4) for place, level in enumerate(levels)]

    found = find_drift(judged)

    assert found.p > 0.05
    assert abs(found.mean_after - found.mean_before) > 0.5  # the raw means do differ


@pytest.mark.parametrize("count", [0, 1, FEWEST - 1])
def test_too_few_answers_to_say(count):
    assert find_drift(answers([3, 4] * (count // 2) + [3] * (count % 2))) == TooFew(count)


def test_after_a_decision_only_new_answers_count():
    levels = [2, 3, 3, 2, 3] * 3 + [4, 4, 5, 4, 3] * 3

    assert find_drift(answers(levels), settled=25) == TooFew(30, 33)
    later = find_drift(answers([*levels, 4, 4, 3, 4, 4, 5, 4, 4]), settled=30)
    assert later.place == 30


def test_equal_levels_say_nothing():
    found = find_drift(answers([4] * 30))

    assert (found.p, found.shift, found.statistic) == (1.0, 0.0, 0.0)


def test_same_answers_same_figures():
    drawn = simulated(np.random.default_rng(3), 40)

    assert find_drift(drawn) == find_drift(list(drawn))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=FEWEST, max_size=60), st.integers(-3, 3))
def test_figures_are_always_sound(levels, added):
    found = find_drift(answers(levels), draws=199)
    moved = find_drift(answers([level + added for level in levels]), draws=199)

    assert isinstance(found, Drift)
    assert 0 < found.p <= 1
    assert found.low <= found.shift <= found.high
    assert found.before >= EDGE
    assert found.after >= EDGE
    assert found.before + found.after == len(levels)
    assert (moved.place, moved.p) == (found.place, found.p)  # only differences count


@pytest.mark.parametrize(
    ("world", "most"),
    [({}, 0.05), ({"cohort": 0.8}, 0.05)],
)
def test_without_drift_alarms_are_as_rare_as_the_level_says(world, most):
    """400 questions without a leak: 5 % of the p values lie below 0.05, give or take the doubt of 400 trials."""
    generator = np.random.default_rng(11)

    p_values = [find_drift(simulated(generator, 40, **world), draws=399).p for _question in range(400)]

    doubt = 3 * (most * (1 - most) / 400) ** 0.5
    assert np.mean(np.array(p_values) <= most) <= most + doubt


def test_a_leak_of_nearly_a_level_is_mostly_found():
    """+0.9 levels, 30 answers before and after: of 400 simulated, nine in ten lie under 0.05."""
    generator = np.random.default_rng(12)

    p_values = np.array([find_drift(simulated(generator, 60, change=30)).p for _question in range(100)])

    assert np.mean(p_values <= 0.05) >= 0.8
    assert np.mean(p_values <= FLAG_LEVEL) >= 0.5


def test_interval_holds_the_truth_although_the_place_was_chosen():
    generator = np.random.default_rng(13)
    held = []
    for _question in range(120):
        found = find_drift(simulated(generator, 60), draws=199)
        held.append(found.low <= 0 <= found.high)

    assert np.mean(held) >= 0.90  # 95 % and the doubt of 120 trials


def test_discoveries_by_hand():
    # Benjamini and Hochberg, five tests at 10 %: limits 0.02, 0.04, 0.06, 0.08, 0.10.
    p_values = {"a": 0.01, "b": 0.045, "c": 0.055, "d": 0.5, "e": 0.9}

    assert discoveries(p_values, share=0.10) == {"a", "b", "c"}
    assert discoveries({}) == set()
    assert discoveries({"a": 0.2}) == set()


def test_among_many_questions_without_leak_hardly_any_is_flagged():
    generator = np.random.default_rng(14)
    flags = 0
    for _bank in range(20):
        p_values = {str(number): find_drift(simulated(generator, 24), draws=draws_for(1)).p for number in range(25)}
        flags += bool(discoveries(p_values))

    assert flags <= 4  # 5 % of 20 banks is 1; five or more have a chance of 0.3 %


@pytest.mark.parametrize(
    ("answers_given", "looked_at"), [(0, 0), (19, 0), (20, 20), (23, 20), (24, 24), (32, 28), (33, 33), (60, 55)]
)
def test_looks_grow_by_a_fifth(answers_given, looked_at):
    assert look(answers_given) == looked_at


def test_more_questions_need_more_orders():
    assert draws_for(1) == 1_999
    assert draws_for(500) == 99_999
    assert draws_for(10**6) == 199_999


def test_strength_is_against_the_means_of_the_other_questions():
    means = {"p": 3.0, "q": 4.0, "r": 2.5}

    assert strength({"p": 4, "q": 5, "r": 2}, "p", means) == 0.25
    assert strength({"p": 2, "q": 3}, "q", means) == -1.0
    assert strength({"q": 4}, "q", means) is None
