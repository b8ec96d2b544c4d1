"""Files as they come: named, in folders, in archives; one after the other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from questionbank.formats.files import ARCHIVES, SUFFIXES, open_archive
from questionbank.formats.reading import ReadProblem
from questionbank.formats.source import MAX_BYTES

_FURNITURE = {"__MACOSX", "node_modules"}
# Between the name of an archive and that of a file in it.
_INSIDE = " › "


@dataclass(frozen=True, slots=True)
class Source:
    """A file by the name that people are shown, with its contents or why it could not be opened.

    ``path`` has its folders within what was chosen: the nearest may be the category of its questions.
    """

    name: str
    data: bytes | ReadProblem
    path: str


def uploaded(name: str, data: bytes) -> Source:
    """A file under the name that the browser gave."""
    return Source(name, data, name.rpartition(_INSIDE)[2])


def read_files(paths: Iterable[Path]) -> Iterator[Source]:
    """The contents of files, and of the banks in folders and archives, in order of name."""
    for path in paths:
        found = banks_in(path) if path.is_dir() else [path]
        if not found:
            yield Source(_shown(path), ReadProblem(0, "no_markdown"), path.name)
        for file in found:
            inner = file.relative_to(path.parent)
            yield from _opened(file, inner.as_posix())


def banks_in(folder: Path) -> list[Path]:
    """Files that are read, in order of name; not those in hidden folders."""
    return sorted(
        path for path in folder.rglob("*") if is_bank(path.relative_to(folder).as_posix()) and not path.is_dir()
    )


def is_bank(path: str) -> bool:
    """Whether a file of a folder is one to read, by its name and its folders."""
    parts = PurePosixPath(path).parts
    if any(part.startswith(".") or part in _FURNITURE for part in parts):
        return False
    return PurePosixPath(path).suffix.lower() in SUFFIXES | ARCHIVES


def is_archive(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in ARCHIVES


def unpacked(source: Source) -> Iterator[Source]:
    """The file, or the files in it where it is an archive."""
    if isinstance(source.data, ReadProblem) or not is_archive(source.name):
        yield source
        return
    for found in open_archive(source.name, source.data):
        if isinstance(found, ReadProblem):
            yield Source(source.name, found, source.path)
        else:
            yield Source(f"{source.name}{_INSIDE}{found[0]}", found[1], found[0])


def _opened(file: Path, path: str) -> Iterator[Source]:
    try:
        with file.open("rb") as opened:
            # One byte more than may be read, so that the reader can say that it is too much.
            data: bytes | ReadProblem = opened.read(MAX_BYTES + 1)
    except FileNotFoundError:
        data = ReadProblem(0, "no_file")
    except PermissionError:
        data = ReadProblem(0, "no_access")
    except OSError:
        data = ReadProblem(0, "unopenable")
    yield from unpacked(Source(_shown(file), data, path.encode("utf-8", "replace").decode()))


def _shown(path: Path) -> str:
    """A path as text that any output takes: file names may hold bytes that are no characters."""
    return str(path).encode("utf-8", "replace").decode()
