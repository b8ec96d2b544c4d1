"""Imports are whole or not at all; previews, folders and the words for what is wrong."""

import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import translation

from accounts.choices import Role
from questionbank.formats.reading import ReadProblem, ReadQuestion
from questionbank.models import Category, Question, QuestionText
from questionbank.services.importing import Defaults, preview
from questionbank.services.sample import load_sample_bank
from questionbank.services.sources import read_files
from questionbank.wording import DOUBTS, PROBLEMS
from tests.factories import RoleFamilyFactory, SeniorityFactory, UserFactory
from tests.questionbank.contents import author
from tests.questionbank.imports import BANK, counts, imported, rows, shelves

pytestmark = pytest.mark.django_db

PREVIEW_QUERIES = 9

# All or nothing ------------------------------------------------------------------------------------


def test_nothing_is_written_when_one_question_fails(defaults):
    before = rows()

    with pytest.raises(ValidationError):
        imported(BANK, replace(defaults, minutes=999))

    assert rows() == before


def test_nothing_is_written_when_the_last_question_fails(defaults):
    told = BANK.replace("**Answer**", "Minutes: 10\n\n**Answer**")
    before = rows()

    with pytest.raises(ValidationError):
        imported(told + "### Q4: Why?\n**Answer**: Because.\n", replace(defaults, minutes=0))

    assert rows() == before
    assert counts(imported(told, replace(defaults, minutes=0))) == {"created": 3}


def test_only_authors_import(defaults):
    with pytest.raises(PermissionDenied):
        imported(BANK, defaults, by=UserFactory(roles=[Role.RECRUITER]))

    assert not Category.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_same_bank_imported_twice_at_once_is_there_once():
    level = SeniorityFactory()
    defaults = Defaults(role_families=(RoleFamilyFactory(),), lowest_seniority=level, highest_seniority=level)
    people = [author() for _ in range(3)]
    together = threading.Barrier(len(people))
    met = []

    def attempt(person):
        together.wait(30)
        try:
            met.append(tuple(counts(imported(BANK, defaults, by=person)).items()))
        except Exception as error:  # noqa: BLE001 -- a thread must not die unseen
            met.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(met) == [(("created", 3),), (("unchanged", 3),), (("unchanged", 3),)]
    assert Question.objects.count() == 3


# Reading and wording ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 30])
def test_preview_costs_the_same_at_any_size(size, defaults, django_assert_num_queries):
    text = shelves(*[f"Shelf {n}" for n in range(size)])
    imported(text, defaults)

    # The words of the bank twice, what it has of these questions, and those that may have changed.
    with django_assert_num_queries(PREVIEW_QUERIES):
        report = preview(files=[("bank.md", text.encode())])

    assert report.counts["unchanged"] == size


def test_preview_writes_nothing(defaults):
    before = rows()

    report = preview(files=[("bank.md", BANK.encode())])

    assert (report.drafts, report.usable) == (3, 3)
    assert rows() == before


def test_folders_give_their_markdown_files_in_order(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "folder.md").mkdir()
    for name in ("b.md", "a.MD", "deep/c.markdown", "notes.txt"):
        (tmp_path / name).write_text(BANK, encoding="utf-8")

    files = read_files([tmp_path])

    assert [Path(file.name).name for file in files] == ["a.MD", "b.md", "c.markdown", "notes.txt"]


def test_files_that_cannot_be_opened_are_named(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")

    found = list(read_files([tmp_path / "empty", tmp_path / "missing.md", tmp_path]))

    assert [(Path(file.name).name, file.data.code) for file in found] == [
        ("empty", "no_markdown"),
        ("missing.md", "no_file"),
        ("gone.md", "no_file"),
    ]


def test_huge_files_are_not_read_whole(tmp_path):
    huge = tmp_path / "huge.md"
    with huge.open("wb") as file:
        file.truncate(10**12)

    (file,) = read_files([huge])

    assert len(file.data) == 20 * 1024 * 1024 + 1


def test_every_code_of_the_formats_has_words():
    documented = set(re.findall(r"``(\w+)``", ReadProblem.__doc__))
    doubted = set(re.findall(r"``(\w+)``", ReadQuestion.__doc__)) & {*DOUBTS, *documented}

    assert len(documented) >= 10
    assert documented <= set(PROBLEMS)
    assert {"no_answer", "guessed", "same_title", "unclosed_code", "unclosed_comment", "cut_off"} <= set(DOUBTS)
    assert doubted <= set(DOUBTS)


def test_reports_speak_the_language_of_the_reader(defaults):
    with translation.override("zh-hans"):
        report = preview(files=[("bank.md", b"")])

        assert report.errors[0].message == str(PROBLEMS["empty_file"])


def test_bank_of_the_house_is_not_imported_twice(defaults):
    load_sample_bank(author=author(), publisher=author())
    title = QuestionText.objects.filter(language="en").first().title
    before = rows()

    report = imported(f"### Q1: {title}\n**Answer**: Yes.\n", defaults)

    assert counts(report) == {"duplicates": 1}
    assert rows() == before
