"""Reading Markdown banks of the forms that people write."""

from itertools import pairwise
from pathlib import Path

import pytest

from questionbank.formats.markdown import read_markdown_bank
from questionbank.formats.reading import BankReading

REAL_BANK = Path(__file__).parents[4] / "shared" / "data" / "llm-interview-advanced.zh.md"


def read(text: str) -> BankReading:
    return read_markdown_bank(text.encode())


@pytest.fixture(scope="module")
def real_text() -> str:
    if not REAL_BANK.exists():
        pytest.skip(f"the real bank is not beside this checkout ({REAL_BANK})")
    return REAL_BANK.read_text(encoding="utf-8")


BANK = """\
# Interview questions

## Contents
- [Training](#training)
- [Architecture](#architecture)

## Overview
Who these questions are for.

## Architecture

### Q1: How do decoder-only and encoder-decoder models differ?

**Reference answer**:
It depends on the task:

**Decoder-only**:
- generates well
  - nested point

| kind | cost |
|------|------|
| a    | low  |

```python
### Q9: not a heading
# nor this
```

#### Further reading
The end.

## Training

### Q3: What does warm-up do?

**Answer**: It steadies the first steps.
"""


def test_bank_reads_questions_with_their_categories_numbers_and_lines():
    reading = read(BANK)

    assert reading.problems == ()
    assert [(q.number, q.category, q.line) for q in reading.questions] == [
        ("Q1", "Architecture", 12),
        ("Q3", "Training", 35),
    ]
    assert reading.categories == ("Architecture", "Training")
    assert [q.title for q in reading.questions] == [
        "How do decoder-only and encoder-decoder models differ?",
        "What does warm-up do?",
    ]
    assert [q.doubts for q in reading.questions] == [(), ()]
    assert {q.language for q in reading.questions} == {"en"}


def test_answer_is_the_markdown_as_written():
    first, second = read(BANK).questions

    assert first.reference_answer == BANK.split("**Reference answer**:\n")[1].split("\n\n## Training")[0]
    assert second.reference_answer == "It steadies the first steps."


def test_real_bank_reads_whole(real_text):
    reading = read(real_text)

    assert reading.problems == ()
    assert [q.number for q in reading.questions] == [f"Q{n}" for n in range(1, 16)]
    assert all(q.doubts == () and q.language == "zh-hans" for q in reading.questions)
    assert reading.categories == (
        "模型架构与优化",
        "训练策略与技术创新",
        "系统设计与扩展",
        "研究前沿与技术趋势",
        "团队与项目管理",
        "案例分析与实战",
        "性能分析与优化",
    )
    sizes = [sum(q.category == name for q in reading.questions) for name in reading.categories]
    assert sizes == [3, 3, 2, 2, 1, 2, 2]


def test_real_bank_loses_no_line(real_text):
    lines = real_text.split("\n")
    borders = [at for at, line in enumerate(lines) if line.startswith(("## ", "### "))] + [len(lines)]
    questions = {q.line: q for q in read(real_text).questions}

    checked = 0
    for start, end in pairwise(borders):
        if not lines[start].startswith("### "):
            continue
        question = questions[start + 1]
        assert lines[start] == f"### {question.number}: {question.title}" == f"### {question.number}: {question.prompt}"
        body = [line for line in lines[start + 1 : end] if line.strip()]
        assert body[0] == "**参考答案**："
        assert [line for line in question.reference_answer.split("\n") if line.strip()] == body[1:]
        checked += len(body)
    assert len(questions) == 15
    assert checked > 1200


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings_make_no_difference(ending):
    assert read(BANK.replace("\n", ending)) == read(BANK)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_encodings_of_chinese_banks_are_recognised(encoding):
    text = "## 训练\n\n### Q1：为什么需要“预热”？\n\n**参考答案**：\n稳定训练初期的梯度。\n"

    reading = read_markdown_bank(text.encode(encoding))

    assert reading == read(text)
    assert reading.questions[0].title == "为什么需要“预热”？"


