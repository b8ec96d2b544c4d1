"""The editor and the question page: live preview, autosave, review with comments, word diff, keyboard."""

import re

import pytest
from playwright.sync_api import expect

from accounts.choices import Role
from questionbank.choices import VersionState
from questionbank.models import EditorDraft, EnemyPair, Question, QuestionVersion
from questionbank.services.sample import ensure_vocabulary
from questionbank.services.versions import create_question
from tests.factories import CategoryFactory, UserFactory
from tests.questionbank.contents import content, wording

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def authors():
    ensure_vocabulary()
    return [UserFactory(roles=[Role.AUTHOR], display_name=name) for name in ("Marta First", "David Second")]


@pytest.fixture
def question(authors):
    category = CategoryFactory(name_en="Caches")
    words = wording(
        prompt="A cache serves 4,096 users. How big is it?",
        reference_answer="It takes $2 \\times 32$ GiB.",
        probes=("Which grows first?", "What would you measure?"),
    )
    chinese = wording(language="zh-hans", title="缓存多大？", prompt="缓存为4,096个用户服务。")
    return create_question(author=authors[0], category=category, content=content(wordings=(words, chinese))).question


def field(page, name):
    return page.locator(f'[name="{name}"]')


def kept(page):
    return page.locator("#saved-state").get_by_text(re.compile(r"Saved \d\d:\d\d:\d\d"))


def test_the_look_of_the_text_stands_beside_it(visit, authors, question):
    window = visit(authors[0])
    page = window.open(f"/questions/{question.pk}/edit/")

    answer = page.locator('[data-preview-of="en-reference_answer"]')
    expect(answer.locator("svg.formula")).to_have_attribute("aria-label", r"2 \times 32")
    field(page, "en-reference_answer").fill("| a | b |\n|---|---|\n| 1 | **2** |\n\n<script>alert(1)</script>")
    expect(answer.locator("td strong")).to_have_text("2")
    expect(answer).to_contain_text("<script>alert(1)</script>")

    page.get_by_role("button", name="Other language").first.click()
    expect(page.locator('[data-preview-of="en-prompt"]')).to_contain_text("缓存为4,096个用户服务")
    page.get_by_role("tab", name="Simplified Chinese").click()
    expect(page.locator('[data-preview-of="zh-hans-prompt"]')).to_contain_text("A cache serves 4,096 users")
    assert window.accessibility_problems() == []
    assert not window.overflows()


def test_unfinished_words_survive_a_reload_and_a_closed_window(visit, authors, question):
    page = visit(authors[0]).open(f"/questions/{question.pk}/edit/")
    field(page, "en-title").fill("Half a tho")
    expect(kept(page)).to_be_visible()

    page.reload()
    expect(page.get_by_text("Your unfinished words are back.")).to_be_visible()
    expect(field(page, "en-title")).to_have_value("Half a tho")
    field(page, "en-title").fill("Half a thought")
    expect(kept(page)).to_be_visible()
    page.context.close()

    page = visit(authors[0]).open(f"/questions/{question.pk}/edit/")
    expect(field(page, "en-title")).to_have_value("Half a thought")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", name="Half a thought")).to_be_visible()
    assert not EditorDraft.objects.exists()


def test_two_tabs_lose_nothing(visit, authors, question):
    window = visit(authors[0])
    first = window.open(f"/questions/{question.pk}/edit/")
    second = window.context.new_page()
    second.goto(f"/questions/{question.pk}/edit/")
    field(first, "en-title").fill("From the first tab")
    expect(kept(first)).to_be_visible()

    field(second, "en-title").fill("From the second tab")
    expect(second.get_by_text("Another tab has kept other words.")).to_be_visible()
    assert EditorDraft.objects.get().fields["en-title"] == ["From the first tab"]
    second.get_by_role("button", name="Go on with these").click()
    expect(kept(second)).to_be_visible()
    assert EditorDraft.objects.get().fields["en-title"] == ["From the second tab"]


def test_a_new_question_is_written_with_the_keyboard_only(visit, authors):
    ensure_vocabulary()
    CategoryFactory(name_en="Caches")
    page = visit(authors[0]).open("/questions/new/")
    key = page.keyboard

    page.get_by_role("tab", name="English").focus()
    for _ in range(3):
        key.press("Tab")
    key.type("When a cache hurts")
    key.press("Tab")
    key.type("When does a cache make things slower?")
    key.press("Tab")
    key.press("Enter")
    key.type("Second?")
    key.press("Enter")
    key.type("First?")
    key.press("Alt+ArrowUp")
    rows = page.locator('[data-rows-of="en-probes"] li textarea')
    assert [rows.nth(n).input_value() for n in range(2)] == ["First?", "Second?"]
    page.get_by_role("button", name="Start from the generic rubric").focus()
    key.press("Enter")
    expect(page.locator("#words-en").get_by_text("generic rubric", exact=True)).to_be_visible()
    for level in range(1, 6):
        field(page, f"en-anchor_{level}").focus()
        key.press("ControlOrMeta+a")
        key.type(f"What level {level} sounds like.")
    page.get_by_label("Category").focus()
    for text in ("Cach", "\tMid", "\tSta", "\t20", "\t4"):
        for letter in text:
            key.press("Tab" if letter == "\t" else letter)
    page.get_by_role("group", name="Roles").get_by_label("Software engineer").focus()
    key.press("Space")
    page.get_by_label("Competency").first.focus()
    key.type("Reliab")
    key.press("Tab")
    key.type("100")
    expect(page.get_by_text("100 of 100 %")).to_be_visible()
    page.get_by_label("Add a tag").focus()
    key.type("Caches,latency")
    key.press("Enter")
    key.press("Control+Enter")

    expect(page.get_by_role("heading", name="When a cache hurts")).to_be_visible()
    version = QuestionVersion.objects.get()
    assert version.texts.get().probes == ["First?", "Second?"]
    assert sorted(version.question.tags.values_list("name", flat=True)) == ["Caches", "latency"]
    assert not version.rubric_is_generic


