"""Files: downloads whose permission is checked at the moment of each."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, StreamingHttpResponse
from django.utils.cache import patch_cache_control
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from accounts.rest.bodies import JSONRenderer
from accounts.rest.fields import Input
from accounts.rest.lists import read_query
from accounts.rest.resources import Resource

PDF, ZIP = "application/pdf", "application/zip"


class FileRenderer(BaseRenderer):
    """For ``Accept`` alone: the file goes out as it is."""

    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        raise NotImplementedError


class AnyRenderer(FileRenderer):
    """Of a file whose type a parameter says."""

    media_type = "*/*"
    format = "file"


class PDFRenderer(FileRenderer):
    media_type = PDF
    format = "pdf"


class ZIPRenderer(FileRenderer):
    media_type = ZIP
    format = "zip"


class FileQuery(Input):
    """The parameters of a download: none, unless a subclass has some."""


# Who says Accept: application/json everywhere gets the file too; a refusal is a problem whatever was accepted.
RENDERERS = [PDFRenderer, JSONRenderer]
ZIP_RENDERERS = [ZIPRenderer, JSONRenderer]
ANY_RENDERERS = [AnyRenderer]


def gives_pdf(query: type[Input] = FileQuery) -> Callable[[Callable[..., Any]], Any]:
    return gives_file(PDF, query=query)


def gives_file(
    *media_types: str, query: type[serializers.Serializer[Any]] = FileQuery
) -> Callable[[Callable[..., Any]], Any]:
    """Make a method of a ``Resource`` the download of a file, never kept by caches: ``file(self, item, asked)`` of one
    thing, or ``file(self, asked)`` of many.

    It returns the response or raises ``Http404``.
    """

    def decorate(method: Callable[..., StreamingHttpResponse]) -> Callable[..., StreamingHttpResponse]:
        def handler(self: Resource, request: Request, pk: UUID | None = None, **above: Any) -> StreamingHttpResponse:
            asked = read_query(query, request.query_params, set(query._declared_fields))
            if pk is None:
                response = method(self, asked)
            else:
                item = self.rows().filter(pk=pk).first()
                if item is None:
                    raise Http404
                response = method(self, item, asked)
            patch_cache_control(response, private=True, no_store=True)
            return response

        handler.__name__, handler.__doc__ = method.__name__, method.__doc__
        handler.file_query, handler.file_types = query, media_types  # type: ignore[attr-defined]
        return handler

    return decorate
