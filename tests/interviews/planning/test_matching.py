from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.planning.matching import can_fill, preferred

OPTIONS = st.lists(st.integers(0, 31), max_size=4)


def assignments(options: list[int]) -> list[tuple[int, ...]]:
    """Every way to give each seat its own person out of five."""
    return [
        people
        for people in permutations(range(5), len(options))
        if all(option >> person & 1 for option, person in zip(options, people, strict=True))
    ]


@settings(max_examples=300, deadline=None)
@given(OPTIONS)
def test_seats_can_be_filled_exactly_when_some_assignment_exists(options):
    assert can_fill(options) == bool(assignments(options))


@settings(max_examples=300, deadline=None)
@given(OPTIONS, st.lists(st.integers(0, 9), min_size=5, max_size=5).map(sorted))
def test_preferred_people_cost_least_whatever_the_price(options, prices):
    every = assignments(options)

    people = preferred(options)

    if not every:
        assert people is None
    else:
        assert tuple(people) in every
        assert sum(prices[p] for p in people) == min(sum(prices[p] for p in a) for a in every)
