"""A recruiter's way from an empty desk to a booked loop."""

import re
from datetime import timedelta
from email.utils import parseaddr

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.choices import Role
from interviews.models import BusyPeriod, CompetencyNeed, Loop, PanelSeat, RoundTemplate
from interviews.services.loops import start_loop
from scoring.services import demo
from tests.browser.conftest import work_off
from tests.factories import PASSWORD, UserFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(window, user):
    user.set_password(PASSWORD)
    user.save()
    page = window.open("/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/$"))
    return page


def test_recruiter_walks_from_sign_in_to_a_booked_loop(visit, mailoutbox):
    demo.build_company()
    recruiter = demo.recruiter()
    window = visit()

    page = sign_in(window, recruiter)
    expect(page.get_by_role("heading", name="Hello Nora Fischer")).to_be_visible()
    open_job(page)
    build_plan(page)
    add_candidate(page)
    page.get_by_role("button", name="Start loop").click()
    expect(page.get_by_role("heading", name="Plan the panel: Wei Zhang")).to_be_visible()
    assert window.accessibility_problems() == []
    book(page)

    loop = Loop.objects.get()
    seats = PanelSeat.objects.live().filter(round__loop=loop)
    assert seats.count() == 7
    work_off()
    invited = {parseaddr(address)[1] for mail in mailoutbox for address in mail.to}
    assert invited == {"wei@candidate.example", *(seat.interviewer.user.email for seat in seats)}


def open_job(page):
    page.get_by_role("link", name="Jobs").first.click()
    page.get_by_role("link", name="New job").first.click()
    page.get_by_label("Title").fill("Senior LLM engineer")
    page.get_by_label("Role").select_option("LLM engineer")
    page.get_by_label("Seniority").select_option("Senior")
    page.get_by_label("Team").fill("Model platform")
    page.get_by_label("Place").fill("Berlin")
    page.get_by_label("Time zone").fill("Europe/Nowhere")
    page.get_by_role("group", name="Hiring managers").get_by_label("Laura Bennett").check()
    page.get_by_role("button", name="Open the job").click()
    expect(page.get_by_role("alert")).to_contain_text("Time zone")
    expect(page.get_by_label("Title")).to_have_value("Senior LLM engineer")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.get_by_role("button", name="Open the job").click()
    expect(page.get_by_role("heading", name="Senior LLM engineer")).to_be_visible()


def build_plan(page):
    page.get_by_role("button", name="Build loop plan").click()
    expect(page.get_by_text("Best possible, proved.")).to_be_visible()
    expect(page.get_by_text("7 of 7 met")).to_be_visible()
    page.locator(".question-card").first.click()
    why = page.get_by_role("region").filter(has_text="Why this one")
    expect(why.get_by_role("listitem").first).to_have_text(re.compile(r"evidence for|Keeps .* covered"))
    page.get_by_role("button", name="Approve plan").click()
    expect(page.get_by_text("Plan approved.")).to_be_visible()


def add_candidate(page):
    page.get_by_role("link", name="Add candidate").first.click()
    page.get_by_label("Name", exact=True).fill("Wei Zhang")
    page.get_by_label("Name in their own script").fill("张伟")
    page.get_by_label("E-mail").fill("wei@candidate.example")
    page.get_by_label("Time zone").fill("Asia/Dubai")
    page.get_by_role("button", name="Add candidate").click()
    expect(page.get_by_role("row", name=re.compile("Wei Zhang"))).to_contain_text("not started")


def book(page):
    page.get_by_role("button", name="Propose a panel").click()
    expect(page.get_by_text("Proved: nothing earlier suits everybody.")).to_be_visible()
    page.get_by_label("Video link").fill("https://meet.example/wei")
    page.get_by_role("button", name=re.compile("^Book ")).dblclick()
    expect(page.get_by_text("Booked. The candidate and all interviewers are being invited.")).to_be_visible()
    rounds = page.locator("section", has=page.get_by_role("heading", name="Rounds"))
    expect(rounds.get_by_role("listitem").filter(has_text="R1")).to_contain_text(re.compile(r"\d\d:\d\d–\d\d:\d\d"))
    for zone in ("Berlin", "Dubai"):
        expect(page.locator(".facts")).to_contain_text(zone)
    expect(page.get_by_role("link", name="Video").first).to_have_attribute("href", "https://meet.example/wei")


def built_loop(world):
    world.approved()
    return start_loop(application=world.application(name="Wei Zhang"), actor=world.recruiter)


def test_what_was_booked_elsewhere_is_not_booked_twice(visit):
    world = small_world()
    loop = built_loop(world)
    first, second = visit(world.recruiter).page, visit(world.recruiter).page
    first.goto(f"/loops/{loop.pk}/panel/")
    first.get_by_role("button", name="Propose a panel").click()
    second.goto(f"/loops/{loop.pk}/panel/")
    for page in (first, second):
        expect(page.get_by_role("button", name=re.compile("^Book "))).to_be_visible()

    first.get_by_role("button", name=re.compile("^Book ")).click()
    expect(first.get_by_text("Booked. The candidate")).to_be_visible()
    second.get_by_role("button", name=re.compile("^Book ")).click()

    expect(second.get_by_role("heading", name="Wei Zhang")).to_be_visible()
    assert PanelSeat.objects.live().count() == 2


def test_a_plan_that_no_bank_can_cover_says_what_is_missing_and_what_would_help(visit):
    world = small_world()
    CompetencyNeed.objects.filter(competency=world.reliability).update(questions=4)
    RoundTemplate.objects.filter(pk=world.rounds[1].pk).update(minutes=120)
    window = visit(world.recruiter)
    page = window.open(f"/jobs/{world.job.pk}/")

    page.get_by_role("button", name="Build loop plan").click()

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Reliability needs 4 questions; 2 can be asked")
    expect(alert).to_contain_text("Publish 2 more, or lower the need.")
    assert window.accessibility_problems() == []
    assert not world.job.plans.exists()


def test_a_panel_without_time_says_whose_and_by_which_rule(visit):
    world = small_world()
    loop = built_loop(world)
    now = timezone.now()
    busy = world.interviewers[1]
    BusyPeriod.objects.create(
        interviewer=busy, starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=60), what="Leave"
    )
    window = visit(world.recruiter, width=390)
    page = window.open(f"/loops/{loop.pk}/panel/")

    page.get_by_role("button", name="Propose a panel").click()

    why_not = page.get_by_role("alert")
    expect(why_not).to_contain_text(str(busy))
    expect(why_not.get_by_text("way out").first).to_be_visible()
    assert window.accessibility_problems() == []
    assert not window.overflows()


def test_a_recruiter_of_other_jobs_finds_nothing(visit):
    world = small_world()
    stranger = visit(UserFactory(roles=[Role.RECRUITER])).page

    answer = stranger.goto(f"/jobs/{world.job.pk}/")

    assert answer.status == 404
