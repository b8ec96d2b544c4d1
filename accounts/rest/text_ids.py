"""Ids as the answer has them, made by the database: thousands of them are not worth an object each."""

from typing import Any

from django.db.models import CharField, Func

_SQLITE = "||'-'||".join(
    f"substr(%(expressions)s, {start}, {length})" for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
)


class AsText(Func):
    """A column of UUIDs in their usual form with hyphens. SQLite keeps them without."""

    arity = 1
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template=_SQLITE, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s::text", **context)
