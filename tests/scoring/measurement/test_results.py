import random
from dataclasses import replace
from math import sqrt
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.measurement.results import Policy, Rating, against_line, measure, question_spreads, widest_first

POLICY = Policy(overall_line=3.2, competency_line=3.0, knockout_line=2.0, least_questions=1)
KEYS = ("coding", "systems")


def rate(question, interviewer, level, **weights):
    return Rating(question, interviewer, level, weights or {"coding": 100.0})


ratings = st.lists(
    st.builds(
        Rating,
        question=st.sampled_from(["q1", "q2", "q3", "q4"]),
        interviewer=st.sampled_from(["ann", "ben", "cem"]),
        level=st.none() | st.integers(1, 5),
        weights=st.fixed_dictionaries(
            {}, optional={"coding": st.integers(1, 100).map(float), "systems": st.integers(1, 100).map(float)}
        ),
    ),
    max_size=12,
    unique_by=lambda it: (it.question, it.interviewer),
)


def means(result):
    return [it.mean for it in (result.overall, *result.competencies)]


def numbers(result):
    return [(it.mean, it.low, it.high) for it in (result.overall, *result.competencies)]


def close(first, second):
    return [pytest.approx(it, abs=1e-9) if it is not None else None for it in first] == list(second)


def test_one_competency_with_equal_weights_has_the_textbook_interval():
    levels = [2, 4, 3, 5]
    result = measure([rate(f"q{i}", "ann", level) for i, level in enumerate(levels)], POLICY, competencies=["coding"])

    half = 2.353363 * stdev(levels) / sqrt(4)
    assert result.overall.mean == mean(levels)
    assert result.overall.low == pytest.approx(mean(levels) - half, abs=1e-5)
    assert result.overall.high == pytest.approx(min(5, mean(levels) + half), abs=1e-5)
    assert (result.competencies[0].low, result.competencies[0].high) == (result.overall.low, result.overall.high)


def test_weights_of_the_version_count_within_a_competency_and_competencies_count_the_same():
    result = measure(
        [rate("q1", "ann", 5, coding=75.0), rate("q2", "ann", 1, coding=25.0), rate("q3", "ann", 2, systems=10.0)],
        POLICY,
        competencies=KEYS,
    )

    assert [it.mean for it in result.competencies] == [4.0, 2.0]
    assert result.overall.mean == 3.0


@given(ratings, st.floats(0.01, 1000))
def test_scale_of_weights_does_not_matter(given_ratings, factor):
    scaled = [replace(it, weights={key: w * factor for key, w in it.weights.items()}) for it in given_ratings]

    plain = measure(given_ratings, POLICY, competencies=KEYS)
    other = measure(scaled, POLICY, competencies=KEYS)

    for first, second in zip(numbers(plain), numbers(other), strict=True):
        assert close(first, second)


@given(ratings, st.randoms(use_true_random=False))
def test_order_does_not_matter(given_ratings, chance):
    shuffled = given_ratings[:]
    chance.shuffle(shuffled)

    assert measure(shuffled, POLICY, competencies=KEYS) == measure(given_ratings, POLICY, competencies=KEYS)


@given(ratings, st.data())
def test_a_higher_level_never_lowers_a_result(given_ratings, data):
    raisable = [i for i, it in enumerate(given_ratings) if it.level is not None and it.level < 5]
    if not raisable:
        return
    index = data.draw(st.sampled_from(raisable))
    higher = given_ratings[:]
    higher[index] = replace(higher[index], level=higher[index].level + 1)

    before = means(measure(given_ratings, POLICY, competencies=KEYS))
    after = means(measure(higher, POLICY, competencies=KEYS))

    for first, second in zip(before, after, strict=True):
        assert (first is None) == (second is None)
        assert first is None or second >= first - 1e-12


@given(ratings)
def test_not_assessed_is_as_if_it_were_not_there(given_ratings):
    without = [it for it in given_ratings if it.level is not None]

    assert measure(given_ratings, POLICY, competencies=KEYS) == measure(without, POLICY, competencies=KEYS)


@given(ratings)
def test_results_and_intervals_stay_on_the_scale(given_ratings):
    for low, value, high in [
        (it.low, it.mean, it.high)
        for result in [measure(given_ratings, POLICY, competencies=KEYS)]
        for it in (result.overall, *result.competencies)
    ]:
        if low is not None:
            assert 1 <= low <= value + 1e-9
            assert value - 1e-9 <= high <= 5


def test_one_unit_has_no_interval_and_says_too_few():
    result = measure([rate("q1", "ann", 4)], POLICY, competencies=["coding"])

    only = result.competencies[0]
    assert (only.mean, only.low, only.high, only.outcome, only.spread) == (4.0, None, None, "too_few", None)
    assert result.overall.outcome == "too_few"


