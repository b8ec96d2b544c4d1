"""What readers of question files found, in words. The formats know only codes."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from questionbank.choices import ImportStatus
from questionbank.formats.reading import ReadProblem

PROBLEMS = {
    "file_too_large": _("The file is larger than %(limit)s bytes."),
    "too_many_lines": _("The file has %(lines)s lines; %(limit)s are the most."),
    "empty_file": _("The file is empty."),
    "binary": _("This is not a text file."),
    "not_utf8": _("The text is not UTF-8. Save the file as UTF-8 and try again."),
    "cut_off": _("The file ends in the middle of a character: it was copied only in part."),
    "line_too_long": _("This line has %(characters)s characters; %(limit)s are the most."),
    "unclosed_code": _("A code block that starts here never ends."),
    "unclosed_comment": _("A comment that starts here never ends."),
    "no_questions": _("No question was found. Questions stand under headings such as “### Q1: …”."),
    "empty_question": _("This heading has no words."),
    "text_too_long": _("This question has %(length)s characters in one part; %(limit)s are the most."),
    "odd_characters": _("The question has characters that no text has, such as a zero byte."),
    "minutes_range": _("A question takes 1 to %(limit)s minutes; this one says %(minutes)s."),
    "difficulty_range": _("Difficulty goes from 1 to 5; this question says %(difficulty)s."),
    "anchor_missing": _("The rubric of this question does not say what level %(level)s looks like."),
    "weights": _("The weights of the competencies must add up to 100; these add up to %(sum)s."),
    "language": _("“%(language)s” is no language of the bank, or is there twice."),
    "empty_translation": _("The translation into “%(language)s” has no title or no prompt."),
    "too_many_files": _("There are more than %(limit)s files in all; those after them were not read."),
    "too_large_in_all": _("Unpacked, the files are larger than %(limit)s MiB in all; the rest was not read."),
    "bad_yaml": _("This block of fields is not valid YAML; what could be read of it was read."),
    "unsafe_yaml": _("This block of fields has tags, references or too much nesting; it was not read."),
    "no_file": _("There is no such file."),
    "no_access": _("The file may not be opened."),
    "unopenable": _("The file could not be opened."),
    "no_markdown": _("This folder holds no question bank."),
    "unknown_format": _("Files of the kind “%(suffix)s” are not read."),
    "unclosed_quote": _("A quotation mark that opens here is never closed."),
    "too_many_rows": _("The table goes on after %(limit)s rows, which are the most."),
    "no_question_column": _("No column of this table is named as one of questions, such as “Question” or “题目”."),
    "unread_columns": _("These columns are not known and were left out: %(names)s."),
    "no_question_here": _("There is no question here, though there are other words."),
    "same_key": _("The id “%(key)s” is taken already: %(first)s."),
    "bad_archive": _("This is not a ZIP archive, or it is damaged."),
    "archive_too_many": _("The archive holds more than %(limit)s files."),
    "archive_too_large": _("Unpacked, the archive is larger than %(limit)s bytes."),
    "archive_bomb": _("A part of this file unpacks to more than %(ratio)s times its size; that is not opened."),
    "archive_encrypted": _("“%(file)s” is protected by a password."),
    "archive_damaged": _("“%(file)s” is damaged in the archive."),
    "archive_nested": _("“%(file)s” is an archive inside the archive. Import it on its own."),
    "archive_same_name": _("“%(file)s” is there twice; the second one was left out."),
    "archive_empty": _("The archive holds no file that can be read."),
    "bad_workbook": _("This is not a workbook (XLSX), or it is damaged."),
    "workbook_encrypted": _("The workbook is protected by a password, or an old XLS. Save it as XLSX without one."),
    "workbook_macros": _("The workbook has macros. Save it as XLSX without them."),
    "workbook_unsafe": _("The workbook declares entities, which no honest one does; it was not opened."),
    "workbook_too_large": _("The workbook has too many cells."),
    "too_many_sheets": _("The sheets after the first %(limit)s were not read."),
    "bad_json": _("From here on this is not valid JSON."),
    "too_deep": _("%(path)s is nested too deeply."),
    "too_many_parts": _("The file has more than %(limit)s lists and objects."),
    "doubled_name": _("%(path)s is there twice in one object; the question was left out."),
    "unfit_number": _("%(path)s is not a number that can be used; the question was left out."),
    "wrong_type": _("%(path)s is not of the right type; the question was left out."),
}

DOUBTS = {
    "no_answer": _("has no answer"),
    "no_label": _("its answer is not marked as the others are"),
    "no_title": _("has no title of its own"),
    "guessed": _("is marked as a question by its wording alone"),
    "same_title": _("has the title of a question above"),
    "unclosed_code": _("ends in a code block that is never closed"),
    "unclosed_comment": _("ends in a comment that is never closed"),
    "bad_metadata": _("its block of fields could not be read as a whole"),
    "cut_off": _("ends where the file breaks off"),
    "unknown_seniority": _("names a seniority that is not on the ladder: “%(name)s”; the default stands in"),
    "new_role": _("names a role that the bank does not have yet: “%(name)s”"),
    "same_title_above": _("has the title of %(file)s, line %(line)s"),
    "same_title_there": _("has the title of a question of the bank"),
    "similar": _("says nearly the same as %(file)s, line %(line)s: %(likeness)s %% alike"),
    "similar_other_language": _("is perhaps the same as %(file)s, line %(line)s, in another language"),
    "similar_there": _("says nearly the same as a question of the bank: %(likeness)s %% alike"),
    "no_anchors": _("was left out: it has no rubric of its own"),
    "changed_since": _("was left alone: the bank has changed since the preview"),
    "bad_minutes": _("its minutes are no number from 1 to 240"),
    "bad_difficulty": _("its difficulty is no number from 1 to 5"),
    "rubric_incomplete": _(
        "its rubric lacks a level and sets no levels; Markdown keeps its text in the note for the interviewer"
    ),
    "weights_not_100": _("the weights of its competencies do not add up to 100 and were left out"),
}


def problem_message(problem: ReadProblem) -> str:
    """Why a place in a file could not be read, in the active language."""
    message = str(PROBLEMS[problem.code]) % problem.params
    place = problem.params.get("place")
    return gettext("%(place)s: %(message)s") % {"place": place, "message": message} if place else message


def doubt_message(code: str, params: dict[str, Any] | None = None) -> str:
    """Why a question is worth a look, in the active language."""
    return str(DOUBTS[code]) % (params or {})


def entry_messages(status: str, notes: list[dict[str, Any]]) -> list[str]:
    """The notes of an entry of an import: why it could not be read, or why it is worth a look."""
    if status == ImportStatus.UNREADABLE:
        found = [ReadProblem(0, note["code"], note["params"]) for note in notes if note["code"] in PROBLEMS]
        return [problem_message(problem) for problem in found]
    return [doubt_message(note["code"], note["params"]) for note in notes if note["code"] in DOUBTS]
