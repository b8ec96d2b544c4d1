"""An interviewer's card: keyboard, bad networks, two tabs, no script. Nothing that was written is ever lost."""

import datetime as dt
import re

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from interviews.models import Round
from scoring.models import Scorecard
from tests.browser.test_recruiter import sign_in
from tests.factories import PASSWORD
from tests.scoring.worlds import asked_of, fill, panel_world, submit

pytestmark = pytest.mark.django_db(transaction=True)

SAVED = re.compile(r"^\s*Saved \d\d:\d\d:\d\d\s*$")


@pytest.fixture
def seat():
    """The lead's seat in a round that ended an hour ago; a colleague has submitted a card."""
    world = panel_world(panel=(2,))
    ended = timezone.now() - dt.timedelta(hours=1)
    Round.objects.update(starts_at=ended - dt.timedelta(hours=1), ends_at=ended)
    submit(world.seats[0][1], words="What the colleague heard")
    return world.seats[0][0]


def open_card(visit, seat, **options):
    window = visit(seat.interviewer.user, **options)
    window.open(f"/scorecards/{seat.pk}/")
    return window


def saved(page):
    return page.locator("#saved-state")


def evidence(page):
    return page.get_by_label(re.compile("^Evidence")).locator("visible=true")


def scores(seat):
    kept = Scorecard.objects.get(seat=seat).scores.order_by("asked_question__position")
    return [(score.level, score.not_assessed, score.evidence) for score in kept]


def test_a_whole_card_with_the_keyboard_alone(visit, seat):
    window = visit(seat.interviewer.user)
    page = window.open("/")
    page.get_by_role("link", name="Write the card").click()
    expect(page.get_by_role("heading", name="Title of question")).to_be_visible()
    page.wait_for_load_state()  # keys count once the script is there

    page.keyboard.press("4")
    page.keyboard.press("n")
    page.keyboard.type("Named 3 limits, then n more.")
    expect(saved(page)).to_have_text(SAVED)
    assert scores(seat) == [(4, False, "Named 3 limits, then n more.")]

    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert window.accessibility_problems() == []
    page.keyboard.press("Escape")

    page.keyboard.press("j")
    page.keyboard.press("0")
    page.keyboard.press("k")
    expect(evidence(page)).to_have_value("Named 3 limits, then n more.")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Overall recommendation")).to_be_visible()
    expect(saved(page)).to_have_text(SAVED)
    assert scores(seat)[1] == (None, True, "")


def test_what_is_missing_is_said_and_the_submitted_card_is_final(visit, seat):
    window = open_card(visit, seat)
    page = window.page
    page.keyboard.press("3")
    page.get_by_role("button", name="Overall recommendation").click()
    expect(page.get_by_text("a level without evidence").locator("visible=true")).to_have_count(1)
    expect(page.get_by_text("no level yet").locator("visible=true")).to_have_count(1)

    page.get_by_role("button", name="Submit scorecard").click()
    expect(page.locator(".field-error").locator("visible=true").first).to_be_visible()
    expect(saved(page)).to_have_text(SAVED)
    assert window.accessibility_problems() == []
    assert Scorecard.objects.get(seat=seat).submitted_at is None

    page.goto(f"/scorecards/{seat.pk}/?part=1")
    evidence(page).fill("Saw it on the second hint.")
    page.get_by_role("button", name=re.compile("^Next")).click()
    page.get_by_label(re.compile("Not assessed")).locator("visible=true").check()
    page.get_by_role("button", name=re.compile("Recommendation")).last.click()
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label(re.compile("In one sentence")).fill("I would work with them.")
    expect(saved(page)).to_have_text(SAVED)
    page.get_by_role("button", name="Submit scorecard").click()

    expect(page.get_by_text("Your scorecard is submitted.")).to_be_visible()
    page.goto(f"/scorecards/{seat.pk}/?part=1")
    expect(evidence(page)).not_to_be_editable()
    expect(page.get_by_role("button", name="Submit scorecard")).to_have_count(0)
    page.keyboard.press("5")
    assert scores(seat)[0] == (3, False, "Saw it on the second hint.")


def test_nothing_of_a_colleague_shows_before_the_own_card_is_in(visit, seat):
    page = visit(seat.interviewer.user).page
    loop = seat.round.loop_id

    for path in ("/", "/scorecards/", f"/scorecards/{seat.pk}/", f"/scorecards/{seat.pk}/save/", f"/debriefs/{loop}/"):
        page.goto(path)
        assert "What the colleague heard" not in page.content()
    expect(page.get_by_text("Your own card comes first.")).to_be_visible()

    submit(seat)
    page.reload()
    expect(page.get_by_text("What the colleague heard").first).to_be_visible()


