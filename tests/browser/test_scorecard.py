"""The scorecard in a real browser: what is written is saved, or the page says that it is not."""

import re

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from interviews.choices import SeatState
from scoring.models import QuestionScore, Scorecard, ScorecardRevision
from scoring.services.scorecards import open_card, save_card
from tests.scoring.worlds import asked_of, panel_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def seat():
    return panel_world(panel=(1,)).seats[0][0]


@pytest.fixture
def context(chromium, live_server, seat):
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    sign_in(context, live_server, seat)
    yield context
    context.close()


def sign_in(context, live_server, seat):
    client = Client()
    client.force_login(seat.interviewer.user)
    value = client.cookies[site.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])


@pytest.fixture
def page(context, live_server, seat):
    page = context.new_page()
    page.goto(live_server.url + reverse("scoring:card-detail", args=[seat.pk]))
    return page


def state(page):
    return page.locator("#saved-state")


def evidence(page):
    return page.locator("textarea[name^=evidence]:visible")


def saved(page):
    expect(state(page)).to_have_text(re.compile(r"Saved \d\d:\d\d:\d\d"))


def test_writing_is_saved_a_second_later_and_said_only_then(page, seat):
    evidence(page).fill("Drew the cache")
    expect(state(page)).to_have_text("Saving")
    saved(page)

    assert QuestionScore.objects.get().evidence == "Drew the cache"
    page.reload()
    assert evidence(page).input_value() == "Drew the cache"
    assert page.evaluate("[...Object.values(localStorage), ...Object.values(sessionStorage)].join()") == ""


def test_keys_score_a_round_without_a_mouse(page, seat):
    page.keyboard.press("4")
    page.keyboard.press("n")
    page.keyboard.type("Said 2 of 3; n, j and 5 are letters here")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("0")
    saved(page)
    page.keyboard.press("j")

    expect(page.get_by_role("heading", name="Overall recommendation")).to_be_visible()
    page.keyboard.press("k")
    assert list(QuestionScore.objects.values_list("level", "not_assessed", "evidence")) == [
        (4, False, "Said 2 of 3; n, j and 5 are letters here"),
        (None, True, ""),
    ]
    assert page.locator("[data-scored]").first.text_content() == "2"


def test_lost_connection_is_said_and_made_good(page, context, seat):
    evidence(page).fill("Before")
    saved(page)
    context.set_offline(True)
    evidence(page).fill("Written in a tunnel")

    expect(state(page)).to_have_text(re.compile(r"Not saved, retrying; last saved \d\d:\d\d:\d\d"))
    context.set_offline(False)
    saved(page)
    assert QuestionScore.objects.get().evidence == "Written in a tunnel"


def test_lost_answer_makes_no_second_revision(page, seat):
    lost = []

    def lose_the_first(route):
        if route.request.method == "PATCH" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/save/", lose_the_first)
    evidence(page).fill("Once")
    saved(page)

    assert [response.status for response in lost] == [200]
    assert ScorecardRevision.objects.count() == 1


@pytest.mark.parametrize(("choice", "kept"), [("Keep mine", "Of this tab"), ("Take this one", "Of the other tab")])
def test_two_tabs_show_both_texts_and_let_the_person_choose(page, seat, choice, kept):
    first, second = asked_of(seat)
    user = seat.interviewer.user
    changes = {"scores": {str(first.pk): {"evidence": "Of the other tab"}, str(second.pk): {"level": 5}}}
    save_card(card=open_card(seat=seat, user=user), user=user, version=0, changes=changes, request_key="other")

    evidence(page).fill("Of this tab")

    expect(state(page)).to_have_text("Changed in another tab")
    assert page.locator(".other-text").text_content() == "Of the other tab"
    assert evidence(page).input_value() == "Of this tab"
    assert QuestionScore.objects.get(asked_question=first).evidence == "Of the other tab"
    page.get_by_role("button", name=choice).click()
    saved(page)
    assert QuestionScore.objects.get(asked_question=first).evidence == kept
    assert evidence(page).input_value() == kept
    assert QuestionScore.objects.get(asked_question=second).level == 5
    assert page.locator("[data-scored]").first.text_content() == "1"


