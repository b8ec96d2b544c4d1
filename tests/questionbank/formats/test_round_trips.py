"""What writers write, readers read: every field of any question, in every format."""

import csv
import io
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionbank.formats.files import read_file
from questionbank.formats.reading import CHINESE, ENGLISH, ReadQuestion, ReadText
from questionbank.formats.writing import SUFFIXES, WRITERS
from questionbank.formats.written import Written

FORMATS = list(WRITERS)
PIECES = (
    *(
        "a plain sentence",
        "中文的句子，",
        "🦉🧪",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "|",
        "| a | b |\n|---|---|\n| 1 | 2 |",
    ),
    *("```python\nx = 1\n```", "~~~~\nx\n~~~~", "```", "# Heading", "\n## Question", "\n### Prompt\n"),
    *("```yaml loopwright\nkey: x\n```", "=1+1", "+", "-", "@cmd", "'", "''", '"', ",", ";", "- item", "1. one"),
    *("\n- list\n- more", "<b>", "$x^2$", "\\", "_x000D_", "_x005F_", "_xE000_\n", "\x07", "\x0b", "\u2028", "\u00a0"),
    *("\ufeff", "[", '["a"]', "{", "#N/A", "null", "~", "---", "> quote"),
)
any_text = st.lists(
    st.sampled_from(PIECES) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
    max_size=6,
).map("".join)
words = any_text.filter(str.strip)
name = words.map(lambda text: " ".join(text.split())[:80]).filter(bool)
slug = st.from_regex(r"[a-z][a-z0-9-]{0,12}|[一二三四五]{1,4}", fullmatch=True)
lists = st.lists(words, max_size=3, unique=True).map(tuple)
anchors = st.just(()) | st.tuples(words, words, words, words, words)
weights = st.sampled_from([(), (100,), (60, 40), (50, 30, 20)]).flatmap(
    lambda shares: st.lists(slug, min_size=len(shares), max_size=len(shares), unique=True).map(
        lambda names: tuple(zip(names, shares, strict=True))
    )
)
texts = {
    "title": words,
    "prompt": words,
    "reference_answer": any_text,
    "context": any_text,
    "probes": lists,
    "anchors": anchors,
}


@st.composite
def questions(draw, key="k"):
    language = draw(st.sampled_from([ENGLISH, CHINESE]))
    other = CHINESE if language == ENGLISH else ENGLISH
    translation = st.builds(ReadText, language=st.just(other), **texts)
    return draw(
        st.builds(
            ReadQuestion,
            **texts,
            category=st.just("") | name,
            number=st.just("Q-0001"),
            line=st.just(0),
            language=st.just(language),
            minutes=st.none() | st.integers(1, 240),
            difficulty=st.none() | st.integers(1, 5),
            tags=st.lists(name, max_size=3, unique=True).map(tuple),
            competencies=weights,
            role_families=st.lists(slug, max_size=2, unique=True).map(tuple),
            lowest_seniority=st.just("") | slug,
            highest_seniority=st.just("") | slug,
            key=st.just(key),
            enemies=st.lists(slug, max_size=2, unique=True).map(tuple),
            translations=st.just(()) | st.tuples(translation),
        )
    )


def written(questions, format):
    return b"".join(WRITERS[format](Written(question, "draft", 2) for question in questions))


def read(data, format):
    reading = read_file("bank" + SUFFIXES[format], data)
    assert reading.problems == ()
    return [replace(question, line=0, number="", doubts=()) for question in reading.questions]


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.tuples(questions(key="one"), questions(key="two")))
def test_reading_gives_back_what_was_written(format, bank):
    assert read(written(bank, format), format) == [replace(question, number="") for question in bank]


def simple(**changes):
    values = {"title": "Why?", "prompt": "Why?", "reference_answer": "", "category": "C", "number": "", "line": 0}
    return ReadQuestion(**{**values, "language": ENGLISH, "key": "k", **changes})


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "字" * 100_000,
        "🦉" * 50_000,
        "a\r\n" * 10_000,
        "=" + "'" * 40_000,
        "_x000D_" * 10_000,
        "~" * 70_000,
    ],
    ids=["latin", "chinese", "emoji", "line ends", "quotes", "escapes", "tildes"],
)
def test_long_texts_lose_no_word(format, text):
    bank = [simple(reference_answer=text, translations=(ReadText(CHINESE, "为什么", "为什么", text),))]

    assert read(written(bank, format), format) == bank


@pytest.mark.parametrize("format", FORMATS)
def test_bank_without_questions_is_a_file(format):
    assert written([], format) is not None


def test_csv_cells_run_no_formula():
    bank = [simple(title="=1+1", prompt="+1", context="-1", category="@x", reference_answer="\t=1")]

    (_, row) = csv.reader(io.StringIO(written(bank, "csv").decode("utf-8-sig"), newline=""))

    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_workbook_cells_are_texts():
    bank = [simple(title="=1+1", prompt="#N/A")]

    book = openpyxl.load_workbook(io.BytesIO(written(bank, "xlsx")))

    cells = [cell for cell in book["Questions"][2] if cell.value in ("=1+1", "#N/A")]
    assert [cell.data_type for cell in cells] == ["s", "s"]


@pytest.mark.parametrize("format", FORMATS)
def test_writers_take_questions_as_they_come(format):
    taken = []

    def stream():
        for at in range(3_000):
            taken.append(at)
            yield Written(simple(key=str(at), prompt="x" * 100))

    chunks = WRITERS[format](stream())
    next(chunks)
    assert len(taken) <= 1_000 or format == "xlsx"  # a workbook is a ZIP archive, and complete only at its end
    assert taken == list(range(len(taken)))
