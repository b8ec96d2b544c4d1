"""Lines that look like questions and are none, and the other way round: habits that differ in one sign."""

import pytest

from questionbank.formats.markdown import read_markdown_bank

FOUR = ["What is a lease?", "Explain fencing.", "Why do clocks drift?", "How long is a term?", "Who may vote?"]


def titles(text):
    return [question.title for question in read_markdown_bank(text.encode()).questions]


def test_tasks_that_ask_are_questions_and_things_to_do_are_not():
    asked = "## Round one\n\n- [ ] What is a lease?\n- [x] Explain fencing.\n- [ ] Why do clocks drift?\n"
    to_do = "## Next\n\n- [ ] Implement caching\n- [ ] Write an editor plugin\n- [x] Design a logo\n"

    assert titles(asked) == ["What is a lease?", "Explain fencing.", "Why do clocks drift?"]
    assert titles(to_do) == []


def test_tasks_below_a_question_are_its_choices():
    choices = "- [ ] What a leader allows?\n- [x] Every member?\n"
    text = f"### Q1. Who may vote?\n\n{choices}\n### Q2. Who counts?\n\nThe leader.\n"

    assert titles(text) == ["Who may vote?", "Who counts?"]


def test_lines_that_ask_are_worth_a_look_where_a_file_is_little_else():
    reading = read_markdown_bank("\n\nIt depends.\n\n".join(FOUR).encode())

    assert [question.title for question in reading.questions] == FOUR
    assert all("guessed" in question.doubts for question in reading.questions)


def test_questions_in_prose_are_none():
    prose = (
        "We hire slowly.\n\nWe read every letter twice.\n\nNobody is asked for free work.\n\nThis is our promise.\n\n"
    )

    assert titles("\n\n".join(prose + line + "\n\n" for line in FOUR)) == []


def test_a_paragraph_of_questions_holds_one_a_line():
    assert titles("# Votes\n\n" + "\n".join(FOUR)) == FOUR


def test_bold_answers_between_questions_are_no_sections():
    pairs = (("lease", "Yes"), ("fence", "No"), ("term", "No"))
    text = "".join(f"**Q{at}. Is a {word} a lock?**\n\n**{said}**\n\n" for at, (word, said) in enumerate(pairs, 1))
    questions = read_markdown_bank(text.encode()).questions

    assert [(question.reference_answer, question.category) for question in questions] == [
        ("**Yes**", ""),
        ("**No**", ""),
        ("**No**", ""),
    ]


def test_a_numbered_solution_is_no_answer_key():
    text = "# How would you reverse a list?\n\nDo it in place.\n\n## Solution\n\n1. Walk it\n2. Turn each link\n"
    questions = read_markdown_bank(text.encode()).questions

    assert [(question.title, question.reference_answer) for question in questions] == [
        ("How would you reverse a list?", "1. Walk it\n2. Turn each link")
    ]


def test_bold_words_inside_a_task_do_not_end_it():
    text = "1. **Implement** a queue with two stacks.\n2. **Basics:** What is a heap?\n3. **Explain** tries.\n"

    assert titles(text) == ["Implement a queue with two stacks.", "Basics: What is a heap?", "Explain tries."]


def test_below_a_rule_an_answer_goes_on_and_a_farewell_does_not():
    text = "## Q1. What is a lease?\n\nA lock.\n\n---\n\nIt ends by itself.\n"
    thanks = text + "\n---\n\nThanks for reading, star this repo!\n"

    for each in (text, thanks):
        (question,) = read_markdown_bank(each.encode()).questions
        assert question.reference_answer == "A lock.\n\n---\n\nIt ends by itself."


def test_cells_below_unknown_heads_stay_in_the_note():
    head = "| Question | Answer | Red flags | Link |\n|---|---|---|---|\n"
    text = head + "| What is a lease? | A lock | Says forever | [a](b) |\n"
    (question,) = read_markdown_bank(text.encode()).questions

    assert (question.reference_answer, question.context) == ("A lock", "**Red flags**: Says forever")


@pytest.mark.parametrize("word", ["Question ", "QUESTION ", "Q", "问题"])
def test_plain_lines_with_a_numbered_label_are_questions(word):
    text = "".join(f"{word}{at}: {title}\nExpected answer: A mark.\n\n" for at, title in enumerate(FOUR, 1))
    questions = read_markdown_bank(text.encode()).questions

    assert [(question.title, question.reference_answer) for question in questions] == [(t, "A mark.") for t in FOUR]
