"""What readers of question files found, in words. The formats know only codes."""

from django.utils.translation import gettext_lazy as _

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
    "no_file": _("There is no such file."),
    "no_access": _("The file may not be opened."),
    "unopenable": _("The file could not be opened."),
    "no_markdown": _("This folder holds no Markdown file."),
}

DOUBTS = {
    "no_answer": _("has no answer"),
    "no_label": _("its answer is not marked as the others are"),
    "no_title": _("has no title of its own"),
    "guessed": _("is marked as a question by its wording alone"),
    "same_title": _("has the title of a question above"),
    "unclosed_code": _("ends in a code block that is never closed"),
    "unclosed_comment": _("ends in a comment that is never closed"),
    "cut_off": _("ends where the file breaks off"),
}


def problem_message(problem: ReadProblem) -> str:
    """Why a place in a file could not be read, in the active language."""
    return str(PROBLEMS[problem.code]) % problem.params


def doubt_message(code: str) -> str:
    """Why a question is worth a look, in the active language."""
    return str(DOUBTS[code])
