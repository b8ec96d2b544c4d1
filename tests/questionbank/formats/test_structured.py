"""JSON and JSON Lines, in the shapes people and programs write."""

import json

import pytest

from questionbank.formats.files import read_file
from questionbank.formats.reading import CHINESE


def read(value, name="bank.json"):
    data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False, indent=1).encode()
    return read_file(name, data)


def titles(reading):
    return [(question.category, question.title) for question in reading.questions]


def problems(reading):
    return [(problem.line, problem.code, problem.params.get("path", "")) for problem in reading.problems]


def test_list_of_objects_with_names_as_in_tables():
    reading = read(
        [{"题目": "为什么？", "参考答案": "因为。", "难度": "困难"}, {"q": "Why?", "a": ["one", "two"], "time": 10}]
    )

    first, second = reading.questions
    assert (first.title, first.reference_answer, first.difficulty, first.language) == ("为什么？", "因为。", 4, CHINESE)
    assert (second.title, second.reference_answer, second.minutes) == ("Why?", "one\ntwo", 10)
    assert [first.line, second.line] == [2, 7]


def test_nested_lists_give_categories():
    bank = {
        "title": "My bank",
        "questions": [{"question": "One?"}],
        "Databases": [{"question": "Two?"}],
        "more": {"category": "Networks", "items": [{"question": "Three?"}, {"question": "Four?", "topic": "Own"}]},
    }

    assert titles(read(bank)) == [("", "One?"), ("Databases", "Two?"), ("Networks", "Three?"), ("Own", "Four?")]


@pytest.mark.parametrize(
    "rubric",
    [
        {"anchors": list("abcde")},
        {"rubric": {"1": "a", "2": "b", "3": "c", "4": "d", "5": "e"}},
        {"rubric": [{"level": level, "anchor": text} for level, text in enumerate("abcde", start=1)]},
        {"level 1": "a", "level 2": "b", "level 3": "c", "level 4": "d", "level 5": "e"},
        {"rubric": "1: a\n2: b\n3: c\n4: d\n5: e"},
    ],
)
def test_rubric_comes_in_many_shapes(rubric):
    (question,) = read([{"question": "Why?", **rubric}]).questions

    assert question.anchors == tuple("abcde")


def test_rubric_with_a_missing_level_is_left_out():
    (question,) = read([{"question": "Why?", "answer": "x", "anchors": ["a", "b", "c", "d"]}]).questions

    assert (question.anchors, question.doubts) == ((), ("rubric_incomplete",))


@pytest.mark.parametrize(
    "competencies",
    [
        {"a": 60, "b": 40},
        [["a", 60], ["b", 40]],
        [{"name": "a", "weight": 60}, {"competency": "b", "percent": 40}],
        "a: 60; b: 40",
        "a (60%), b (40%)",
    ],
)
def test_weights_come_in_many_shapes(competencies):
    (question,) = read([{"question": "Why?", "competencies": competencies}]).questions

    assert question.competencies == (("a", 60), ("b", 40))


def test_names_alone_share_equally():
    (question,) = read([{"question": "Why?", "skills": ["a", "b", "c"]}]).questions

    assert question.competencies == (("a", 34), ("b", 33), ("c", 33))


def test_two_languages_are_one_question():
    bank = [
        {"question": {"en": "Why?", "zh": "为什么？"}, "answer": {"en": "So.", "zh": "如此。"}},
        {"question": "How?", "translations": {"zh": {"question": "怎么做？", "answer": "这样。"}}},
    ]

    first, second = read(bank).questions
    assert [
        (text.language, text.title, text.reference_answer) for text in first.translations + second.translations
    ] == [
        (CHINESE, "为什么？", "如此。"),
        (CHINESE, "怎么做？", "这样。"),
    ]


def test_follow_ups_belong_to_their_question():
    (question,) = read([{"question": "Why?", "followups": ["And then?", {"question": "What else?"}]}]).questions

    assert question.probes == ("And then?", "What else?")


def test_broken_line_costs_no_other():
    reading = read(b'{"question": "One?"}\n{oops\n\n{"question": "Two?"}\n', name="bank.jsonl")

    assert [(question.line, question.title) for question in reading.questions] == [(1, "One?"), (4, "Two?")]
    assert problems(reading) == [(2, "bad_json", "")]


def test_questions_before_the_break_are_read():
    reading = read(b'[{"question": "One?"},\n{"question": "Two?",\n}]')

    assert titles(reading) == [("", "One?")]
    assert problems(reading) == [(3, "bad_json", "")]


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        ('{"question": "a", "minutes": NaN}', "unfit_number", "$[0].minutes"),
        ('{"question": "a", "minutes": -Infinity}', "unfit_number", "$[0].minutes"),
        ('{"question": "a", "minutes": 1e999}', "unfit_number", "$[0].minutes"),
        ('{"question": "a", "minutes": ' + "9" * 5000 + "}", "unfit_number", "$[0].minutes"),
        ('{"question": "a", "question": "b"}', "doubled_name", "$[0].question"),
        ('{"question": "a", "anchors": {"1": "x", "1": "y"}}', "doubled_name", "$[0].anchors.1"),
        ('{"question": "a", "answer": {"x": 1}}', "wrong_type", "$[0].answer"),
        ('{"question": "a", "tags": [[1]]}', "wrong_type", "$[0].tags"),
        ('{"question": "a", "translations": [3]}', "wrong_type", "$[0].translations[0]"),
        ('{"question": "a", "competencies": [3]}', "wrong_type", "$[0].competencies[0]"),
        ('{"question": "a", "competencies": {"x": "y"}}', "wrong_type", "$[0].competencies[0]"),
        ('{"question": "a", "anchors": [1, 2, 3, 4, 5]}', "wrong_type", "$[0].anchors.1"),
        ('{"answer": "a"}', "no_questions", ""),
    ],
)
def test_unfit_values_are_named_by_their_path(value, code, path):
    reading = read(f"[{value}]".encode())

    assert reading.questions == ()
    assert problems(reading) == [(1, code, path)]


def test_same_key_is_taken_once():
    reading = read([{"key": "k", "question": "One?"}, {"key": "k", "question": "Two?"}])

    assert titles(reading) == [("", "One?")]
    assert [(problem.line, problem.code, problem.params["first"]) for problem in reading.problems] == [
        (6, "same_key", 2)
    ]


def test_file_in_one_long_line_is_read():
    bank = [{"question": f"Why number {number}?", "answer": "x" * 100} for number in range(2_000)]

    assert len(read(json.dumps(bank).encode()).questions) == 2_000
