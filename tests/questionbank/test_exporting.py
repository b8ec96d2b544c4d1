"""Taking the bank along, and bringing it back."""

import io
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.choices import Role
from accounts.models import AuditEntry
from questionbank.formats.files import read_file
from questionbank.formats.writing import SUFFIXES
from questionbank.models import Question, QuestionText, QuestionVersion
from questionbank.services import importing
from questionbank.services.exporting import BATCH, export_questions
from questionbank.services.sources import read_files
from questionbank.services.versions import create_question, write_draft
from tests.factories import CategoryFactory, UserFactory
from tests.questionbank.contents import ANCHORS, author, content, wording

FORMATS = list(SUFFIXES)

pytestmark = pytest.mark.django_db


def bank(size=3):
    writer = author()
    both = (
        wording(),
        wording(language="zh-hans", title="为什么？", prompt="缓存何时有害？", anchors=tuple("一二三四五")),
    )
    return [
        create_question(
            author=writer,
            category=CategoryFactory(),
            content=content(wordings=tuple(_numbered(words, number) for words in both), minutes=10 + number),
        ).question
        for number in range(size)
    ]


def _numbered(words, number):
    return wording(
        language=words.language,
        title=f"{words.title} {number}",
        prompt=f"{words.prompt} =1 | `{number}`",
        anchors=words.anchors,
        context="A note",
        reference_answer="| a | b |\n|---|---|\n\n```\n# x\n```\r\n",
        probes=("one\ntwo", "three; four"),
    )


def exported(format, **narrowed):
    return b"".join(export_questions(questions=Question.objects.all(), format=format, **narrowed))


@pytest.mark.parametrize("format", FORMATS)
def test_export_says_everything(format):
    question = bank(1)[0]

    (read,) = read_file("bank" + SUFFIXES[format], exported(format)).questions

    assert (read.key, read.title, read.minutes) == (str(question.pk), "Why caches? 0", 10)
    assert (read.anchors, read.context) == (ANCHORS, "A note")
    assert read.probes == ("one\ntwo", "three; four")
    assert [text.title for text in read.translations] == ["为什么？ 0"]


def test_newest_version_is_exported():
    question = bank(1)[0]
    write_draft(question=question, author=author(), content=content(wordings=(wording(title="Newer"),)))

    (read,) = read_file("bank.json", exported("json")).questions

    assert read.title == "Newer"


def test_export_can_be_narrowed_by_number():
    questions = bank(3)

    data = exported("json", numbers=[questions[2].number, questions[0].number])

    assert [read.key for read in read_file("a.json", data).questions] == [str(questions[at].pk) for at in (0, 2)]


@pytest.mark.parametrize("size", [1, 3])
def test_export_query_count_is_constant(size, django_assert_num_queries):
    bank(size)

    with django_assert_num_queries(9):  # eight for up to 500, one to see that there are no more
        exported("json")


def test_batches_leave_nothing_out(monkeypatch):
    monkeypatch.setattr("questionbank.services.exporting.BATCH", 2)
    bank(5)

    assert len(read_file("a.json", exported("json")).questions) == 5
    assert BATCH == 500


def import_back(tmp_path, format, defaults, writer):
    path = tmp_path / f"bank{SUFFIXES[format]}"
    path.write_bytes(exported(format))
    return importing.import_files(files=read_files([path]), author=writer, defaults=defaults)


@pytest.mark.parametrize("format", FORMATS)
def test_importing_an_export_changes_nothing(format, tmp_path, defaults):
    bank(3)

    report = import_back(tmp_path, format, defaults, author())

    assert {name: count for name, count in report.counts.items() if count} == {"unchanged": 3}


@pytest.mark.parametrize("format", FORMATS)
def test_empty_bank_gets_every_field_back(format, tmp_path, defaults):
    bank(3)
    before = exported("json")
    path = tmp_path / f"bank{SUFFIXES[format]}"
    path.write_bytes(exported(format))
    QuestionVersion.objects.all().delete()
    Question.objects.all().delete()

    importing.import_files(files=read_files([path]), author=author(), defaults=defaults)

    assert QuestionText.objects.count() == 6
    assert _without_keys(exported("json")) == _without_keys(before)


def _without_keys(data):
    return [replace(read, key="", line=0, number="") for read in read_file("a.json", data).questions]


@pytest.mark.parametrize("format", FORMATS)
def test_page_streams_the_file(client, format):
    bank(2)
    reader = UserFactory(roles=[Role.RECRUITER])
    client.force_login(reader)

    answer = client.post(reverse("questionbank:question-export"), {"format": format})

    assert answer.streaming
    assert SUFFIXES[format] in answer["Content-Disposition"]
    assert len(read_file("a" + SUFFIXES[format], b"".join(answer.streaming_content)).questions) == 2
    entry = AuditEntry.objects.get(action="bank.exported")
    assert (entry.actor, entry.detail) == (reader, {"format": format, "count": 2})


def test_page_narrows_to_the_search(client):
    questions = bank(2)
    client.force_login(UserFactory(roles=[Role.AUTHOR]))
    query = f"category={questions[1].category.slug}"

    page = client.get(reverse("questionbank:question-export") + "?" + query)
    answer = client.post(reverse("questionbank:question-export"), {"format": "json", "query": query})

    assert page.context["count"] == 1
    assert [read.key for read in read_file("a.json", b"".join(answer.streaming_content)).questions] == [
        str(questions[1].pk)
    ]


def test_unknown_format_is_refused(client):
    client.force_login(UserFactory(roles=[Role.AUTHOR]))

    assert client.post(reverse("questionbank:question-export"), {"format": "exe"}).status_code == 422


@pytest.mark.parametrize("roles", [[], [Role.INTERVIEWER]])
def test_page_is_for_readers_of_the_bank(client, roles):
    client.force_login(UserFactory(roles=roles))

    assert client.get(reverse("questionbank:question-export")).status_code == 403
    assert client.post(reverse("questionbank:question-export"), {"format": "json"}).status_code == 403


@pytest.mark.parametrize("size", [1, 3])
def test_page_query_count_is_constant(client, size, django_assert_num_queries):
    bank(size)
    client.force_login(UserFactory(roles=[Role.AUTHOR]))
    client.get(reverse("questionbank:question-export"))

    with django_assert_num_queries(4):
        client.get(reverse("questionbank:question-export"))


def test_command_writes_a_file(tmp_path):
    bank(2)
    out = io.StringIO()

    call_command("export_questions", tmp_path / "bank.xlsx", stdout=out)

    assert len(read_file("bank.xlsx", (tmp_path / "bank.xlsx").read_bytes()).questions) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["bank.xlsx"]


@pytest.mark.parametrize("name", ["bank", "bank.exe", "none/bank.csv"])
def test_command_says_what_it_cannot_do(tmp_path, name):
    with pytest.raises(CommandError):
        call_command("export_questions", tmp_path / name)
