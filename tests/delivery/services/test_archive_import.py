"""What an import refuses, and that nothing of it is left then."""

import hashlib
import io
import json
import uuid
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import triggers
from accounts.models import User
from delivery import archives
from delivery.formats import MANIFEST, data_entry, file_entry
from delivery.models import DurableJob
from delivery.services.archive_export import write_archive
from delivery.services.archive_import import import_archive
from questionbank.models import Competency, Tag
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

TAG = {"id": "019ab000-0000-7000-8000-000000000001", "name": "Caching", "slug": "caching"}
PDF = b"%PDF-1.7"


@pytest.fixture
def forge():
    """Makes archives: ``rows`` by table, ``files`` by name, and what the manifest says instead of the truth."""
    empty = io.BytesIO()
    write_archive(empty)
    with zipfile.ZipFile(empty) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    manifest = json.loads(parts.pop(MANIFEST))

    def make(rows=None, *, files=None, tables=None, entries=None, **said):
        told = json.loads(json.dumps(manifest))
        listed = {it["name"]: it for it in told["tables"]}
        made = dict(parts)
        for name, lines in (rows or {}).items():
            made[data_entry(name)] = data = lines if isinstance(lines, bytes) else jsonl(lines)
            listed[name] |= {"rows": data.count(b"\n"), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in (files or {}).items():
            made[file_entry(name)] = data
            told["files"].append({"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
        for name, changes in (tables or {}).items():
            listed.setdefault(name, {"name": name}).update(changes)
        told["tables"] = list(listed.values())
        made[MANIFEST] = json.dumps(told | said).encode()
        return packed(made | (entries or {}))

    return make


def jsonl(rows):
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def packed(entries):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            if data is not None:
                archive.writestr(name, data)
    return target


def refused(archive) -> str:
    """The code of the refusal; nothing is there afterwards, neither rows nor files, and the triggers are."""
    archive.seek(0)
    with pytest.raises(ValidationError) as caught:
        import_archive(archive)
    assert not any(table.model._base_manager.exists() for table in archives.tables())
    assert not default_storage.exists("packets") or default_storage.listdir("packets") == ([], [])
    assert len(triggers.installed(connection)) > 100
    return caught.value.code


def test_rows_come_in_as_they_are(forge):
    assert import_archive(forge({"questionbank.tag": [TAG]})).rows == 1

    tag = Tag.objects.get()
    assert {"id": str(tag.pk), "name": tag.name, "slug": tag.slug} == TAG


def test_an_older_archive_lacks_columns_and_tables(forge):
    row = {"id": str(uuid.uuid4()), "slug": "depth", "name_en": "Depth"}
    archive = forge({"questionbank.competency": [row]}, tables={"questionbank.competency": {"columns": list(row)}})

    import_archive(archive)

    competency = Competency.objects.get()
    assert (competency.name_en, competency.name_zh) == ("Depth", "")
    assert competency.updated_at is not None


@pytest.mark.parametrize("what", [b"", b"PK", b"not a zip at all" * 100])
def test_what_is_no_archive(what):
    assert refused(io.BytesIO(what)) == "not_archive"


def test_a_zip_of_something_else():
    assert refused(packed({"bank.md": b"# Bank"})) == "not_archive"


def test_cut_off(forge):
    whole = forge({"questionbank.tag": [TAG]}).getvalue()

    assert refused(io.BytesIO(whole[: len(whole) // 2])) == "not_archive"


def test_a_changed_byte(forge):
    data = forge({"questionbank.tag": [TAG] * 1}, files={}).getvalue()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        place = archive.getinfo(data_entry("questionbank.tag")).header_offset + 30 + len(data_entry("questionbank.tag"))
    broken = bytearray(data)
    broken[place + 5] ^= 0xFF

    assert refused(io.BytesIO(bytes(broken))) == "damaged_archive"


@pytest.mark.parametrize(
    "said",
    [
        {"tables": {"questionbank.tag": {"sha256": "0" * 64}}},
        {"tables": {"questionbank.tag": {"rows": 2}}},
        {"tables": {"questionbank.tag": {"rows": "1"}}},
        {"tables": {"questionbank.tag": {"columns": "id"}}},
        {"entries": {data_entry("questionbank.tag"): None}},
        {"entries": {MANIFEST: b"[]"}},
        {"entries": {MANIFEST: b"{"}},
        {"entries": {MANIFEST: b'{"format": 1}'}},
        {"files": {"../../etc/passwd": b"root"}},
        {"files": {"/packets/x.pdf": PDF}},
        {"files": {"packets/../../x.pdf": PDF}},
        {"files": {"packets\\x.pdf": PDF}},
        {"missing_files": [1]},
        {"missing_files": ["../secret-key"]},
    ],
)
def test_a_manifest_that_is_not_true(forge, said):
    assert refused(forge({"questionbank.tag": [TAG]}, **said)) == "damaged_archive"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"format": 2}, "newer_archive"),
        ({"migrations": {"questionbank": "9999_later"}}, "newer_archive"),
        ({"tables": {"accounts.apitoken": {"columns": ["id"], "rows": 0, "sha256": ""}}}, "unknown_table"),
        ({"tables": {"questionbank.tag": {"columns": ["id", "name", "slug", "colour"]}}}, "unknown_column"),
        ({"tables": {"questionbank.tag": {"columns": ["id", "id", "name", "slug"]}}}, "unknown_column"),
        ({"tables": {"questionbank.tag": {"columns": ["name", "slug"]}}}, "missing_column"),
        ({"tables": {"questionbank.questiontext": {"columns": ["id"]}}}, "missing_column"),
        ({"entries": {"data/../../x": b""}}, "unknown_entry"),
        ({"entries": {"files/packets/x.pdf": PDF}}, "unknown_entry"),
        ({"files": {"packets/x.pdf": PDF}}, "wrong_files"),
    ],
)
def test_what_is_not_known_here(forge, said, code):
    assert refused(forge({"questionbank.tag": [TAG]}, **said)) == code


def test_a_bomb(forge):
    assert refused(forge(entries={"csv/questionbank.tag.csv": b"\0" * 5_000_000})) == "unsafe_archive"


def test_one_name_twice(forge):
    archive = forge()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(archive, "a") as twice:
        twice.writestr(MANIFEST, "{}")

    assert refused(archive) == "unsafe_archive"


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"{\n",
        b"[]\n",
        b'"text"\n',
        json.dumps(TAG | {"extra": 1}).encode() + b"\n",
        json.dumps({"id": TAG["id"]}).encode() + b"\n",
        json.dumps(TAG | {"id": "1"}).encode() + b"\n",
        json.dumps(TAG | {"id": 1}).encode() + b"\n",
        json.dumps(TAG | {"name": None}).encode() + b"\n",
        json.dumps(TAG | {"name": True}).encode() + b"\n",
        json.dumps(TAG | {"name": ["a"]}).encode() + b"\n",
        json.dumps(TAG | {"name": "a" * 81}).encode() + b"\n",
        json.dumps(TAG | {"name": "a\0b"}).encode() + b"\n",
        json.dumps(TAG | {"name": "\ud800"}).encode() + b"\n",
        json.dumps(TAG).encode().replace(b"Caching", b"\xff") + b"\n",
        b"[" * 100_000 + b"\n",
    ],
)
def test_a_row_of_the_wrong_form(forge, line):
    assert refused(forge({"questionbank.tag": line})) == "bad_row"


