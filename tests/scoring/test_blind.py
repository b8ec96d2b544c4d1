"""Blind means blind: two worlds that differ only in what others wrote look the same, byte for byte."""

import logging
import re

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter
from rest_framework import serializers

from accounts import triggers
from accounts.models import RoleGrant, Touched
from accounts.rest import limits
from accounts.rest.lists import ListQuery
from config.api import RESOURCES
from interviews.choices import JobRole
from interviews.models import AskedQuestion, JobMember
from scoring.models import Debrief, QuestionScore, Scorecard
from scoring.services.debriefs import open_early, policy_for
from scoring.services.packets import request_packet
from tests.api import Asking
from tests.scoring.worlds import START, fill, panel_world, submit

pytestmark = pytest.mark.django_db

# What every request makes anew: the tokens of forms, the key of a card's form, the number of a refusal.
_FRESH = re.compile(
    rb'(name="csrfmiddlewaretoken" value|data-csrf|"csrf_token"|name="request_key" value|"request_id")(=|: ?)"[^"]*"'
)
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
    for number, seat in enumerate(world.all_seats):
        for card in Scorecard.objects.filter(seat=seat):
            ids[f"card {number}"] = card.pk
            scores = QuestionScore.objects.filter(scorecard=card).order_by("asked_question__position")
            ids |= {f"score {number}.{place}": score.pk for place, score in enumerate(scores)}
    for debrief in Debrief.objects.filter(loop=loop):
        ids |= {"debrief": debrief.pk, "packet": debrief.packets.get().pk, "job of work": debrief.packets.get().job_id}
    return ids


# Noun of the API → of which kind its ids are. Others are tried with the things that everything hangs on.
_KINDS = {
    "loops": "loop", "bookings": "loop", "results": "loop", "rounds": "round", "kits": "round",
    "ats-interviews": "round", "scorecards": "card", "ats-scorecards": "card", "scores": "score",
    "debriefs": "debrief", "packets": "packet", "jobs": "job", "candidates": "candidate",
    "applications": "application", "loop-plans": "plan", "interviewers": "interviewer", "questions": "question",
}  # fmt: skip


def tried(name, ids):
    """The ids worth trying at a route: at a page all but those that only the API knows."""
    if not name.startswith("api:"):
        return {thing: pk for thing, pk in ids.items() if not thing.startswith(("card", "score"))}
    noun = name.removeprefix("api:").rsplit("-", 1)[0]
    kind = _KINDS.get(noun, ("loop", "debrief", "card 0"))
    return {thing: pk for thing, pk in ids.items() if thing.startswith(kind)}


def everything(client, world, user):
    """What all pages and answers say to a person, whatever they try: (route, thing) → status, body, ETag."""
    client.force_login(user)
    answers = {}
    for name, converters in sorted(routes()):
        for thing, pk in tried(name, ids_of(world)).items() if converters else [("", None)]:
            kwargs = {key: 1 if isinstance(kind, IntConverter) else pk for key, kind in converters.items()}
            response = client.get(reverse(name, kwargs=kwargs))
            body = b"".join(response.streaming_content) if response.streaming else response.content
            body = body.replace(str(pk).encode(), thing.encode())  # the id they came with, in the page's own address
            answers[name, thing] = response.status_code, _HEADERS.sub(b"", _FRESH.sub(b"", body)), response.get("ETag")
    return answers


def api_lists(ids):
    """Every list of the API in every order, with every filter that could tell something: (noun, query in words)."""
    for resource in RESOURCES:
        if "<" in resource.path:
            continue  # below another thing: ``everything`` has tried them all
        address = reverse(f"api:{resource.noun}-list")
        orderings = ["id", *resource.orderings] + ["updated_at"] * ("updated_at" in resource.output._declared_fields)
        queries = [(f"ordering={sign}{name}",) * 2 for name in orderings for sign in ("", "-")] + [("limit=1",) * 2]
        if resource.on_request:
            queries.append((f"include={','.join(sorted(resource.on_request))}",) * 2)
        for name, field in resource.query._declared_fields.items():
            if name in ListQuery.shared():
                continue
            if isinstance(field, serializers.ChoiceField):
                queries += [(f"{name}={choice}",) * 2 for choice in field.choices]
            if isinstance(field, serializers.UUIDField):
                queries += [(f"{name}={pk}", f"{name}={thing}") for thing, pk in ids.items() if name in thing]
        for query, words in queries:
            yield resource.noun, words, f"{address}?{query}"


