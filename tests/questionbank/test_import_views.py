"""Uploading, looking, importing in the browser."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from delivery.models import DurableJob
from questionbank.models import Competency, Import, Question, QuestionVersion, RoleFamily, SeniorityLevel
from questionbank.services.sample import ensure_vocabulary
from tests.factories import UserFactory
from tests.questionbank.contents import author
from tests.questionbank.imports import BANK, work_off

pytestmark = pytest.mark.django_db

UPLOAD = "/questions/import/"
# Two of the session and the person, the upload, two of its statuses, its categories, two of the page; the words of
# the bank, which the form needs twice.
PREVIEW_QUERIES = 19
MORE = """### Q9: What is left?
### Q10: When does a cache hurt?
**Answer**: Again.
```
"""


@pytest.fixture
def writer(client):
    person = author()
    client.force_login(person)
    return person


def file(text, name="bank.md"):
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())


def uploaded(client, *files):
    return client.post(UPLOAD, {"banks": [*files]})


def looked_through(client, *files):
    """The address of the preview, once a worker has read the files."""
    address = uploaded(client, *files).url
    work_off()
    return address


def chosen(**changes):
    ensure_vocabulary()
    values = {
        "role_families": [RoleFamily.objects.get(slug="llm-engineer").pk],
        "lowest_seniority": SeniorityLevel.objects.get(slug="mid").pk,
        "highest_seniority": SeniorityLevel.objects.get(slug="staff").pk,
        "minutes": 35,
        "difficulty": 5,
        "generic_rubric": "on",
    }
    return values | changes


def test_author_uploads_looks_and_imports(client, writer):
    address = uploaded(client, file(BANK), file(MORE, "more.md")).url
    assert "waiting for a worker" in client.get(address).content.decode().lower()
    assert not Question.objects.exists()
    work_off()

    page = client.get(address)
    text = page.content.decode()
    assert [(count.status.label, count.count) for count in page.context["counts"]] == [
        ("New", 3),
        ("Possible duplicate", 1),
        ("Unsure", 1),
        ("Could not be read", 1),
    ]
    assert "What is a stampede?" in text
    assert "has no answer" in text
    assert "has the title of bank.md, line 3" in text
    assert "A code block that starts here never ends." in text
    assert "Write 4 drafts" in text
    assert not Question.objects.exists()

    assert client.post(address, chosen()).url == address
    assert "Writing drafts" in client.get(address).content.decode()
    work_off()

    done = client.get(address).content.decode()
    assert "4 drafts were written" in done
    assert "What is a stampede?" in done
    version = QuestionVersion.objects.get(texts__title="What is a stampede?")
    assert (version.author, version.minutes, version.difficulty) == (writer, 35, 5)
    assert (version.lowest_seniority.slug, version.highest_seniority.slug) == ("mid", "staff")


def test_progress_says_how_far_it_is_and_then_leads_on(client, writer):
    address = uploaded(client, file(BANK)).url
    job = DurableJob.objects.get()
    DurableJob.objects.filter(pk=job.pk).update(step="read", steps_done=400, steps_total=2000)

    waiting = client.get(address + "progress/")
    assert "400 of 2000, files read" in waiting.content.decode()
    assert "HX-Redirect" not in waiting
    work_off()

    assert client.get(address + "progress/")["HX-Redirect"] == address


def test_failed_reading_is_said_and_can_be_tried_again(client, writer):
    address = uploaded(client, file(BANK)).url
    now = timezone.now()
    DurableJob.objects.update(state="dead", finished_at=now, attempts=5)
    assert "Nothing was imported, and your files are still here." in client.get(address).content.decode()

    client.post(address + "retry/")
    work_off()

    assert client.get(address).context["chosen"] == 3


def test_ones_own_imports_are_listed_with_what_became_of_them(client, writer):
    looked_through(client, file(BANK))
    uploaded(client, file(BANK))

    text = client.get(UPLOAD).content.decode()

    assert "Ready to look through" in text
    assert "Reading the files" in text
    client.force_login(author())
    assert "Your imports" not in client.get(UPLOAD).content.decode()


def test_rows_are_left_out_and_taken_in_one_by_one_and_by_status(client, writer):
    address = looked_through(client, file(BANK), file(MORE, "more.md"))
    entries = [row["entry"] for row in client.get(address).context["rows"]]
    shown = [str(entry.pk) for entry in entries]
    kept = [str(entry.pk) for entry in entries if entry.title in ("What is a stampede?", "What is left?")]

    part = client.post(address + "choose/", {"shown": shown, "chosen": kept}, headers={"HX-Request": "true"})
    assert "Write 2 drafts" in part.content.decode()
    client.post(address + "choose/", {"status": "unsure", "is_chosen": ""})
    assert client.get(address).context["chosen"] == 1
    back = client.post(address + "choose/", {"status": "duplicates", "is_chosen": "on", "query": "status=duplicates"})

    assert back.url == f"{address}?status=duplicates"
    assert client.get(back.url).context["chosen"] == 2


def test_what_cannot_be_read_cannot_be_taken_in(client, writer):
    address = looked_through(client, file(BANK), file("", "empty.md"))
    entry = Import.objects.get().entries.get(status="unreadable")

    client.post(address + "choose/", {"shown": [entry.pk], "chosen": [entry.pk]})

    assert client.get(address).context["chosen"] == 3


def test_filter_shows_one_status(client, writer):
    address = looked_through(client, file(BANK), file(MORE, "more.md"))

    page = client.get(address, {"status": "unsure"})

    assert [row["entry"].title for row in page.context["rows"]] == ["What is left?"]
    assert len(client.get(address, {"status": "nonsense"}).context["rows"]) == 6


def test_row_opens_with_what_was_read_and_what_would_change(client, writer):
    client.post(looked_through(client, file(BANK)), chosen())
    work_off()
    address = looked_through(client, file(BANK.replace("When it is stale.", "When it is very *stale*.")))

    whole = client.get(address + "entries/1/")
    part = client.get(address + "entries/1/", headers={"HX-Request": "true"})

    assert "When it is very <em>stale</em>." in whole.content.decode()
    assert "<ins>very " in part.content.decode()
    assert "<html" not in part.content.decode()
    assert client.get(address + "entries/99/").status_code == 404


def test_defaults_stay_when_the_page_is_loaded_again(client, writer):
    address = looked_through(client, file(BANK))

    assert client.post(address + "defaults/", chosen(category_0="Speed")).status_code == 204
    assert client.post(address + "defaults/", chosen(minutes=0)).status_code == 204

    form = client.get(address).context["form"]
    assert (form["minutes"].value(), form["category_0"].value(), form["category_1"].value()) == (35, "Speed", "Queues")
    client.post(address, chosen(category_0="Speed", category_1=""))
    work_off()
    assert set(Competency.objects.filter(weights__isnull=False).values_list("name_en", flat=True)) == {
        "Speed",
        "Queues",
    }


def test_files_are_forgotten_on_request(client, writer):
    address = looked_through(client, file(BANK))

    assert client.post(address + "discard/").url == UPLOAD

    assert client.get(address).status_code == 404
    assert not Import.objects.exists()


def test_defaults_start_with_all_roles_and_the_whole_ladder(client, writer):
    form = client.get(looked_through(client, file(BANK))).context["form"]

    assert form.initial["role_families"] == list(RoleFamily.objects.all())
    assert (form.initial["lowest_seniority"].slug, form.initial["highest_seniority"].slug) == ("junior", "principal")


def test_refused_defaults_are_said_and_nothing_is_imported(client, writer):
    address = looked_through(client, file(BANK))
    upside_down = chosen(minutes=0, role_families=[])
    upside_down["lowest_seniority"], upside_down["highest_seniority"] = (
        upside_down["highest_seniority"],
        upside_down["lowest_seniority"],
    )

    response = client.post(address, upside_down)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"minutes", "role_families", "highest_seniority"}
    assert "What is a stampede?" in response.content.decode()
    assert not Question.objects.exists()


def test_preview_of_nothing_usable_offers_no_import(client, writer):
    page = client.get(looked_through(client, file("Dear friend,\n")))

    assert "No question was found." in page.content.decode()
    assert "No question of these files could be read." in page.content.decode()
    assert 'name="minutes"' not in page.content.decode()


def test_preview_of_what_is_there_offers_no_import(client, writer):
    client.post(looked_through(client, file(BANK)), chosen())
    work_off()

    page = client.get(looked_through(client, file(BANK)))

    assert "All questions of these files are in the bank already." in page.content.decode()
    assert 'name="minutes"' not in page.content.decode()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "Choose at least one file that can be read."),
        ([("big.md", b"x" * (20 * 1024 * 1024 + 1))], "big.md is larger than 20 MiB."),
        ([(f"{n}.md", b"x") for n in range(5_001)], "Choose at most 5000 files."),
        ([(f"{n}.md", b"x" * 19 * 1024 * 1024) for n in range(11)], "The files are larger than 200 MiB together."),
    ],
)
def test_upload_is_refused_with_its_reason(files, message, client, writer):
    response = uploaded(client, *[file(data, name) for name, data in files])

    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Import.objects.exists()


def test_empty_file_is_named_in_the_preview(client, writer):
    page = client.get(looked_through(client, file(b"")))

    assert "The file is empty." in page.content.decode()


def test_long_bank_has_pages(client, writer):
    many = "".join(f"### Q{n}: What is number {n}?\n**Answer**: It is {n}.\n" for n in range(101))

    address = looked_through(client, file(many))

    assert len(client.get(address).context["page"]) == 50
    assert len(client.get(address, {"page": 3}).context["page"]) == 1


@pytest.mark.parametrize("size", [1, 3, 1_500])
def test_preview_page_costs_the_same_at_any_size(size, client, writer, django_assert_num_queries):
    many = "".join(f"### Q{n}: What is number {n}?\n**Answer**: It is {n}.\n" for n in range(size))
    address = looked_through(client, file(many))

    with django_assert_num_queries(PREVIEW_QUERIES):
        page = client.get(address)

    assert len(page.context["page"]) == min(size, 50)


def test_titles_of_files_bring_no_markup(client, writer):
    name, title = "<b>.md", "### Q1: <script>alert(1)</script> why?\n**Answer**: x\n"

    text = client.get(looked_through(client, file(title, name))).content.decode()

    assert "<script>alert" not in text
    assert "<b>.md" not in text


@pytest.mark.parametrize("person", [author, lambda: UserFactory(roles=[Role.ADMIN])])
def test_upload_is_seen_by_its_author_only(person, client, writer):
    address = uploaded(client, file(BANK)).url
    client.force_login(person())

    assert client.get(address).status_code == 404
    assert client.post(address, chosen()).status_code == 404
    assert not Question.objects.exists()


def test_list_leads_to_the_import(client, writer):
    assert reverse("questionbank:import-create") in client.get("/questions/").content.decode()


def test_folder_comes_with_its_folders_and_without_other_kinds_of_files(client, writer):
    files = [file(BANK, "a.md"), file("x", "photo.png"), file(BANK, "b.md")]
    paths = json.dumps(["bank/Caches/a.md", "bank/photo.png", "bank/.hidden/b.md"])

    client.post(UPLOAD, {"folder": files, "paths": paths})

    assert list(Import.objects.get().files.values_list("name", flat=True)) == ["bank/Caches/a.md"]


@pytest.mark.parametrize("paths", ["", "no json", '["one"]', "{}"])
def test_folder_without_its_paths_is_read_by_its_names(paths, client, writer):
    client.post(UPLOAD, {"folder": [file(BANK, "a.md"), file(BANK, "b.md")], "paths": paths})

    assert list(Import.objects.get().files.values_list("name", flat=True)) == ["a.md", "b.md"]


def test_post_without_its_token_is_refused(writer):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(writer)

    assert careful.post(UPLOAD, {"banks": [file(BANK)]}).status_code == 403
    assert not Import.objects.exists()
