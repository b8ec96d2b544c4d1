"""One write: checked, done once, answered with what came of it."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, transaction
from django.http import Http404, HttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import User
from accounts.rest.bodies import encoded, etag_of, raw_answer
from accounts.rest.problems import Problem, is_passing
from accounts.services.idempotency import KeptAnswer, OtherRequest, StillRunning, begin, finish, give_up

if TYPE_CHECKING:
    from accounts.rest.resources import Resource

KEY = "Idempotency-Key"
KEPT_HEADERS = ("Location", "ETag")
TRIES = 3


@dataclass(frozen=True, slots=True)
class Write:
    """What ``resources.writes`` was told of a method."""

    method: Callable[..., Any]
    takes: type[serializers.Serializer[Any]]
    status: int
    gives: type[serializers.Serializer[Any]] | None
    scope: str
    atomic: bool
    also: tuple[int, ...] = ()
    if_match: bool = False

    def names_version(self, resource: "Resource", method: str | None) -> bool:
        """Does the request have to say in ``If-Match`` which version it is about?"""
        return self.if_match or (resource.needs_if_match and method in {"PATCH", "PUT", "DELETE"})


def perform(resource: "Resource", write: Write, pk: UUID | None) -> HttpResponse:
    """Do the write and answer. A POST runs under its key; what is refused frees the key again."""
    request = resource.request
    data = _checked(request, write)
    if request.method != "POST":
        return _tried(resource, write, pk, data, None)
    try:
        begun = begin(user=resource.user, key=_key(request), fingerprint=_fingerprint(request, resource.user))
    except OtherRequest as error:
        text = _("This Idempotency-Key belongs to another request.")
        raise Problem(422, "idempotency_key_reused", text) from error
    except StillRunning as error:
        raise _running() from error
    if isinstance(begun, KeptAnswer):
        return _replayed(resource, begun, pk)
    try:
        return _tried(resource, write, pk, data, begun)
    except StillRunning as error:  # this one took so long that its repetition was given the work
        raise _running() from error
    except BaseException:
        give_up(request=begun)
        raise


def _running() -> Problem:
    text = _("The same request is being worked on. Ask again for its answer.")
    return Problem(409, "still_running", text, headers={"Retry-After": "1"})


def _tried(resource: "Resource", write: Write, pk: UUID | None, data: Any, begun: Any) -> HttpResponse:
    """The work and its kept answer; once more where only the moment was bad."""
    for attempt in range(1, TRIES + 1):
        try:
            if not write.atomic:
                result = _called(resource, write, pk, data)
                with transaction.atomic():
                    return _answered(resource, write, result, begun)
            with transaction.atomic():
                return _answered(resource, write, _called(resource, write, pk, data), begun)
        except OperationalError as error:
            if attempt == TRIES or not is_passing(error):
                raise
            time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 -- only to part those who collided
    raise AssertionError


def _called(resource: "Resource", write: Write, pk: UUID | None, data: Any) -> Any:
    data = dict(data)  # methods take out of it what they use, and may be called again
    if pk is None:
        return write.method(resource, data)
    rows = resource.rows()
    request = resource.request
    # Whoever names a version where none has to be named means it all the same.
    names = request.method in {"PATCH", "PUT", "DELETE"} and "If-Match" in request.headers
    if names or write.names_version(resource, request.method):
        with transaction.atomic():  # what is handed over is the version that was named
            _check_version(resource, pk)
            item = rows.filter(pk=pk).first()
    else:
        item = rows.filter(pk=pk).first()
    if item is None:
        raise Http404
    return write.method(resource, item, data)


def _check_version(resource: "Resource", pk: UUID) -> None:
    """Raises ``Problem`` 428 without ``If-Match``, 412 with the present state where it names another version."""
    asked = resource.request.headers.get("If-Match")
    if asked is None:
        raise Problem(428, "if_match_required", _("Say in If-Match which version you have read."))
    resource.rows().model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
    current = encoded(resource.represent(pk))
    etag = etag_of(current)
    if asked.strip().removeprefix("W/") not in {etag, "*"}:
        text = _("It has changed since you read it.")
        raise Problem(412, "stale_version", text, headers={"ETag": etag}, current=orjson.Fragment(current))


def _answered(resource: "Resource", write: Write, result: Any, begun: Any) -> HttpResponse:
    response = _response(resource, write, result)
    if begun is not None:
        headers = {name: response[name] for name in KEPT_HEADERS if name in response}
        thing = str(result) if isinstance(result, UUID) else ""
        finish(request=begun, answer=KeptAnswer(response.status_code, response.content.decode(), headers, thing))
    return response


def _response(resource: "Resource", write: Write, result: Any) -> HttpResponse:
    if isinstance(result, HttpResponse):
        return result
    if result is None:
        return HttpResponse(status=204)
    if not isinstance(result, UUID):
        return raw_answer(encoded(result), write.status)
    body = encoded(resource.represent(result))
    response = raw_answer(body, write.status)
    response["ETag"] = etag_of(body)
    if write.status in {201, 202}:
        response["Location"] = resource.reverse_action("detail", kwargs=resource.kwargs | {"pk": result})
    return response


def _replayed(resource: "Resource", kept: KeptAnswer, pk: UUID | None) -> HttpResponse:
    """The kept answer, to whoever may still see what it is about. Raises ``Http404``."""
    about = {str(it) for it in (pk, kept.thing) if it}
    if about and resource.rows().filter(pk__in=about).count() < len(about):
        raise Http404
    response = raw_answer(kept.body.encode(), kept.status) if kept.body else HttpResponse(status=kept.status)
    for name, value in kept.headers.items():
        response[name] = value
    response["Idempotent-Replayed"] = "true"
    return response


def _checked(request: Request, write: Write) -> Any:
    """The body as ``takes`` has it. Raises DRF's ``ValidationError``."""
    data = request.data
    if not write.takes._declared_fields and not data:
        return {}
    # Where files may come as a form, its fields are named by the class ``form`` of the input.
    takes = getattr(write.takes, "form", write.takes) if isinstance(data, MultiValueDict) else write.takes
    checked = takes(data=data, context={"request": request}, partial=False)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def _key(request: Request) -> str:
    key = request.headers.get(KEY, "")
    if not key:
        text = _("Send an Idempotency-Key, a new one for each thing you want done.")
        raise Problem(400, "idempotency_key_required", text)
    if len(key) > 255 or not key.isascii() or not key.isprintable():
        text = _("An Idempotency-Key is at most 255 printable ASCII characters.")
        raise Problem(400, "bad_idempotency_key", text)
    return key


def _fingerprint(request: Request, user: User) -> str:
    # Who loses a role, or asks with another token, asks for something else: answers are not kept beyond rights.
    rights = [getattr(request.auth, "pk", None), user.is_superuser, *sorted(user.roles)]
    digest = sha256(f"{request.method} {request.get_full_path()}\n{rights}\n".encode())
    for name, value in _parts(request.data):
        digest.update(name.encode() + b"\0")
        if isinstance(value, UploadedFile):
            digest.update(str(value.name).encode() + b"\0")
            for chunk in value.chunks():
                digest.update(chunk)
            value.seek(0)
        else:
            digest.update(encoded(value))
    return digest.hexdigest()


def _parts(data: Any) -> list[tuple[str, Any]]:
    """The body by names, in one order; of a form, every value that a name has."""
    if isinstance(data, MultiValueDict):
        return [(name, value) for name in sorted(data) for value in data.getlist(name)]
    return sorted(data.items()) if isinstance(data, dict) else [("", data)]
