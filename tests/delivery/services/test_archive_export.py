"""What an archive is made of, and that it is one moment while people go on."""

import csv
import io
import json
import threading
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections

from delivery import archives
from delivery.formats import csv_lines, json_line
from delivery.services.archive_export import write_archive
from questionbank.models import Tag
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def written(**options):
    target = io.BytesIO()
    summary = write_archive(target, **options)
    return summary, zipfile.ZipFile(target)


def lines(archive, name):
    return [json.loads(line) for line in archive.read(f"data/{name}.jsonl").splitlines()]


def test_it_says_what_is_in_it():
    user = UserFactory(display_name="=1+1")
    _summary, archive = written()

    manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["format"], manifest["product"]) == (1, "Loopwright")
    assert [it["name"] for it in manifest["tables"]] == [table.name for table in archives.tables()]
    assert manifest["left_out"].keys() == {model._meta.label_lower for model in archives.left_out()}
    assert manifest["migrations"].keys() == {"accounts", "delivery", "questionbank", "interviews", "scoring"}
    assert b"import_company" in archive.read("README.txt")
    assert lines(archive, "accounts.user")[0]["display_name"] == "=1+1"
    rows = list(csv.reader(io.StringIO(archive.read("csv/accounts.user.csv").decode("utf-8-sig"))))
    assert dict(zip(*rows, strict=True)) | {"display_name": "'=1+1", "email": user.email} == dict(
        zip(*rows, strict=True)
    )


@pytest.mark.parametrize("sign", [*"=+-@\t\r\n\0", *"＝＋－＠"])
def test_no_cell_begins_like_a_formula(sign):
    assert csv_lines([[f"{sign}cmd|' /C calc'!A1", f"a{sign}", -1]]).decode().startswith(("\"'", "'"))
    assert csv_lines([[-1, None, True]]) == b"-1,,True\r\n"


def test_the_same_row_gives_the_same_bytes():
    """PostgreSQL keeps the keys of JSON in an order of its own."""
    assert json_line(["b", "a"], [1, {"z": 1, "aa": 2}]) == json_line(["a", "b"], [{"aa": 2, "z": 1}, 1])


def test_it_is_one_moment_and_holds_nobody_up():
    Tag.objects.create(slug="before", name="Before")
    done = []

    def write():
        Tag.objects.create(slug="meanwhile", name="Meanwhile")
        Tag.objects.filter(slug="before").update(name="After")
        done.append(True)
        connection.close()

    def progress(place, total):
        if place == 1:  # of all tables, one has been read
            writer = threading.Thread(target=write)
            writer.start()
            writer.join(timeout=10)
            assert done == [True]

    _summary, archive = written(progress=progress)

    assert [(it["slug"], it["name"]) for it in lines(archive, "questionbank.tag")] == [("before", "Before")]
    assert "snapshot" not in connections


def test_nothing_is_left_open_where_it_breaks_off():
    def progress(place, total):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        written(progress=progress)
    assert "snapshot" not in connections
    Tag.objects.create(slug="free", name="Free")


def test_files_that_are_gone_are_named(monkeypatch):
    """Somebody who leaves must not be kept by one lost file."""
    table = archives.Table(Tag, file="name")
    monkeypatch.setattr(archives, "_tables", [table])
    Tag.objects.create(slug="a", name="packets/a.pdf")
    Tag.objects.create(slug="b", name="packets/b.pdf")
    default_storage.save("packets/a.pdf", ContentFile(b"%PDF"))

    summary, archive = written()

    assert (summary.files, summary.missing) == (1, ["packets/b.pdf"])
    assert archive.read("files/packets/a.pdf") == b"%PDF"


def test_the_command_leaves_a_whole_file_or_none(tmp_path, capsys):
    path = tmp_path / "company.zip"

    call_command("export_company", path)

    assert zipfile.ZipFile(path).testzip() is None
    assert capsys.readouterr().out == f"0 rows and 0 files written to {path}.\n"
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="could not be written: No such file or directory"):
        call_command("export_company", tmp_path / "nowhere" / "company.zip")
    assert [it.name for it in tmp_path.iterdir() if it.is_file()] == ["company.zip"]
