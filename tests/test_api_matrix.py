"""Every route of the API × method × who asks × whose thing it is, from one table: tests/matrix/table.py."""

import json
from collections import defaultdict
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.choices import Role
from accounts.identifiers import new_id
from accounts.models import ApiToken, User
from accounts.scopes import SCOPES
from accounts.services.tokens import revoke_token
from config.api import router
from tests.api import Api, signed_in
from tests.factories import UserFactory
from tests.matrix.asking import ROUTES, SHOWN_BY, address, route_of, write
from tests.matrix.bodies import BODIES
from tests.matrix.companies import common, company
from tests.matrix.table import EVERYBODY, FILES, ONLY_LISTED, PARTS, READERS, TAKEN_ALONG, WRITERS

pytestmark = pytest.mark.django_db

# For whom the one company is what the other is for somebody else.
MIRROR = {
    "recruiter": "other_recruiter",
    "manager": "other_manager",
    "done": "outside",
    "writing": "outside_writing",
    "author": "other_author",
}
MIRROR |= {theirs: ours for ours, theirs in MIRROR.items()}
METHODS = ("get", "post", "put", "patch", "delete")
PEOPLE = ("recruiter", "manager", "done", "writing", "author")


@pytest.fixture
def world():
    """(first company's things, the second's, those of the installation, who → a client that asks as them)."""
    admin = UserFactory(roles=[Role.ADMIN])
    first, second = company("Ada", admin), company("Bo", admin)
    asking = {name: signed_in(getattr(first, name)) for name in PEOPLE}
    asking |= {MIRROR[name]: signed_in(getattr(second, name)) for name in PEOPLE}
    asking |= {"admin": signed_in(admin), "program": Api()}
    return first.things, second.things, common(admin, first), asking


def test_every_route_has_a_row():
    read = {f"{SHOWN_BY.get(noun, noun)}-{kind}" for noun in READERS for kind in ("list", "detail")}
    rows = {(name, "get") for name in read | PARTS.keys() | FILES.keys() | TAKEN_ALONG.keys() | ONLY_LISTED}
    rows |= {(route_of(row, method), method) for row, method in WRITERS}

    assert rows == ROUTES.keys()
    assert set(WRITERS) == {(row, method) for row, methods in BODIES.items() for method in methods}


def test_who_reads_what(world, subtests):
    ours, theirs, shared, asking = world
    assert set(asking) == set(EVERYBODY.split())
    for who, ask in asking.items():
        unknown = body_of(ask.get(address("loops-detail", "get", ours, new_id())))
        for noun, readers in READERS.items():
            with subtests.test(who=who, noun=noun):
                for things, name in ((ours, who), (theirs, MIRROR.get(who, who))):
                    if noun in things or things is ours:
                        allowed = name in readers.split()
                        assert seen(ask, noun, things | shared, unknown) == (allowed, allowed), things is ours


def seen(ask, noun, things, unknown):
    """Is the thing shown, and is it in the list? What is not shown is answered as what never was."""
    route, pk = SHOWN_BY.get(noun, noun), things[noun]
    shown = ask.get(address(f"{route}-detail", "get", things, pk))
    listed = ask.get(address(f"{route}-list", "get", things) + "?limit=200&fields=id")
    assert shown.status_code in {200, 404}
    if shown.status_code == 404:
        assert body_of(shown) == unknown
    rows = listed.json()["results"] if listed.status_code == 200 else []
    return shown.status_code == 200, str(pk) in {row["id"] for row in rows}


def test_who_reads_parts_and_files(world):
    ours, _theirs, shared, asking = world
    things = ours | shared
    for who, ask in asking.items():
        for route, noun in PARTS.items():
            answer = ask.get(address(route, "get", things, new_id()))
            assert (answer.status_code != 404) == (who in READERS[noun].split() and route != "alternatives-list")
        for route, noun in FILES.items():
            answer = ask.get(address(route, "get", things, things[noun]) + ("?language=en" if noun == "kits" else ""))
            assert answer.status_code == 404, "nothing is drawn yet, for nobody"
        for route, readers in TAKEN_ALONG.items():
            answer = ask.get(f"{address(route, 'get', things)}?format=json")
            assert answer.status_code == (200 if who in readers.split() else 403)
        assert ask.get("deletions").status_code == 200


def test_who_writes_what(world, subtests):
    ours, theirs, shared, asking = world
    for who, ask in asking.items():
        for (row, method), cells in WRITERS.items():
            with subtests.test(who=who, row=row, method=method):
                noun = BODIES[row][method][0]
                for things, name in ((ours, who), (theirs, MIRROR.get(who, who))):
                    if things is ours or noun in things:
                        answer = write(ask, row, method, shared | things)
                        assert answer.status_code == expected(name, noun, cells), (things is ours, answer.content)


def expected(who, noun, cells):
    for status, people in cells.items():
        if who in people.split():
            return status
    return 403 if not noun or who in READERS[noun].split() else 404


def test_what_never_was_cannot_be_written(world):
    ours, _theirs, shared, asking = world
    things = ours | shared
    for row, method in WRITERS:
        noun = BODIES[row][method][0]
        if noun and noun != "question-versions":
            for who in ("program", "recruiter", "outside"):
                there = write(asking[who], row, method, things)
                never = write(asking[who], row, method, things, pk=new_id())
                assert never.status_code == 404, (row, method, who)
                if there.status_code == 404:
                    assert body_of(there) == body_of(never)


def body_of(answer):
    """What a refusal says, but for the id of the request."""
    return {name: value for name, value in json.loads(answer.content).items() if name != "request_id"}


def without_a_token():
    api = Api()
    api.headers = {}
    return api


def expired():
    api = Api()
    ApiToken.objects.filter(pk=api.token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    return api


def revoked():
    api = Api()
    revoke_token(token=api.token, actor=UserFactory(roles=[Role.ADMIN]))
    return api


def deactivated():
    api = Api()
    User.objects.filter(pk=api.user.pk).update(is_active=False)
    return api


@pytest.mark.parametrize("made", [without_a_token, expired, revoked, deactivated])
def test_whoever_is_not_signed_in_is_told_so_everywhere(made):
    ask = made()
    for name, method in ROUTES:
        answer = anything(ask, name, method)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="Loopwright"'), name


def test_a_token_without_the_scope_does_nothing():
    asking = {}
    for name, method in ROUTES:
        scope = scope_of(name, method)
        answer = anything(asking.setdefault(scope, Api(SCOPES - {scope})), name, method)
        assert (answer.status_code, answer.json()["code"], answer.json()["scope"]) == (403, "insufficient_scope", scope)


def test_a_method_that_a_route_does_not_have_is_not_allowed():
    api = Api(["jobs:read"])
    for name in {name for name, _method in ROUTES}:
        known = [method for method in METHODS if (name, method) in ROUTES]
        for method in set(METHODS) - set(known):
            path = address(name, known[0], defaultdict(new_id), new_id())
            answer = api.client.generic(method.upper(), path, headers=api.headers)
            assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json"), (name, method)
            assert {it.strip().lower() for it in answer["Allow"].split(",")} - {"head", "options"} == set(known)


def anything(ask, name, method):
    path = address(name, method, defaultdict(new_id), new_id())
    return ask._ask(method, path, None if method == "get" else "{}", {"Idempotency_Key": "k"})


def scope_of(name, method):
    callback = next(url.callback for url in router.urls if url.name == name)
    resource = callback.cls()
    resource.action = callback.actions[method]
    resource.request = type("Asked", (), {"method": method.upper()})
    return resource.scope_asked()
