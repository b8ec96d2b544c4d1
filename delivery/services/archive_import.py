"""Reading an archive into an installation that holds no company yet: all of it or nothing.

Triggers and constraints stay in force the whole time, so an archive cannot bring in what people could not have made.
"""

from collections.abc import Iterator
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

from delivery import archives
from delivery.services.archive_check import Archive, FoundFile, FoundTable
from delivery.services.archive_export import Progress, Summary
from delivery.services.archive_rows import RowReader

_BATCH = 500
# A batch ends earlier where its lines are long.
_MOST_BYTES = 4 * 1024 * 1024


def import_archive(source: IO[bytes], *, progress: Progress = lambda done, total: None) -> Summary:
    """Check an archive, then write all its rows and files. Memory does not grow with the company.

    Raises ``ValidationError``: not_empty, what ``Archive`` raises, or bad_row, refused_row and wrong_files. Then
    nothing was written. What is made from the rows, such as the search, is made anew afterwards.
    """
    refuse_unless_empty()
    archive = Archive(source)
    archive.check()
    kept: list[str] = []
    try:
        for file in archive.files:
            kept.append(file.name)
            _keep(archive, file)
        with transaction.atomic():
            refuse_unless_empty()
            _write(archive, progress)
    except BaseException:
        for name in kept:
            default_storage.delete(name)
        raise
    archives.finish_import()
    rows = sum(it.rows for it in archive.tables)
    return Summary(rows, len(archive.files), sorted(archive.missing_files))


def refuse_unless_empty() -> None:
    """Raises ``ValidationError`` with code not_empty. One query for each table."""
    for table in archives.tables():
        # Where only some rows are a company's, an installation makes others by itself.
        if table.only is None and table.model._base_manager.exists():
            text = _("This installation is not empty: the table “%(table)s” has rows. Import into a new one.")
            raise ValidationError(text, code="not_empty", params={"table": table.name})


def _keep(archive: Archive, file: FoundFile) -> None:
    # An import that was killed may have left half a file under this name.
    default_storage.delete(file.name)
    with archive.opened(file) as source:
        default_storage.save(file.name, File(source, file.name))


def _write(archive: Archive, progress: Progress) -> None:
    named: set[str] = set()
    for done, found in enumerate(archive.tables):
        progress(done, len(archive.tables))
        named |= _write_table(archive, found)
    if named - {""} != {it.name for it in archive.files} | archive.missing_files:
        raise ValidationError(_("The files of the archive are not those that its rows name."), code="wrong_files")
    try:
        connection.check_constraints()
    except DatabaseError as error:
        raise _refused("", error) from error
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [it.table.model for it in archive.tables]):
            cursor.execute(statement)


def _write_table(archive: Archive, found: FoundTable) -> set[str]:
    """Returns the names of files that the rows have."""
    reader, named = RowReader(found), set[str]()
    place = found.columns.index(found.table.file) if found.table.file in found.columns else None
    number = 0
    for lines in _batches(archive.lines(found)):
        rows = [reader.read(line, number) for number, line in enumerate(lines, start=number + 1)]
        number += len(lines)
        if place is not None:
            named.update(row[place] for row in rows)
        try:
            reader.write(rows)
        except DatabaseError as error:
            raise _refused(found.table.name, error) from error
    return named


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch, size = list[bytes](), 0
    for line in lines:
        batch.append(line)
        size += len(line)
        if len(batch) == _BATCH or size > _MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _refused(table: str, error: DatabaseError) -> ValidationError:
    reason = str(error).strip().split("\n")[0]
    if not table:
        text = _("The archive is not whole, a row refers to one that is not there: %(reason)s")
        return ValidationError(text, code="lost_reference", params={"reason": reason})
    text = _("The database refuses a row of the table “%(table)s”: %(reason)s")
    return ValidationError(text, code="refused_row", params={"table": table, "reason": reason})
