"""Uploading, looking, importing in the browser."""

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.choices import Role
from questionbank.models import Import, Question, QuestionVersion, RoleFamily, SeniorityLevel
from questionbank.services.sample import ensure_vocabulary
from tests.factories import UserFactory
from tests.questionbank.contents import author
from tests.questionbank.test_importing import BANK

pytestmark = pytest.mark.django_db

UPLOAD = "/questions/import/"
# Two of the session and the person, two of roles, two of the upload, one of the bank, four of the defaults.
PREVIEW_QUERIES = 11
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


def chosen(**changes):
    ensure_vocabulary()
    values = {
        "role_families": [RoleFamily.objects.get(slug="llm-engineer").pk],
        "lowest_seniority": SeniorityLevel.objects.get(slug="mid").pk,
        "highest_seniority": SeniorityLevel.objects.get(slug="staff").pk,
        "minutes": 35,
        "difficulty": 5,
    }
    return values | changes


def test_author_uploads_looks_and_imports(client, writer):
    response = uploaded(client, file(BANK), file(MORE, "more.md"))
    assert not Question.objects.exists()

    page = client.get(response.url)
    text = page.content.decode()
    assert [(label, number) for label, number in page.context["counts"] if number] == [
        ("New", 3),
        ("Possible duplicate", 1),
        ("Unsure", 1),
        ("Could not be read", 1),
    ]
    assert "What is a stampede?" in text
    assert "has no answer" in text
    assert "A code block that starts here never ends." in text
    assert "Write 4 drafts" in text
    assert not Question.objects.exists()

    done = client.post(response.url, chosen())

    assert done.url == "/questions/?state=draft"
    assert [str(message) for message in get_messages(done.wsgi_request)] == [
        "4 drafts were written. Somebody else publishes them."
    ]
    version = QuestionVersion.objects.get(texts__title="What is a stampede?")
    assert (version.author, version.minutes, version.difficulty) == (writer, 35, 5)
    assert (version.lowest_seniority.slug, version.highest_seniority.slug) == ("mid", "staff")
    assert client.get(response.url).url == "/questions/"


def test_defaults_start_with_all_roles_and_the_whole_ladder(client, writer):
    form = client.get(uploaded(client, file(BANK)).url).context["form"]

    assert len(form.initial["role_families"]) == 2
    assert (form.initial["lowest_seniority"].slug, form.initial["highest_seniority"].slug) == ("junior", "principal")


def test_refused_defaults_are_said_and_nothing_is_imported(client, writer):
    address = uploaded(client, file(BANK)).url
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
    page = client.get(uploaded(client, file("Dear friend,\n")).url)

    assert "No question was found." in page.content.decode()
    assert "No question of these files could be read." in page.content.decode()
    assert 'name="minutes"' not in page.content.decode()


def test_preview_of_what_is_there_offers_no_import(client, writer):
    client.post(uploaded(client, file(BANK)).url, chosen())

    page = client.get(uploaded(client, file(BANK)).url)

    assert "All questions of these files are in the bank already." in page.content.decode()
    assert 'name="minutes"' not in page.content.decode()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "This field is required."),
        ([("big.md", b"x" * (20 * 1024 * 1024 + 1))], "big.md is larger than 20 MiB."),
        ([(f"{n}.md", b"x") for n in range(21)], "Choose at most 20 files."),
    ],
)
def test_upload_is_refused_with_its_reason(files, message, client, writer):
    response = uploaded(client, *[file(data, name) for name, data in files])

    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Import.objects.exists()


def test_empty_file_is_named_in_the_preview(client, writer):
    page = client.get(uploaded(client, file(b"")).url)

    assert "The file is empty." in page.content.decode()


def test_long_bank_has_pages(client, writer):
    many = "".join(f"### Q{n}: What is number {n}?\n**Answer**: It is {n}.\n" for n in range(101))

    address = uploaded(client, file(many)).url

    assert len(client.get(address).context["page"]) == 100
    assert len(client.get(address, {"page": 2}).context["page"]) == 1


@pytest.mark.parametrize("size", [1, 30])
def test_preview_page_costs_the_same_at_any_size(size, client, writer, django_assert_num_queries):
    many = "".join(f"### Q{n}: What is number {n}?\n**Answer**: It is {n}.\n" for n in range(size))
    address = uploaded(client, file(many)).url

    with django_assert_num_queries(PREVIEW_QUERIES):
        page = client.get(address)

    assert len(page.context["page"]) == size


def test_titles_of_files_bring_no_markup(client, writer):
    name, title = "<b>.md", "### Q1: <script>alert(1)</script> why?\n**Answer**: x\n"

    text = client.get(uploaded(client, file(title, name)).url).content.decode()

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