def test_equal_levels_are_not_certainty():
    result = measure([rate(f"q{i}", "ann", 4) for i in range(4)], POLICY, competencies=["coding"])

    assert result.overall.mean == 4.0
    assert 3.5 < result.overall.low < 4.0 < result.overall.high < 4.5


def test_fewer_questions_than_the_policy_asks_for_give_no_result():
    policy = replace(POLICY, least_questions=2)
    result = measure(
        [
            rate("q1", "ann", 4),
            rate("q1", "ben", 2),
            rate("q2", "ann", 3, systems=1.0),
            rate("q3", "ann", 3, systems=1.0),
        ],
        policy,
        competencies=KEYS,
    )

    coding = result.competencies[0]
    assert (coding.mean, coding.reason, coding.params) == (None, "too_few_questions", {"has": 1, "needs": 2})
    assert coding.spread == 2.0
    assert result.overall.reason == "not_every_competency"
    assert [(rule.code, rule.outcome, rule.failing) for rule in result.rules][-1] == (
        "minimum_evidence",
        "not_met",
        ("coding",),
    )


def test_missing_cards_leave_the_overall_result_open():
    result = measure(
        [rate("q1", "ann", 4), rate("q2", "ann", 4)], POLICY, competencies=["coding"], cards_in=3, cards_due=5
    )

    assert (result.overall.mean, result.overall.reason) == (None, "cards_missing")
    assert result.competencies[0].mean == 4.0
    assert result.doubt is None


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (3.0, 4.0, "met"),
        (3.3 - 0.1 - 0.2, 4.0, "met"),
        (2.99, 4.0, "not_certain"),
        (2.0, 3.0, "not_certain"),
        (2.0, 2.99, "not_met"),
        (None, None, "too_few"),
    ],
)
def test_against_line(low, high, outcome):
    assert against_line(low, high, 3.0) == outcome


def test_rules_hold_for_the_weakest_competency():
    strong = [rate(f"c{i}", "ann", 5) for i in range(6)]
    weak = [rate(f"s{i}", "ann", 1, systems=1.0) for i in range(6)]

    rules = {rule.code: rule for rule in measure([*strong, *weak], POLICY, competencies=KEYS).rules}

    assert (rules["competency_line"].outcome, rules["competency_line"].failing) == ("not_met", ("systems",))
    assert (rules["knock_out"].outcome, rules["knock_out"].value) == ("not_met", 1.0)
    assert rules["minimum_evidence"].outcome == "met"


def test_widest_disagreement_comes_first():
    given_ratings = [
        rate("q1", "ann", 3),
        rate("q1", "ben", 3),
        rate("q2", "ann", 4, systems=1.0),
        rate("q2", "ben", 2, systems=1.0),
        rate("q3", "ann", 5, systems=1.0),
    ]

    assert [(it.question, it.spread) for it in question_spreads(given_ratings)] == [("q2", 2), ("q1", 0)]
    ranked = widest_first(measure(given_ratings, POLICY, competencies=KEYS).competencies)
    assert [(it.competency, it.spread) for it in ranked] == [("systems", 2.5), ("coding", 0.0)]


def test_doubt_names_the_question_that_moves_the_result_most():
    given_ratings = [
        rate("q1", "ann", 3),
        rate("q1", "ben", 4),
        rate("q2", "ann", 5),
        rate("q2", "ben", 2),
        rate("q3", "ann", 3),
        rate("q3", "ben", 3),
    ]

    doubt = measure(given_ratings, POLICY, competencies=["coding"]).doubt

    assert (doubt.question, doubt.low_level, doubt.high_level) == ("q2", 2, 5)
    assert (doubt.low_result, doubt.high_result) == (pytest.approx(17 / 6), pytest.approx(23 / 6))


def test_no_doubt_is_named_where_nobody_disagrees():
    assert measure([rate("q1", "ann", 3), rate("q1", "ben", 3)], POLICY, competencies=["coding"]).doubt is None


def test_nothing_at_all_is_said_plainly():
    result = measure([], POLICY, competencies=KEYS)

    assert [it.reason for it in (result.overall, *result.competencies)] == ["no_levels"] * 3
    assert {rule.outcome for rule in result.rules} == {"too_few", "not_met"}


def test_intervals_cover_the_truth_about_nine_times_in_ten():
    """Rounded levels around a known ability per competency, seven of them with two to four units."""
    chance, covered, trials = random.Random(20261123), 0, 600
    keys = [f"c{i}" for i in range(7)]
    for _ in range(trials):
        truth = [chance.uniform(2.5, 3.8) for _ in keys]
        given_ratings = [
            Rating(f"{key}{unit}", "ann", min(5, max(1, round(chance.gauss(value, 0.8)))), {key: 1.0})
            for key, value in zip(keys, truth, strict=True)
            for unit in range(chance.randint(2, 4))
        ]
        overall = measure(given_ratings, POLICY, competencies=keys).overall
        covered += overall.low <= mean(truth) <= overall.high

    assert 0.86 <= covered / trials <= 0.94
