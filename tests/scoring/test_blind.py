"""Blind means blind: two worlds that differ only in what others wrote look the same, byte for byte."""

import logging
import re

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from accounts.models import RoleGrant
from interviews.choices import JobRole
from interviews.models import AskedQuestion, JobMember
from scoring.models import Debrief
from scoring.services.debriefs import open_early
from scoring.services.packets import request_packet
from tests.scoring.worlds import START, fill, panel_world, submit

pytestmark = pytest.mark.django_db

# What every request makes anew: the tokens of forms, the key of a card's form.
_FRESH = re.compile(rb'(name="csrfmiddlewaretoken" value|data-csrf|"csrf_token"|name="request_key" value)(=|: )"[^"]*"')
_HEADERS = re.compile(rb"hx-headers=\'[^\']*\'")

KIND = {"levels": (5, 5), "recommendation": "strong_yes", "words": "Excellent"}
HARSH = {"levels": (1, None), "recommendation": "strong_no", "words": "Knew little of it, sadly"}


def routes(resolver=None, prefix=""):
    """Every named route of the site below the administration and the account pages."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            if entry.app_name not in {"admin"} and "account" not in str(entry.pattern):
                yield from routes(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{prefix}{entry.name}", entry.pattern.converters


def ids_of(world):
    """Every id that a curious member of the panel may try, by a name that is the same in both worlds."""
    loop = world.loop
    ids = {
        "loop": loop.pk,
        "plan": loop.plan_id,
        "job": world.job.pk,
        "application": loop.application_id,
        "candidate": loop.application.candidate_id,
    }
    for number, seat in enumerate(world.all_seats):
        ids |= {
            f"seat {number}": seat.pk,
            f"interviewer {number}": seat.interviewer_id,
            f"round {number}": seat.round_id,
        }
    for number, asked in enumerate(AskedQuestion.objects.filter(round__loop=loop).order_by("pk")):
        ids |= {f"asked {number}": asked.pk, f"question {number}": asked.version.question_id}
    for debrief in Debrief.objects.filter(loop=loop):
        ids |= {"debrief": debrief.pk, "packet": debrief.packets.get().pk, "job of work": debrief.packets.get().job_id}
    return ids


def everything(client, world, user):
    """What all pages and answers say to a person, whatever they try: (route, thing) → status, body, ETag."""
    client.force_login(user)
    answers = {}
    for name, converters in sorted(routes()):
        for thing, pk in ids_of(world).items() if converters else [("", None)]:
            kwargs = {key: 1 if isinstance(kind, IntConverter) else pk for key, kind in converters.items()}
            response = client.get(reverse(name, kwargs=kwargs))
            body = b"".join(response.streaming_content) if response.streaming else response.content
            body = body.replace(str(pk).encode(), thing.encode())  # the id they came with, in the page's own address
            answers[name, thing] = response.status_code, _HEADERS.sub(b"", _FRESH.sub(b"", body)), response.get("ETag")
    return answers


def with_others_scores(client, world, writing, scores, *, opened):
    """Everything that the writer of a draft can reach once the others have given ``scores``; then all is undone."""
    with transaction.atomic():
        for seat in world.all_seats:
            if seat != writing:
                submit(seat, **scores)
        if opened:
            debrief = open_early(loop=world.loop, actor=world.recruiter, reason="Another offer")
            request_packet(debrief=debrief, language="en", actor=world.recruiter)
            Debrief.objects.update(opened_at=START)
        answers = everything(client, world, writing.interviewer.user)
        transaction.set_rollback(True)
    return answers


@pytest.mark.parametrize(
    ("opened", "role"),
    [(False, JobRole.HIRING_MANAGER), (True, None), (True, JobRole.HIRING_MANAGER), (True, JobRole.RECRUITER)],
)
def test_others_scores_change_no_byte_for_whoever_has_not_submitted(client, caplog, opened, role):
    caplog.set_level(logging.ERROR)  # hundreds of pages that are not theirs
    world = panel_world(panel=(2, 1))
    writing = world.seats[0][1]
    if role:
        RoleGrant.objects.create(user=writing.interviewer.user, role=role)
        JobMember.objects.create(job=world.job, user=writing.interviewer.user, role=role)
    fill(writing)

    kind = with_others_scores(client, world, writing, KIND, opened=opened)
    harsh = with_others_scores(client, world, writing, HARSH, opened=opened)

    assert [key for key in kind if kind[key] != harsh[key]] == []
    assert kind.keys() == harsh.keys()
    assert kind["scoring:card-detail", "seat 1"][0] == 200
    assert kind["scoring:debrief-detail", "loop"][0] == 200
    assert kind["scoring:card-detail", "seat 0"][0] == 404


def test_the_comparison_would_see_a_difference(client):
    """The same comparison for somebody who may read the debrief: it must not be blind itself."""
    world = panel_world(panel=(2, 1))
    reader = world.seats[0][1]
    submit(reader)

    def seen(scores):
        with transaction.atomic():
            for seat in world.all_seats:
                if seat != reader:
                    submit(seat, **scores)
            answers = {}
            client.force_login(reader.interviewer.user)
            body = client.get(reverse("scoring:debrief-detail", args=[world.loop.pk])).content
            answers["debrief"] = _HEADERS.sub(b"", _FRESH.sub(b"", body))
            transaction.set_rollback(True)
        return answers

    assert seen(KIND) != seen(HARSH)
