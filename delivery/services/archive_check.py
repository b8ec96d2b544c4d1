"""Looking an archive through before a word of it is believed: what it says, whether it is whole, whether we know it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import orjson
from django.core.exceptions import ValidationError
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _

from delivery import archives
from delivery.formats import FILE_NAME, FORMAT, MANIFEST, README, csv_entry, data_entry, file_entry

# One row with the largest file that an import of questions takes, in Base64, and room to spare.
LONGEST_LINE = 64 * 1024 * 1024
_LONGEST_MANIFEST = 64 * 1024 * 1024
# Rows of ids and texts pack to a tenth or so; nothing honest packs like this.
_MOST_PACKED = 400
_PIECE = 1024 * 1024
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table of an archive. ``filled`` are columns that it does not have yet, with what they get."""

    table: archives.Table
    columns: list[str]
    filled: dict[str, Any]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FoundFile:
    name: str
    size: int
    sha256: str


class Archive:
    """An archive that was looked through: all it says of itself is known here and holds."""

    def __init__(self, source: IO[bytes]) -> None:
        """Raises ``ValidationError``; its code says what is wrong."""
        try:
            self._zip = ZipFile(source)
        except (BadZipFile, OSError, ValueError) as error:
            raise ValidationError(_("This is not an archive of Loopwright."), code="not_archive") from error
        entries = self._safe_entries()
        manifest = self._manifest(entries)
        self.tables = _known_tables(manifest["tables"])
        self.files = [FoundFile(it["name"], it["size"], it["sha256"]) for it in manifest["files"]]
        self.missing_files = frozenset(manifest["missing_files"])
        self._refuse_unless_same(entries)

    def check(self) -> None:
        """Read everything once: sizes, counts and hashes are what the manifest says. Raises ``ValidationError``."""
        for found in self.tables:
            sha256, count = hashlib.sha256(), 0
            for line in self.lines(found):
                sha256.update(line)
                count += 1
            if sha256.hexdigest() != found.sha256 or count != found.rows:
                raise _damaged(data_entry(found.table.name))
        for file in self.files:
            sha256, size = hashlib.sha256(), 0
            with self.opened(file) as entry:
                while piece := _read(file.name, lambda entry=entry: entry.read(_PIECE)):
                    sha256.update(piece)
                    size += len(piece)
            if sha256.hexdigest() != file.sha256 or size != file.size:
                raise _damaged(file_entry(file.name))

    def lines(self, found: FoundTable) -> Iterator[bytes]:
        name = data_entry(found.table.name)
        with self._opened(name) as entry:
            while line := _read(name, lambda: entry.readline(LONGEST_LINE)):
                if not line.endswith(b"\n"):
                    raise _damaged(name)
                yield line

    def opened(self, file: FoundFile) -> IO[bytes]:
        return self._opened(file_entry(file.name))

    def _opened(self, name: str) -> IO[bytes]:
        return _read(name, lambda: self._zip.open(name))

    def _safe_entries(self) -> set[str]:
        """The names of all entries. Refuses what no archive of ours has: secrets, bombs, one name twice."""
        entries = self._zip.infolist()
        names = {it.filename for it in entries}
        if len(names) != len(entries) or any(map(_is_unsafe, entries)):
            raise ValidationError(_("This archive was not made by Loopwright."), code="unsafe_archive")
        return names

    def _manifest(self, entries: set[str]) -> dict[str, Any]:
        if MANIFEST not in entries or self._zip.getinfo(MANIFEST).file_size > _LONGEST_MANIFEST:
            raise ValidationError(_("This is not an archive of Loopwright."), code="not_archive")
        with self._opened(MANIFEST) as entry:
            text = _read(MANIFEST, entry.read)
        try:
            manifest = orjson.loads(text)
            _refuse_newer(manifest)
            _check_form(manifest)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged(MANIFEST) from error
        return manifest

    def _refuse_unless_same(self, entries: set[str]) -> None:
        """What the manifest names is there, and nothing else is."""
        data = {data_entry(it.table.name) for it in self.tables} | {file_entry(it.name) for it in self.files}
        extra = {MANIFEST, README} | {csv_entry(it.table.name) for it in self.tables}
        for name in sorted(data - entries):
            raise _damaged(name)
        for name in sorted(entries - data - extra):
            text = _("The archive holds “%(name)s”, which its manifest does not name.")
            raise ValidationError(text, code="unknown_entry", params={"name": name[:200]})


