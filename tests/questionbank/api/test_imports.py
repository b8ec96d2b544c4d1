"""Imports over the API: files in, a look at what was found, drafts out."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.choices import Role
from delivery.choices import JobState
from delivery.models import DurableJob
from questionbank.forms import uploading
from questionbank.models import Import, Question, RoleFamily, SeniorityLevel
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import UserFactory
from tests.questionbank.imports import BANK, work_off

pytestmark = pytest.mark.django_db

FILES = {"files": [{"name": "bank.md", "content": BANK}]}
FIELDS = ("state", "progress", "error", "counts", "defaults", "outcome")


def sent_as_form(api, *files, key=None):
    headers = api.headers | {"Idempotency-Key": key or str(uuid4())}
    data = {"files": [SimpleUploadedFile(name, content) for name, content in files]}
    return api.client.post("/api/v1/imports", data, headers=headers)


def read(api):
    """The address of an import whose files are read."""
    path = f"imports/{api.post('imports', FILES).json()['id']}"
    work_off()
    return path


def test_files_are_read_looked_through_and_written():
    api = Api()

    kept = api.post("imports", FILES)

    assert kept.status_code == 202
    path = f"imports/{kept.json()['id']}"
    assert kept["Location"].endswith(f"/api/v1/{path}")
    assert kept.json() == {
        "id": kept.json()["id"],
        "state": "reading",
        "progress": {"step": "waiting", "done": 0, "total": 0},
        "error": None,
        "counts": [],
        "defaults": None,
        "outcome": {"files": 1, "created": 0, "changed": 0, "left_alone": 0, "without_rubric": 0},
        "created_by": str(api.user.pk),
        "created_at": kept.json()["created_at"],
        "imported_at": None,
        "updated_at": kept.json()["updated_at"],
    }

    work_off()
    ready = api.get(path).json()
    assert [ready[name] for name in FIELDS[:4]] == [
        "ready",
        None,
        None,
        [{"status": "created", "count": 3, "chosen": 3}],
    ]
    entries = api.get(f"{path}/entries").json()["results"]
    assert entries[0] == {
        "id": entries[0]["id"],
        "position": 1,
        "file": "bank.md",
        "line": 3,
        "title": "When does a cache hurt?",
        "category": "Caching",
        "status": "created",
        "notes": [],
        "question": None,
        "is_chosen": True,
    }
    role = RoleFamily.objects.first()
    defaults = {"minutes": 25, "roles": [str(role.pk)], "competencies": {"Caching": "Systems"}}
    changed = api.patch(path, {"defaults": defaults, "left_out": [entries[2]["id"]]})
    assert changed.status_code == 200, changed.content
    ladder = list(SeniorityLevel.objects.order_by("rank"))
    assert changed.json()["defaults"] == {
        "roles": [str(role.pk)],
        "lowest_seniority": str(ladder[0].pk),
        "highest_seniority": str(ladder[-1].pk),
        "minutes": 25,
        "difficulty": 3,
        "generic_rubric": True,
        "competencies": {"Caching": "Systems"},
    }
    assert changed.json()["counts"] == [{"status": "created", "count": 3, "chosen": 2}]

    writing = api.post(f"{path}/write", {"defaults": {"difficulty": 4}})
    assert (writing.status_code, writing.json()["state"]) == (202, "writing")
    work_off()
    done = api.get(path).json()
    assert (done["state"], done["outcome"]["created"]) == ("done", 2)
    assert done["imported_at"] is not None
    drafts = api.get("questions?state=draft").json()["results"]
    assert {(it["newest"]["minutes"], it["newest"]["difficulty"]) for it in drafts} == {(25, 4)}
    assert len(drafts) == Question.objects.count() == 2


def test_files_come_as_a_form_too():
    api = Api()

    kept = sent_as_form(api, ("one.md", BANK.encode()), ("two.csv", b"Question,Answer\nWhat is a lock?,A turn.\n"))

    assert kept.status_code == 202, kept.content
    work_off()
    path = f"imports/{kept.json()['id']}"
    assert api.get(path).json()["outcome"]["files"] == 2
    assert {it["file"] for it in api.get(f"{path}/entries").json()["results"]} == {"one.md", "two.csv"}


def test_the_same_form_twice_is_one_import_and_another_is_refused():
    api = Api()
    files = [("one.md", BANK.encode()), ("two.md", BANK.encode())]

    first = sent_as_form(api, *files, key="one")
    again = sent_as_form(api, *files, key="one")
    other = sent_as_form(api, ("one.md", b"# Other"), files[1], key="one")

    assert first.content == again.content
    assert Import.objects.count() == 1
    assert problem(other) == (422, "idempotency_key_reused")


def test_files_that_are_too_large_are_refused_as_they_arrive(monkeypatch):
    monkeypatch.setattr(uploading, "MAX_BYTES", 100)

    refused = sent_as_form(Api(), ("bank.md", b"x" * 101))

    assert problem(refused) == (413, "file_too_large")
    assert not Import.objects.exists()


def test_a_form_is_understood_where_files_come_only():
    api = Api()
    path = read(api)
    headers = api.headers | {"Idempotency-Key": "one"}

    assert problem(api.client.post(f"/api/v1/{path}/write", {"x": "y"}, headers=headers))[0] == 415


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/files", "required"),
        ({"files": []}, "/files", "min_length"),
        ({"files": [{"name": "x.md"}]}, "/files/0/content", "required"),
        ({"files": [{"name": "", "content": "x"}]}, "/files/0/name", "blank"),
        ({"files": ["x"]}, "/files/0", "invalid"),
    ],
)
def test_what_is_no_file_is_named(body, pointer, code):
    answer = Api().post("imports", body)

    assert problem(answer) == (422, "invalid")
    assert [(it["pointer"], it["code"]) for it in answer.json()["errors"]] == [(pointer, code)]


@pytest.mark.parametrize(
    ("defaults", "pointer", "code"),
    [
        ({"roles": ["0192f0c1-0000-7000-8000-000000000000"]}, "/defaults/roles/0", "does_not_exist"),
        (
            {"lowest_seniority": "0192f0c1-0000-7000-8000-000000000000"},
            "/defaults/lowest_seniority",
            "does_not_exist",
        ),
        ({"minutes": 0}, "/defaults/minutes", "min_value"),
    ],
)
def test_defaults_that_cannot_be_taken_are_named(defaults, pointer, code):
    api = Api()
    path = read(api)

    for answer in (api.patch(path, {"defaults": defaults}), api.post(f"{path}/write", {"defaults": defaults})):
        assert problem(answer) == (422, "invalid")
        assert [(it["pointer"], it["code"]) for it in answer.json()["errors"]] == [(pointer, code)]


def test_an_upside_down_range_is_named():
    api = Api()
    path = read(api)
    ladder = list(SeniorityLevel.objects.order_by("rank"))

    answer = api.patch(
        path, {"defaults": {"lowest_seniority": str(ladder[-1].pk), "highest_seniority": str(ladder[0].pk)}}
    )

    assert [(it["pointer"], it["code"]) for it in answer.json()["errors"]] == [
        ("/defaults/highest_seniority", "seniority_range")
    ]


def test_whole_kinds_are_chosen_and_left_out():
    api = Api()
    path = read(api)

    none = api.patch(path, {"statuses": [{"status": "created", "is_chosen": False}]}).json()
    assert none["counts"] == [{"status": "created", "count": 3, "chosen": 0}]
    assert problem(api.post(f"{path}/write", {})) == (409, "nothing_chosen")
    entry = ids(api.get(f"{path}/entries?limit=1"))
    one = api.patch(path, {"chosen": entry}).json()
    assert one["counts"] == [{"status": "created", "count": 3, "chosen": 1}]
    assert ids(api.get(f"{path}/entries?is_chosen=true&status=created")) == entry


def test_what_its_state_forbids_is_a_conflict():
    api = Api()
    path = f"imports/{api.post('imports', FILES).json()['id']}"

    assert problem(api.post(f"{path}/write", {})) == (409, "not_ready")
    assert problem(api.patch(path, {"defaults": {}})) == (409, "not_ready")
    work_off()
    assert problem(api.post(f"{path}/retry")) == (409, "job_not_dead")
    api.post(f"{path}/write", {})
    work_off()
    assert problem(api.post(f"{path}/write", {})) == (409, "already_imported")
    assert problem(api.delete(path)) == (409, "already_imported")


def test_what_failed_for_good_says_so_and_is_tried_again():
    api = Api()
    path = f"imports/{api.post('imports', FILES).json()['id']}"
    DurableJob.objects.update(state=JobState.DEAD, finished_at="2030-01-01T00:00:00Z", error="x")

    failed = api.get(path).json()
    assert (failed["state"], failed["progress"], failed["error"]["code"]) == ("failed", None, "failed")
    again = api.post(f"{path}/retry")
    assert (again.status_code, again.json()["state"]) == (202, "reading")
    work_off()
    assert api.get(path).json()["state"] == "ready"


def test_an_import_is_given_up():
    api = Api()
    path = read(api)

    assert api.delete(path).status_code == 204
    assert problem(api.get(path)) == (404, "not_found")
    assert problem(api.get(f"{path}/entries")) == (404, "not_found")


@pytest.mark.parametrize("role", [*Role.values, None])
def test_imports_are_their_uploaders_alone(role):
    path = read(Api())
    asking = signed_in(UserFactory(roles=[role] if role else []))

    assert ids(asking.get("imports")) == []
    assert asking.get(path).status_code == asking.get(f"{path}/entries").status_code == 404
    assert asking.delete(path).status_code == 404
    kept = asking.post("imports", FILES).status_code
    assert kept == (202 if role in {Role.AUTHOR, Role.API_CLIENT} else 403)


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow(size, django_assert_num_queries):
    api = Api()
    for _n in range(size):
        path = read(api)
    api.get("imports")

    with django_assert_num_queries(5):  # token, roles, imports, their parts, counts; all are at rest, so no jobs
        assert len(ids(api.get("imports"))) == size
    with django_assert_num_queries(5):  # token, roles, import, entries, notes
        assert len(ids(api.get(f"{path}/entries"))) == 3