@pytest.mark.parametrize(
    "values",
    [
        {"state": "draft", "attempts": 40_000},
        {"attempts": -1},
        {"attempts": 1.5},
        {"attempts": "1"},
        {"attempts": True},
        {"due_at": "2026-01-01T00:00:00"},
        {"due_at": "yesterday"},
        {"due_at": 0},
        {"input": {"text": {"nested": ["a\0b"]}}},
        {"lease": ""},
    ],
)
def test_a_value_of_the_wrong_kind(forge, values):
    assert refused(forge({"delivery.durablejob": [job_row() | values]})) == "bad_row"


@pytest.mark.parametrize("values", [{"state": "odd"}, {"finished_at": None}, {"lease_until": "2026-01-01T00:00:00Z"}])
def test_what_the_database_refuses(forge, values):
    assert refused(forge({"delivery.durablejob": [job_row() | values]})) == "refused_row"


def test_one_id_twice(forge):
    assert refused(forge({"questionbank.tag": [TAG, TAG | {"slug": "other"}]})) == "refused_row"


def test_a_row_that_refers_to_none(forge):
    assert refused(forge({"delivery.durablejob": [job_row() | {"requested_by_id": TAG["id"]}]})) == "lost_reference"


def test_history_with_a_gap(forge):
    """The triggers stay in force: an archive cannot make what people cannot."""
    row = {"id": TAG["id"], "scorecard_id": TAG["id"], "number": 2, "payload": {}, "author_id": TAG["id"]}
    row |= {"request_key": "a", "at": "2026-01-01T00:00:00Z"}

    assert refused(forge({"scoring.scorecardrevision": [row]})) == "refused_row"


def test_an_installation_that_is_not_empty(forge):
    Tag.objects.create(slug="there", name="There")
    with pytest.raises(ValidationError) as caught:
        import_archive(forge({"questionbank.tag": [TAG]}))

    assert (caught.value.code, "questionbank.tag" in caught.value.messages[0]) == ("not_empty", True)
    assert Tag.objects.count() == 1


def test_what_an_installation_makes_by_itself_does_not_count(forge):
    DurableJob.objects.create(kind="drift.sweep", key="drift.sweep:2026-11-23")

    assert import_archive(forge()).rows == 0


def test_the_command_says_what_is_wrong(forge, tmp_path):
    UserFactory()
    path = tmp_path / "company.zip"
    path.write_bytes(forge().getvalue())

    with pytest.raises(CommandError, match=r"not empty: the table “accounts\.\w+” has rows.* Nothing was imported\."):
        call_command("import_company", path)
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_company", tmp_path / "missing.zip")
    assert User.objects.count() == 1


def job_row():
    moment = "2026-01-01T00:00:00.000001Z"
    return {
        "id": str(uuid.uuid4()),
        "kind": "packet.render",
        "key": "packet.render:1",
        "input": {},
        "state": "dead",
        "attempts": 1,
        "due_at": moment,
        "lease": None,
        "lease_until": None,
        "step": "",
        "steps_done": 0,
        "steps_total": 0,
        "error": "",
        "requested_by_id": None,
        "created_at": moment,
        "finished_at": moment,
    }
