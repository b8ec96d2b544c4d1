"""The page of the API's document in a real browser, under the policy of every page."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.choices import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_page_shows_the_document_and_asks_nobody_else(visit, live_server):
    window = visit()
    asked = []
    window.page.on("request", lambda request: asked.append(request.url))

    page = window.open(reverse("api:docs"))

    expect(page.get_by_role("heading", name="Loopwright")).to_be_visible()
    expect(page.get_by_text("/api/v1/users", exact=True).first).to_be_visible()
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []


def test_a_signed_in_person_tries_the_api_there(visit):
    window = visit(UserFactory(roles=[Role.ADMIN], display_name="Ada Admin"))
    page = window.open(reverse("api:docs"))

    page.get_by_role("button", name="get /api/v1/users", exact=True).click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    expect(page.locator(".live-responses-table .response .response-col_status")).to_have_text(re.compile("200"))
    expect(page.locator(".live-responses-table")).to_contain_text("Ada Admin")
