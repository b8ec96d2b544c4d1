"""A resource of the API: lists and single things from one declaration, and writes that are safe to repeat."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param
from rest_framework.viewsets import ViewSet

from accounts.models import ApiToken, User
from accounts.rest import limits
from accounts.rest.bodies import encoded, etag_of, json_answer, raw_answer
from accounts.rest.fields import ExternalIds, Input
from accounts.rest.lists import ListQuery, Order, chosen, read_query
from accounts.rest.problems import Problem, new_request_id
from accounts.rest.schema import ResourceSchema
from accounts.rest.writes import Write, perform
from accounts.scopes import READ, WRITE
from accounts.services.external_ids import external_ids_of, name_thing, object_of
from accounts.services.trail import through

Row = dict[str, Any]
Rows = list[Row]
Ids = list[UUID]
Keys = list[tuple[Any, UUID]]
SAFE = ("GET", "HEAD")


class ListResource(ViewSet):
    """One noun that is only listed. A subclass says what it looks like and which rows there are; the rest follows.

    ``noun`` is the word in the address and of external ids; ``scope`` the one of ``accounts.scopes`` that
    guards it. ``rows()`` gives the noun's ``visible_to(self.user)``, nothing wider. A field of ``output`` is a
    column, unless there is a method ``part_<field>(ids)`` that answers ``{id: value}`` for a page of ids with a
    fixed number of queries. Parts named in ``on_request`` are given only where ``include`` asks for them.

    Lists cost one query, plus those of the parts; a single thing the same. Writes are methods marked with
    ``writes``.
    """

    noun: ClassVar[str]
    # Its address where that is not the noun: ``imports/<uuid:upload>/entries``. The names are in ``self.kwargs``.
    path: ClassVar[str] = ""
    scope: ClassVar[str]
    output: ClassVar[type[serializers.Serializer[Any]]]
    query: ClassVar[type[serializers.Serializer[Any]]] = ListQuery
    # Name in ``ordering`` → column that is never empty, beside id and updated_at.
    orderings: ClassVar[Mapping[str, str]] = {}
    on_request: ClassVar[frozenset[str]] = frozenset()
    # Whether changes name the ETag they have read.
    needs_if_match: ClassVar[bool] = False

    schema = ResourceSchema()
    lookup_value_converter = "uuid"
    request_id = ""

    def rows(self) -> QuerySet[Any]:
        """The rows that the asking person may see."""
        raise NotImplementedError

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        """``rows`` with the filters that are no plain lookups; takes what it uses out of ``asked``."""
        return rows

    # Reading --------------------------------------------------------------------------------------

    def list(self, request: Request, **above: Any) -> HttpResponse:
        known = {name.rstrip("_") for name in self.query._declared_fields} - self._unused()
        asked = read_query(self.query, request.query_params, known)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        names = self._names(asked)
        order = Order(asked.pop("ordering", "id"), self._orderings(), self.noun)
        rows = self._filtered(asked)
        found, keys = self._read(order.page(rows, cursor, limit), names, order.column)
        results, more = found[:limit], len(found) > limit
        response = json_answer({"results": results, "next": order.cursor(*keys[limit - 1]) if more else None})
        if more:
            address = request.build_absolute_uri()
            following = replace_query_param(address, "cursor", order.cursor(*keys[limit - 1]))
            response["Link"] = f'<{following}>; rel="next"'
        return response

    def represent(self, pk: UUID, names: Sequence[str] | None = None) -> Row:
        """One thing as the API shows it. Raises ``Http404``."""
        if names is None:
            names = self._usual()
        found, _keys = self._read(self.rows().filter(pk=pk)[:1], names)
        if not found:
            raise Http404
        return found[0]

    def part_external_ids(self, ids: Ids) -> Mapping[UUID, Any]:
        known = external_ids_of(resource=self.noun, object_ids=ids)
        return {pk: known.get(pk, {}) for pk in ids}

    # How it is put together -------------------------------------------------------------------------

    @property
    def user(self) -> User:
        """Who asks; with ``On-Behalf-Of`` the person named there."""
        return cast(User, self.request.user)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.request_id = new_request_id()
        super().initial(request, *args, **kwargs)
        if self.action is None:  # before the scope: for what nobody can do there is none
            raise MethodNotAllowed(str(request.method))
        self.allowance = limits.count(request)
        if not self.action:  # no token has a scope for what nobody can do
            self.http_method_not_allowed(request)
        check_scope(request, self.scope_asked())
        through.set(request.auth.pk if isinstance(request.auth, ApiToken) else None)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:  # also after a fault: the thread goes on to serve others
            through.set(None)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["X-Request-Id"] = self.request_id
        allowance = getattr(self, "allowance", None)
        for name, value in (allowance.headers if allowance else {}).items():
            response[name] = value
        return response

    def scope_asked(self) -> str:
        """The scope that a token needs for this request."""
        write = getattr(getattr(self, self.action or "", None), "write", None)
        if write is not None and write.scope:
            return str(write.scope)
        return f"{self.scope}:{READ if self.request.method in SAFE else WRITE}"

    def _unused(self) -> set[str]:
        """Parameters of every list that mean nothing for this one."""
        has = declared(self.output)
        unused = set() if self.on_request else {"include"}
        unused |= set() if "updated_at" in has else {"updated_after"}
        return unused | (set() if "external_ids" in has else {"external_id"})

    def _orderings(self) -> Mapping[str, str]:
        own: dict[str, str] = {"id": "pk", **self.orderings}
        if "updated_at" in (fields := declared(self.output)):
            own["updated_at"] = columns_of(fields)["updated_at"]
        return own

    def _usual(self) -> Sequence[str]:
        """The fields that are shown where nobody says which."""
        return [name for name in declared(self.output) if name not in self.on_request]

    def _names(self, asked: dict[str, Any]) -> Sequence[str]:
        """The fields to show: all but those on request, or the ones asked for. Raises ``Problem``."""
        fields = declared(self.output)
        wanted = chosen("fields", asked.pop("fields_", ""), fields)
        included = chosen("include", asked.pop("include", ""), self.on_request)
        shown = [name for name in fields if name not in self.on_request and (not wanted or name in wanted)]
        return shown + [name for name in fields if name in self.on_request and name in {*included, *wanted}]

    def _filtered(self, asked: dict[str, Any]) -> QuerySet[Any]:
        rows = self.rows()
        if (since := asked.pop("updated_after", None)) is not None:
            rows = rows.filter(**{f"{columns_of(declared(self.output))['updated_at']}__gt": since})
        if (name := asked.pop("external_id", None)) is not None:
            system, _colon, external_id = name.partition(":")
            rows = rows.filter(pk=object_of(resource=self.noun, system=system, external_id=external_id))
        rows = self.narrow(rows, asked)
        return rows.filter(**asked)

    def _read(self, rows: QuerySet[Any], names: Sequence[str], key: str = "pk") -> tuple[Rows, Keys]:
        """The rows as they are shown, and of each its value in the column ``key`` and its id."""
        fields = declared(self.output)
        parts = {name: part for name in names if (part := self._part(name, fields[name]))}
        columns = {name: path for name, path in columns_of(fields).items() if name in names and name not in parts}
        paths = {name: "pk" if path == "id" else path for name, path in columns.items()}
        # Each column once: on SQLite every id has to be made from its text.
        asked = list(dict.fromkeys([key, "pk", *paths.values()]))
        places = {name: asked.index(path) for name, path in paths.items()}
        found, at = list(rows.values_list(*asked)), asked.index("pk")
        keys = [(row[0], row[at]) for row in found]
        shown: Rows = [{name: row[place] for name, place in places.items()} for row in found]
        ids = [pk for _value, pk in keys]
        for name, part in parts.items():
            values = part(ids) if ids else {}
            for row, pk in zip(shown, ids, strict=True):
                row[name] = values[pk] if pk in values else _empty(fields[name])
        return shown, keys

    def _part(self, name: str, field: Any) -> Callable[[Ids], Mapping[UUID, Any]] | None:
        if name == "external_ids" and not isinstance(field, ExternalIds):
            return None
        return getattr(self, f"part_{name}", None)


class Resource(ListResource):
    """One noun: ``GET`` of the list and of a single thing, and the writes that a subclass adds."""

    def retrieve(self, request: Request, pk: UUID, **above: Any) -> HttpResponse:
        known = {"fields", "include"} - self._unused()
        asked = read_query(self.query, request.query_params, known)
        names = self._names(asked)
        body = encoded(self.represent(pk, names))
        # What ``If-Match`` names is the thing as it usually looks, whichever parts of it were read.
        is_usual = not self.needs_if_match or names == self._usual()
        etag = etag_of(body if is_usual else encoded(self.represent(pk)))
        unchanged = is_usual and request.headers.get("If-None-Match") == etag
        response = HttpResponse(status=304) if unchanged else raw_answer(body)
        response["ETag"] = etag
        return response

    def name_outside(self, pk: UUID, ids: Mapping[str, str]) -> None:
        """Say what other systems call a thing of this noun. Raises as ``external_ids.name_thing``."""
        name_thing(actor=self.user, resource=self.noun, subject=self.rows().model(pk=pk), ids=ids)

    def only_admins(self) -> None:
        """Raises ``PermissionDenied`` for everybody else."""
        if not self.user.is_admin:
            raise PermissionDenied

    def there_already(self, pk: UUID) -> HttpResponse:
        """The answer of a ``create`` that finds its thing made; its write has ``also=(200,)``."""
        body = encoded(self.represent(pk))
        response = raw_answer(body)
        response["ETag"] = etag_of(body)
        return response

    def found(self, rows: QuerySet[Any], pk: UUID, field: str) -> Any:
        """The row of another noun that ``field`` of the body names, out of what the person may see.

        Raises ``ValidationError`` for the field. One query.
        """
        row = rows.filter(pk=pk).first()
        if row is None:
            raise ValidationError({field: ValidationError(_("There is no such thing."), code="does_not_exist")})
        return row


def writes(
    takes: type[serializers.Serializer[Any]] | None = None,
    *,
    status: int = 200,
    gives: type[serializers.Serializer[Any]] | None = None,
    scope: str = "",
    atomic: bool = True,
    also: tuple[int, ...] = (),
    if_match: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., HttpResponse]]:
    """Make a method of a ``Resource`` a write: ``create(self, data)``, or ``change(self, item, data)`` of one thing.

    The body is checked by ``takes``; a POST is done once per ``Idempotency-Key``; work and kept answer are one
    transaction. The method returns the id of the thing to show, or a row of its own (then ``gives`` describes
    it), or None for 204; a response that it made itself may have a status of ``also``. ``if_match``
    asks for the ETag that was read, also of a POST. ``atomic=False`` is for services that compute long between short
    transactions of their own and bear repeating.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., HttpResponse]:
        def handler(self: Resource, request: Request, pk: UUID | None = None, **above: Any) -> HttpResponse:
            return perform(self, write, pk)

        write = Write(method, takes or Input, status, gives, scope, atomic, also, if_match)
        handler.__name__, handler.__doc__ = method.__name__, method.__doc__
        handler.write = write  # type: ignore[attr-defined]
        return handler

    return decorate


def check_scope(request: Request, scope: str) -> None:
    """A token does what its scopes name; people in a browser have no scopes. Raises ``Problem`` 403."""
    token = request.auth
    if isinstance(token, ApiToken) and scope not in token.scopes:
        raise Problem(403, "insufficient_scope", _("The token's scopes do not allow this."), scope=scope)


@cache
def declared(output: type[serializers.Serializer[Any]]) -> Mapping[str, Any]:
    """The fields of an ``Output`` by name, without making an instance."""
    return dict(output._declared_fields)


def columns_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """Name → the path of its column, as querysets spell it."""
    return {name: (field.source or name).replace(".", "__") for name, field in fields.items()}


def _empty(field: Any) -> Any:
    return [] if isinstance(field, serializers.ListSerializer | serializers.ListField) else None