@pytest.mark.parametrize(
    ("heading", "number", "title"),
    [
        ("Q1: Why?", "Q1", "Why?"),
        ("Q 12. Why?", "Q 12", "Why?"),
        ("[Q3] Why?", "Q3", "Why?"),
        ("Question 4 - Why?", "Question 4", "Why?"),
        ("**Q5：为何？**", "Q5", "为何？"),
        ("问题6、为何？", "问题6", "为何？"),
        ("第七题：为何？", "第七题", "为何？"),
        ("第 8 题 为何？", "第 8 题", "为何？"),
        ("9. Why?", "9", "Why?"),
        ("10、为何？", "10", "为何？"),
        ("(11) Why?", "11", "Why?"),
        ("1.2 Why so?", "1.2", "Why so?"),
        ("1.5B models: why so small?", "", "1.5B models: why so small?"),
        ("3D parallelism: why?", "", "3D parallelism: why?"),
    ],
)
def test_heading_parts_into_number_and_title(heading, number, title):
    (question,) = read(f"### {heading}\n\n**Answer**: Because.\n").questions

    assert (question.number, question.title, question.reference_answer) == (number, title, "Because.")


@pytest.mark.parametrize(
    ("label", "answer"),
    [
        ("**参考答案**：\n因为。", "因为。"),
        ("**参考答案：**因为。", "因为。"),
        ("【参考答案】因为。", "因为。"),
        ("**Answer**\n\nBecause.", "Because."),
        ("**Reference answer:** Because.", "Because."),
        ("Answer: Because.", "Because."),
        ("**Answer: Because.**", "**Because.**"),
        ("#### Answer\nBecause.", "Because."),
        ("A hint.\n**Answer**: Because.", "Because."),
    ],
)
def test_answer_label_is_recognised(label, answer):
    (question,) = read(f"### Q1: Why?\n{label}\n").questions

    assert question.reference_answer == answer
    assert question.doubts == ()


def test_text_between_heading_and_label_belongs_to_the_prompt():
    (question,) = read("### Q1: Fix it\n\nGiven `x = 1`:\n\n```\nx\n```\n\n**Answer**: Done.\n").questions

    assert question.prompt == "Fix it\n\nGiven `x = 1`:\n\n```\nx\n```"
    assert question.reference_answer == "Done."


def test_answer_without_label_is_what_follows():
    reading = read("## Q1: Why?\n\nBecause.\n\n### More\n\n    code\n")

    assert reading.questions[0].reference_answer == "Because.\n\n### More\n\n    code"
    assert reading.questions[0].doubts == ()


def test_question_without_label_among_labelled_ones_is_doubted():
    reading = read("## Q1: Why?\n\n**Answer**: So.\n\n## Q2: How?\n\nLike this.\n")

    assert [q.doubts for q in reading.questions] == [(), ("no_label",)]


def test_question_without_answer_is_kept_and_doubted():
    reading = read("## Q1: Why?\n\n**Answer**:\n\n## Q2: How?\n\n## Q3: When?\n\n**Answer**: Now.\n")

    assert [(q.reference_answer, q.doubts) for q in reading.questions] == [
        ("", ("no_answer",)),
        ("", ("no_answer",)),
        ("Now.", ()),
    ]


def test_number_alone_takes_its_question_from_the_text_below():
    reading = read("### Q1\n\nWhat is **attention**?\n\n**Answer**: A sum.\n\n### Q2\n\nWhy?\n\nSo.\n\n### Q3\n")

    first, second, third = reading.questions
    assert (first.title, first.prompt) == ("What is attention?", "What is **attention**?")
    assert (second.title, second.reference_answer, second.doubts) == ("Why?", "So.", ("no_label",))
    assert (third.title, third.doubts) == ("Q3", ("no_title", "no_answer"))


def test_equal_headings_are_both_kept():
    reading = read("### Q1: What is C++?\n\nA.\n\n### Q2: What is  c++ ?\n\nB.\n\n### Q3: What is C#?\n\nC.\n")

    assert [q.doubts for q in reading.questions] == [(), ("same_title",), ()]


def test_setext_headings_are_read():
    reading = read("Bank\n====\n\nQ1: Why?\n--------\n\nSo.\n\nQ2: How?\n--------\n\nThus.\n")

    assert [(q.title, q.reference_answer, q.line, q.category) for q in reading.questions] == [
        ("Why?", "So.", 4, ""),
        ("How?", "Thus.", 9, ""),
    ]


def test_rule_right_below_an_answer_makes_no_category():
    reading = read("## Basics\n\n### Q1: Why?\n**Answer**:\n\nSo it is\n---\n### Q2: How?\n**Answer**: Thus\n\n***\n")

    assert [(q.category, q.reference_answer) for q in reading.questions] == [("Basics", "So it is"), ("Basics", "Thus")]


@pytest.mark.parametrize("level", [1, 2, 4, 6])
def test_questions_may_stand_at_any_level(level):
    mark = "#" * level

    reading = read(f"{mark} Q1: Why?\n\nSo.\n\n{mark} Q2: How?\n\nThus.\n")

    assert [q.reference_answer for q in reading.questions] == ["So.", "Thus."]


