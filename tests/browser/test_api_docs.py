"""The pages of the API's document in a real browser, for somebody who has not signed in."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_first_page_to_one_operation_and_its_example(visit, live_server):
    window = visit(permissions=["clipboard-read", "clipboard-write"])
    asked = []
    window.page.on("request", lambda request: asked.append(request.url))
    page = window.open(reverse("api:docs"))

    page.get_by_role("navigation", name="Resources").get_by_role("link", name="webhooks", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="webhooks")).to_be_visible()
    page.locator(".reference-calls").get_by_role("link", name="webhook.tested").click()

    expect(page).to_have_url(re.compile(r"/api/v1/docs/webhooks#webhooks_test$"))
    operation = page.locator("#webhooks_test")
    expect(operation).to_be_in_viewport()
    operation.get_by_role("button", name="Copy").click()
    expect(operation.get_by_role("status")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == operation.locator("pre").inner_text()
    assert f'curl -X POST "{live_server.url}/api/v1/webhooks/$ID/test"' in copied
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []


def test_the_menu_shows_where_one_is_however_far_down_that_stands(visit):
    page = visit().open(reverse("api:docs-noun", args=["audit"]))

    expect(page.get_by_role("navigation", name="Resources").get_by_role("link", name="audit")).to_be_in_viewport()
    assert page.evaluate("scrollY") == 0


def test_everything_is_there_without_a_script_on_a_phone(visit):
    page = visit(width=390, java_script_enabled=False).open(reverse("api:docs-noun", args=["tokens"]))

    page.get_by_text("Resources", exact=True).locator("visible=true").click()
    page.get_by_role("link", name="users", exact=True).locator("visible=true").click()

    expect(page.get_by_role("heading", level=1, name="users")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
