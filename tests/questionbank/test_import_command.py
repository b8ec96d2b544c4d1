"""``manage.py import_questions`` as people and scripts call it."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.choices import Role
from accounts.models import User
from questionbank.models import Question, QuestionVersion, RoleFamily, SeniorityLevel
from tests.factories import UserFactory
from tests.questionbank.test_importing import BANK

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(tmp_path):
    path = tmp_path / "bank.md"
    path.write_text(BANK, encoding="utf-8")
    return path


@pytest.fixture
def run(capsys):
    """Calls the command; gives its exit code and what it printed."""

    def call(*arguments):
        code = 0
        try:
            call_command("import_questions", *map(str, arguments))
        except SystemExit as end:
            code = end.code
        return code, capsys.readouterr().out

    return call


def test_import_answers_in_json_as_documented(bank, run):
    code, out = run(bank, "--json")

    titles = ["When does a cache hurt?", "What is a stampede?", "When do you need a queue?"]
    assert code == 0
    assert json.loads(out) == {
        "counts": {"created": 3, "changed": 0, "unchanged": 0, "duplicates": 0, "unsure": 0, "unreadable": 0},
        "items": [
            {"file": str(bank), "line": line, "title": title, "category": category, "status": "created"}
            for line, title, category in zip((3, 5, 8), titles, ("Caching", "Caching", "Queues"), strict=True)
        ],
        "errors": [],
    }
    assert Question.objects.count() == 3


def test_errors_stand_beside_what_was_read(bank, run):
    prose = bank.with_name("prose.md")
    prose.write_text("Dear friend,\n", encoding="utf-8")

    code, out = run(bank, prose, bank.with_name("missing.md"), "--json")

    answer = json.loads(out)
    assert code == 1
    assert answer["counts"] | {"unsure": 0} == answer["counts"]
    assert (answer["counts"]["created"], answer["counts"]["unreadable"]) == (3, 2)
    assert answer["errors"] == [
        {
            "file": str(prose),
            "line": 1,
            "message": "No question was found. Questions stand under headings such as “### Q1: …”.",
        },
        {"file": str(bank.with_name("missing.md")), "line": 0, "message": "There is no such file."},
    ]
    assert [item for item in answer["items"] if item["status"] == "unreadable"] == [
        {"file": str(prose), "line": 1, "title": "", "category": "", "status": "unreadable"},
        {"file": str(bank.with_name("missing.md")), "line": 0, "title": "", "category": "", "status": "unreadable"},
    ]


@pytest.mark.parametrize("extra", [[], ["--dry-run"]])
def test_nothing_usable_is_exit_code_two(extra, tmp_path, run):
    code, out = run(tmp_path / "missing.md", *extra)

    assert code == 2
    assert "missing.md:0: There is no such file." in out
    assert not Question.objects.exists()


def test_dry_run_writes_nothing_even_on_an_empty_installation(bank, run):
    code, out = run(bank, "--dry-run")

    assert code == 0
    assert out.splitlines()[0] == f"{bank}:3: New: When does a cache hurt?"
    assert out.splitlines()[-2:] == [
        "3 created, 0 changed, 0 unchanged, 0 duplicates, 0 unsure, 0 unreadable",
        "Nothing was written.",
    ]
    assert not any(model.objects.exists() for model in (Question, RoleFamily, SeniorityLevel, User))


def test_dry_run_and_import_give_the_same_answer(bank, run):
    _code, promised = run(bank, "--dry-run", "--json")
    _code, done = run(bank, "--json")

    assert promised == done


def test_empty_installation_gets_the_words_of_the_house_and_an_author_nobody_can_be(bank, run):
    run(bank)

    version = QuestionVersion.objects.first()
    assert (version.author.email, version.author.has_usable_password()) == ("import@loopwright.invalid", False)
    assert (version.lowest_seniority.slug, version.highest_seniority.slug) == ("junior", "principal")
    assert {role.slug for role in version.role_families.all()} == set(RoleFamily.objects.values_list("slug", flat=True))


def test_importing_twice_with_the_command_changes_nothing(bank, run):
    run(bank)

    code, out = run(bank)

    assert code == 0
    assert out.splitlines()[-1].startswith("0 created, 0 changed, 3 unchanged")
    assert User.objects.count() == 1


def test_options_say_what_the_bank_leaves_out(bank, run):
    author = UserFactory(roles=[Role.AUTHOR])
    writer = UserFactory(roles=[Role.AUTHOR], email="writer@example.com")

    run(
        *[bank, "--author", "Writer@Example.com", "--roles", "llm-engineer", "--seniority", "mid", "staff"],
        *["--minutes", "35", "--difficulty", "5"],
    )

    version = QuestionVersion.objects.first()
    assert (version.author, version.minutes, version.difficulty) == (writer, 35, 5)
    assert (version.lowest_seniority.slug, version.highest_seniority.slug) == ("mid", "staff")
    assert [role.slug for role in version.role_families.all()] == ["llm-engineer"]
    assert author != writer


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--author", "nobody@example.com"], "No question author has the address nobody@example.com."),
        (["--author", "recruiter@example.com"], "No question author has the address recruiter@example.com."),
        (["--author", "left@example.com"], "No question author has the address left@example.com."),
        (["--roles", "llm-engineer", "pilot", "cook"], "No such role family: cook, pilot."),
        (["--seniority", "mid", "wizard"], "No such seniority: wizard."),
        (["--seniority", "staff", "mid"], "The seniority range is upside down."),
        (["--minutes", "0"], "A question takes 1 to 240 minutes."),
    ],
)
def test_options_that_name_nothing_are_refused_and_nothing_is_written(options, message, bank):
    UserFactory(roles=[Role.RECRUITER], email="recruiter@example.com")
    UserFactory(roles=[Role.AUTHOR], email="left@example.com", is_active=False)

    with pytest.raises(CommandError) as caught:
        call_command("import_questions", str(bank), *options)

    assert message in str(caught.value)
    assert caught.value.returncode == 2
    assert not any(model.objects.exists() for model in (Question, RoleFamily))


def test_database_that_is_not_prepared_is_named(bank, tmp_path):
    run = subprocess.run(
        [sys.executable, "manage.py", "import_questions", str(bank), "--json"],
        cwd=settings.BASE_DIR,
        env={"DATA_DIR": str(tmp_path / "fresh"), "PATH": ""},
        capture_output=True,
        text=True,
    )

    assert run.returncode == 2
    assert "Run bin/prepare first" in run.stderr
