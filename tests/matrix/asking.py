"""Addresses of things, and what writes are answered."""

import json
from uuid import uuid4

from django.db import transaction
from django.urls import reverse

from accounts.identifiers import new_id
from config.api import router
from tests.matrix.bodies import BODIES

# (name of the route, method) → names of the ids in its address.
ROUTES = {(url.name, method): list(url.pattern.converters) for url in router.urls for method in url.callback.actions}
# Ids in addresses besides the thing's own; alternatives and additions are of a plan that has none.
ABOVE = {"version": "question-versions", "webhook": "webhooks", "upload": "imports", "plan": "loop-plans"}
# Nouns that are another one's in another state.
SHOWN_BY = {"draft": "scorecards", "published": "questions", "published version": "question-versions"}


def address(name: str, method: str, things: dict, pk=None) -> str:
    """Of a route about the thing ``pk``; the ids above it are those of ``things``."""
    values = {"pk": pk, "question": pk, "round": "R1"}
    values |= {part: things[noun] for part, noun in ABOVE.items()}
    return reverse(f"api:{name}", kwargs={part: values[part] for part in ROUTES[name, method]})


def route_of(noun: str, method: str) -> str:
    """Of a row of ``BODIES``: the name of its route."""
    if (noun, method) in ROUTES:
        return noun
    return f"{noun}-list" if method == "post" else f"{noun}-detail"


def filled(body, things: dict) -> str | None:
    """The body with the ids of things in place of their nouns in braces."""
    if body is None:
        return None
    text = json.dumps(body)
    for noun, pk in (things | {"random": new_id()}).items():
        text = text.replace(f"{{{noun}}}", str(pk))
    return text


def write(ask, row: str, method: str, things: dict, pk=None):
    """The answer to a write about ``things``, or about ``pk`` in place of the thing itself; what it did is undone."""
    noun, body = BODIES[row][method]
    headers = {"If_Match": "*"} | ({"Idempotency_Key": uuid4().hex} if method == "post" else {})
    path = address(route_of(row, method), method, things, pk or things.get(noun))
    with transaction.atomic():
        answer = ask._ask(method, path, filled(body, things), headers)
        transaction.set_rollback(True)
    return answer
