"""Our own Markdown export: as its grammar says, as people edit it, and as they break it."""

from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionbank.formats.markdown import read_markdown_bank
from questionbank.formats.own_markdown import METADATA
from questionbank.formats.reading import BankReading, ReadQuestion, ReadText
from questionbank.formats.writing_markdown import write_markdown
from questionbank.formats.written import Written


def read(text: str) -> BankReading:
    return read_markdown_bank(text.encode())


WHOLE = """\
# Systems

## How fair is a limiter?

```yaml loopwright
key: 0193
language: en
minutes: 25
difficulty: 4
tags: [api, scaling]
competencies: {systems: 70, writing: 30}
roles: [backend]
seniority: [senior, staff]
enemies: [0194]
state: published
version: 3
```

### Prompt

Make it fair.

### Context

~~~~markdown
# Not a category

```
## nor a question
```
~~~~

### Reference answer

~~~~json
["one\\r\\n",
 "two"]
~~~~

### Probes

- Why?
- How
  so?

### Rubric

1. a
2. b
3. c

   more
4. d
5. e

### Text zh-hans: 限流器公平吗？

### Prompt

让它公平。
"""


def test_every_field_of_the_form_is_read():
    (question,) = read(WHOLE).questions

    assert question == ReadQuestion(
        title="How fair is a limiter?",
        prompt="Make it fair.",
        reference_answer="one\r\ntwo",
        category="Systems",
        number="",
        line=3,
        language="en",
        probes=("Why?", "How\nso?"),
        minutes=25,
        difficulty=4,
        tags=("api", "scaling"),
        context="# Not a category\n\n```\n## nor a question\n```",
        anchors=("a", "b", "c\n\nmore", "d", "e"),
        competencies=(("systems", 70), ("writing", 30)),
        role_families=("backend",),
        lowest_seniority="senior",
        highest_seniority="staff",
        key="0193",
        enemies=("0194",),
        translations=(ReadText("zh-hans", "限流器公平吗？", "让它公平。"),),
    )


def test_titles_and_categories_that_headings_cannot_say_come_from_the_metadata():
    text = WHOLE.replace("version: 3", 'title: "two\\nlines"\ncategory: ""\ntitles: {zh-hans: " 空 "}')

    (question,) = read(text).questions

    assert (question.title, question.category, question.translations[0].title) == ("two\nlines", "", " 空 ")


def test_question_written_by_hand_among_exported_ones_is_read():
    reading = read(WHOLE + "\n## Why so?\n\nTell me.\n\n### Reference answer\n\nSo.\n\n#### More\n\n```\n## x\n```\n")

    second = reading.questions[1]
    assert (second.title, second.prompt, second.category) == ("Why so?", "Tell me.", "Systems")
    assert second.reference_answer == "So.\n\n#### More\n\n```\n## x\n```"


@pytest.mark.parametrize(
    ("old", "new", "doubt", "problem"),
    [
        ("5. e\n", "", "rubric_incomplete", None),
        ("writing: 30", "writing: 20", "weights_not_100", None),
        ("writing: 30", "writing: many", "weights_not_100", None),
        ("tags: [api, scaling]", "tags: [api", "bad_metadata", (11, "bad_yaml")),
        ("tags: [api, scaling]", "tags: !!python/name:os.system x", "bad_metadata", (10, "unsafe_yaml")),
        ("tags: [api, scaling]", "tags: &a [*a]", "bad_metadata", (10, "unsafe_yaml")),
    ],
)
def test_broken_field_is_doubted_and_the_rest_read(old, new, doubt, problem):
    reading = read(WHOLE.replace(old, new))

    (question,) = reading.questions
    assert question.doubts == (doubt,)
    assert question.prompt == "Make it fair."
    assert [(p.line, p.code) for p in reading.problems] == ([problem] if problem else [])


def test_incomplete_rubric_stays_in_the_context():
    (question,) = read(WHOLE.replace("5. e\n", "")).questions

    assert question.anchors == ()
    assert question.context.endswith("4. d")


def test_fence_that_never_ends_is_a_problem_with_its_line():
    text = WHOLE.replace("zh-hans: 限流器公平吗？", "zh-hans: 限流器公平吗？\n\n~~~~~markdown")
    reading = read(text)

    assert [(p.line, p.code) for p in reading.problems] == [
        (text.split("\n").index("~~~~~markdown") + 1, "unclosed_code")
    ]
    assert len(reading.questions) == 1


SIGNS = [
    *(
        "# ",
        "## ",
        "### Prompt",
        "### Text en: x",
        "~~~~",
        "~~~~markdown",
        "~~~~json",
        METADATA,
        "```",
        "\n",
        "\n\n",
        " ",
    ),
    *("- ", "1. ", "  ", "   ", "\r", "\0", "\u2028", "\ufeff", "\t", "a", "中", "[]", '["a"]', ":", "|", "\x85"),
]
anything = st.lists(st.sampled_from(SIGNS) | st.text(max_size=3), max_size=10).map("".join)
encodable = anything.filter(lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text))
some = encodable.filter(bool)
name = encodable.map(lambda text: text.replace("\0", "")).filter(bool)
several = st.lists(some, max_size=4).map(tuple)
five = st.just(()) | st.tuples(some, some, some, some, some)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], max_examples=200)
@given(title=name, other=name, category=name, parts=st.tuples(*[encodable] * 6), lists=st.tuples(several, five))
def test_any_text_survives(title, other, category, parts, lists):
    probes, anchors = lists
    text = ReadText("zh-hans", other, parts[3], parts[4], parts[5], probes, anchors)
    question = ReadQuestion(
        title,
        parts[0],
        parts[1],
        category,
        "",
        0,
        "en",
        probes,
        context=parts[2],
        anchors=anchors,
        translations=(text,),
    )

    data = b"".join(write_markdown([Written(question), Written(question)]))
    found = read_markdown_bank(data).questions

    assert len(found) == 2
    for name in (field.name for field in fields(ReadQuestion)):
        if name not in ("line", "doubts"):
            assert getattr(found[1], name) == getattr(question, name), name


@settings(deadline=None)
@given(st.lists(st.sampled_from([*SIGNS, "key: 1\n", "tags: [", *WHOLE.split("\n")]), max_size=60))
def test_broken_exports_are_read_without_an_error(pieces):
    data = (METADATA + "\n" + "\n".join(pieces)).replace("\0", "").encode()

    for found in read_markdown_bank(data).questions:
        assert found.line >= 1
