"""Autosave of a scorecard, as JSON.

``GET`` answers the own card with its ETag, ``PATCH`` saves changes to the version named by ``If-Match``. Errors
are problem+json; whatever the body is, the answer is never a 5xx.
"""

import json
import re
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied as ServicePermissionDenied
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User
from interviews.models import PanelSeat
from scoring.models import Scorecard
from scoring.selectors.cards import card_state, own_seat
from scoring.services.scorecards import StaleCard, open_card, save_card

# Twice what the longest notes of a usual round take in UTF-8.
MOST_BYTES = 512 * 1024
_VERSION = re.compile(r'(?:W/)?"(\d{1,9})"')
_TYPE = "application/json"


class Problem(Exception):  # noqa: N818 -- an answer of the API, RFC 9457
    """An answer with a status and a code of its own."""

    def __init__(self, status: int, code: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.more = status, code, detail, more


class CardAPI(APIView):
    """The own card of one seat."""

    # The page's own: tokens are for ``scorecards`` of the API.
    authentication_classes = [SessionAuthentication]
    # The body is read by hand: with a cap, and with nesting that cannot exhaust the stack.
    parser_classes: list[Any] = []

    def get(self, request: Request, pk: UUID) -> HttpResponse:
        seat = _seat(request, pk)
        card = Scorecard.objects.of(_user(request)).filter(seat=seat).first() or Scorecard(seat=seat)
        return _answer(card_state(card=card) | {"csrf_token": get_token(request._request)}, card.version)

    def patch(self, request: Request, pk: UUID) -> HttpResponse:
        seat = _seat(request, pk)
        version, key, changes = _version(request), _request_key(request), _body(request)
        card = open_card(seat=seat, user=_user(request))
        saved = save_card(card=card, user=_user(request), version=version, changes=changes, request_key=key)
        return _answer({"version": saved.version, "saved_at": saved.saved_at}, saved.version)

    def handle_exception(self, error: Exception) -> HttpResponse:  # type: ignore[override]
        problem = _problem_of(error)
        if problem is None:
            raise error
        body = {
            "type": "about:blank",
            "title": problem.detail,
            "status": problem.status,
            "code": problem.code,
            **problem.more,
        }
        response = JsonResponse(body, status=problem.status, content_type="application/problem+json")
        if isinstance(error, StaleCard):
            response["ETag"] = f'"{error.card.version}"'
        patch_cache_control(response, private=True, no_store=True)
        return response


def _user(request: Request) -> User:
    return cast(User, request.user)  # the permission class has refused everybody else


def _seat(request: Request, pk: UUID) -> PanelSeat:
    try:
        return own_seat(seat_id=pk, user=_user(request))
    except PanelSeat.DoesNotExist as error:
        raise Http404 from error


def _answer(content: dict[str, Any], version: int) -> HttpResponse:
    response = JsonResponse(content)
    response["ETag"] = f'"{version}"'
    patch_cache_control(response, private=True, no_store=True)
    return response


def _version(request: Request) -> int:
    header = request.headers.get("If-Match")
    if header is None:
        raise Problem(428, "if_match_required", _("Say in If-Match which version you have read."))
    found = _VERSION.fullmatch(header.strip())
    if found is None:
        raise Problem(400, "bad_if_match", _("If-Match has to be the ETag of the card."))
    return int(found[1])


def _request_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise Problem(400, "idempotency_key_required", _("Send an Idempotency-Key, a new one for each change."))
    return key


def _body(request: Request) -> object:
    if request.content_type.partition(";")[0].strip().lower() != _TYPE:
        raise Problem(415, "not_json", _("The body has to be application/json."))
    body = request._request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Problem(413, "too_large", _("This is more than one save can hold."))
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    # ValueError: not JSON, not UTF-8, a number of thousands of digits. RecursionError: nested thousands deep.
    except (ValueError, RecursionError) as error:
        raise Problem(400, "malformed", _("The body is not valid JSON.")) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _problem_of(error: Exception) -> Problem | None:
    match error:
        case Problem():
            return error
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Problem(401, "signed_out", _("Sign in again; what you wrote is still on your page."))
        case exceptions.PermissionDenied():  # of the session's CSRF check
            return Problem(403, "forbidden", _("This request did not come from a page of yours. Load the page again."))
        case Http404() | ServicePermissionDenied():
            return Problem(404, "not_found", _("There is no such card."))
        case StaleCard():
            return Problem(412, "stale_version", error.messages[0], current=card_state(card=error.card))
        case ValidationError():
            return _invalid(error)
        case exceptions.APIException():
            return Problem(error.status_code, str(error.default_code), str(error.detail))
    return None


def _invalid(error: ValidationError) -> Problem:
    if not hasattr(error, "error_dict"):
        status = 409 if error.code == "already_submitted" else 422
        return Problem(status, str(error.code), error.messages[0])
    errors = [
        {"pointer": "/" + field.replace(".", "/") if field else "", "code": item.code, "message": item.messages[0]}
        for field, items in error.error_dict.items()
        for item in items
    ]
    return Problem(422, "invalid", _("Nothing was saved: something in it cannot be kept."), errors=errors)
