"""Further installations beside the one under test: each a folder and a database of its own."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]


class Installation:
    """An empty one. ``vendor`` is sqlite, or postgresql where the tests run on that."""

    def __init__(self, folder: Path, vendor: str):
        self.folder = folder
        self.folder.mkdir()
        self.env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        self.env |= {"DEMO": "1", "LOG_LEVEL": "WARNING", "DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
        self.database_url = ""
        if vendor == "postgresql":
            self.name = f"{folder.name}_{os.getpid()}"
            self._administer(f"CREATE DATABASE {self.name}")
            self.database_url = self.env["DATABASE_URL"] = _beside(self.name)
        self.manage("migrate", "-v0")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.database_url:
            self._administer(f"DROP DATABASE {self.name} WITH (FORCE)")

    def manage(self, *arguments: str) -> str:
        """What the command says. Raises ``AssertionError`` with that where it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rows(self, sql: str) -> list[tuple]:
        if self.database_url:
            with psycopg.connect(self.database_url) as connection:
                return connection.execute(sql).fetchall()
        with closing(sqlite3.connect(self.folder / "loopwright.sqlite3")) as connection:
            return connection.execute(sql).fetchall()

    def _administer(self, sql):
        with psycopg.connect(_beside("postgres"), autocommit=True) as connection:  # the one that every cluster has
            connection.execute(sql)


def _beside(name: str) -> str:
    """The address of another database where that of the tests is."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return f"{parts.scheme}://{parts.netloc}/{name}{f'?{parts.query}' if parts.query else ''}"
