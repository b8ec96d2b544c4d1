"""Files of separated values as people save them."""

import pytest

from questionbank.formats.files import read_file
from questionbank.formats.reading import CHINESE, ENGLISH

HEAD = "Question,Answer,Difficulty,Minutes,Tags,Category\n"


def read(text, name="bank.csv", encoding="utf-8"):
    return read_file(name, text.encode(encoding))


def codes(reading):
    return [(problem.line, problem.code) for problem in reading.problems]


def test_row_becomes_question():
    reading = read(HEAD + '"What is a lock, really?","One\ntwo",hard,20,"db, locks",Databases\n')

    (question,) = reading.questions
    assert (question.title, question.prompt) == ("What is a lock, really?",) * 2
    assert question.reference_answer == "One\ntwo"
    assert (question.difficulty, question.minutes, question.tags) == (4, 20, ("db", "locks"))
    assert (question.category, question.language, question.doubts) == ("Databases", ENGLISH, ())
    assert codes(reading) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(encoding, delimiter):
    rows = [["题目", "参考答案", "难度", "标签"], ["什么是索引？", "一种数据结构", "简单", "数据库"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)

    (question,) = read(text, encoding=encoding).questions

    assert (question.title, question.reference_answer) == ("什么是索引？", "一种数据结构")
    assert (question.difficulty, question.tags, question.language) == (2, ("数据库",), CHINESE)


def test_columns_are_known_in_any_order_and_case():
    head = "MINUTES,参考答案,Title,PROMPT,Level 1,level_2,3分,Score 4,L5,Competencies,Seniority"
    reading = read(head + "\n15,An answer,Short,Long and asked?,a,b,c,d,e,design:60; other:40,senior - staff\n")

    (question,) = reading.questions
    assert (question.title, question.prompt, question.minutes) == ("Short", "Long and asked?", 15)
    assert question.anchors == ("a", "b", "c", "d", "e")
    assert question.competencies == (("design", 60), ("other", 40))
    assert (question.lowest_seniority, question.highest_seniority) == ("senior", "staff")


def test_two_languages_are_one_question():
    reading = read("Question (en),问题（中文）,answer_en,中文答案\nWhy?,为什么？,Because.,因为。\n")

    (question,) = reading.questions
    assert (question.language, question.title, question.reference_answer) == (ENGLISH, "Why?", "Because.")
    (other,) = question.translations
    assert (other.language, other.title, other.reference_answer) == (CHINESE, "为什么？", "因为。")


def test_lines_of_problems_are_physical_lines():
    reading = read(HEAD + '"One?","a\nb\nc",,,,\n,just words,,,,\n"Two?",x,,,,\n')

    assert [question.line for question in reading.questions] == [2, 6]
    assert codes(reading) == [(5, "no_question_here")]


def test_ragged_rows_are_read():
    reading = read(HEAD + "One?\nTwo?,yes,3,5,a,b,c,d\n\n,,,,,\n")

    assert [question.title for question in reading.questions] == ["One?", "Two?"]
    assert reading.questions[0].doubts == ("no_answer",)


def test_table_without_head_is_guessed():
    reading = read(
        "Databases,What is an index really?,A structure to find rows by\nDatabases,Why do joins hurt?,They …\n"
    )

    assert [question.title for question in reading.questions] == ["What is an index really?", "Why do joins hurt?"]
    assert {question.category for question in reading.questions} == {"Databases"}
    assert reading.questions[0].reference_answer == "A structure to find rows by"
    assert all("guessed" in question.doubts for question in reading.questions)


def test_table_of_something_else_says_so():
    assert codes(read("name,price\napple,3\npear,4\n")) == [(1, "no_question_column")]


def test_title_above_the_head_is_no_head():
    reading = read("Interview bank 2026\n\nCategory;Question;Answer\nA;Why so?;Because\n")

    assert [question.title for question in reading.questions] == ["Why so?"]


def test_sep_line_names_the_delimiter():
    assert read("sep=;\nQuestion;Answer\nWhy, so?;Because, yes\n").questions[0].prompt == "Why, so?"


def test_row_of_a_category_alone_holds_for_those_below():
    reading = read("Category,Question,Answer\nDatabases,,\n,Why?,a\n,How?,b\nNets,,\n,What?,c\n")

    assert [question.category for question in reading.questions] == ["Databases", "Databases", "Nets"]


def test_choices_join_the_prompt():
    (question,) = read("Question,A,B,C,Answer\nWhich is it?,one,two,three,B\n").questions

    assert question.prompt == "Which is it?\n\n- A. one\n- B. two\n- C. three"
    assert question.reference_answer == "B"


def test_unknown_columns_are_named():
    reading = read("Question,Answer,Source,Empty\nWhy?,Because,https://example.org,\n")

    (problem,) = reading.problems
    assert (problem.code, problem.params) == ("unread_columns", {"names": "Source"})


def test_folder_is_the_category_where_the_file_has_none():
    assert read("Question,Answer\nWhy?,x\n", name="bank/Databases/a.csv").questions[0].category == "Databases"
    assert read(HEAD + "Why?,x,,,,Own\n", name="bank/Databases/a.csv").questions[0].category == "Own"


def test_same_id_is_taken_once():
    reading = read("ID,Question,Answer\nA-1,Why?,x\nA-2,How?,y\nA-1,What?,z\n")

    assert [question.key for question in reading.questions] == ["A-1", "A-2"]
    (problem,) = reading.problems
    assert (problem.line, problem.code, problem.params) == (4, "same_key", {"key": "A-1", "first": 2})


def test_plain_numbers_are_no_identity():
    (question,) = read("ID,Question,Answer\n1,Why?,x\n").questions

    assert (question.key, question.number) == ("", "1")


@pytest.mark.parametrize(
    ("cells", "doubt"),
    [
        ("Difficulty|7", "bad_difficulty"),
        ("Difficulty|impossible", "bad_difficulty"),
        ("Minutes|0", "bad_minutes"),
        ("Minutes|999", "bad_minutes"),
        ("Minutes|soon", "bad_minutes"),
        ("Competencies|a:60; b:50", "weights_not_100"),
        ("Competencies|a:60; a:40", "weights_not_100"),
        ("Competencies|a:100; b", "weights_not_100"),
        ("Level 1|bad", "rubric_incomplete"),
        ("Rubric|1: bad; 5: good", "rubric_incomplete"),
    ],
)
def test_values_out_of_range_are_doubted(cells, doubt):
    name, value = cells.split("|")
    (question,) = read(f'Question,Answer,{name}\nWhy?,x,"{value}"\n').questions

    assert question.doubts == (doubt,)
    assert (question.difficulty, question.minutes, question.competencies, question.anchors) == (None, None, (), ())
