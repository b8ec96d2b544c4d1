"""Rules that only a trigger can hold, for both databases, from one list.

Each app adds its own to ``TRIGGERS`` when it starts. They are installed after every ``migrate``, because
SQLite rebuilds a table to change a column and silently drops the table's triggers with it.
"""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class Trigger:
    """A refusal: ``BEFORE events ON table WHEN condition`` answers with ``message``.

    ``condition`` is SQL over OLD and NEW that both databases read; "" means always.
    """

    name: str
    table: str
    event: str  # INSERT, UPDATE or DELETE
    message: str
    condition: str = ""
    vendor: str = ""  # only there; "" means both

    def sqlite(self) -> str:
        when = f"WHEN {self.condition}" if self.condition else ""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        )

    def postgresql(self) -> list[str]:
        result = "OLD" if self.event == "DELETE" else "NEW"
        check = f"IF {self.condition or 'TRUE'} THEN RAISE EXCEPTION '{self.message}' USING ERRCODE = '23514'; END IF;"
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {check} RETURN {result}; END $$",
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table}"
            f" FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


@dataclass(frozen=True, slots=True)
class Effect:
    """A consequence that the database itself draws from every change of a row: what no service can forget.

    ``sqlite_body`` runs after the event. ``postgresql_body`` is PL/pgSQL that ends by returning a row;
    ``timing`` is when it runs there.
    """

    name: str
    table: str
    event: str
    sqlite_body: str
    postgresql_body: str
    timing: str = "AFTER"
    vendor: str = ""

    def sqlite(self) -> str:
        return f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table} BEGIN {self.sqlite_body}; END"

    def postgresql(self) -> list[str]:
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {self.postgresql_body} END $$",
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
            f"CREATE TRIGGER {self.name} {self.timing} {self.event} ON {self.table}"
            f" FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


TRIGGERS: list[Trigger | Effect] = []

# As models.base.Moment has it.
_SQLITE_NOW = "STRFTIME('%Y-%m-%d %H:%M:%f001', 'NOW')"


def touched(table: str) -> Effect:
    """``updated_at`` of a ``models.Touched`` row is the time of its last change, bulk updates included."""
    return Effect(
        f"{table}_touched",
        table,
        "UPDATE",
        # SQLite's triggers do not wake themselves (recursive_triggers is off).
        f"UPDATE {table} SET updated_at = {_SQLITE_NOW} WHERE id = NEW.id",
        "NEW.updated_at := clock_timestamp(); RETURN NEW;",
        timing="BEFORE",
    )


def touches(table: str, column: str, parent: str) -> list[Effect]:
    """A change of a part counts as a change of the ``parent`` row that ``column`` names."""
    found = []
    for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        body = f"UPDATE {parent} SET updated_at = {{now}} WHERE id = {row}.{column}"
        found.append(
            Effect(
                f"{table}_{event.lower()}_touches_{column}",
                table,
                event,
                body.format(now=_SQLITE_NOW),
                f"{body.format(now='clock_timestamp()')}; RETURN NULL;",
            )
        )
    return found


def remembered(table: str, resource: str) -> Effect:
    """A deleted row leaves an ``accounts.Deletion`` behind and takes its ``accounts.ExternalId`` with it."""
    insert = "INSERT INTO accounts_deletion (resource, object_id, deleted_at) VALUES"
    forget = f"DELETE FROM accounts_externalid WHERE resource = '{resource}' AND object_id = OLD.id"
    return Effect(
        f"{table}_remembered",
        table,
        "DELETE",
        f"{insert} ('{resource}', OLD.id, {_SQLITE_NOW}); {forget}",
        f"{insert} ('{resource}', OLD.id, clock_timestamp()); {forget}; RETURN NULL;",
    )


def tracked(table: str, resource: str) -> list[Effect]:
    """Both, for the table of a resource of the API."""
    return [touched(table), remembered(table, resource)]


def append_only(table: str, message: str) -> list[Trigger]:
    """Rows of ``table`` are never changed and never deleted."""
    return [Trigger(f"{table}_no_{event.lower()}", table, event, message) for event in ("UPDATE", "DELETE")]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger whose table exists into the database. Safe to repeat."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in TRIGGERS:
            if trigger.table not in tables or trigger.vendor not in {"", connection.vendor}:
                continue
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")
                cursor.execute(trigger.sqlite())
            elif connection.vendor == "postgresql":
                for statement in trigger.postgresql():
                    cursor.execute(statement)


def lift(connection: BaseDatabaseWrapper) -> None:
    """Take out every trigger that the database holds, also those of another release: ``install`` puts ours back."""
    with connection.cursor() as cursor:
        for name in installed(connection):
            cursor.execute(f"DROP TRIGGER {name}")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger out again: only for emptying a test database."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in TRIGGERS:
            if trigger.table in tables:  # dropping one of the other vendor is harmless
                on_table = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{on_table}")


def installed(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of the triggers that the database holds."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}
