"""One call reads a file of any format: what its name says is passed on."""

import pytest

from questionbank.formats.files import read_file

BANK = b"## What is a lease?\n\nA lock that ends by itself.\n\n## What is a fence?\n\nA number that grows.\n"


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("bank/Databases/locks.md", "Databases"),
        ("bank\\Databases\\locks.md", "Databases"),
        ("locks.md", ""),
        ("/srv/uploads/locks.md", ""),
    ],
)
def test_nearest_folder_is_the_category_of_a_markdown_file_without_one(name, category):
    questions = read_file(name, BANK).questions

    assert [question.category for question in questions] == [category, category]


def test_a_heading_goes_before_the_folder():
    reading = read_file("bank/Databases/locks.md", b"# Locks\n\n# Time\n\n" + BANK)

    assert [question.category for question in reading.questions] == ["Time", "Time"]