def test_saving_with_ctrl_s_goes_on_at_the_same_place(visit, authors, question):
    page = visit(authors[0]).open(f"/questions/{question.pk}/edit/")
    field(page, "en-context").fill("Mind the units.")
    with page.expect_navigation():
        page.keyboard.press("Control+s")

    expect(field(page, "en-context")).to_be_focused()
    expect(page).to_have_url(re.compile("/edit/$"))
    assert question.versions.get().texts.get(language="en").context == "Mind the units."


def test_enemies_are_found_and_named(visit, authors, question):
    words = (wording(title="Size of a training step"),)
    other = create_question(author=authors[1], category=question.category, content=content(wordings=words)).question
    page = visit(authors[0]).open(f"/questions/{question.pk}/edit/")

    page.get_by_role("combobox", name="Find by number or title").fill("training")
    expect(page.get_by_role("option", name="Size of a training step")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type("shares its numbers")
    page.keyboard.press("Control+Enter")

    related = page.locator("#related")
    expect(related.get_by_role("link", name="Size of a training step")).to_be_visible()
    expect(related).to_contain_text("shares its numbers")
    assert EnemyPair.objects.get().reason == "shares its numbers"
    page.goto(f"/questions/{other.pk}/")
    expect(page.locator("#related")).to_contain_text(question.label)


def test_a_reviewer_sends_back_the_author_mends_and_the_page_shows_the_difference(visit, authors, question):
    first, second = (visit(author) for author in authors)
    page = first.open(f"/questions/{question.pk}/")
    page.get_by_role("button", name="Send for review").click()

    theirs = second.open(f"/questions/{question.pk}/")
    theirs.get_by_label("Comment").fill("Say how many users in all.")
    theirs.get_by_role("button", name="Send back").click()
    expect(theirs.locator("#review")).to_contain_text("sent back")
    theirs.evaluate("scrollTo(0, 0)")  # nothing half under the bar at the top
    assert second.accessibility_problems() == []

    page.reload()
    expect(page.locator("#review")).to_contain_text("Say how many users in all.")
    page.get_by_role("link", name="Edit").click()
    field(page, "en-prompt").fill("A cache serves 8,192 users in all. How big is it?")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("button", name="Send for review").click()
    theirs.reload()
    theirs.get_by_role("button", name="Publish").click()
    expect(theirs.get_by_text("Published. Its words never change from now on.")).to_be_visible()

    page.reload()
    page.get_by_role("link", name="Write the next version").click()
    field(page, "en-prompt").fill("A cache serves 9,000 users in all. How big is it?")
    page.get_by_role("button", name="Save draft").click()
    changes = page.locator("#changes")
    expect(changes.locator("del")).to_have_text("8,192")
    expect(changes.locator("ins")).to_have_text("9,000")
    expect(changes).to_contain_text("Unchanged")
    expect(page.get_by_text("lags behind").first).to_be_visible()
    changes.get_by_role("link", name="Side by side").click()
    expect(changes.locator("del")).to_have_text("8,192")
    assert first.accessibility_problems() == []
    states = list(QuestionVersion.objects.order_by("number").values_list("state", flat=True))
    assert states == [VersionState.PUBLISHED, VersionState.DRAFT]


def test_the_editor_without_a_script_is_a_plain_form(visit, authors, question):
    page = visit(authors[0], java_script_enabled=False).open(f"/questions/{question.pk}/edit/")

    page.get_by_label("Follow-up questions").first.fill("Only one?")
    page.get_by_label("Title").nth(1).fill("缓存有多大？")
    page.get_by_role("button", name="Save draft").click()

    assert page.url.endswith(f"/questions/{question.pk}/")
    texts = Question.objects.get().versions.get().texts
    assert texts.get(language="en").probes == ["Only one?"]
    assert texts.get(language="zh-hans").title == "缓存有多大？"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_editor_fits_a_phone(visit, authors, question, theme):
    window = visit(authors[0], width=390, theme=theme)
    page = window.open(f"/questions/{question.pk}/edit/")

    assert not window.overflows()
    assert window.accessibility_problems() == []
    page.get_by_role("button", name="Preview").first.click()
    expect(page.locator('[data-preview-of="en-prompt"]')).to_contain_text("A cache serves")
    assert not window.overflows()