def test_expired_session_keeps_the_text_until_one_is_signed_in_again(page, context, live_server, seat):
    Session.objects.all().delete()
    evidence(page).fill("Written after the session had ended")

    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert evidence(page).input_value() == "Written after the session had ended"
    sign_in(context, live_server, seat)
    page.get_by_role("button", name="I am signed in").click()

    saved(page)
    assert QuestionScore.objects.get().evidence == "Written after the session had ended"


def test_seat_given_to_somebody_else_keeps_the_text_and_says_why(page, seat):
    seat.state = SeatState.RELEASED
    seat.save()
    evidence(page).fill("Written for nobody")

    expect(page.get_by_text("This card cannot be saved.")).to_be_visible()
    assert evidence(page).input_value() == "Written for nobody"
    assert not ScorecardRevision.objects.exists()


def test_leaving_with_unsaved_text_warns(page, context, seat):
    context.set_offline(True)
    evidence(page).fill("Not saved yet")
    warned = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))

    page.close(run_before_unload=True)
    page.wait_for_event("close")

    assert warned == ["beforeunload"]


def test_leaving_saves_what_the_second_had_not_yet(page, seat):
    saved_request = []
    page.on("request", lambda request: saved_request.append(request.method) if request.method == "PATCH" else None)
    evidence(page).fill("Just typed")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    saved(page)

    assert saved_request == ["PATCH"]
    assert QuestionScore.objects.get().evidence == "Just typed"


def test_what_cannot_be_kept_is_said_and_stays_on_the_page(page, seat):
    page.evaluate("document.querySelector('textarea[name^=evidence]').value = 'bell \\u0007'")
    evidence(page).press("End")
    evidence(page).type("!")

    expect(state(page)).to_have_text("Not saved")
    expect(page.locator("#card-notice")).to_contain_text("characters that cannot be printed")
    assert not ScorecardRevision.objects.exists()


def test_card_is_submitted_after_everything_is_saved(page, seat):
    for _question in range(2):
        page.keyboard.press("3")
        evidence(page).fill("Said so")
        page.get_by_role("button", name=re.compile("Next question|Recommendation")).click()
    page.get_by_text("Strong yes").click()
    page.get_by_role("button", name="Submit scorecard").click()

    page.get_by_text("This card is submitted and final.").wait_for(state="attached")
    card = Scorecard.objects.get()
    assert (card.state, card.recommendation, card.scores.filter(level=3).count()) == ("submitted", "strong_yes", 2)


def test_scoring_and_submitting_work_without_a_script(chromium, live_server, seat):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    sign_in(context, live_server, seat)
    page = context.new_page()
    page.goto(live_server.url + reverse("scoring:card-detail", args=[seat.pk]))
    for _question in range(2):
        page.locator("input[type=radio][value='4']:visible").check(force=True)
        evidence(page).fill("Said so")
        page.get_by_role("button", name="Next").click()
    page.get_by_text("Strong no").click()
    page.get_by_role("button", name="Submit scorecard").click()

    page.get_by_text("This card is submitted and final.").wait_for(state="attached")
    assert Scorecard.objects.get().recommendation == "strong_no"
    context.close()


def test_form_that_came_back_is_taken_up_again(page, seat):
    first, _second = asked_of(seat)
    user = seat.interviewer.user
    changes = {"scores": {str(first.pk): {"evidence": "Of the other tab"}}}
    save_card(card=open_card(seat=seat, user=user), user=user, version=0, changes=changes, request_key="other")

    # As a browser does that sends the form before the script could save.
    page.evaluate(
        "document.querySelector('textarea[name^=evidence]').value = 'Of this tab';"
        "HTMLFormElement.prototype.submit.call(document.querySelector('form[data-card]'))"
    )

    expect(page.get_by_role("button", name="Keep mine")).to_be_visible()
    expect(state(page)).to_have_text("Changed in another tab")
    expect(page.locator(".other-text")).to_have_text("Of the other tab")
    assert QuestionScore.objects.get(asked_question=first).evidence == "Of the other tab"
    page.get_by_role("button", name="Keep mine").click()
    saved(page)
    assert QuestionScore.objects.get(asked_question=first).evidence == "Of this tab"
