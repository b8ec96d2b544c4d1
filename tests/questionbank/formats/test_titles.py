"""Questions with the same title, and titles with a number in them."""

import pytest

from questionbank.formats.files import read_file
from questionbank.formats.fingerprint import title_key
from questionbank.formats.markdown import read_markdown_bank
from questionbank.formats.reading import ReadQuestion
from questionbank.formats.titles import same_titles_doubted, told_apart
from questionbank.formats.wording import split_number


def question(title, prompt):
    return ReadQuestion(title, prompt, "An answer.", "", "", 1, "en")


def test_questions_of_one_title_are_told_apart_by_what_they_ask():
    bank = "".join(
        f"###### {n}. What's the output?\n\n```js\nlet a = {n};\nlog(a);\n```\n\n- A: `1`\n- B: `2`\n\n"
        "<details><summary><b>Answer</b></summary>\n\n#### Answer: A\n\nBecause.\n</details>\n\n---\n\n"
        for n in (1, 2, 3)
    )

    reading = read_markdown_bank(bank.encode())

    assert [q.title for q in reading.questions] == [
        f"What's the output? · let a = {n}; log(a); - A: `1` - B: `2`" for n in (1, 2, 3)
    ]
    assert all("same_title" not in q.doubts for q in reading.questions)


def test_questions_that_ask_the_same_are_doubted():
    first, second = same_titles_doubted(told_apart([question("Why?", "Why?"), question("Why ?", "Why ?")]))

    assert (first.title, first.doubts) == ("Why?", ())
    assert (second.title, second.doubts) == ("Why ?", ("same_title",))


def test_what_has_a_field_for_its_title_keeps_it():
    kept = read_file("bank.csv", b"title,prompt,answer\nWhy?,Why so?,A.\nWhy?,Why not?,B.\n").questions

    assert [(q.title, q.doubts) for q in kept] == [("Why?", ()), ("Why?", ("same_title",))]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Question 17 about caches", "Question 17 about caches"),
        ("Question 17: about caches", "about caches"),
        ("Question 17 What is a cache?", "What is a cache?"),
        ("q3 why is the sky blue", "why is the sky blue"),
        ("题目3 什么是缓存", "什么是缓存"),
    ],
)
def test_a_number_within_a_phrase_stays(title, text):
    assert split_number(title).text == text


def test_numbered_phrases_are_titles_of_their_own():
    assert title_key("Question 17 about caches") != title_key("Question 18 about caches")
