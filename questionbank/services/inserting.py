"""Many rows at once, past the ORM.

``bulk_create`` spends most of an import's time on making model instances and asking each field for its value.
Constraints and triggers of the database hold here as everywhere; what only Python checks, the caller has checked.
"""

import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import Model
from uuid_utils import uuid7

# As many rows go into one statement.
_ROWS = 100


def new_key() -> str:
    """An id as ``accounts.identifiers`` makes them, in the form that both databases take as it is."""
    return uuid7().hex


def insert_rows(model: type[Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows given as values of these columns as the database keeps them: JSON as text, ids as hexadecimal
    digits, times as ``stored_time`` has them.
    """
    if not rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        # One row a statement would cost four times as much: a trigger that may refuse makes SQLite keep a journal
        # for each statement.
        marks = f"({', '.join(['%s'] * len(columns))})"
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            sql = f"INSERT INTO {table} ({names}) VALUES {', '.join([marks] * len(part))}"  # noqa: S608 -- our own names
            cursor.execute(sql, list(chain.from_iterable(part)))


def update_rows(
    model: type[Model],
    columns: Sequence[str],
    values: Sequence[tuple[Any, ...]],
    key: Sequence[str],
    keys: Sequence[tuple[Any, ...]],
) -> None:
    """Give the rows with these keys these values, as ``insert_rows`` takes them."""
    if not values:
        return
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(name)} = %s" for name in columns)
    where = " AND ".join(f"{quote(name)} = %s" for name in key)
    rows = [(*new, *which) for new, which in zip(values, keys, strict=True)]
    sql = f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {where}"  # noqa: S608 -- names of our own columns
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


@contextmanager
def many_objects() -> Iterator[None]:
    """Keep the collector from going through everything again and again while many objects are made.

    It takes a third of the time of an import and finds nothing: what is dropped here stands in no circle.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def stored_time(moment: datetime) -> Any:
    """A time as the database keeps it."""
    return connection.ops.adapt_datetimefield_value(moment)


as_json = partial(json.dumps, ensure_ascii=False)
