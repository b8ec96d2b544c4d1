"""How a company's archive is written: a ZIP of JSON Lines, with the same tables as CSV for people with spreadsheets.

``manifest.json`` says what is inside with counts and hashes; only it, ``data/`` and ``files/`` are read back.
"""

import base64
import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import orjson

# Grows when an archive can no longer be read by the rules of the one before.
FORMAT = 1
MANIFEST, README = "manifest.json", "README.txt"
# Of a folder, letters and digits: as we name files, and nothing that leads out of the storage.
FILE_NAME = re.compile(r"[a-z]{1,20}/[0-9a-zA-Z_-]{1,100}\.[a-z0-9]{1,5}")

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
# What spreadsheets take for the beginning of a formula, in both widths.
_FORMULA_SIGNS = tuple("=+-@\t\r\n\0＝＋－＠")


def data_entry(table: str) -> str:
    return f"data/{table}.jsonl"


def csv_entry(table: str) -> str:
    return f"csv/{table}.csv"


def file_entry(name: str) -> str:
    return f"files/{name}"


def json_line(columns: Sequence[str], row: Sequence[Any]) -> bytes:
    """A row as one line. The same row gives the same bytes, whichever database it was read from."""
    return orjson.dumps(dict(zip(columns, row, strict=True)), default=_plain, option=_OPTIONS)


def csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as lines of a CSV file in which no cell begins like a formula."""
    text = io.StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview | bytearray):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"No form for {type(value).__name__}.")


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False, sort_keys=True)
    elif isinstance(value, bytes | memoryview | bytearray):
        value = _plain(value)
    elif hasattr(value, "isoformat"):
        value = value.isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