def _is_unsafe(entry: ZipInfo) -> bool:
    known = entry.compress_type in (ZIP_STORED, ZIP_DEFLATED) and not entry.flag_bits & _ENCRYPTED
    bomb = entry.file_size > _PIECE and entry.file_size > _MOST_PACKED * entry.compress_size
    return not known or bomb


def _read(name: str, read: Any) -> Any:
    """Whatever a broken ZIP raises while it is read, as one error."""
    try:
        return read()
    except Exception as error:
        raise _damaged(name) from error


def _damaged(name: str) -> ValidationError:
    text = _("The archive is damaged: “%(name)s” is not what its manifest says.")
    return ValidationError(text, code="damaged_archive", params={"name": name})


def _refuse_newer(manifest: dict[str, Any]) -> None:
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    newer = [f"{app} {name}" for app, name in manifest["migrations"].items() if (app, name) not in known]
    if manifest["format"] != FORMAT or newer:
        text = _("This archive was made by a newer Loopwright (%(what)s). Bring this installation up to date first.")
        what = ", ".join(newer) or manifest["format"]
        raise ValidationError(text, code="newer_archive", params={"what": what})


def _check_form(manifest: dict[str, Any]) -> None:
    """Raises ``ValueError`` or ``TypeError`` where the manifest is none of ours."""
    for it in manifest["tables"]:
        _expect(isinstance(it["name"], str) and isinstance(it["rows"], int) and isinstance(it["sha256"], str))
        _expect(isinstance(it["columns"], list) and all(isinstance(column, str) for column in it["columns"]))
    for it in manifest["files"]:
        _expect(isinstance(it["size"], int) and isinstance(it["sha256"], str))
    for name in [*(it["name"] for it in manifest["files"]), *manifest["missing_files"]]:
        _expect(isinstance(name, str) and FILE_NAME.fullmatch(name) is not None)
    for things in (manifest["tables"], manifest["files"]):
        _expect(len({it["name"] for it in things}) == len(things))


def _expect(holds: bool) -> None:
    if not holds:
        raise ValueError


def _known_tables(listed: list[dict[str, Any]]) -> list[FoundTable]:
    """In the order in which they are written back. A table that is not listed is newer than the archive."""
    by_name = {it["name"]: it for it in listed}
    found = [_found(table, by_name.pop(table.name)) for table in archives.tables() if table.name in by_name]
    for name in sorted(by_name):
        raise ValidationError(_("No table “%(name)s” is known here."), code="unknown_table", params={"name": name})
    return found


def _found(table: archives.Table, listed: dict[str, Any]) -> FoundTable:
    fields = {it.attname: it for it in table.model._meta.concrete_fields}
    columns: list[str] = listed["columns"]
    for column in columns:
        if column not in fields or columns.count(column) > 1:
            text = _("The table “%(table)s” has no column “%(column)s” here.")
            raise ValidationError(text, code="unknown_column", params={"table": table.name, "column": column})
    newer = [it for name, it in fields.items() if name not in columns and not it.has_db_default()]
    filled = {it.attname: _default(table, it) for it in newer}
    return FoundTable(table, columns, filled, listed["rows"], listed["sha256"])


def _default(table: archives.Table, field: Any) -> Any:
    """What a column gets that is newer than the archive."""
    if field.primary_key or not (field.has_default() or field.null or field.empty_strings_allowed):
        text = _("The table “%(table)s” of the archive lacks the column “%(column)s”.")
        raise ValidationError(text, code="missing_column", params={"table": table.name, "column": field.attname})
    return field.get_default()
