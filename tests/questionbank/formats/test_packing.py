"""Counting facets in packed blocks is counting them one by one."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionbank.formats.facets import Facet, facet_key, facet_of, id_of, minutes_group, word_of
from questionbank.formats.packing import Record, Table, block_of, unpacked

KEYS = [facet_key(facet, value) for facet in (Facet.STATE, Facet.TAG, Facet.DIFFICULTY) for value in range(4)]
BANKS = st.lists(st.sets(st.sampled_from(KEYS)), max_size=40)


def records(bank, first=1):
    return [Record(place, 15, 3, 99, tuple(keys)).packed() for place, keys in enumerate(bank, start=first)]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BANKS, BANKS, st.randoms())
def test_counts_are_those_of_the_records(one, other, chance):
    blocks = [block_of(records(one)), block_of(records(other, first=len(one) + 1))]
    table = Table([unpacked(block.packed()) for block in blocks])
    every = one + other
    mask = np.array([chance.random() < 0.5 for _ in every], np.bool_)
    chosen = [keys for keys, keep in zip(every, mask, strict=True) if keep]
    expected = {key: sum(key in keys for keys in chosen) for key in KEYS}

    assert table.counts(mask) == {key: count for key, count in expected.items() if count}
    assert table.counts_of(Facet.TAG, mask) == {
        key: count for key, count in expected.items() if count and key[0] == Facet.TAG
    }
    assert table.having(KEYS[:2]).tolist() == [bool(keys & set(KEYS[:2])) for keys in every]
    assert table.numbers.tolist() == list(range(1, len(every) + 1))
    assert table.numbered([1, 3, 10**9, -4]).tolist() == [number in {1, 3} for number in range(1, len(every) + 1)]


def test_keys_say_what_they_stand_for():
    key = facet_key(Facet.STATE, "published")
    assert (facet_of(key), word_of(key)) == (Facet.STATE, "published")
    assert facet_key(Facet.TAG, id_of(b"\x09" + bytes(range(16)))) == b"\x09" + bytes(range(16))
    assert [minutes_group(minutes) for minutes in (1, 10, 11, 30, 31, 240)] == [1, 1, 11, 21, 31, 46]
