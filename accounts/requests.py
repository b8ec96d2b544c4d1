"""Requests of people who are signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import User
from accounts.sealing import Unreadable, seal, unseal

_SECRET = "secret_to_show"  # noqa: S105 -- the name of a place, not a secret


class PersonRequest(HttpRequest):
    """What a view behind ``login_required`` gets: its user is a person, never anonymous. For type checks only."""

    user: User


def administrators_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Asks visitors to sign in; for everybody but administrators the page is not there."""

    @wraps(view)
    def asked(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_admin:
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(asked)


def show_once(request: HttpRequest, subject: models.Model, secret: str) -> None:
    """Keep a fresh secret, sealed, in the session for the next page about ``subject``: that page may be reloaded
    without making another, and the secret is not on it any more."""
    request.session[_SECRET] = {"subject": str(subject.pk), "sealed": seal(secret)}


def shown_once(request: HttpRequest, subject: models.Model) -> str:
    """The secret that was kept for this page, for the first and last time; empty where there is none."""
    kept = request.session.get(_SECRET)
    if not kept or kept["subject"] != str(subject.pk):
        return ""
    del request.session[_SECRET]
    try:
        return unseal(kept["sealed"])
    except Unreadable:
        return ""
