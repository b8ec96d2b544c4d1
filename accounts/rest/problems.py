"""Refusals, as problem+json (RFC 9457): the same shape whatever went wrong."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import orjson
from django.core.exceptions import NON_FIELD_ERRORS, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import PermissionDenied as ServicePermissionDenied
from django.core.exceptions import ValidationError as ServiceError
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
Error = dict[str, str]


class Problem(Exception):  # noqa: N818 -- an answer of the API
    """An answer with a status and a code of its own; ``more`` stands beside them in the body, ``headers`` above it."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str | Promise,
        *,
        errors: list[Error] | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, str(detail)
        self.errors, self.headers, self.more = errors, dict(headers or {}), more


def answer(problem: Problem, request_id: str) -> HttpResponse:
    """The problem as a response. ``type`` is a URN: stable, and no address that has to be served."""
    body: dict[str, Any] = {
        "type": f"urn:loopwright:problem:{problem.code}",
        "title": _titles().get(problem.status, _("It was refused.")),
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "request_id": request_id,
    }
    if problem.errors is not None:
        body["errors"] = problem.errors
    response = HttpResponse(orjson.dumps(body | problem.more, default=str), MEDIA_TYPE, problem.status)
    for name, value in problem.headers.items():
        response[name] = value
    response["X-Request-Id"] = request_id
    patch_cache_control(response, private=True, no_store=True)
    return response


def new_request_id() -> str:
    return uuid4().hex


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """For Django REST framework: every exception that is somebody's mistake; what is ours stays a 500."""
    problem = problem_of(error)
    if problem is None:
        return None
    view = context.get("view")
    return answer(problem, getattr(view, "request_id", None) or new_request_id())


def problem_of(error: Exception) -> Problem | None:
    """What to answer to an exception; None where it is no refusal but a fault of ours."""
    match error:
        case Problem():
            return error
        case Http404() | exceptions.NotFound():
            return Problem(404, "not_found", _("There is no such thing, or you may not know of it."))
        case ServicePermissionDenied() | exceptions.PermissionDenied():
            return Problem(403, "not_allowed", _("You may see this, but not do that with it."))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            headers = {"WWW-Authenticate": 'Bearer realm="Loopwright"'}
            return Problem(401, "not_signed_in", _("Send a valid token, or sign in."), headers=headers)
        case ServiceError():
            return of_service(error)
        case exceptions.ValidationError():
            return Problem(422, "invalid", _("Something in the request cannot be taken."), errors=list(pointed(error)))
        case exceptions.ParseError():
            return Problem(400, "malformed", _("The body is not valid JSON."))
        case RequestDataTooBig():
            return Problem(413, "too_large", _("This is more than one request can hold."))
        case SuspiciousOperation():
            return Problem(400, "malformed", _("The request is malformed."))
        case exceptions.Throttled():
            return Problem(429, "too_many_requests", _("Too many requests. Wait, then go on."))
        case exceptions.APIException():
            return Problem(error.status_code, str(error.default_code), str(error.detail))
        case _:
            return _of_database(error)


def _of_database(error: Exception) -> Problem | None:
    if isinstance(error, OperationalError) and is_passing(error):
        return Problem(503, "busy", _("Too much happens at once. Try again."), headers={"Retry-After": "1"})
    if isinstance(error, IntegrityError):
        # A race that the service's own check could not see; the constraint has kept it out.
        logger.warning("refused by the database: %s", type(error).__name__)
        return Problem(409, "conflict", _("Somebody else did the same at the same moment. Load it again."))
    if isinstance(error, DataError):
        return Problem(422, "invalid", _("Something in the request cannot be stored."))
    return None


def is_passing(error: OperationalError) -> bool:
    """Would the very same work go through a moment later? Deadlock, failed serialisation, locked file."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state in {"40P01", "40001", "55P03"} or "database is locked" in str(error)


def of_service(error: ServiceError) -> Problem:
    """A service's refusal: 422 where it names fields, 409 where the state of things forbids it."""
    if hasattr(error, "error_dict") and set(error.error_dict) - {NON_FIELD_ERRORS}:
        errors = [
            _item(() if field == NON_FIELD_ERRORS else tuple(field.split(".")), str(item.code or "invalid"), message)
            for field, items in error.error_dict.items()
            for item in items
            for message in item.messages
        ]
        return Problem(422, "invalid", _("Something in the request cannot be taken."), errors=errors)
    items = error.error_dict[NON_FIELD_ERRORS] if hasattr(error, "error_dict") else error.error_list
    errors = [_item((), str(item.code or "refused"), message) for item in items for message in item.messages]
    return Problem(409, errors[0]["code"], errors[0]["message"], errors=errors)


@contextmanager
def about(field: str) -> Iterator[None]:
    """What a service refuses here without naming a field is about this one of the body: 422, not 409."""
    try:
        yield
    except ServiceError as error:
        if hasattr(error, "error_dict"):
            raise
        raise ServiceError({field: error.error_list}) from error


def pointed(error: exceptions.ValidationError) -> Iterator[Error]:
    """Every error of a serializer with a JSON pointer (RFC 6901) to its place in the body."""
    yield from _walk(error.detail, ())


def _walk(detail: Any, path: tuple[str, ...]) -> Iterator[Error]:
    if isinstance(detail, Mapping):
        for name, part in detail.items():
            yield from _walk(part, path if name == "non_field_errors" else (*path, str(name)))
    elif isinstance(detail, list) and any(isinstance(part, Mapping | list) for part in detail):
        for place, part in enumerate(detail):
            yield from _walk(part, (*path, str(place)))
    elif isinstance(detail, list):
        for part in detail:
            yield from _walk(part, path)
    else:
        yield _item(path, str(getattr(detail, "code", "invalid")), str(detail))


def _item(path: tuple[str, ...], code: str, message: str) -> Error:
    escaped = (part.replace("~", "~0").replace("/", "~1") for part in path)
    return {"pointer": "".join(f"/{part}" for part in escaped), "code": code, "message": message}


@csrf_exempt
def not_found(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """For addresses under /api/ that nothing answers."""
    problem = problem_of(Http404())
    assert problem is not None  # noqa: S101 -- for the type checker
    return answer(problem, new_request_id())


def server_error(request: HttpRequest) -> HttpResponse:
    """What a fault of ours looks like to a program; the log has the rest under the same id."""
    request_id = new_request_id()
    logger.error("fault while answering an API request, id %s", request_id)
    return answer(Problem(500, "fault", _("Something went wrong here. It has been logged.")), request_id)


def _titles() -> dict[int, str]:
    return {
        400: _("The request cannot be read."),
        401: _("You are not signed in."),
        403: _("You may not do that."),
        404: _("Not found."),
        405: _("This address does not do that."),
        406: _("Only JSON can be answered here."),
        409: _("It does not go together with how things are."),
        412: _("It has changed meanwhile."),
        413: _("The request is too large."),
        415: _("The body has the wrong type."),
        422: _("Something in the request is not right."),
        428: _("Say which version you have read."),
        429: _("Too many requests."),
        500: _("Something went wrong here."),
        503: _("Too busy just now."),
    }
