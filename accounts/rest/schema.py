"""The OpenAPI document, from the same declarations that the server works by."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_array_type, build_object_type, force_instance
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from accounts.rest.bodies import MEDIA_TYPE
from accounts.rest.fields import Input
from accounts.rest.lists import ListQuery, Names

PROBLEM = inline_serializer(
    "Problem",
    {
        "type": serializers.CharField(help_text="`urn:loopwright:problem:` and the code."),
        "title": serializers.CharField(help_text="The status in words."),
        "status": serializers.IntegerField(help_text="As in the first line of the answer."),
        "detail": serializers.CharField(help_text="What is wrong, for a person to read."),
        "code": serializers.CharField(help_text="What is wrong, for a program: it never changes."),
        "request_id": serializers.CharField(help_text="Under which our log knows this request."),
        "errors": inline_serializer(
            "ProblemError",
            {
                "pointer": serializers.CharField(help_text="Where in the body, as a JSON pointer (RFC 6901)."),
                "code": serializers.CharField(),
                "message": serializers.CharField(),
            },
            many=True,
            required=False,
            help_text="One for each place that is not right.",
        ),
    },
)
FORM = "multipart/form-data"
REFUSALS = {
    400: "The request cannot be read.",
    401: "No valid token.",
    403: "The scopes or the person's rights do not allow it.",
    404: "No such thing, or not to be known of.",
    406: "Only JSON is answered.",
    409: "It does not go together with how things are.",
    412: "Changed since the version in If-Match.",
    413: "Too large.",
    415: "The body is not JSON.",
    422: "Something in the body is not right.",
    428: "If-Match is missing.",
    429: "Too many requests.",
    503: "Too busy just now.",
}
ALSO = {200: "It was there already.", 207: "Some were refused: see each one's status."}
# Header of an answer → what it says, and its type.
HEADERS: dict[str, tuple[str, str]] = {
    "X-Request-Id": ("Under which our log knows this request.", "string"),
    "ETag": ("The version of this representation.", "string"),
    "Location": ("Where the thing is.", "string"),
    "Link": ('The next page, as `rel="next"`; not on the last one.', "string"),
    "Retry-After": ("Seconds to wait.", "integer"),
    "RateLimit-Limit": ("Requests a minute.", "integer"),
    "RateLimit-Remaining": ("How many of them are left.", "integer"),
    "RateLimit-Reset": ("Seconds until all are there again.", "integer"),
}
COUNTED = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
ACTING = "On-Behalf-Of"
_EVERY = (400, 401, 403, 404, 406, 429, 503)
_WRITE = (409, 413, 415, 422)
_VERSIONED = (412, 428)


class ResourceSchema(AutoSchema):
    """What a ``Resource`` does, as OpenAPI: bodies of its ``writes``, its list parameters, every refusal."""

    view: Any

    def get_operation(self, *args: Any) -> Any:
        """With the header parameter and the headers of answers that every operation has; ``config.document`` says
        what they are.
        """
        operation: Any = super().get_operation(*args)
        operation.setdefault("parameters", []).append({"$ref": f"#/components/parameters/{ACTING}"})
        for status, response in operation["responses"].items():
            if int(status) in REFUSALS and "application/problem+json" in response["content"]:
                operation["responses"][status] = {"$ref": f"#/components/responses/Refused{status}"}
            else:
                response["headers"] = header_refs(self._headers(int(status)))
        return operation

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return type(serializer).__name__.removesuffix("Output")

    def get_request_serializer(self) -> Any:
        write = self._write()
        if write is None or not write.takes._declared_fields:
            return None
        form = getattr(write.takes, "form", None)
        return {MEDIA_TYPE: write.takes(), FORM: form()} if form else write.takes()

    def get_response_serializers(self) -> Any:
        write = self._write()
        if write is not None:
            shape = write.gives or (self.view.output if write.status != 204 else None)
            answers: dict[Any, Any] = {write.status: OpenApiResponse(shape() if shape else None, description="Done.")}
            answers |= {it: OpenApiResponse(shape() if shape else None, description=ALSO[it]) for it in write.also}
        elif self._is_list():
            answers = {200: self._page()}
        elif self._file_query() is not None:
            kinds = getattr(self.view, self.view.action).file_types
            shapes = {kind: OpenApiTypes.OBJECT if kind == MEDIA_TYPE else OpenApiTypes.BINARY for kind in kinds}
            answers = {(200, kind): OpenApiResponse(shape, "The file.") for kind, shape in shapes.items()}
        else:
            answers = {200: self.view.output()}
            answers[304] = OpenApiResponse(description="Unchanged since the ETag in If-None-Match.")
        refusals = {status: REFUSALS[status] for status in self._refusals()}
        media = ["application/problem+json"]
        return answers | {(status, media[0]): OpenApiResponse(PROBLEM, text) for status, text in refusals.items()}

    def get_override_parameters(self) -> list[Any]:
        found: list[Any] = []
        write = self._write()
        if write is not None and self.method == "POST":
            found.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
                    OpenApiParameter.HEADER,
                    required=True,
                    description="One for each thing you want done: the same again gives the same answer.",
                )
            )
        if self._needs_if_match():
            text = "The ETag of the version you have read."
            found.append(OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description=text))
        elif self._heeds_if_match():
            text = "The ETag of the version you have read; without it whatever is there is changed."
            found.append(OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description=text))
        if write is None:
            found += self._reading_parameters()
        return found

    def get_operation_id(self) -> str:
        verb = {"partial_update": "change", "destroy": "delete"}.get(self.view.action, self.view.action)
        return f"{self.view.noun.replace('-', '_')}_{verb}"

    def get_tags(self) -> list[str]:
        return [self.view.noun]

    def get_summary(self) -> str:
        if self._write() is None and self._file_query() is None:
            return "List" if self._is_list() else "Get one"
        return self._told()[0].rstrip(".") or str(self.view.action).replace("_", " ").capitalize()

    def get_description(self) -> str:  # type: ignore[override]
        told = self._told()[1] if self._write() or self._file_query() else ""
        return f"{told}\n\nScope: `{self.view.scope_asked()}`.".strip()

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{"token": [self.view.scope_asked()]}, {"basic": [self.view.scope_asked()]}]

    def _told(self) -> tuple[str, str]:
        """The first sentence of the method's docstring, and what follows."""
        text = " ".join((getattr(self.view, self.view.action).__doc__ or "").split())
        first, stop, rest = text.partition(". ")
        return first + stop.strip(), rest

    def _write(self) -> Any:
        return getattr(getattr(self.view, self.view.action or "", None), "write", None)

    def _file_query(self) -> Any:
        """Of a download (see ``rest.files``): the class of its parameters."""
        return getattr(getattr(self.view, self.view.action or "", None), "file_query", None)

    def _is_list(self) -> bool:
        return bool(self.view.action == "list")

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # a page is an object

    def _headers(self, status: int) -> list[str]:
        """Of an answer that is no refusal."""
        write = self._write()
        shows_one = not self._is_list() and self._file_query() is None and (write is None or write.gives is None)
        names = ["X-Request-Id", *COUNTED]
        if status == 200 and self._is_list():
            names.append("Link")
        if status in {201, 202} and shows_one:
            names.append("Location")
        if status in {200, 201, 202, 304} and shows_one:
            names.append("ETag")
        return names

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer(serializer, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if isinstance(force_instance(serializer), Input):  # type: ignore[no-untyped-call]
            schema["additionalProperties"] = False
        if isinstance(serializer, self.view.output) and self.view.on_request:
            schema["required"] = [name for name in schema["required"] if name not in self.view.on_request]
        return schema

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """What REST framework knows of a field and the library leaves out."""
        schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        schema.pop("x-spec-enum-id", None)
        if _is_written(field):
            if not getattr(field, "allow_empty", True):
                schema.setdefault("minItems", 1)
            if isinstance(field, serializers.CharField) and not field.allow_blank:
                schema.setdefault("minLength", 1)
        return schema

    def _needs_if_match(self) -> bool:
        write = self._write()
        return bool(write and write.names_version(self.view, self.method))

    def _heeds_if_match(self) -> bool:
        return self._write() is not None and self.method in {"PATCH", "PUT", "DELETE"}

    def _refusals(self) -> list[int]:
        found = list(_EVERY)
        if self._write() is not None:
            found += _WRITE
        if self._needs_if_match():
            found += _VERSIONED
        elif self._heeds_if_match():
            found.append(412)
        return sorted(found)

    def _page(self) -> Any:
        page = build_object_type(
            properties={
                "results": build_array_type(self._map_output()),
                "next": {"type": ["string", "null"], "description": "`cursor` of the next page."},
            },
            required=["results", "next"],
        )
        return OpenApiResponse(page, description="One page.")

    def _map_output(self) -> dict[str, Any]:
        component = self.resolve_serializer(self.view.output(), "response")
        return dict(component.ref)

    def _reading_parameters(self) -> list[Any]:
        view: Any = self.view
        if (asked := self._file_query()) is not None:
            return [self._parameter(name, field) for name, field in asked().fields.items()]
        known = {name for name in view.query._declared_fields if name.rstrip("_") not in view._unused()}
        if not self._is_list():
            known &= {"fields_", "include"}
        found = []
        for name, field in view.query().fields.items():
            if name in known:
                found.append(self._parameter(name.rstrip("_"), field))
        return found

    def _parameter(self, name: str, field: Any) -> OpenApiParameter:
        schema = self._map_serializer_field(field, "request")
        self._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]
        for repeated in ("description", "title"):
            schema.pop(repeated, None)
        style = None
        if (names := self._names_of(name, field)) is not None:
            schema = {"type": "string", "enum": names}
            if name != "ordering":
                schema, style = {"type": "array", "items": schema, "minItems": 1, "uniqueItems": True}, False
        text = str(field.help_text or "")
        return OpenApiParameter(
            name, schema, OpenApiParameter.QUERY, required=field.required, description=text, explode=style
        )

    def _names_of(self, parameter: str, field: Any) -> list[str] | None:
        """The words that a parameter may name here, where they are known."""
        view: Any = self.view
        match parameter:
            case "ordering":
                return [sign + name for name in sorted(view._orderings()) for sign in ("", "-")]
            case "fields":
                return list(view.output._declared_fields)
            case "include":
                return sorted(view.on_request)
            case _:
                return field.names if isinstance(field, Names) else None


def header_refs(names: list[str]) -> dict[str, dict[str, str]]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def refusals() -> dict[str, Any]:
    """The shared answers that ``ResourceSchema`` points to."""
    special = {412: ["ETag"], 429: ["Retry-After", *COUNTED], 503: ["Retry-After"]}
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        f"Refused{status}": {
            "description": text,
            "headers": header_refs(["X-Request-Id", *special.get(status, [])]),
            "content": content,
        }
        for status, text in REFUSALS.items()
    }


def _is_written(field: Any) -> bool:
    """Does the field stand in a body or a query that we read?"""
    while field.parent is not None:
        field = field.parent
    return isinstance(field, Input | ListQuery)
