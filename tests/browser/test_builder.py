"""A recruiter builds a loop: swaps, locks, rebuilds, makes the impossible possible, approves."""

import re

import pytest
from playwright.sync_api import expect

from interviews.models import CompetencyNeed, LoopPlan
from interviews.services.plans import compile_plan
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    world = small_world()
    for _ in range(2):
        world.ask(world.coding, minutes=20, difficulty=4)
    world.ask(world.reliability, minutes=20)
    return world


def titles(page):
    return page.locator(".question-title").all_inner_texts()


def test_recruiter_builds_swaps_locks_rebuilds_and_approves(visit, world):
    window = visit(world.recruiter)
    page = window.open(f"/jobs/{world.job.pk}/")
    page.get_by_role("button", name="Build loop plan").click()
    expect(page.get_by_text("Best possible, proved.")).to_be_visible()
    expect(page.get_by_role("heading", name="Alternatives")).to_be_visible()
    before = titles(page)

    page.locator(".question-title").nth(1).click()
    expect(page).to_have_url(re.compile("/questions/"))
    expect(page.locator(".question-card.is-chosen .question-title")).to_have_text(before[1])
    assert window.accessibility_problems() == []

    page.keyboard.press("k")
    expect(page.locator(".question-card.is-chosen .question-title")).to_have_text(before[0])
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Difficulty 4 instead of 3")
    dialog.get_by_role("button", name="Swap").click()
    expect(page.get_by_text("Changed by hand.")).to_be_visible()
    swapped = titles(page)
    assert swapped[0] != before[0]
    assert swapped[1:] == before[1:]

    page.keyboard.press("l")
    expect(page.locator(".question-card.is-chosen")).to_contain_text("locked")
    page.keyboard.press("r")
    expect(page.get_by_text("built from plan 1")).to_be_visible()
    expect(page.get_by_text("Best possible, proved.")).to_be_visible()
    assert swapped[0] in titles(page)

    page.get_by_role("button", name="Approve plan").click()
    expect(page.get_by_text("Plan approved.")).to_be_visible()
    assert LoopPlan.objects.approved().get().built_from.number == 1


def test_an_impossible_loop_is_made_possible_for_this_job(visit, world):
    CompetencyNeed.objects.filter(competency=world.coding).update(questions=4)
    window = visit(world.recruiter, width=390)
    page = window.open(f"/jobs/{world.job.pk}/")

    page.get_by_role("button", name="Build loop plan").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Round 1 has 50 minutes for questions and needs 80.")
    assert window.accessibility_problems() == []
    assert not window.overflows()
    alert.get_by_role("button", name="Give Round 1 30 minutes more").click()

    expect(page.get_by_text("Best possible, proved.")).to_be_visible()
    expect(page.get_by_text("rules of this job")).to_be_visible()
    page.get_by_role("link", name="Senior software engineer").first.click()
    expect(page.get_by_text("Round 1: 90 minutes instead of 60")).to_be_visible()
    page.get_by_role("button", name="Back to the general template").click()
    expect(page.get_by_text("This job follows the general template again.")).to_be_visible()


def test_the_builder_works_without_a_script(chromium, visit, world):
    plan = compile_plan(job=world.job, actor=world.recruiter)
    window = visit(world.recruiter, java_script_enabled=False)
    page = window.open(f"/plans/{plan.pk}/")

    page.get_by_role("link", name="Show alternatives").click()
    page.locator(".choices").get_by_role("button", name="Swap").first.click()
    expect(page.get_by_text("Changed by hand.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Lock Q-")).first.click()
    expect(page.get_by_role("button", name=re.compile("^Lock Q-"), pressed=True)).to_have_count(1)
    page.get_by_role("link", name="See the proof").click()
    expect(page.get_by_role("heading", name="Proof of plan 1")).to_be_visible()


def test_the_drawer_comes_back_with_the_back_button(visit, world):
    plan = compile_plan(job=world.job, actor=world.recruiter)
    window = visit(world.recruiter)
    page = window.open(f"/plans/{plan.pk}/")
    names = titles(page)
    page.locator(".question-title").nth(2).click()
    expect(page.locator("#why-title")).to_have_text(names[2])
    page.locator(".question-title").nth(3).click()
    expect(page.locator("#why-title")).to_have_text(names[3])

    page.go_back()

    expect(page.locator("#why-title")).to_have_text(names[2])
    expect(page.locator(".question-card.is-chosen .question-title")).to_have_text(names[2])


def test_two_tabs_do_not_overwrite_each_other(visit, world):
    plan = compile_plan(job=world.job, actor=world.recruiter)
    first, second = visit(world.recruiter).page, visit(world.recruiter).page
    for page in (first, second):
        page.goto(f"/plans/{plan.pk}/")
        expect(page.locator(".choices li").first).to_be_visible()

    first.locator(".choices").get_by_role("button", name="Swap").first.click()
    expect(first.get_by_text("Changed by hand.")).to_be_visible()
    second.locator(".choices").get_by_role("button", name="Swap").nth(1).click()

    expect(second.get_by_role("alert")).to_contain_text("Somebody has changed this plan since you opened it.")
    assert LoopPlan.objects.get().edits == 1


@pytest.mark.parametrize(("width", "theme"), [(1280, "dark"), (390, "light")])
def test_what_the_drawer_and_the_proof_show_is_accessible(visit, world, width, theme):
    plan = compile_plan(job=world.job, actor=world.recruiter)
    window = visit(world.recruiter, width=width, theme=theme)

    for address in ("additions/R1/", "proof/", f"questions/{plan.questions.all()[0].pk}/"):
        window.open(f"/plans/{plan.pk}/{address}")
        assert window.accessibility_problems() == []
        assert not window.overflows()
