"""Reaching everything without a mouse, and at 400 % zoom."""

import pytest
from playwright.sync_api import expect

from accounts.choices import Role
from tests.factories import UserFactory
from tests.scoring.worlds import panel_world, submit_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person():
    return UserFactory(roles=[role for role in Role if role != Role.ADMIN])


@pytest.mark.parametrize("path", ["/", "/questions/", "/jobs/new/"])
def test_the_first_stop_is_the_way_past_the_menu(visit, person, path):
    page = visit(person).open(path)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/accounts/login/", "/", "/questions/", "/jobs/new/", "/scorecards/"])
def test_focus_is_seen_at_every_stop(visit, person, path, theme):
    page = visit(None if "login" in path else person, theme=theme).open(path)
    stops = 0

    while stops < 40:
        page.keyboard.press("Tab")
        seen = page.evaluate(FOCUS)
        if seen is None:
            break
        assert seen["visible"], f"{path}: {seen['what']}"
        stops += 1

    assert stops > 3


# What has the focus, and whether a ring of at least two pixels is drawn around it; None at the end of the page.
FOCUS = """() => {
    const at = document.activeElement;
    if (at === document.body) return null;
    const ringed = (element) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
        return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || boxShadow !== "none";
    };
    const box = at.getBoundingClientRect();
    const shown = box.width > 0 && box.height > 0;
    return { what: at.outerHTML.slice(0, 120), visible: shown && (ringed(at) || ringed(at.parentElement)) };
}"""


def test_menus_open_with_the_keyboard_and_give_the_focus_back(visit, person):
    page = visit(person).open("/")
    account = page.locator("summary", has=page.locator(".disc"))
    account.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(account).to_be_focused()


def test_nothing_scrolls_sideways_at_four_hundred_percent(visit):
    world = panel_world(manager=UserFactory(roles=[Role.HIRING_MANAGER, Role.RECRUITER, Role.AUTHOR]))
    submit_all(world)
    seat = world.seats[0][0]
    own = {world.manager: ["/", "/jobs/", "/jobs/new/", "/loops/", "/questions/", "/questions/new/", "/debriefs/"]}
    own[world.manager] += [f"/loops/{world.loop.pk}/", f"/debriefs/{world.loop.pk}/"]
    own[seat.interviewer.user] = ["/", "/scorecards/", f"/scorecards/{seat.pk}/", "/people/profile/"]

    wide = []
    for user, paths in own.items():
        window = visit(user, width=320)
        wide += [path for path in paths if window.open(path) and window.overflows()]

    assert wide == []