def test_a_dropped_connection_is_shown_and_made_good(visit, seat):
    window = open_card(visit, seat)
    page = window.page
    window.context.set_offline(True)
    evidence(page).fill("Heard while the network was down.")

    expect(saved(page)).to_have_text("Not saved, retrying")
    expect(saved(page).locator(".saved-failed")).to_be_visible()
    assert not Scorecard.objects.filter(seat=seat, version__gt=0).exists()

    window.context.set_offline(False)
    expect(saved(page)).to_have_text(SAVED)
    assert scores(seat) == [(None, False, "Heard while the network was down.")]
    window.complaints = [line for line in window.complaints if "ERR_INTERNET_DISCONNECTED" not in line]


def test_an_answer_that_got_lost_saves_nothing_twice(visit, seat):
    window = open_card(visit, seat)
    page, asked = window.page, []

    def lose_the_first_answer(route):
        asked.append(route.request.headers["idempotency-key"])
        if len(asked) > 1:
            route.continue_()
            return
        route.fetch()
        route.abort()

    page.route("**/save/", lose_the_first_answer)
    evidence(page).fill("Once.")

    expect(saved(page)).to_have_text(SAVED)
    assert len(asked) == 2
    assert asked[0] == asked[1]
    assert Scorecard.objects.get(seat=seat).version == 1
    window.complaints.clear()


def test_two_tabs_lose_nothing(visit, seat):
    window = open_card(visit, seat)
    first, second = window.page, window.context.new_page()
    second.goto(f"/scorecards/{seat.pk}/")
    evidence(first).fill("From the first tab.")
    expect(saved(first)).to_have_text(SAVED)

    evidence(second).fill("From the second tab.")

    expect(saved(second)).to_have_text("Changed in another tab")
    expect(evidence(second)).to_have_value("From the second tab.")
    expect(second.get_by_text("From the first tab.")).to_be_visible()
    assert scores(seat) == [(None, False, "From the first tab.")]
    second.get_by_role("button", name="Keep mine").click()
    expect(saved(second)).to_have_text(SAVED)
    assert scores(seat) == [(None, False, "From the second tab.")]


def test_an_expired_session_keeps_the_text_until_one_has_signed_in_again(visit, seat):
    window = open_card(visit, seat)
    page, user = window.page, seat.interviewer.user
    user.set_password(PASSWORD)
    user.save()
    Session.objects.all().delete()
    evidence(page).fill("Written while signed out.")

    expect(page.get_by_text("You are signed out.")).to_be_visible()
    expect(saved(page)).to_have_text("Not saved")
    assert window.accessibility_problems() == []
    with window.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    tab = opened.value
    tab.get_by_label("Email").fill(user.email)
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    expect(tab.get_by_role("heading", name=re.compile("^Hello"))).to_be_visible()
    tab.close()
    page.get_by_role("button", name="I am signed in").click()

    expect(saved(page)).to_have_text(SAVED)
    expect(evidence(page)).to_have_value("Written while signed out.")
    assert scores(seat) == [(None, False, "Written while signed out.")]


def test_what_was_saved_is_there_after_a_reload(visit, seat):
    fill(seat)
    page = open_card(visit, seat, width=390).page

    expect(evidence(page)).to_have_value("Said it aloud, question 1")
    page.reload()
    expect(page.get_by_role("radio", checked=True).locator("visible=true")).to_have_count(1)
    expect(saved(page)).to_have_text(SAVED)


def test_the_same_card_without_a_script(visit, seat):
    user = seat.interviewer.user
    window = visit(java_script_enabled=False)
    page = sign_in(window, user)
    page.get_by_role("link", name="Write the card").click()

    for place, asked in enumerate(asked_of(seat), start=1):
        expect(page.get_by_role("heading", name=asked.version.texts.get().title)).to_be_visible()
        page.get_by_label("What level 4 looks like.").locator("visible=true").check()
        evidence(page).fill(f"Written by hand, {place}.")
        page.get_by_role("button", name=re.compile("^(Next|Recommendation)")).click()
    expect(page.get_by_role("heading", name="Overall recommendation")).to_be_visible()
    assert [level for level, _not, _text in scores(seat)] == [4, 4]
    page.get_by_role("button", name="Submit scorecard").click()
    expect(page.locator(".field-error").first).to_be_visible()
    page.get_by_label("Strong yes").check()
    page.get_by_label(re.compile("In one sentence")).fill("Gladly.")
    page.get_by_role("button", name="Submit scorecard").click()

    expect(page.get_by_text("Your scorecard is submitted.")).to_be_visible()
    card = Scorecard.objects.get(seat=seat)
    assert (card.state, card.recommendation, card.summary) == ("submitted", "strong_yes", "Gladly.")
