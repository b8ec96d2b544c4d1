"""Every page, in both languages, light and dark, on a desk and on a phone."""

import os
from pathlib import Path
from uuid import uuid4

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import connection
from django.urls import URLResolver, get_resolver, reverse

from accounts.choices import Language
from accounts.models import User
from tests.browser.company import build

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = (1280, 390)
# Where to keep pictures of all pages, for somebody to look at.
PICTURES = os.environ.get("SCREENSHOTS")

# What answers GET and is no page of ours to look at, and why.
NO_PAGE = {
    "healthy": "two words for a load balancer",
    "account_reauthenticate": "nothing of ours asks for the password again",
    "account_confirm_login_code": "no sign-in by a code sent by mail",
    "account_confirm_email": "an administrator vouches for addresses",
    "account_email_verification_sent": "an administrator vouches for addresses",
    "account_email": "an administrator changes addresses",
    "questionbank:question-find": "JSON, for the script of the editor",
    "questionbank:import-progress": "a part of the import's page",
    "scoring:card-progress": "a part of the loop's page",
    "scoring:card-save": "JSON, for the script of the scorecard",
    "scoring:packet-progress": "a part of the packet's page",
    "scoring:kit-progress": "a part of the kit's page",
    "delivery:delivery-progress": "a part of the delivery's page",
    "scoring:kit-download": "a PDF",
    "scoring:packet-download": "a PDF",
    "delivery:export-progress": "a part of the page of exports",
    "delivery:export-download": "a ZIP archive",
}


def pages(company):
    """(who, name of the URL, its arguments, query, status) of every page; None signs nobody in."""
    c = company
    anonymous = [
        ("account_login",),
        ("account_signup",),
        ("account_inactive",),
        ("account_reset_password",),
        ("account_reset_password_done",),
        ("account_reset_password_from_key", {"uidb36": "1", "key": "gone"}),
        ("account_reset_password_from_key", _reset_key(c.author)),
        ("account_reset_password_from_key_done",),
        ("api:docs",),
        ("api:docs-noun", {"noun": "loop-plans"}),
    ]
    recruiter = [
        ("home",),
        ("interviews:job-list",),
        ("interviews:job-create",),
        ("interviews:job-detail", c.approved.job_id),
        ("interviews:job-detail", c.unplanned.pk),
        ("interviews:plan-detail", c.approved.pk),
        ("interviews:plan-detail", c.drafted.pk),
        ("interviews:plan-question", {"pk": c.drafted.pk, "question": c.drafted.questions.all()[0].pk}),
        ("interviews:plan-additions", {"pk": c.drafted.pk, "label": "R1"}),
        ("interviews:plan-proof", c.drafted.pk),
        ("interviews:candidate-create", c.unplanned.pk),
        ("interviews:candidate-windows", c.bare.application.candidate_id),
        ("interviews:loop-list",),
        ("interviews:loop-detail", c.bare.pk),
        ("interviews:loop-detail", c.booked.pk),
        ("interviews:loop-panel", c.bare.pk),
        ("interviews:loop-panel", c.booked.pk),
        ("interviews:interviewer-list",),
        ("interviews:interviewer-detail", c.final_seat.interviewer_id),
        ("interviews:interviewer-edit", c.final_seat.interviewer_id),
        ("questionbank:question-list",),
        ("scoring:debrief-detail", c.half.pk),
        ("interviews:template-list",),
        ("interviews:template-detail", c.approved.template_id),
        ("interviews:template-edit", c.approved.template_id),
        ("interviews:template-create",),
        ("interviews:question-exposure", c.question.pk),
        ("scoring:kit-detail", c.final_seat.round_id),
    ]
    manager = [
        ("home",),
        ("interviews:template-list",),
        ("scoring:debrief-list",),
        ("scoring:debrief-detail", c.half.pk),
        ("scoring:debrief-detail", c.decided.pk),
        ("scoring:packet-detail", c.ready.pk),
        ("scoring:packet-detail", c.waiting.pk),
        ("account_change_password",),
    ]
    author = [
        ("home",),
        ("questionbank:question-list",),
        ("questionbank:question-detail", c.question.pk),
        ("questionbank:question-detail", c.draft.pk),
        ("questionbank:question-create",),
        ("questionbank:question-edit", c.question.pk),
        ("questionbank:import-create",),
        ("questionbank:question-export",),
        ("questionbank:question-export", None, "?state=published"),
        ("questionbank:import-detail", c.upload.pk),
        ("questionbank:import-detail", c.upload.pk, "?status=unsure"),
        ("questionbank:import-detail", c.reading.pk),
        ("questionbank:import-detail", c.broken.pk),
        ("questionbank:import-detail", c.imported.pk),
        ("questionbank:import-entry", {"pk": c.upload.pk, "position": 2}),
    ]
    reviewer = [
        ("questionbank:question-list", None, "?state=waiting"),
        ("questionbank:question-detail", c.draft.pk),
        ("scoring:question-figures", c.question.pk),
    ]
    writer = [
        ("home",),
        ("scoring:card-list",),
        ("scoring:card-detail", c.begun_seat.pk),
        ("scoring:card-detail", c.begun_seat.pk, "?part=0"),
        ("scoring:debrief-detail", c.half.pk),
    ]
    reader = [
        ("scoring:card-detail", c.final_seat.pk),
        ("scoring:kit-detail", c.final_seat.round_id),
        ("interviews:loop-detail", c.decided.pk),
        ("interviews:interviewer-detail", c.final_seat.interviewer_id),
    ]
    admin = [
        ("home",),
        ("settings",),
        ("accounts:token-list",),
        ("accounts:token-list", None, "?show=all"),
        ("accounts:token-create",),
        ("accounts:token-detail", c.token.pk),
        ("delivery:webhook-list",),
        ("delivery:webhook-create",),
        ("delivery:webhook-detail", c.endpoint.pk),
        ("delivery:webhook-detail", c.silent.pk),
        ("delivery:webhook-edit", c.endpoint.pk),
        ("delivery:delivery-detail", c.endpoint.deliveries.latest("created_at").pk),
        ("interviews:ats-list",),
        ("interviews:ats-create",),
        ("interviews:ats-detail", c.connection.pk),
        ("interviews:ats-edit", c.connection.pk),
        ("interviews:ats-jobs", c.connection.pk),
        ("accounts:profile",),
        ("account_set_password",),
        ("account_logout",),
        ("scoring:debrief-detail", c.decided.pk),
        ("delivery:export-list",),
        ("api:docs-noun", {"noun": "imports"}),
    ]
    empty = ["home", "interviews:job-list", "interviews:loop-list", "scoring:card-list", "scoring:debrief-list"]
    return {
        None: anonymous,
        c.recruiter: recruiter,
        c.manager: manager,
        c.author: author,
        c.reviewer: reviewer,
        c.writer: writer,
        c.reader: reader,
        c.admin: admin,
        c.newcomer: [(name,) for name in empty],
    }


