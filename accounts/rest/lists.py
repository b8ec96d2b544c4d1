"""Lists by cursor: any number of rows, the same number of queries, nothing missed or doubled when rows are added."""

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.rest.problems import Problem, pointed

MOST = 200
USUAL = 50


class Names(serializers.CharField):
    """Words with commas between them. ``names`` are the ones that the resource knows and checks, for the document."""

    def __init__(self, names: Sequence[str], **options: Any) -> None:
        super().__init__(max_length=1_000, **options)
        self.names = list(names)


class ListQuery(serializers.Serializer[Any]):
    """What every list understands. A subclass adds filters: a field whose ``source`` is the lookup it stands for."""

    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL, help_text="Rows at most.")
    cursor = serializers.RegexField(
        r"^[A-Za-z0-9_-]+$", required=False, max_length=1_000, help_text="Where to go on: `next` of the answer before."
    )
    ordering = serializers.CharField(required=False, max_length=40, help_text="A field; with - in front, backwards.")
    updated_after = serializers.DateTimeField(required=False, help_text="Only what has changed since (exclusive).")
    fields_ = serializers.CharField(
        required=False,
        max_length=1_000,
        help_text="Names, with commas: only these are answered, whatever the schema requires.",
    )
    include = serializers.CharField(required=False, max_length=1_000, help_text="Names of parts, with commas.")
    external_id = serializers.RegexField(
        r"^[a-z0-9_-]{1,40}:.+$",
        required=False,
        max_length=250,
        help_text="`system:id`: what another system calls it.",
    )

    @classmethod
    def shared(cls) -> frozenset[str]:
        return frozenset(ListQuery._declared_fields)


def read_query(query: type[serializers.Serializer[Any]], sent: QueryDict, known: set[str]) -> dict[str, Any]:
    """The validated parameters by source. Raises ``Problem`` 400, also for unknown or repeated ones."""
    plain = {"fields_" if name == "fields" else name: value for name, value in sent.items()}
    errors = [
        {"pointer": f"/{name}", "code": "unknown_parameter", "message": _("There is no such parameter.")}
        for name in sorted(sent.keys() - known)
    ]
    errors += [
        {"pointer": f"/{name}", "code": "repeated", "message": _("Give this parameter once.")}
        for name, values in sent.lists()
        if len(values) > 1
    ]
    if any("\x00" in value for value in sent.values()):
        errors.append({"pointer": "", "code": "not_text", "message": _("A parameter holds a NUL character.")})
    checked: dict[str, Any] = {}
    try:
        if not errors:
            checked = dict(_reader(query).run_validation(plain))
    except serializers.ValidationError as refused:
        errors = list(pointed(refused))
    except OverflowError:  # a time at the very end of the calendar
        errors = [{"pointer": "", "code": "invalid", "message": _("A parameter cannot be taken.")}]
    if errors:
        for error in errors:
            error["pointer"] = error["pointer"].replace("/fields_", "/fields")
        raise Problem(400, "invalid_query", _("A parameter of the address cannot be taken."), errors=errors)
    return checked


@cache
def _reader(query: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """One for all requests: a serializer that is only asked to validate keeps nothing, and costs to make."""
    return query()


def refuse(name: str, code: str, message: str) -> Problem:
    """A parameter that is well-formed and still not to be had."""
    errors = [{"pointer": f"/{name}", "code": code, "message": message}]
    return Problem(400, "invalid_query", _("A parameter of the address cannot be taken."), errors=errors)


def chosen(parameter: str, sent: str, known: Collection[str], code: str = "unknown_field") -> list[str]:
    """The words of a parameter, each one of ``known`` and there once. Raises ``Problem``."""
    words = [word.strip() for word in sent.split(",") if word.strip()]
    if unknown := [word for word in words if word not in known]:
        text = _("%(name)s is none of: %(names)s.")
        raise refuse(parameter, code, text % {"name": unknown[0][:80], "names": ", ".join(sorted(known))})
    if len(set(words)) < len(words):
        raise refuse(parameter, "repeated", _("Name each once."))
    return words


class Order:
    """One way through the rows: by a column and, where that is equal, by id."""

    def __init__(self, asked: str, orderings: Mapping[str, str], of: str) -> None:
        """``orderings``: name → column, never one that may be empty; ``of``: the list's noun. Raises ``Problem``."""
        name = asked.removeprefix("-")
        if name not in orderings:
            text = _("Order by one of: %(names)s.") % {"names": ", ".join(sorted(orderings))}
            raise refuse("ordering", "unknown_ordering", text)
        self.column, self.backwards = orderings[name], asked.startswith("-")
        # A cursor is good for this list in this order alone.
        self._mark = f"{of} {asked}"

    def page(self, rows: QuerySet[Any], cursor: str | None, limit: int) -> QuerySet[Any]:
        """The rows after the cursor, and one more, which tells whether there are further ones."""
        if cursor is not None:
            value, last = self._decode(cursor, rows.model)
            step = "lt" if self.backwards else "gt"
            following = Q(**{f"{self.column}__{step}": value})
            if self.column != "pk":
                following |= Q(**{self.column: value, f"pk__{step}": last})
            rows = rows.filter(following)
        sign = "-" if self.backwards else ""
        names = [self.column] if self.column == "pk" else [self.column, "pk"]
        return rows.order_by(*(sign + name for name in names))[: limit + 1]

    def cursor(self, value: Any, pk: Any) -> str:
        packed = orjson.dumps([self._mark, value, pk], default=str)
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()

    def _decode(self, cursor: str, model: type[Model]) -> tuple[Any, Any]:
        try:
            packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            mark, value, pk = orjson.loads(packed)
            if mark != self._mark or not (_is_key(value) and _is_key(pk)):
                raise ValueError(mark)
            found = _field(model, self.column).to_python(value)
            if isinstance(found, datetime) and is_naive(found):
                raise ValueError(found)
            return found, _field(model, "pk").to_python(pk)
        except (binascii.Error, ValueError, TypeError, ValidationError, OverflowError) as error:
            text = _("This cursor is none of this list's. Start again without one.")
            raise refuse("cursor", "invalid_cursor", text) from error


def _is_key(value: Any) -> bool:
    """Can it be what a column by which lists are ordered holds? Our own cursors hold nothing else."""
    if isinstance(value, str):
        return "\x00" not in value
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _field(model: type[Model], path: str) -> Any:
    """The field at the end of a path such as ``user__display_name``."""
    *relations, name = path.split("__")
    for relation in relations:
        related = model._meta.get_field(relation).related_model
        assert isinstance(related, type)  # noqa: S101 -- for the type checker
        model = related
    return model._meta.pk if name == "pk" else model._meta.get_field(name)
