"""Word by word, and back again."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionbank.formats.diff import ADDED, EQUAL, REMOVED, SKIPPED, Run, diff, shortened

MARK = {EQUAL: "{}", ADDED: "[+{}]", REMOVED: "[-{}]"}


def shown(old, new):
    return "".join(MARK[run.kind].format(run.text) for run in diff(old, new))


def side(runs, kind):
    return "".join(run.text for run in runs if run.kind in (EQUAL, kind))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ""),
        ("same", "same", "same"),
        ("", "new", "[+new]"),
        ("old", "", "[-old]"),
        (
            "32 chats of 4,096 tokens each, in 16-bit.",
            "32 chats of 8,192 tokens each, in 16-bit.",
            "32 chats of [-4,096][+8,192] tokens each, in 16-bit.",
        ),
        ("say what that costs.", "say what that costs in latency.", "say what that costs[+ in latency]."),
        ("for this workload", "for the stated workload", "for [-this][+the stated] workload"),
        ("don't stop", "do not stop", "[-don't][+do not] stop"),
        ("缓存什么时候反而更慢？", "缓存何时反而会更慢？", "缓存[-什么时候][+何时]反而[+会]更慢？"),
        ("用KV缓存", "用KV的缓存", "用KV[+的]缓存"),
        ("one\ntwo\nthree\n", "one\nthree\n", "one\n[-two\n]three\n"),
        ("a, b, c", "x, y, c", "[-a, b][+x, y], c"),
    ],
)
def test_words_are_compared(old, new, expected):
    assert shown(old, new) == expected


WORDS = st.lists(
    st.sampled_from(["cache", "hot", "缓", "存", " ", "\n", ", ", "4,096", ".", "\r\n", "𠀀", "'"]), max_size=60
)


@settings(deadline=None)
@given(WORDS.map("".join), WORDS.map("".join))
def test_the_runs_make_both_texts(old, new):
    runs = diff(old, new)

    assert side(runs, REMOVED) == old
    assert side(runs, ADDED) == new
    assert all(run.text for run in runs)
    assert (old == new) == all(run.kind == EQUAL for run in runs)


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_the_runs_make_any_two_texts(old, new):
    runs = diff(old, new)

    assert (side(runs, REMOVED), side(runs, ADDED)) == (old, new)


HUGE = {
    "nothing in common": ("word " * 20_000, "其他" * 50_000),
    "every word another": (
        " ".join(f"old{n}" for n in range(12_000)),
        " ".join(f"new{n}" for n in range(12_000)),
    ),
    "every second word": (
        " ".join(f"word{n}" for n in range(12_000)),
        " ".join(f"word{n}" if n % 2 else f"new{n}" for n in range(12_000)),
    ),
    "every line": (
        "\n".join(f"line {n} of many" for n in range(6_000)),
        "\n".join(f"line {n} of more" for n in range(6_000)),
    ),
    "turned round": (
        "\n".join(f"line {n}" for n in range(10_000)),
        "\n".join(f"line {n}" for n in reversed(range(10_000))),
    ),
}


@pytest.mark.parametrize("name", HUGE)
def test_the_longest_answers_are_compared_in_time(name):
    old, new = HUGE[name]
    before = time.process_time()

    runs = diff(old, new)

    assert time.process_time() - before < 5
    assert (side(runs, REMOVED), side(runs, ADDED)) == (old, new)


def test_one_word_in_the_longest_answer_is_found():
    lines = [f"Line {n} of the answer says something." for n in range(2_500)]
    new = lines.copy()
    new[1_250] = "Line 1250 of the answer says nothing."

    runs = diff("\n".join(lines), "\n".join(new))

    assert [(run.kind, run.text) for run in runs if run.kind != EQUAL] == [(REMOVED, "something"), (ADDED, "nothing")]


def test_long_equal_stretches_are_left_out():
    runs = diff("a" * 1000 + " old " + "b" * 1000, "a" * 1000 + " new " + "b" * 1000)

    assert shortened(runs, keep=100) == (
        Run(SKIPPED, "", 901),
        Run(EQUAL, "a" * 99 + " "),
        Run(REMOVED, "old"),
        Run(ADDED, "new"),
        Run(EQUAL, " " + "b" * 99),
        Run(SKIPPED, "", 901),
    )
    assert shortened(diff("short old", "short new")) == diff("short old", "short new")
