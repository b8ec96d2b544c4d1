"""From lines of an archive to rows of a table: each value of the very type that its column has, or an error."""

import base64
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils.dateparse import parse_datetime, parse_time
from django.utils.translation import gettext_lazy as _

from delivery.services.archive_check import FoundTable

# From a value as JSON has it to one as the model has it; raises ``ValueError``.
Reader = Callable[[Any], Any]


class RowReader:
    """Reads and writes the rows of one table. The columns of a row are ``names``, and then those with fixed values."""

    def __init__(self, found: FoundTable) -> None:
        fields = {it.attname: it for it in found.table.model._meta.concrete_fields}
        self._table = found.table.name
        self._names = found.columns
        self._expected = set(found.columns)
        self._readers = [reader_of(fields[name]) for name in found.columns]
        self._prepare = [_preparer_of(fields[name]) for name in found.columns]
        self._filled = tuple(_preparer_of(fields[name])(value) for name, value in found.filled.items())
        self._insert = _insert_statement(found.table.model, [fields[it] for it in (*found.columns, *found.filled)])

    def read(self, line: bytes, number: int) -> list[Any]:
        """The values of ``names``. Raises ``ValidationError`` with code bad_row."""
        name = ""
        try:
            row = orjson.loads(line)
            if not isinstance(row, dict) or row.keys() != self._expected or (b"\\u0000" in line and _has_nul(row)):
                raise ValueError
            values = []
            for name, read in zip(self._names, self._readers, strict=True):
                values.append(read(row[name]))
        except (ValueError, TypeError, ArithmeticError) as error:
            text = _("Row %(number)s of the table “%(table)s” cannot be read %(column)s.")
            params = {"number": number, "table": self._table, "column": f"({name})" if name else ""}
            raise ValidationError(text, code="bad_row", params=params) from error
        return values

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Insert the rows as they are: nothing is set to now, and no signal is sent. One statement."""
        prepare = self._prepare
        prepared = [(*(make(value) for make, value in zip(prepare, row, strict=True)), *self._filled) for row in rows]
        with connection.cursor() as cursor:
            cursor.executemany(self._insert, prepared)


def _insert_statement(model: type[models.Model], fields: Sequence[Any]) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(it.column) for it in fields)
    places = ", ".join("%s" for it in fields)
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 -- names of ours


def _preparer_of(field: Any) -> Callable[[Any], Any]:
    # Asked for once: the one of the module is looked up again at every use, a million times.
    own, target = connections[DEFAULT_DB_ALIAS], _target_of(field)
    return lambda value: target.get_db_prep_save(value, own)


def _target_of(field: Any) -> Any:
    """The column that a foreign key's value is one of; else the field itself."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def reader_of(field: Any) -> Reader:
    """What reads the values of a column. The database checks the rest: what is unique, known or in range."""
    target = _target_of(field)
    read = _bounded(target) or _READERS[target.get_internal_type()]

    def read_or_null(value: Any) -> Any:
        if value is None and field.null:
            return None
        if value is None and not isinstance(target, models.JSONField):
            raise ValueError
        return read(value)

    return read_or_null


def _bounded(field: Any) -> Reader | None:
    """SQLite takes texts and numbers of any size; what fits is the same everywhere."""
    if isinstance(field, models.CharField):
        return lambda value: _text(value, field.max_length)
    if isinstance(field, models.IntegerField):
        low, high = BaseDatabaseOperations.integer_field_ranges[field.get_internal_type()]
        return lambda value: _number(value, low, high)
    if isinstance(field, models.DecimalField):
        return lambda value: _decimal(value, field)
    return None


def _text(value: Any, longest: int | None = None) -> str:
    if not isinstance(value, str) or (longest is not None and len(value) > longest):
        raise ValueError
    return value


def _number(value: Any, low: int | None, high: int | None) -> int:
    if type(value) is not int or (low is not None and value < low) or (high is not None and value > high):
        raise ValueError
    return value


def _decimal(value: Any, field: Any) -> Decimal:
    number = Decimal(_text(value))
    for validate in field.validators:
        try:
            validate(number)
        except ValidationError as error:
            raise ValueError from error
    return number


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


def _moment(value: Any) -> Any:
    moment = parse_datetime(_text(value))
    if moment is None or moment.tzinfo is None:
        raise ValueError
    return moment


def _time(value: Any) -> Any:
    time = parse_time(_text(value))
    if time is None or time.tzinfo is not None:
        raise ValueError
    return time


def _bytes(value: Any) -> bytes:
    return base64.b64decode(_text(value), validate=True)


def _as_is(value: Any) -> Any:
    return value


# By ``get_internal_type``; a kind of column that is new here needs a line, as a test says.
_READERS: dict[str, Reader] = {
    "BinaryField": _bytes,
    "BooleanField": _boolean,
    "DateTimeField": _moment,
    "JSONField": _as_is,
    "TextField": _text,
    "TimeField": _time,
    "UUIDField": lambda value: UUID(_text(value)),
}


def _has_nul(value: Any) -> bool:
    """No text of PostgreSQL holds one."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(map(_has_nul, (*value, *value.values())))
    return isinstance(value, list) and any(map(_has_nul, value))
