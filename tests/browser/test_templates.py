"""A recruiter's way with templates: edited while a plan stands on the old rules, tried, copied, without a script."""

import pytest
from playwright.sync_api import expect

from interviews.models import LoopTemplate
from tests.factories import RoleFamilyFactory
from tests.interviews.test_templates import plan_on
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    world = small_world()
    plan_on(world, world.template)
    return world


def test_a_template_is_edited_tried_and_becomes_the_next_version(visit, world):
    window = visit(world.recruiter)
    page = window.open("/templates/")
    page.get_by_role("link", name="2 rounds").click()
    page.get_by_role("link", name="Edit", exact=True).click()

    page.get_by_role("button", name="Add a round").click()
    added = page.get_by_role("group", name="Round 3")
    added.get_by_label("English name").fill("Third talk")
    added.get_by_label("Lead from").select_option(label=world.pools[0].name)
    added.get_by_label("Coding", exact=True).check()
    page.get_by_role("button", name="Move round 3 up").click()
    expect(page.get_by_role("group", name="Round 2 Third talk")).to_be_visible()

    page.get_by_label("Questions", exact=True).first.fill("9")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("No loop keeps all of these rules.")).to_be_visible()
    page.get_by_label("Questions", exact=True).first.fill("2")
    page.get_by_role("button", name="Take out round 2").click()
    expect(page.get_by_role("group", name="Round 3")).to_have_count(0)
    page.get_by_label("Days of rest").fill("30")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("A loop can be built.")).to_be_visible()
    assert window.accessibility_problems() == []
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Days of rest: 21 → 30.")).to_be_visible()
    assert LoopTemplate.objects.current().get().version == 2
    assert window.accessibility_problems() == []


def test_a_copy_for_another_role_on_a_phone(visit, world):
    role = RoleFamilyFactory(name_en="Designer")
    window = visit(world.recruiter, width=390)
    page = window.open(f"/templates/{world.template.pk}/")
    page.get_by_role("link", name="Copy").click()
    assert not window.overflows()

    page.get_by_label("Role", exact=True).select_option(label="Designer")
    page.get_by_label("Seniority").select_option(label=world.job.seniority.name_en)
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Template saved.")).to_be_visible()
    assert LoopTemplate.objects.get(role_family=role).rounds.count() == 2
    assert not window.overflows()


def test_it_works_without_a_script_and_refuses_in_place(visit, world):
    window = visit(world.recruiter, java_script_enabled=False)
    page = window.open(f"/templates/{world.template.pk}/edit/")

    page.get_by_role("button", name="Add a need").click()
    page.get_by_label("Interviewers").nth(2).fill("0")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Some fields need another look.")).to_be_visible()
    page.get_by_role("button", name="Take out need 3").click()
    page.get_by_label("Days of rest").fill("7")
    page.get_by_label("Days of rest").press("Enter")  # tries, never saves or moves
    expect(page.get_by_text("A loop can be built.")).to_be_visible()
    assert LoopTemplate.objects.get().rest_days == 21
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Saved as the next version.")).to_be_visible()