def api_answers(world, user):
    """What the API says to a person in a browser who asks for lists, and who tries to write: with body and headers."""
    asking, ids = Asking(user), ids_of(world)
    asking.client.force_login(user)
    answers = {}
    for noun, words, address in api_lists(ids):
        answers[noun, words] = _shown(asking.get(address), {})
    loop, reason = str(world.loop.pk), {"reason": "Curious"}
    tries = [("debriefs", {"loop": loop} | reason), ("packets", {"loop": loop, "language": "en"})]
    tries += [(f"scorecards/{pk}/submit", {}) for thing, pk in ids.items() if thing.startswith("card ")]
    if "debrief" in ids:
        debrief = str(ids["debrief"])
        tries += [("decisions", {"debrief": debrief, "outcome": "hire", "rationale": "Yes"})]
        tries += [(f"debriefs/{debrief}/access", reason), (f"packets/{ids['packet']}/file", {})]
    names = {str(pk): thing for thing, pk in ids.items()}
    for path, body in tries:
        with transaction.atomic():
            words = re.sub(r"[0-9a-f-]{36}", lambda found: names[found[0]], path)
            answers["POST", words] = _shown(asking.post(path, body, If_Match='"other"'), names)
            transaction.set_rollback(True)
    for thing in [it for it in ids if it.startswith("card ")]:
        with transaction.atomic():
            answered = asking.patch(f"scorecards/{ids[thing]}", {"summary": "Mine"}, If_Match='"other"')
            answers["PATCH", thing] = _shown(answered, names)
            transaction.set_rollback(True)
    return answers


def _shown(response, names):
    body = _FRESH.sub(b"", response.content)
    for pk, thing in names.items():
        body = body.replace(pk.encode(), thing.encode())
    return response.status_code, body, response.get("ETag"), response.get("Link")


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
        # The two worlds are written at different times, which says nothing of what is written.
        triggers.remove(connection)
        for model in apps.get_models():
            if issubclass(model, Touched):
                model._default_manager.update(updated_at=START)
        answers = everything(client, world, writing.interviewer.user) | api_answers(world, writing.interviewer.user)
        transaction.set_rollback(True)
    return answers


@pytest.mark.parametrize(
    ("opened", "role"),
    [(False, JobRole.HIRING_MANAGER), (True, None), (True, JobRole.HIRING_MANAGER), (True, JobRole.RECRUITER)],
)
def test_others_scores_change_no_byte_for_whoever_has_not_submitted(client, caplog, monkeypatch, opened, role):
    caplog.set_level(logging.ERROR)  # hundreds of pages that are not theirs
    monkeypatch.setattr(limits, "USUAL", 1_000_000)
    world = panel_world(panel=(2, 1))
    policy_for(loop=world.loop)  # which opening a debrief makes otherwise, with an id of its own
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
    assert kind["api:scorecards-detail", "card 1"][0] == 200
    assert kind["api:scorecards-detail", "card 0"][0] == 404
    assert kind["scorecards", "ordering=-updated_at"][0] == 200
    assert kind["scores", "question=question 0"][0] == 200
    assert kind["PATCH", "card 1"][0] == 412
    assert kind["PATCH", "card 0"][0] == 404
    assert not [key for key in kind if kind[key][0] in {429, 500}]


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
            for noun in ("scorecards", "scores", "results", "ats-scorecards"):
                answers[noun] = client.get(reverse(f"api:{noun}-list")).content
            transaction.set_rollback(True)
        return answers

    kind, harsh = seen(KIND), seen(HARSH)
    assert [name for name in kind if kind[name] == harsh[name]] == []
