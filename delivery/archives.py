"""What a company owns: the tables that its archive holds, and those that it does not, with the reason.

Each app names its own when it starts, from its module ``archived``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Exists, ForeignKey, Model, OuterRef, Q

# Who may not have an archive just now: each raises ``ValidationError`` for such a person. Apps above add theirs.
refusals: list[Callable[[Any], None]] = []

Rows = Any  # django-stubs asks for the model, and every table has another one


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the archive.

    ``order`` is that of the rows, in which they are written back too. ``only`` says which rows belong to the
    company where an installation makes others by itself; rows that another table refers to always do.
    ``replaced`` gives, by column, the expression that is kept in place of what must not leave the installation.
    ``file`` is the column that names a file in the storage.
    """

    model: type[Model]
    order: tuple[str, ...] = ("pk",)
    only: Q | None = None
    replaced: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""

    @property
    def name(self) -> str:
        return self.model._meta.label_lower

    @property
    def columns(self) -> list[str]:
        return [it.attname for it in self.model._meta.concrete_fields]

    def rows(self, using: str) -> Rows:
        """The rows as tuples of ``columns``. One query, to be read piece by piece."""
        rows = self.model._base_manager.using(using).order_by(*self.order)
        if self.only is not None:
            rows = rows.filter(self.only | _referred(self.model))
        return rows.values_list(*(self.replaced.get(column, column) for column in self.columns))


_tables: list[Table] = []
_left_out: dict[type[Model], str] = {}
_after_import: list[Callable[[], object]] = []


def register(tables: Iterable[Table], *, left_out: Mapping[type[Model], str]) -> None:
    """Name the tables of an app; call it from ``AppConfig.ready``.

    They stand in the order in which an import writes them: whatever refers to a row, or freezes it, comes before
    that row. So nothing is frozen, final or touched yet when its parts arrive, every trigger stays in force, and
    times of change stay as they were; foreign keys are checked at the end.
    """
    for table in tables:
        if table.model in {it.model for it in _tables}:
            raise ImproperlyConfigured(f"{table.name} is named twice.")
        _tables.extend(Table(through) for through in _throughs(table.model) if through not in left_out)
        _tables.append(table)
    _left_out.update(left_out)


def after_import(work: Callable[[], object]) -> None:
    """Have something made anew from what was imported; call it from ``AppConfig.ready``."""
    _after_import.append(work)


def tables() -> list[Table]:
    """All tables of an archive, in the order in which they are written back."""
    return list(_tables)


def left_out() -> dict[type[Model], str]:
    """The models that no archive holds, and why."""
    return dict(_left_out)


def finish_import() -> None:
    for work in _after_import:
        work()


def _throughs(model: type[Model]) -> Iterator[type[Model]]:
    for it in model._meta.many_to_many:
        through = it.remote_field.through
        if through is not None and through._meta.auto_created:
            yield through


def _referred(model: type[Model]) -> Q:
    """Rows that a row of another table of the archive refers to."""
    found = Q(pk__in=[])
    for table in _tables:
        for it in table.model._meta.concrete_fields:
            if isinstance(it, ForeignKey) and it.related_model is model:
                found |= Q(Exists(table.model._base_manager.filter(**{it.attname: OuterRef("pk")})))
    return found
