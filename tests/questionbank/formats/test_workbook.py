"""Workbooks as people fill them."""

import datetime as dt
import io

import openpyxl
import pytest

from questionbank.formats.files import read_file
from tests.questionbank.formats import hostile


@pytest.fixture
def book():
    book = openpyxl.Workbook()
    book.active.title = "Sheet1"
    return book


def read(book, name="bank.xlsx"):
    data = io.BytesIO()
    book.save(data)
    return read_file(name, data.getvalue())


def rows(sheet, *rows):
    for row in rows:
        sheet.append(row)


def test_row_becomes_question(book):
    rows(book.active, ["题目", "参考答案", "用时", "难度"], ["为什么？", "因为\n所以", 20, 4.0])

    (question,) = read(book).questions
    assert (question.title, question.reference_answer) == ("为什么？", "因为\n所以")
    assert (question.minutes, question.difficulty, question.line, question.number) == (20, 4, 2, "Sheet1!A2")


def test_sheets_are_categories_where_they_have_no_column(book):
    book.active.title = "Databases"
    rows(book.active, ["Question", "Answer"], ["Why?", "x"])
    rows(book.create_sheet("Networks"), ["Question", "Category"], ["How?", "Own"], ["What?", None])
    rows(book.create_sheet("Lists"), ["easy"], ["hard"])

    reading = read(book)
    assert [question.category for question in reading.questions] == ["Databases", "Own", "Networks"]
    assert reading.problems == ()


def test_merged_cells_speak_for_all_they_cover(book):
    sheet = book.active
    rows(
        sheet,
        ["Category", "Question", "Answer"],
        ["Databases", "Why?", "one"],
        [None, "How?", "two"],
        [None, None, "three"],
    )
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("B3:B4")

    first, second = read(book).questions
    assert [first.category, second.category] == ["Databases"] * 2
    assert [first.reference_answer, second.reference_answer] == ["one", "two\nthree"]


def test_heading_merged_over_a_row_is_a_category(book):
    sheet = book.active
    rows(sheet, ["Question", "Answer"], ["Databases", None], ["Why?", "x"], ["Networks", None], ["How?", "y"])
    sheet.merge_cells("A2:B2")
    sheet.merge_cells("A4:B4")

    assert [question.category for question in read(book).questions] == ["Databases", "Networks"]


def test_numbers_and_dates_are_text(book):
    rows(
        book.active,
        ["Question", "Answer"],
        ["Year?", 1999],
        ["Day?", dt.date(2020, 1, 2)],
        ["Pi?", 3.5],
        ["Is it?", True],
    )

    assert [question.reference_answer for question in read(book).questions] == ["1999", "2020-01-02", "3.5", "TRUE"]


def test_problem_names_its_cell(book):
    rows(book.active, ["Question", "Answer"], [None, None], ["Why?", "x"], [None, "lost"])

    (problem,) = read(book).problems
    assert (problem.line, problem.code, problem.params["place"]) == (4, "no_question_here", "Sheet1!A4")


def test_rows_and_columns_far_away_cost_nothing(book):
    sheet = book.active
    rows(sheet, ["Question", "Answer"], ["Why?", "x"])
    sheet["XFD90000"] = "far"

    reading = read(book)
    assert [question.title for question in reading.questions] == ["Why?"]


def test_same_key_in_two_sheets_is_taken_once(book):
    rows(book.active, ["key", "Question"], ["k", "Why?"])
    rows(book.create_sheet("Sheet2"), ["key", "Question"], ["k", "How?"])

    reading = read(book)
    assert [question.title for question in reading.questions] == ["Why?"]
    (problem,) = reading.problems
    assert (problem.code, problem.params) == ("same_key", {"place": "Sheet2!B2", "key": "k", "first": "Sheet1!B2"})


def test_strings_may_stand_apart_from_their_cells():
    """As spreadsheet programs write them: in runs of different looks, with escapes."""
    strings = "".join(
        f"<si>{text}</si>"
        for text in ("<t>Question</t>", "<r><t>Why</t></r><r><t>?</t></r>", '<t xml:space="preserve">a_x000D_\nb</t>')
    )
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="str"><v>Answer</v></c></row>'
        '<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" t="s"><v>2</v></c></row>'
    )
    namespace = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

    reading = read_file(
        "a.xlsx", hostile.workbook(strings=f"<sst {namespace}>{strings}</sst>", sheet=hostile.sheet(rows))
    )

    (question,) = reading.questions
    assert (question.title, question.reference_answer) == ("Why?", "a\r\nb")
