"""A real Chromium against a live server, signed in as somebody."""

import os
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import expect, sync_playwright

from delivery.models import DurableJob
from delivery.services.jobs import run_job

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Playwright drives its browser from an event loop in this thread, in which Django refuses to query.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium"))


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Visitor:
    """A browser window of one person. Everything the page complains about is kept in ``complaints``."""

    def __init__(self, chromium, server, user=None, *, width=1280, theme="light", **options):
        self.server = server
        self.context = chromium.new_context(
            base_url=server.url, viewport={"width": width, "height": 900}, reduced_motion="reduce", **options
        )
        self.context.set_default_timeout(15_000)
        self.context.add_cookies([{"name": "theme", "value": theme, "url": server.url}])
        if user is not None:
            self.sign_in(user)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._console)

    def _console(self, message):
        # A refused form answers 422, which the console repeats; a part of a page that somebody leaves before it is
        # there is given up. Neither is a fault of the page.
        given_up = message.text in {"htmx:sendAbort", "htmx:afterRequest"}
        if message.type == "error" and not given_up and not re.search(r"status of (401|404|409|412|422)", message.text):
            self.complaints.append(message.text)

    def sign_in(self, user):
        """As after the sign-in page, without walking through it each time."""
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = django_settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": self.server.url}
        self.context.add_cookies([cookie])

    def open(self, path):
        response = self.page.goto(path)
        assert response is not None
        assert response.status == 200, f"{path}: {response.status}"
        return self.page

    def accessibility_problems(self, *, only_colours=False):
        """What axe finds against WCAG 2.2 AA and its best practices, as short lines.

        ``only_colours``: where the same page was looked at whole in the other theme.
        """
        rules = ["color-contrast", "link-in-text-block"] if only_colours else RULES
        self.page.evaluate(AXE)
        found = self.page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", rules)
        return [
            f"{rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def overflows(self):
        """Does the page scroll sideways?"""
        return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    def close(self):
        self.context.close()


@pytest.fixture
def visit(chromium, live_server):
    """``visit(user, width=390, theme="dark")`` opens a window; all are closed at the end, and none complained."""
    windows = []

    def open_window(user=None, **options):
        windows.append(Visitor(chromium, live_server, user, **options))
        return windows[-1]

    yield open_window
    for window in windows:
        window.close()
    assert [complaint for window in windows for complaint in window.complaints] == []


def work_off():
    """Do what a worker would do now: every job that waits."""
    for job_id in DurableJob.objects.filter(state="waiting").values_list("pk", flat=True):
        run_job(job_id=job_id)
