import os
import stat

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def test_text_reads_the_variable(monkeypatch):
    monkeypatch.setenv("THING", "value")

    assert env.text("THING") == "value"


def test_text_reads_a_mounted_secret(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("THING_FILE", str(tmp_path / "secret"))

    assert env.text("THING") == "from a file"


def test_text_refuses_both_forms_at_once(monkeypatch, tmp_path):
    monkeypatch.setenv("THING", "value")
    monkeypatch.setenv("THING_FILE", str(tmp_path))

    with pytest.raises(ImproperlyConfigured, match="not both"):
        env.text("THING")


def test_text_refuses_a_file_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("THING_FILE", str(tmp_path / "nothing"))

    with pytest.raises(ImproperlyConfigured, match="THING_FILE names"):
        env.text("THING")


@pytest.mark.parametrize(("word", "meaning"), [("true", True), ("ON", True), ("0", False), ("no", False), ("", True)])
def test_flag_reads_words(monkeypatch, word, meaning):
    monkeypatch.setenv("THING", word)

    assert env.flag("THING", True) is meaning


def test_flag_refuses_other_words(monkeypatch):
    monkeypatch.setenv("THING", "maybe")

    with pytest.raises(ImproperlyConfigured, match="use true or false"):
        env.flag("THING", False)


@pytest.mark.parametrize("word", ["-1", "2.5", "many", "0"])
def test_number_refuses_what_is_no_number(monkeypatch, word):
    monkeypatch.setenv("THING", word)

    with pytest.raises(ImproperlyConfigured, match="at least 1"):
        env.number("THING", 5, least=1)


def test_number_has_a_default(monkeypatch):
    monkeypatch.delenv("THING", raising=False)

    assert env.number("THING", 5) == 5


def test_words_are_parted_by_commas(monkeypatch):
    monkeypatch.setenv("THING", "a, b,,c ")

    assert env.words("THING") == ["a", "b", "c"]


def test_database_reads_a_postgres_address(monkeypatch, tmp_path):
    monkeypatch.setenv("THING", "postgres://me:p%40ss@db.example:6432/wright?sslmode=require")

    found = env.database("THING", sqlite_path=tmp_path / "x")

    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "me",
        "p@ss",
        "db.example",
        "6432",
        "wright",
    )
    assert found["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize("url", ["mysql://x/y", "postgres://host", "nonsense"])
def test_database_refuses_other_addresses(monkeypatch, tmp_path, url):
    monkeypatch.setenv("THING", url)

    with pytest.raises(ImproperlyConfigured, match="must look like postgres://"):
        env.database("THING", sqlite_path=tmp_path / "x")


def test_database_is_sqlite_without_an_address(monkeypatch, tmp_path):
    monkeypatch.delenv("THING", raising=False)

    found = env.database("THING", sqlite_path=tmp_path / "x.sqlite3")

    assert found["NAME"] == str(tmp_path / "x.sqlite3")
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_kept_secret_is_made_once_and_for_this_account_alone(tmp_path):
    path = tmp_path / "secret-key"

    first, second = env.kept_secret(path), env.kept_secret(path)

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
