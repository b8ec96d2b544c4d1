"""An administrator's way through tokens and webhooks, with a script and without one."""

import re

import pytest
from playwright.sync_api import expect

from accounts.choices import Role
from accounts.models import ApiToken
from accounts.services.tokens import find_token
from delivery.models import DurableJob, WebhookEndpoint
from delivery.services.jobs import run_job
from tests.delivery.receivers import receiving
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin():
    return UserFactory(roles=[Role.ADMIN])


def test_token_is_made_copied_and_changed_over(visit, admin):
    window = visit(admin, permissions=["clipboard-read", "clipboard-write"])
    page = window.open("/settings/tokens/new/")
    page.get_by_label("Name").fill("Nightly sync")
    page.get_by_label("Read everything").check()
    page.get_by_label("Write: Jobs").check()
    expect(page.get_by_label("Write everything")).not_to_be_checked()
    page.get_by_role("button", name="Make the token").click()
    page.get_by_role("button", name=re.compile("^Copy")).click()
    expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()

    token = ApiToken.objects.get()
    assert find_token(page.evaluate("navigator.clipboard.readText()")) == token
    assert "jobs:write" in token.scopes
    assert "candidates:write" not in token.scopes

    page.reload()
    expect(page.get_by_role("heading", name="The secret")).to_have_count(0)
    page.get_by_text("Rotate", exact=True).click()
    page.get_by_role("button", name="Make the new token").click()
    expect(page.get_by_text("Here is the new token.")).to_be_visible()
    assert ApiToken.objects.count() == 2


def test_token_is_made_and_revoked_without_a_script(visit, admin):
    page = visit(admin, java_script_enabled=False, width=390).open("/settings/tokens/new/")
    expect(page.get_by_label("Read everything")).to_be_hidden()
    page.get_by_label("Name").fill("Nightly sync")
    page.get_by_label("Read: Jobs").check()
    page.get_by_role("button", name="Make the token").click()
    secret = page.get_by_label("Token", exact=True).input_value()
    assert find_token(secret) == ApiToken.objects.get()
    expect(page.get_by_role("button", name=re.compile("^Copy"))).to_be_hidden()

    page.get_by_text("Revoke", exact=True).click()
    page.get_by_role("button", name="Revoke the token").click()
    expect(page.get_by_text("Revoked").first).to_be_visible()
    assert find_token(secret) is None


def test_page_of_a_test_shows_by_itself_what_came_of_it(visit, admin, settings):
    with receiving() as receiver:
        settings.WEBHOOK_ALLOWED_ORIGINS = frozenset({receiver.origin})
        page = visit(admin).open("/settings/webhooks/new/")
        page.get_by_label("Address").fill(receiver.url)
        page.get_by_role("button", name="Add the webhook").click()
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_text("about to be sent")).to_be_visible()
        run_job(job_id=DurableJob.objects.get(kind="webhook.deliver").pk)
        expect(page.get_by_text("Answered 200")).to_be_visible()

    assert [headers["webhook-id"] for headers, _body in receiver.seen] == [
        str(WebhookEndpoint.objects.get().deliveries.get().event_id)
    ]
