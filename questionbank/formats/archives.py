"""The files in a ZIP archive, of which nothing is believed: not the sizes it states, nor the names.

What the directory says is held against the caps before anything is unpacked, and what comes out while it is.
Names are only names here: nothing is written to a disk.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Set
from pathlib import PurePosixPath

from questionbank.formats.reading import ReadProblem
from questionbank.formats.source import MAX_BYTES

MAX_FILES = 20_000
MAX_UNPACKED = 200 * 1024 * 1024
# How much smaller a file may have become; text that people write shrinks to a tenth at best.
MAX_RATIO = 200
# Below this, a ratio says nothing.
_SMALL = 8 * 1024 * 1024
_ENTRY = b"PK\x01\x02"
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_FURNITURE = ("__MACOSX", ".git", ".svn", "node_modules")
_CANNOT = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)


class ArchiveError(Exception):
    """Why an archive is not opened: a problem code and its parameters."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def open_zip(data: bytes, *, max_files: int = MAX_FILES, max_unpacked: int = MAX_UNPACKED) -> zipfile.ZipFile:
    """An archive whose directory keeps the caps. Raises ``ArchiveError``."""
    if len(data) > MAX_BYTES:
        raise ArchiveError("file_too_large", bytes=len(data), limit=MAX_BYTES)
    # The directory is read as a whole, half a kilobyte of memory an entry: counted before that.
    if data.count(_ENTRY) > 2 * max_files:
        raise ArchiveError("archive_too_many", limit=max_files)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _CANNOT as error:
        raise ArchiveError("bad_archive") from error
    entries = archive.infolist()
    if len(entries) > max_files:
        raise ArchiveError("archive_too_many", limit=max_files)
    if sum(entry.file_size for entry in entries) > max_unpacked:
        raise ArchiveError("archive_too_large", limit=max_unpacked)
    if any(map(_is_bomb, entries)):
        raise ArchiveError("archive_bomb", ratio=MAX_RATIO)
    return archive


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, limit: int) -> bytes:
    """The contents of a file, one byte more than ``limit`` at most. Raises ``ArchiveError``."""
    if entry.flag_bits & _ENCRYPTED:
        raise ArchiveError("archive_encrypted")
    try:
        with archive.open(entry) as opened:
            return opened.read(limit + 1)
    except _CANNOT as error:
        raise ArchiveError("archive_damaged") from error


def files_in(data: bytes, suffixes: Set[str], archives: Set[str]) -> Iterator[tuple[str, bytes] | ReadProblem]:
    """Each file of a known kind with its name, in order of name; archives inside are named, not opened."""
    try:
        archive = open_zip(data)
    except ArchiveError as error:
        yield ReadProblem(1, error.code, error.params)
        return
    with archive:
        entries = [(name_of(entry), entry) for entry in archive.infolist() if not entry.is_dir()]
        seen: set[str] = set()
        known = 0
        for name, entry in sorted(entries, key=lambda named: named[0]):
            suffix = PurePosixPath(name).suffix.lower()
            if _is_furniture(name) or suffix not in suffixes | archives:
                continue
            known += 1
            if suffix in archives:
                yield ReadProblem(1, "archive_nested", {"file": name})
            elif name in seen:
                yield ReadProblem(1, "archive_same_name", {"file": name})
            else:
                seen.add(name)
                try:
                    yield name, unpacked(archive, entry, limit=MAX_BYTES)
                except ArchiveError as error:
                    yield ReadProblem(1, error.code, {**error.params, "file": name})
        if not known:
            yield ReadProblem(1, "archive_empty")


def name_of(entry: zipfile.ZipInfo) -> str:
    """The name of an entry: its folders and itself, never a place outside; in the script it was typed in."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    parts = name.replace("\\", "/").split("/")
    kept = [part for part in parts if part not in ("", ".", "..") and not part.endswith(":")]
    joined = "/".join(kept) or "?"
    return "".join(sign if sign.isprintable() else "?" for sign in joined)[-255:]


def _is_furniture(name: str) -> bool:
    parts = name.split("/")
    return any(part in _FURNITURE for part in parts) or parts[-1].startswith(".")


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
