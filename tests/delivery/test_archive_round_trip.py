"""Export, import, export again: the same rows and files, through every database that the tests run on."""

from itertools import zip_longest
from pathlib import Path
from zipfile import ZipFile

import orjson
import pytest
from django.db import connection

from delivery.formats import MANIFEST
from delivery.services.archive_export import write_archive
from tests.delivery.companies import whole_company
from tests.installations import Installation

pytestmark = pytest.mark.django_db(transaction=True)

THROUGH = {"sqlite": ["sqlite"], "postgresql": ["sqlite", "postgresql"]}


def contents(path: Path) -> dict[str, object]:
    """All entries, the manifest without what tells archives apart."""
    with ZipFile(path) as archive:
        found: dict[str, object] = {name: archive.read(name) for name in archive.namelist()}
    manifest = orjson.loads(found[MANIFEST])
    del manifest["made_at"]
    return found | {MANIFEST: manifest}


def differences(before: dict, after: dict) -> list[tuple[str, object, object]]:
    """Name, and the first lines that differ."""
    found = []
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if one != other and isinstance(one, bytes) and isinstance(other, bytes):
            lines = zip_longest(one.splitlines(), other.splitlines())
            one, other = next(pair for pair in lines if pair[0] != pair[1])
        if one != other:
            found.append((name, one, other))
    return found


def test_a_company_comes_out_as_it_went_in(tmp_path):
    whole_company()
    first = tmp_path / "first.zip"
    with first.open("wb") as file:
        summary = write_archive(file)
    before = contents(first)
    empty = [it["name"] for it in before[MANIFEST]["tables"] if not it["rows"]]
    assert empty == []
    assert (summary.missing, summary.files > 0) == ([], True)

    archive = first
    for place, vendor in enumerate(THROUGH[connection.vendor]):
        with Installation(tmp_path / f"archive_{vendor}", vendor) as other:
            said = other.manage("import_company", str(archive))
            archive = tmp_path / f"{place}.zip"
            other.manage("export_company", str(archive))
            assert said.startswith(f"{summary.rows} rows and {summary.files} files imported.")
            assert differences(before, contents(archive)) == []
            (indexed,) = other.rows("SELECT COUNT(*) FROM questionbank_searchentry")
            (asked,) = other.rows("SELECT COUNT(DISTINCT question_id) FROM questionbank_questionversion")
            assert indexed == asked