def test_headings_beside_the_questions_are_categories():
    reading = read("## Overview\n\n## Q1: Why?\n\nSo.\n\n## Training\n\n## Q2: How?\n\nThus.\n")

    assert [q.category for q in reading.questions] == ["", "Training"]
    assert reading.categories == ("Training",)


def test_several_top_headings_are_categories_and_a_single_one_is_the_title():
    several = read("# A\n## Q1: Why?\nx\n# B\n## Q2: How?\ny\n")
    single = read("# A\n## Q1: Why?\nx\n## Q2: How?\ny\n")

    assert several.categories == ("A", "B")
    assert single.categories == ()


def test_numbered_problem_inside_an_answer_is_no_question():
    reading = read(
        "### Q1: 有哪些问题？\n\n**参考答案**：\n\n#### 问题1：慢\n\n优化。\n\n### Q2: 如何？\n\n**参考答案**：好。\n"
    )

    assert [q.number for q in reading.questions] == ["Q1", "Q2"]
    assert reading.questions[0].reference_answer == "#### 问题1：慢\n\n优化。"


def test_numbered_headings_that_ask_are_questions_with_a_doubt():
    reading = read(
        "# FAQ\n\n## 1. What is a tensor?\n\nA box.\n\n## 2. Gradient clipping\n\nA cap.\n\n## 3. Why so?\n\nSo.\n"
    )

    assert [q.number for q in reading.questions] == ["1", "2", "3"]
    assert {q.doubts for q in reading.questions} == {("guessed",)}


def test_labels_make_questions_of_plain_headings():
    reading = read("## 注意力机制\n\n**答案**：加权和。\n\n## 资源\n\n链接。\n\n## 梯度裁剪\n\n**答案**：上限。\n")

    assert [q.title for q in reading.questions] == ["注意力机制", "梯度裁剪"]
    assert reading.questions[0].language == "zh-hans"


def test_facts_and_probes_are_read_where_the_text_states_them():
    reading = read(
        "### Q1: 如何预热？\n\n**难度**：4\n**时长**：约 15 分钟\n**来源**：某书\n\n**参考答案**：\n慢慢来。\n\n"
        "**追问**：\n- 多久？\n- 为什么\n  不更久？\n\n结束。\n"
    )

    (question,) = reading.questions
    assert (question.difficulty, question.minutes) == (4, 15)
    assert question.prompt == "如何预热？\n\n**来源**：某书"
    assert question.probes == ("多久？", "为什么\n不更久？")
    assert [line for line in question.reference_answer.split("\n") if line] == ["慢慢来。", "结束。"]


@pytest.mark.parametrize(
    ("text", "value"), [("3/5", 3), ("★★★★☆", 4), ("hard", 4), ("中等", 3), ("9", None), ("?", None)]
)
def test_difficulty_is_read_or_left_in_the_prompt(text, value):
    (question,) = read(f"### Q1: Why?\n\nDifficulty: {text}\n\n**Answer**: So.\n").questions

    assert question.difficulty == value
    assert ("Difficulty" in question.prompt) == (value is None)


def test_long_heading_is_cut_at_a_clause_for_the_title_only():
    heading = "Explain attention, " * 20 + "please"

    (question,) = read(f"### Q1: {heading}\n\nSo.\n").questions

    assert question.prompt == heading
    assert len(question.title) <= 200
    assert question.title == ("Explain attention, " * 10).removesuffix(", ") + "…"


def test_title_is_plain_text_and_the_prompt_markdown():
    (question,) = read("### Q1: What does `a_b` in [this](https://e.org) **bold** snake_case mean?\n\nx\n").questions

    assert question.title == "What does a_b in this bold snake_case mean?"
    assert question.prompt == "What does `a_b` in [this](https://e.org) **bold** snake_case mean?"


def test_common_indentation_goes_and_inner_indentation_stays():
    (question,) = read("### Q1: Why?\n\n  - a\n    - b\n\n      code\n").questions

    assert question.reference_answer == "- a\n  - b\n\n    code"


def test_indented_code_stays_code():
    (question,) = read("### Q1: Why?\n\n    a = 1\n      b = 2\n").questions

    assert question.reference_answer == "    a = 1\n      b = 2"


def test_rule_is_no_question_text():
    (question, _) = read("### Q1\n\n---\n\n### Q2: How?\n\nThus.\n").questions

    assert (question.title, question.prompt, question.doubts) == ("Q1", "Q1", ("no_title", "no_answer"))
