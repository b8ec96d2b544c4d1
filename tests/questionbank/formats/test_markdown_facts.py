"""What Markdown files say beside title and answer: front matter, notes, rubrics, weights, choices."""

import pytest

from questionbank.formats.markdown import read_markdown_bank
from questionbank.formats.reading import BankReading, ReadQuestion


def read(text: str) -> BankReading:
    return read_markdown_bank(text.encode())


def only(text: str) -> ReadQuestion:
    (question,) = read(text).questions
    return question


LEVELS = ["Nothing", "A start", "The point", "With its limits", "And beyond"]


@pytest.mark.parametrize(
    "rubric",
    [
        "**Rubric:**\n\n" + "\n".join(f"{at}. {text}" for at, text in enumerate(LEVELS, 1)),
        "**Rubric**\n\n" + "\n".join(f"- **{at}**: {text}" for at, text in enumerate(LEVELS, 1)),
        "#### 评分标准\n\n" + "\n".join(f"- {at} 分：{text}" for at, text in enumerate(LEVELS, 1)),
        "**Scoring**:\n\n| Level | Meaning |\n|---|---|\n"
        + "\n".join(f"| {a} | {t} |" for a, t in enumerate(LEVELS, 1)),
        "**Rubric:**\n\n| 1 | 2 | 3 | 4 | 5 |\n|---|---|---|---|---|\n| " + " | ".join(LEVELS) + " |",
        "#### Rubric\n\n" + "\n\n".join(f"##### Level {at}\n\n{text}" for at, text in enumerate(LEVELS, 1)),
    ],
    ids=["ordered", "bullets", "chinese", "rows", "columns", "headings"],
)
def test_rubric_of_five_levels_is_read(rubric):
    question = only(f"### Q1: Why?\n\n**Answer**: So.\n\n{rubric}\n")

    assert question.anchors == tuple(LEVELS)
    assert (question.reference_answer, question.context, question.doubts) == ("So.", "", ())


def test_rubric_without_a_level_is_kept_in_the_notes_and_doubted():
    question = only("### Q1: Why?\n\n**Answer**: So.\n\n**Rubric**:\n- 1: lost\n- 5: leads\n")

    assert question.anchors == ()
    assert question.doubts == ("rubric_incomplete",)
    assert "1: lost" in question.context
    assert "5: leads" in question.context


def test_weights_are_taken_where_they_add_up():
    sound = only("### Q1: Why?\n\n**Competencies:** systems 60%, writing 40%\n\n**Answer**: So.\n")
    unsound = only("### Q1: Why?\n\n**能力**：系统 60%、写作 30%\n\n**答案**：因为。\n")

    assert (sound.competencies, sound.doubts) == ((("systems", 60), ("writing", 40)), ())
    assert (unsound.competencies, unsound.doubts) == ((), ("weights_not_100",))


def test_roles_seniority_key_and_enemies_are_read():
    question = only(
        "<!-- id: q-7\nenemies: q-8, q-9 -->\n### Q1: Why?\n\n**Role:** backend\n**Seniority:** mid to staff\n\n"
        "**Answer**: So.\n"
    )

    assert (question.key, question.enemies, question.role_families) == ("q-7", ("q-8", "q-9"), ("backend",))
    assert (question.lowest_seniority, question.highest_seniority) == ("mid", "staff")


def test_comment_above_a_question_speaks_of_it_and_not_of_the_one_before():
    first, second = read("## Q1: Why?\n\nSo.\n\n<!-- tags: a -->\n## Q2: How?\n\nThus.\n").questions

    assert (first.tags, first.reference_answer) == ((), "So.")
    assert second.tags == ("a",)


def test_front_matter_of_a_bank_speaks_of_all_its_questions():
    reading = read("---\ntags: [java]\ncategory: Java\n---\n\n### Q1: Why?\n\nSo.\n\n### Q2: How?\n\nThus.\n")

    assert [(q.category, q.tags, q.line) for q in reading.questions] == [
        ("Java", ("java",), 6),
        ("Java", ("java",), 10),
    ]


@pytest.mark.parametrize(
    ("matter", "code", "line", "title"),
    [
        ("title: Why: so?\ntags: [a]", "bad_yaml", 2, None),
        ("title: Why so?\ntags: [a", "bad_yaml", 4, "Why so?"),
        ("title: Why so?\nx: !!python/object/apply:os.system [ls]", "unsafe_yaml", 3, None),
        ("title: Why so?\nx: &x [1]\ny: *x", "unsafe_yaml", 3, None),
        ("title: Why so?\nx: " + "[" * 5000, "unsafe_yaml", 3, None),
    ],
)
def test_front_matter_that_cannot_be_read_is_a_problem_and_the_text_is_read(matter, code, line, title):
    reading = read(f"---\n{matter}\n---\n\n# Why so?\n\n## Answer\n\nBecause.\n")

    assert [(problem.code, problem.line) for problem in reading.problems] == [(code, line)]
    (question,) = reading.questions
    assert question.title == title or title is None
    assert question.reference_answer == "Because."


def test_folder_is_the_category_where_the_file_names_none():
    data = b"# Why?\n\n## Answer\n\nSo.\n"

    assert read_markdown_bank(data, folder="Databases").questions[0].category == "Databases"
    assert read_markdown_bank(b"## SQL\n\n### Q1: Why?\n\nSo.\n", folder="x").questions[0].category == "SQL"


@pytest.mark.parametrize(
    ("body", "prompt", "answer"),
    [
        ("- [ ] a\n- [x] b", "- [ ] a\n- [ ] b", "b"),
        ("A. a\nB. b ✅", "A. a\nB. b", "B. b"),
        ("- A) a\n- B) b (correct)\n\nFor so it is.", "- A) a\n- B) b", "B) b\n\nFor so it is."),
        ("A: a\nB: b\n\nAnswer: B", "A: a\nB: b", "B"),
        ("- A. a\n- B. b\n\n答案：B\n\n解析：如此。", "- A. a\n- B. b", "B\n\n解析：如此。"),
    ],
)
def test_choices_stay_in_the_prompt_and_the_right_one_is_the_answer(body, prompt, answer):
    question = only(f"### Q1: Which?\n\n{body}\n")

    assert question.prompt == f"Which?\n\n{prompt}"
    assert question.reference_answer == answer


@pytest.mark.parametrize("key", ["1. B\n2. A", "1、B\n2、A", "1. B 2. A", "1-2 BA", "1~2：B A"])
def test_answers_at_the_end_of_a_paper_find_their_questions(key):
    reading = read(f"## 选择题\n\n1. 哪个对？\nA. 甲\nB. 乙\n\n2. 哪个错？\nA. 甲\nB. 乙\n\n## 参考答案\n\n{key}\n")

    assert [(q.title, q.reference_answer) for q in reading.questions] == [("哪个对？", "B"), ("哪个错？", "A")]


@pytest.mark.parametrize(
    "text",
    [
        "# Tool\n\n## Contents\n\n- [Why?](#why)\n- [How?](#how)\n",
        "# Notes\n\n- buy milk\n- write to Ada\n",
        "# Guide\n\n## Contributing\n\n1. Why is the answer right?\n2. Is it short?\n\n## License\n\nMIT\n",
        "| Part | Price |\n|---|---|\n| a | 1 |\n",
        "---\nlayout: page\n---\n\nHello.\n",
    ],
)
def test_what_is_no_bank_has_no_questions(text):
    assert read(text).questions == ()
