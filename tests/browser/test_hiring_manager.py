"""A hiring manager's way from waiting cards to a decision and its packet."""

import re
from datetime import timedelta

import pypdfium2
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scoring.models import Packet
from tests.browser.conftest import work_off
from tests.scoring.worlds import panel_world, submit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    """Three cards; two are in, and they differ most about the second competency."""
    world = panel_world(panel=(2, 1))
    submit(world.seats[0][0], levels=(4, 2), words="Slipped on the second")
    submit(world.seats[0][1], levels=(4, 5), words="Went past the second")
    return world


def test_before_all_cards_are_in_only_their_number_shows(visit, world):
    last = world.loop.rounds.order_by("-position")[:1]
    ended = timezone.now() - timedelta(minutes=5)
    world.loop.rounds.filter(pk__in=[it.pk for it in last]).update(starts_at=ended - timedelta(hours=1), ends_at=ended)
    window = visit(world.manager)
    page = window.open("/")
    expect(page.get_by_text("No decision is open")).to_be_visible()
    page.get_by_role("link", name="Wei Zhang").click()

    expect(page.get_by_role("heading", name="2 of 3 cards are in")).to_be_visible()
    expect(page.get_by_text("missing", exact=True)).to_have_count(1)
    assert "the second" not in page.content()


def test_opening_early_asks_for_a_reason_and_keeps_it(visit, world):
    window = visit(world.manager)
    page = window.open(f"/debriefs/{world.loop.pk}/")
    page.get_by_label("Reason").fill("The offer runs out tonight.")
    page.get_by_role("button", name="Open early").click()

    expect(page.get_by_text("Opened early by Laura Manager.")).to_be_visible()
    expect(page.get_by_text("The offer runs out tonight.")).to_be_visible()
    expect(page.get_by_text("2 of 3 cards in")).to_be_visible()
    assert window.accessibility_problems() == []


def test_manager_reads_decides_and_takes_the_packet_away(visit, world, tmp_path):
    submit(world.seats[1][0])
    window = visit(world.manager)
    page = window.open("/")
    page.get_by_role("link", name="Read and decide").click()

    agreement = page.get_by_role("region", name="Agreement map")
    first_row = agreement.get_by_role("row").nth(1)
    expect(first_row).to_contain_text("3.0")
    evidence = page.get_by_role("region", name="Evidence side by side")
    for words in ("Slipped on the second, question 2", "Went past the second, question 2"):
        expect(evidence.get_by_text(words)).to_be_visible()
    assert page.evaluate("scrollY") == 0

    decide(page)
    assert window.accessibility_problems() == []
    draw_packet(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the PDF").click()
    assert download.value.suggested_filename == "wei-zhang-en-1.pdf"
    download.value.save_as(tmp_path / "packet.pdf")
    with pypdfium2.PdfDocument(tmp_path / "packet.pdf") as pdf:
        assert len(pdf) == Packet.objects.get().pages
        assert "Strong on the whole" in "".join(pdf[place].get_textpage().get_text_range() for place in range(len(pdf)))

    page.get_by_role("link", name="Wei Zhang").click()
    page.get_by_role("button", name="In English").click()
    expect(page.get_by_role("heading", name="Ready")).to_be_visible()
    expect(page.get_by_text("edition 1")).to_be_visible()
    assert Packet.objects.count() == 1


def decide(page):
    page.get_by_label("Hire", exact=True).check()
    page.get_by_label("Rationale, kept with the decision").fill("   ")
    page.get_by_role("button", name="Record decision").click()
    expect(page.get_by_role("alert")).to_contain_text("Rationale")
    expect(page.get_by_label("Hire", exact=True)).to_be_checked()
    page.get_by_label("Rationale, kept with the decision").fill("Strong on the whole; the slip was one of words.")
    page.get_by_role("button", name="Record decision").click()
    expect(page.get_by_text("Decided by Laura Manager")).to_be_visible()
    expect(page.get_by_role("button", name="Record decision")).to_have_count(0)


def draw_packet(page):
    page.get_by_role("button", name="In English").click()
    expect(page.get_by_role("heading", name="Being drawn")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work_off()
    expect(page.get_by_role("heading", name="Ready")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^\d+ pages, drawn from the cards"))).to_be_visible()
