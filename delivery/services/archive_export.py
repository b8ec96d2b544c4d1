"""Writing the archive of everything a company owns, as it was at one moment, while people go on working."""

import hashlib
import json
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import BinaryField
from django.utils import timezone
from django.utils.translation import gettext as _

from delivery import archives
from delivery.formats import FORMAT, MANIFEST, README, csv_entry, csv_lines, data_entry, file_entry, json_line

# Tables done, and of how many.
Progress = Callable[[int, int], None]
_BATCH = 200
# Twice as fast as the usual one, for a tenth more bytes.
_LEVEL = 2
_SNAPSHOT = "snapshot"


@dataclass(slots=True)
class Summary:
    """What an archive holds. ``missing`` are files that rows name and the storage does not have."""

    rows: int = 0
    files: int = 0
    missing: list[str] = field(default_factory=list)


def write_archive(target: IO[bytes], *, progress: Progress = lambda done, total: None) -> Summary:
    """Write everything to a file. One query for each table; memory does not grow with the company.

    It sees one moment of the database and holds nobody up.
    """
    with _snapshot() as using, ZipFile(target, "w") as archive:
        return _Writer(archive, using).write(progress)


def migrations_of(using: str = "default") -> dict[str, str]:
    """The last migration of each app with tables in the archive, as the database has them. One query."""
    apps = {table.model._meta.app_label for table in archives.tables()}
    applied = sorted(MigrationLoader(connections[using]).applied_migrations)
    return {app: name for app, name in applied if app in apps}


@contextmanager
def _snapshot() -> Iterator[str]:
    """A connection of its own within a transaction that sees one moment. Gives its alias."""
    own = connection.copy(_SNAPSHOT)
    if own.vendor == "sqlite":
        # Ours begin by locking writers out; a reader of the write-ahead log needs no lock.
        own.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"
    connections[_SNAPSHOT] = own
    try:
        with transaction.atomic(using=_SNAPSHOT):
            if own.vendor == "postgresql":
                with own.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield _SNAPSHOT
    finally:
        own.close()
        del connections[_SNAPSHOT]


class _Writer:
    """One archive while it is written."""

    def __init__(self, archive: ZipFile, using: str) -> None:
        self._archive = archive
        self._using = using
        self._made_at = timezone.now().astimezone(UTC)
        self._tables: list[dict[str, Any]] = []
        self._files: list[dict[str, Any]] = []
        self._summary = Summary()

    def write(self, progress: Progress) -> Summary:
        tables = archives.tables()
        for done, table in enumerate(tables):
            progress(done, len(tables))
            self._write_table(table)
        for table in tables:
            if table.file:
                self._write_files(table)
        self._write_text(MANIFEST, json.dumps(self._manifest(), indent=1))
        self._write_text(README, _readme())
        return self._summary

    def _write_table(self, table: archives.Table) -> None:
        columns, sha256, count = table.columns, hashlib.sha256(), 0
        with TemporaryFile(dir=settings.DATA_DIR) as sheet:
            sheet.write("\ufeff".encode() + csv_lines([columns]))
            with self._entry(data_entry(table.name)) as entry:
                for rows in _batches(table, self._using):
                    lines = b"".join(json_line(columns, row) for row in rows)
                    sha256.update(lines)
                    entry.write(lines)
                    sheet.write(csv_lines(rows))
                    count += len(rows)
            sheet.seek(0)
            with self._entry(csv_entry(table.name)) as entry:
                shutil.copyfileobj(sheet, entry)
        self._tables.append({"name": table.name, "columns": columns, "rows": count, "sha256": sha256.hexdigest()})
        self._summary.rows += count

    def _write_files(self, table: archives.Table) -> None:
        names = table.model._base_manager.using(self._using).exclude(**{table.file: ""}).order_by(table.file)
        for name in names.values_list(table.file, flat=True).iterator():
            try:
                source = default_storage.open(name)
            except FileNotFoundError:
                self._summary.missing.append(name)
                continue
            with source, self._entry(file_entry(name), packed=False) as entry:
                self._files.append({"name": name, **_copied(source, entry)})
        self._summary.files = len(self._files)

    def _write_text(self, name: str, text: str) -> None:
        with self._entry(name) as entry:
            entry.write(text.encode())

    def _entry(self, name: str, *, packed: bool = True) -> IO[bytes]:
        info = ZipInfo(name, date_time=self._made_at.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        info._compresslevel = _LEVEL  # type: ignore[attr-defined]
        info.external_attr = 0o600 << 16
        return self._archive.open(info, "w", force_zip64=True)

    def _manifest(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "product": "Loopwright",
            "version": _version(),
            "made_at": f"{self._made_at:%Y-%m-%dT%H:%M:%SZ}",
            "migrations": migrations_of(self._using),
            "tables": self._tables,
            "files": self._files,
            "missing_files": self._summary.missing,
            "left_out": {model._meta.label_lower: reason for model, reason in archives.left_out().items()},
        }


def _batches(table: archives.Table, using: str) -> Iterator[list[tuple[Any, ...]]]:
    # A row of bytes may be as long as a file.
    size = 1 if any(isinstance(it, BinaryField) for it in table.model._meta.concrete_fields) else _BATCH
    rows = table.rows(using).iterator(chunk_size=size)
    while batch := list(islice(rows, size)):
        yield batch


def _copied(source: IO[bytes], target: IO[bytes]) -> dict[str, Any]:
    """Size and hash of what was copied."""
    sha256, size = hashlib.sha256(), 0
    while piece := source.read(256 * 1024):
        target.write(piece)
        sha256.update(piece)
        size += len(piece)
    return {"size": size, "sha256": sha256.hexdigest()}


def _version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    version: str = project["project"]["version"]
    return version


def _readme() -> str:
    return _(
        "Everything that a company has in Loopwright.\n"
        "\n"
        "data/   every table as JSON Lines: one row a line, in UTF-8. This is what an import reads.\n"
        "csv/    the same tables for spreadsheets. A text that begins like a formula has an apostrophe before it.\n"
        "        Nothing reads these files back.\n"
        "files/  the packets, as PDF, under the names that data/scoring.packet.jsonl gives them.\n"
        "manifest.json   the tables and files with their hashes, and what is left out and why.\n"
        "\n"
        "Times are in UTC. Columns that end in _id name the row of another table. Bytes are in Base64.\n"
        "To read it into an empty installation: manage.py import_company FILE.zip\n"
        "\n"
        "This archive holds personal data of candidates and colleagues. Keep it as you keep a database.\n"
    )
