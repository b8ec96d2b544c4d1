"""The list of questions: found while typing, narrowed, kept under a name, changed two at a time."""

import re

import pytest
from playwright.sync_api import expect

from accounts.choices import Role
from questionbank.models import Question
from questionbank.services.sample import ensure_vocabulary
from questionbank.services.versions import create_question
from tests.factories import CategoryFactory, UserFactory
from tests.questionbank.contents import content, wording

pytestmark = pytest.mark.django_db(transaction=True)

TITLES = {"缓存何时有害": 2, "缓存一致性": 2, "数据库的缓存": 4, "死锁从何而来": 2}


@pytest.fixture
def author():
    ensure_vocabulary()
    author, shelf = UserFactory(roles=[Role.AUTHOR]), CategoryFactory(name_en="Storage")
    CategoryFactory(name_en="Systems")
    for title, difficulty in TITLES.items():
        words = wording(language="zh-hans", title=title, prompt="为什么？")
        create_question(author=author, category=shelf, content=content(wordings=(words,), difficulty=difficulty))
    return author


def test_found_while_typing_narrowed_kept_and_changed_two_at_a_time(visit, author):
    window = visit(author)
    page = window.open("/questions/")
    expect(found(page)).to_have_count(4)

    page.get_by_role("searchbox", name="Search the questions").press_sequentially("缓存")
    expect(found(page)).to_have_count(3)
    expect(found(page).locator("mark")).to_have_text(["缓存"] * 3)
    page.locator("summary", has_text="Difficulty").click()
    page.get_by_role("group", name="Difficulty").get_by_role("checkbox", name="2").first.check()
    expect(found(page)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"difficulty=2"))
    page.get_by_role("link", name="Remove Difficulty: 2").click()
    expect(found(page)).to_have_count(3)
    assert window.accessibility_problems() == []

    keep(page, "About caches")
    change_two(window, page)


def found(page):
    """The questions that the list shows."""
    return page.get_by_role("table", name="Questions").get_by_role("rowheader")


def keep(page, name):
    page.get_by_text("Save this search").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The search is saved.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(found(page)).to_have_count(4)
    page.get_by_role("link", name=name).click()
    expect(found(page)).to_have_count(3)
    expect(page.get_by_role("searchbox", name="Search the questions")).to_have_value("缓存")


def change_two(window, page):
    """The first two of what was found get another shelf, after a look at what that would change."""
    for box in page.get_by_role("checkbox", name=re.compile("Choose Q-")).all()[:2]:
        box.check()
    page.get_by_role("button", name="Change selected").click()
    page.get_by_label("Category").select_option(label="Systems")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("table", name="Preview").get_by_text("Systems")).to_have_count(2)
    assert not Question.objects.filter(category__name_en="Systems").exists()
    assert window.accessibility_problems() == []
    page.get_by_role("button", name="Change 2 questions").click()

    expect(found(page)).to_have_count(3)
    assert Question.objects.filter(category__name_en="Systems").count() == 2
