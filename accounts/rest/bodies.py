"""JSON in and out: read strictly and with limits, written by orjson."""

from decimal import Decimal
from hashlib import blake2b
from typing import IO, Any

import orjson
from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from accounts.rest.problems import Problem

MEDIA_TYPE = "application/json"
MOST_BYTES = 2 * 1024 * 1024
MOST_DEPTH = 32


class JSONParser(BaseParser):
    """Refuses what is not RFC 8259, nesting that exhausts stacks, and NUL, which no database of ours stores."""

    media_type = MEDIA_TYPE

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise Problem(413, "too_large", _("This is more than one request can hold."))
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Problem(400, "malformed", _("The body is not valid JSON.")) from error
        _check(parsed)
        return parsed


def _check(parsed: Any) -> None:
    level, depth = [parsed], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            raise Problem(400, "malformed", _("The body is nested too deeply."))
        following: list[Any] = []
        for part in level:
            if isinstance(part, dict):
                following += part.keys()
                following += part.values()
            elif isinstance(part, list):
                following += part
            elif isinstance(part, str) and "\x00" in part:
                raise Problem(400, "malformed", _("A text of the body holds a NUL character."))
        level = following


class JSONRenderer(BaseRenderer):
    media_type = MEDIA_TYPE
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else encoded(data)


def encoded(content: Any) -> bytes:
    """UTF-8 JSON; times as RFC 3339 in UTC with a Z."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return str(value)  # lazy translations


def etag_of(body: bytes) -> str:
    """A strong ETag of a representation."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def json_answer(content: Any, status: int = 200) -> HttpResponse:
    """A body that only the asking client may keep."""
    return raw_answer(encoded(content), status)


def raw_answer(body: bytes, status: int = 200) -> HttpResponse:
    response = HttpResponse(body, MEDIA_TYPE, status)
    patch_cache_control(response, private=True, no_cache=True)
    return response
