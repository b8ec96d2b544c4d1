"""Files that are no bank, half a bank, damaged or hostile."""

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionbank.formats.markdown import read_markdown_bank
from questionbank.formats.source import MAX_BYTES, MAX_LINES

README = """\
# Fastbox

[![build](https://ci/x.svg)](https://ci)

## 1. Installation

    pip install fastbox

## 2. Usage

Import it.

## Why?

Because.

## How does it compare?

It is fast.

## Commands

## Plugins

## Support

## License

MIT
"""


def problems(data: bytes) -> list[tuple[int, str]]:
    reading = read_markdown_bank(data)
    assert reading.questions == ()
    return [(problem.line, problem.code) for problem in reading.problems]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", (1, "empty_file")),
        (b" \r\n\t\n", (1, "empty_file")),
        (README.encode(), (1, "no_questions")),
        (b"Just prose.\n\nMore of it.\n", (1, "no_questions")),
        (b"# Only a title", (1, "no_questions")),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", (3, "binary")),
        (b"### Q1: a\n\nb\0c\n", (3, "binary")),
        ("### Q1: Où ?\n\nDéjà là, côté forêt.\n".encode("latin-1"), (1, "not_utf8")),
        (
            "### Q1: 為什麼需要預熱？\n\n因為訓練初期的梯度不穩定，學習率應該慢慢增加。\n".encode("big5"),
            (1, "not_utf8"),
        ),
        ("### Q1: なぜですか\n\nそれはとても大切だから。\n".encode("shift-jis"), (1, "not_utf8")),
        (b"### Q1: a\r\rb\r\n\xff\xff", (4, "not_utf8")),
        (b"x" * (MAX_BYTES + 1), (1, "file_too_large")),
        (b"a\n" * (MAX_LINES + 5), (MAX_LINES + 1, "too_many_lines")),
        (b"```\n### Q1: a\n", (1, "unclosed_code")),
    ],
)
def test_unreadable_file_says_what_and_where(data, expected):
    assert problems(data) == [expected]


def test_file_of_one_giant_line_costs_little():
    data = b"x" * (MAX_BYTES - 1)
    tracemalloc.start()
    started = time.process_time()

    found = problems(data)

    spent = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [(1, "line_too_long")]
    assert spent < 2
    assert peak < 100_000_000


def test_question_with_a_giant_line_is_left_out_and_the_others_read():
    data = b"### Q1: a\n\nx\n\n### Q2: b\n\n" + b"y" * 200_000 + b"\n\n### Q3: c\n\nz\n"

    reading = read_markdown_bank(data)

    assert [q.number for q in reading.questions] == ["Q1", "Q3"]
    assert [(p.line, p.code, p.params["characters"]) for p in reading.problems] == [(7, "line_too_long", 200_000)]


def test_bank_cut_inside_a_character_keeps_what_is_whole():
    data = "### Q1: 为何？\n\n因为。\n\n### Q2: 如何？\n\n这样做".encode()[:-1]

    reading = read_markdown_bank(data)

    assert [(q.reference_answer, q.doubts) for q in reading.questions] == [("因为。", ()), ("这样", ("cut_off",))]
    assert [(p.line, p.code) for p in reading.problems] == [(7, "cut_off")]


def test_bank_cut_inside_code_keeps_what_is_whole():
    reading = read_markdown_bank(b"### Q1: a\n\nx\n\n### Q2: b\n\n```python\ny = 1\n")

    assert [(q.reference_answer, q.doubts) for q in reading.questions] == [
        ("x", ()),
        ("```python\ny = 1", ("unclosed_code",)),
    ]
    assert [(p.line, p.code) for p in reading.problems] == [(7, "unclosed_code")]


def test_damage_after_the_last_question_is_none_of_its_doubts():
    data = "## Basics\n\n### Q1: 为何？\n\n因为。\n\n## 后记\n\n谢谢".encode()[:-1]

    reading = read_markdown_bank(data)

    assert [(q.reference_answer, q.doubts) for q in reading.questions] == [("因为。", ())]
    assert [(p.line, p.code) for p in reading.problems] == [(9, "cut_off")]


def test_code_and_comments_hide_headings():
    data = b"### Q1: a\n\n~~~\n### Q2: b\n~~~\n\n<!--\n### Q3: c\n-->\n\n- x\n\n      ### Q4: d\n"

    (question,) = read_markdown_bank(data).questions

    assert question.reference_answer.encode() + b"\n" == data.removeprefix(b"### Q1: a\n\n")


@pytest.mark.parametrize(
    "body",
    [
        b"> " * 10_000 + b"x\n",
        b"- " * 10_000 + b"x\n",
        b"".join(b"  " * depth + b"- a\n" for depth in range(1000)),
        b"[" * 50_000 + b"\n",
        b"*a_" * 30_000 + b"\n",
        b"```\n" * 20_001,
        b"<!--\n\n" * 20_000,
        b"[a]: b\n" * 20_000,
        b"**Answer**:\n" * 20_000,
        b"#" * 90_000 + b"\n",
    ],
    ids=["quotes", "items", "lists", "brackets", "emphasis", "fences", "comments", "references", "labels", "hashes"],
)
def test_hostile_answer_is_read_whole_and_soon(body):
    started = time.process_time()

    reading = read_markdown_bank(b"### Q1: a\n\n### Q2: " + body[:80_000].split(b"\n")[0] + b"\n\n" + body)

    assert time.process_time() - started < 10
    assert reading.questions[0].title == "a"
    assert len(reading.questions[1].title) <= 200


def test_time_grows_with_the_length_of_the_bank():
    unit = "### Q{}: 如何评估方案 {}？\n\n**参考答案**：\n\n- 一\n  - 二\n\n```\n# 三\n```\n\n"

    def cost(size: int) -> float:
        data = "".join(unit.format(n, n) for n in range(size)).encode()
        started = time.process_time()
        assert len(read_markdown_bank(data).questions) == size
        return time.process_time() - started

    cost(50)
    assert cost(3200) < 8 * 3 * cost(400)


def assert_sound(data: bytes) -> None:
    reading = read_markdown_bank(data)
    count = len(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
    for found in (*reading.questions, *reading.problems):
        assert 1 <= found.line <= count
    assert reading.questions or reading.problems
    for question in reading.questions:
        assert question.title
        assert question.prompt
        assert len(question.title) <= 200
        assert question.language in ("en", "zh-hans")


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(data):
    assert_sound(data)


PIECES = [
    "# ", "## ", "### ", "Q1", "Q2: ", "1. ", "3、", "第一题", "What is x?", "如何", "**参考答案**：", "**Answer**: ",
    "**追问**：", "难度：3", "\n", "\n\n", "\r\n", "- ", "  ", "    ", "> ", "```", "---", "===", "|",
    "<!--", "-->", "<details>", "Answer",
    "`", "[a](b)", "\ufeff", "\u2028", "\x0b", "…", "。",
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_text_made_of_the_signs_of_banks_is_read_without_an_error(pieces):
    assert_sound("".join(pieces).encode())


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from(["utf-8", "gb18030", "utf-16"]), st.data())
def test_cut_and_recoded_text_is_read_without_an_error(pieces, encoding, data):
    encoded = "".join(["## Q1: 如何？\n\n因为这样。\n", *pieces]).encode(encoding)

    assert_sound(encoded[: data.draw(st.integers(0, len(encoded)))])
