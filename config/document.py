"""The document of the REST API (OpenAPI 3.1) and the page that shows it."""

import inspect
from functools import lru_cache
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_GET
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import get_lib_doc_excludes
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.rest.bodies import encoded, etag_of, raw_answer
from accounts.rest.fields import Input, Output
from accounts.rest.resources import ListResource, Resource
from accounts.rest.schema import ACTING, HEADERS, refusals
from accounts.scopes import RESOURCES, SPECIAL
from config.reference import Reference

INTRODUCTION = """\
**Signing in.** `Authorization: Bearer lw_…`, or Basic with the token as user name. A token does what its scopes
name; each operation says which one it needs. `On-Behalf-Of: <user id or e-mail>` makes the request that person's
(scope `act:as`). Pages of a signed-in person may ask too, with their session and CSRF token.

**Ids** are UUIDs (version 7) as strings. `external_ids` maps another system's name to its id of the same thing;
`?external_id=system:id` finds it.

**Times** are RFC 3339 in UTC. Where local time matters, the IANA zone stands beside it.

**Lists** answer `{"results": […], "next": …}`. Send `next` back as `cursor`; it is null on the last page. `limit` is 50
unless given, at most 200. `ordering`, `fields`, `include`, `updated_after` and the filters stand with each list.

**Writes.** Every POST carries an `Idempotency-Key`: the same key and body within 24 hours give the same answer and do
nothing again. Single things carry an `ETag`; where `If-Match` is required, 412 answers with the present state.

**Long work** answers 202 with a `Location`; the thing there has `state` and `error`.

**Refusals** are `application/problem+json` (RFC 9457): `code` is stable, `errors` points into the body, `request_id` is
in our log. What you may not know of is 404. Unknown fields and parameters are refused.

**Limits.** Each token has a number of requests a minute: see the `RateLimit-*` headers. 429 says in `Retry-After` when
to go on.
"""
_ACTING = {
    "in": "header",
    "name": ACTING,
    "schema": {"type": "string", "minLength": 1, "maxLength": 254},
    "description": "Id or e-mail address of the person whose request this is; needs the scope `act:as`.",
}


def undescribed() -> list[type]:
    """Classes whose docstrings say how they work, not what a thing is."""
    excluded = get_lib_doc_excludes()  # type: ignore[no-untyped-call]
    return [*excluded, Input, Output, ListResource, Resource]


def only_resources(endpoints: list[Any]) -> list[Any]:
    """Before the document is made: leave out what is served besides the resources."""
    return [it for it in endpoints if issubclass(getattr(it[3], "cls", object), ListResource)]


def describe(result: dict[str, Any], generator: Any, **_others: Any) -> dict[str, Any]:
    """After it is made: what holds for every operation."""
    result["info"]["description"] = INTRODUCTION
    result["tags"] = [{"name": it.noun, "description": _told(it)} for it in _resources(generator)]
    components = result["components"]
    components["securitySchemes"] = _schemes()
    components["headers"] = {
        name: {"description": text, "schema": {"type": kind}} for name, (text, kind) in HEADERS.items()
    }
    components["responses"] = refusals()
    components["parameters"] = {ACTING: _ACTING}
    return result


@lru_cache(maxsize=8)
def document(site: str) -> tuple[bytes, str]:
    """The document for clients of ``site``, and its ETag. A second of work, once per process."""
    with translation.override("en"):
        made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    body = encoded(made | {"servers": [{"url": site}]})
    return body, etag_of(body)


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


@method_decorator(gzip_page, name="dispatch")
class Document(APIView):
    """``openapi.json``: open to everybody, for it says nothing about anybody."""

    authentication_classes = ()
    permission_classes = ()

    @method_decorator(condition(etag_func=lambda request, *_args, **_kwargs: document(_site(request))[1]))
    def get(self, request: Request) -> HttpResponse:
        response = raw_answer(document(_site(request))[0])
        patch_cache_control(response, max_age=300)
        return response


@require_GET
def docs(request: HttpRequest, noun: str = "") -> HttpResponse:
    """The document to read: what holds everywhere, or one noun. As open as the document itself."""
    reference = Reference(orjson.loads(document(_site(request))[0]))
    context = {"reference": reference, "groups": reference.groups()}
    if not noun:
        return render(request, "reference/start.html", context)
    try:
        return render(request, "reference/noun.html", context | {"noun": reference.noun(noun)})
    except KeyError as error:
        raise Http404 from error


def _resources(generator: Any) -> list[type[ListResource]]:
    found = {callback.cls: None for _path, _regex, _method, callback in generator.endpoints}
    return list(found)


def _told(resource: type[ListResource]) -> str:
    return inspect.cleandoc(resource.__doc__ or "")


def _schemes() -> dict[str, Any]:
    words = [f"`{name}:{verb}`" for name, (_label, verbs) in RESOURCES.items() for verb in verbs]
    words += [f"`{name}`" for name in SPECIAL]
    return {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "lw_…",
            "description": f"Administrators make tokens. Scopes: {', '.join(words)}.",
        },
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": "The token as user name; the password does not matter.",
        },
    }
