from dataclasses import replace

import pytest

from questionbank.formats.fingerprint import content_fingerprint, title_key
from questionbank.formats.reading import ReadQuestion

QUESTION = ReadQuestion(
    title="Café models",
    prompt="Explain café models",
    reference_answer="One.\n\n- two\n- three",
    category="Architecture",
    number="Q1",
    line=3,
    language="en",
)


def test_fingerprint_ignores_place_number_white_space_and_composition():
    other = replace(
        QUESTION,
        title="Cafe\u0301  models ",
        reference_answer="One.\r\n\r\n- two\r\n-   three\n",
        number="Q7",
        line=90,
        doubts=("no_label",),
    )

    assert content_fingerprint(other) == content_fingerprint(QUESTION)
    assert len(content_fingerprint(QUESTION)) == 64


@pytest.mark.parametrize("field", ["title", "prompt", "reference_answer", "category"])
def test_fingerprint_changes_with_every_text(field):
    changed = replace(QUESTION, **{field: getattr(QUESTION, field) + "!"})

    assert content_fingerprint(changed) != content_fingerprint(QUESTION)


def test_fingerprint_keeps_the_texts_apart():
    moved = replace(QUESTION, title="Café modelsExp", prompt="lain café models")

    assert content_fingerprint(moved) != content_fingerprint(QUESTION)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Q1: What is LoRA?", "12. what is  lora"),
        ("什么是 ＬｏＲＡ？", "什么是LoRA"),
        ("解释 “注意力”。", "问题3：解释注意力"),
        ("STRASSE", "Straße"),
        ("What is C＃?", "what is c#"),
    ],
)
def test_title_key_is_equal_for_the_same_title(one, other):
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is C?", "What is C++?"),
        ("What is C?", "What is C#?"),
        ("Q1", "Q2"),
        ("!", "?"),
        ("1.5B models", "5B models"),
    ],
)
def test_title_key_differs_for_different_titles(one, other):
    assert title_key(one) != title_key(other)
    assert title_key(one)
