"""An author's way: a question in two languages, a second reader, the next version, a bank from a file."""

import re

import pytest
from playwright.sync_api import expect

from accounts.choices import Role
from questionbank.models import Question, QuestionVersion
from questionbank.services.sample import ensure_vocabulary
from tests.browser.conftest import work_off
from tests.factories import CategoryFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

ENGLISH = {"Title": "When a cache hurts", "Prompt, as it is read out": "When does a cache make things *slower*?"}
CHINESE = {"Title": "缓存何时有害", "Prompt, as it is read out": "缓存什么时候反而更慢？"}

BANK = """# Caches
## Basics
### Q1: When does a cache hurt?
**Answer**: When it is asked for what it does not hold.

### Q2: What is left without an answer?
"""


@pytest.fixture
def authors():
    ensure_vocabulary()
    CategoryFactory(name_en="Caches", name_zh="缓存")
    return [UserFactory(roles=[Role.AUTHOR], display_name=name) for name in ("Marta First", "David Second")]


def part(page, language):
    """The words in a language, whose tab is opened first."""
    # The tab also says where a language has errors.
    page.get_by_role("tab", name=re.compile(f"^{language}")).click()
    return page.get_by_role("tabpanel", name=re.compile(f"^{language}"))


def write(section, words, anchors):
    for label, text in words.items():
        section.get_by_label(label).fill(text)
    for level, anchor in enumerate(anchors, start=1):
        section.get_by_label(f"Level {level}").fill(anchor)


def describe(page):
    page.get_by_label("Category").select_option("Caches")
    page.get_by_label("Minutes").fill("15")
    page.get_by_label("Seniority from").select_option("Mid-level")
    page.get_by_label("up to").select_option("Staff")
    page.get_by_role("group", name="Roles").get_by_label("Software engineer").check()
    page.get_by_label("Competency").first.select_option("Reliability")


def test_two_authors_bring_a_question_into_the_bank_and_change_it(visit, authors):
    first, second = (visit(author) for author in authors)
    page = first.open("/questions/")
    page.get_by_role("link", name="New question").click()
    describe(page)
    page.get_by_label("Weight in percent").first.fill("90")
    write(part(page, "English"), ENGLISH, [f"What level {level} sounds like." for level in (1, 2, 3, 4)])
    write(part(page, "Simplified Chinese"), CHINESE, [f"第{level}级的表现。" for level in range(1, 6)])
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_role("alert")).to_contain_text("Say what this level looks like.")
    assert first.accessibility_problems() == []
    english = part(page, "English")
    expect(english.get_by_label("Title")).to_have_value(ENGLISH["Title"])
    expect(part(page, "Simplified Chinese").get_by_label("Level 5")).to_have_value("第5级的表现。")
    part(page, "English").get_by_label("Level 5").fill("What level 5 sounds like.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("alert")).to_contain_text("100")
    page.get_by_label("Weight in percent").first.fill("100")
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_role("heading", name=ENGLISH["Title"])).to_be_visible()
    expect(page.get_by_text("Somebody other than the author has to publish it.")).to_be_visible()
    page.get_by_role("button", name="Send for review").click()
    expect(page.get_by_text("Sent for review.")).to_be_visible()

    publish(second)
    next_version(page)


def publish(window):
    page = window.open("/questions/")
    page.get_by_role("link", name=ENGLISH["Title"]).click()
    page.get_by_role("link", name="简体中文").click()
    expect(page.get_by_role("heading", name=CHINESE["Title"])).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. Its words never change from now on.")).to_be_visible()
    assert window.accessibility_problems() == []


def next_version(page):
    page.reload()
    page.get_by_role("link", name="Write the next version").click()
    part(page, "English").get_by_label("Title").fill("When a cache hurts more than it helps")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", name="When a cache hurts more than it helps")).to_be_visible()
    versions = page.locator("section.card", has=page.get_by_role("heading", name="Versions"))
    expect(versions.get_by_role("listitem")).to_have_count(2)
    states = list(QuestionVersion.objects.order_by("number").values_list("number", "state"))
    assert states == [(1, "published"), (2, "draft")]


def test_leaving_with_unsaved_words_is_asked_about(visit, authors):
    page = visit(authors[0]).open("/questions/new/")
    part(page, "English").get_by_label("Title").fill("Half a thought")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    page.get_by_role("link", name="Cancel").click()

    expect(part(page, "English").get_by_label("Title")).to_have_value("Half a thought")
    assert asked == ["beforeunload"]


def test_a_bank_comes_in_from_a_file_and_is_published_at_once(visit, authors):
    first, second = (visit(author) for author in authors)
    page = first.open("/questions/")
    page.get_by_role("link", name="Import").first.click()
    page.get_by_label("Files", exact=True).set_input_files(
        {"name": "b.md", "mimeType": "text/markdown", "buffer": BANK.encode()}
    )
    page.get_by_role("button", name="Show the preview").click()
    expect(page.get_by_role("heading", name="Reading the files")).to_be_visible()
    work_off()
    expect(page.get_by_role("row", name=re.compile("What is left without an answer"))).to_contain_text("has no answer")
    assert not Question.objects.exists()
    page.get_by_role("button", name="Write 2 drafts").click()
    expect(page.get_by_role("heading", name="Writing drafts")).to_be_visible()
    work_off()
    expect(page.get_by_role("heading", name="2 drafts were written")).to_be_visible()
    work_off()  # the search learns of them

    page = second.open("/questions/?state=waiting")
    page.get_by_role("button", name="Publish all shown").click()

    expect(page.get_by_text("2 questions are published.")).to_be_visible()
    assert QuestionVersion.objects.askable().count() == 2