def _reset_key(user):
    return {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}


def address(name, arguments=None, query=""):
    kwargs = arguments if isinstance(arguments, dict) else {"pk": arguments} if arguments else {}
    return reverse(name, kwargs=kwargs) + query


def test_every_page_in_both_languages_light_and_dark_wide_and_narrow(visit, subtests):
    company = build()
    for language, theme in looks():
        User.objects.update(language=language)
        for who, (user, rows) in enumerate(pages(company).items()):
            window = visit(user, theme=theme, locale="zh-CN" if language == Language.ZH_HANS else "en-GB")
            for place, row in enumerate(rows):
                with subtests.test(page=row[0], language=language, theme=theme):
                    picture = f"{who}{place:02}-{row[0].replace(':', '-')}-{language}-{theme}"
                    assert faults(window, address(*row), language, theme, picture) == []
            window.close()


def looks():
    """Language and theme: all on SQLite; one on PostgreSQL, whose answers the same pages show."""
    if connection.vendor == "postgresql":
        return [(Language.EN.value, "light")]
    return [(language, theme) for language in Language.values for theme in ("light", "dark")]


def faults(window, path, language, theme, picture):
    """What is wrong with a page, as lines: on a desk, then on a phone."""
    found = []
    for width in WIDTHS:
        window.page.set_viewport_size({"width": width, "height": 900})
        if width == WIDTHS[0] or theme == "light":
            window.open(path)
        lines = window.accessibility_problems(only_colours=theme == "dark")
        if window.overflows():
            lines.append("scrolls sideways")
        if window.page.title().startswith(" "):
            lines.append("has no title")
        if (marked := window.page.locator("html").get_attribute("lang")).lower() != language:
            lines.append(f"is marked as {marked}")
        if PICTURES:
            window.page.screenshot(path=Path(PICTURES) / f"{picture}-{width}.png", full_page=True)
        found += [f"{path} at {width}: {line}" for line in lines]
    return found


def test_every_address_that_answers_get_is_looked_at_or_excused(client, db):
    company = build()
    client.force_login(company.admin)
    looked_at = {row[0] for rows in pages(company).values() for row in rows}
    found = {name for name, path in addresses() if client.get(path).status_code != 405}

    assert found == looked_at | set(NO_PAGE)


def addresses():
    """(name, an address) of every pattern of ours; Django's own administration is not."""
    values = {"pk": uuid4(), "loop_pk": uuid4(), "question": uuid4(), "key": "none", "uidb36": "1"}
    values |= {"label": "R1", "position": 1, "noun": "jobs"}
    resolvers = [("", get_resolver())]
    while resolvers:
        prefix, resolver = resolvers.pop()
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                if pattern.namespace != "admin":
                    resolvers.append((f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix, pattern))
                continue
            name = f"{prefix}{pattern.name}"
            if prefix == "api:" and name not in {"api:docs", "api:docs-noun"}:
                continue  # JSON, for programs
            wanted = pattern.pattern.converters or pattern.pattern.regex.groupindex
            yield name, reverse(name, kwargs={key: values[key] for key in wanted})


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_a_page_that_is_not_there_says_so(visit, language):
    window = visit(width=390, locale=language)

    response = window.page.goto("/questions/nowhere/")

    assert response.status == 404
    assert window.accessibility_problems() == []
    assert not window.overflows()
    assert window.page.locator("html").get_attribute("lang") == {"en-GB": "en", "zh-CN": "zh-Hans"}[language]
