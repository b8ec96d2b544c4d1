"""Read a question bank, whatever the format of its file."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from questionbank.formats import archives, markdown
from questionbank.formats.reading import BankReading, ReadProblem
from questionbank.formats.structured import read_json, read_json_lines
from questionbank.formats.tables import read_table
from questionbank.formats.workbook import read_workbook

_MARKDOWN = {".md", ".markdown", ".txt"}
_LINES = {".jsonl", ".ndjson"}
SUFFIXES = {*_MARKDOWN, *_LINES, ".csv", ".tsv", ".xlsx", ".json"}
ARCHIVES = {".zip"}


def read_file(name: str, data: bytes) -> BankReading:
    """The questions of one file. ``name`` has its folders, relative to what was chosen: the nearest is the
    category where the file names none. Never raises, whatever the bytes.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    suffix = path.suffix.lower()
    folder = "" if path.is_absolute() else path.parent.name
    if suffix in _MARKDOWN:
        return markdown.read_markdown_bank(data, folder=folder)
    if suffix in (".csv", ".tsv"):
        return read_table(data, folder=folder, tabs=suffix == ".tsv")
    if suffix == ".xlsx":
        return read_workbook(data, folder=folder)
    if suffix == ".json":
        return read_json(data, folder=folder)
    if suffix in _LINES:
        return read_json_lines(data, folder=folder)
    return BankReading((), (ReadProblem(1, "unknown_format", {"suffix": suffix or path.name}),))


def open_archive(name: str, data: bytes) -> Iterator[tuple[str, bytes] | ReadProblem]:
    """The readable files of a ZIP archive with their folders; or why not.

    A problem with one file has its name as the parameter ``file``. Never raises, whatever the bytes.
    """
    if PurePosixPath(name).suffix.lower() not in ARCHIVES:
        yield ReadProblem(1, "unknown_format", {"suffix": name})
        return
    yield from archives.files_in(data, SUFFIXES, ARCHIVES)
