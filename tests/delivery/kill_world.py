"""Real workers, a real database and a real queue for the kill tests, apart from everything else."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

ROOT = Path(__file__).resolve().parents[2]
REDIS_DATABASE = 15  # not the one that anything else uses

JOBS = """
    SELECT job.key, job.state, job.attempts, count(mark.id)
    FROM delivery_durablejob job
    LEFT JOIN accounts_auditentry mark ON mark.subject_id = job.id AND mark.action = 'kill.effect'
    WHERE job.key LIKE '{prefix}:%'
    GROUP BY job.key, job.state, job.attempts
"""


class World:
    """Starts and kills processes, asks for jobs, and reads what became of them."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.processes: list[subprocess.Popen] = []
        self.at_work = folder / "at-work"
        self.at_work.mkdir()
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.delivery.kill_settings",
            "DEMO": "1",
            "DATA_DIR": str(folder),
            "PYTHONPATH": str(ROOT),
        }
        self.database_url = os.environ.get("DATABASE_URL", "")
        self.database_name = f"kills_{os.getpid()}"
        if self.database_url:
            self._administer(f"CREATE DATABASE {self.database_name}")
            parts = urlsplit(self.database_url)
            query = f"?{parts.query}" if parts.query else ""
            self.database_url = f"{parts.scheme}://{parts.netloc}/{self.database_name}{query}"
            self.env["DATABASE_URL"] = self.database_url
        if redis_url := os.environ.get("REDIS_URL"):
            self.env["REDIS_URL"] = urlsplit(redis_url)._replace(path=f"/{REDIS_DATABASE}").geturl()
        self.manage("migrate", "-v0")
        self.wipe_queue()

    def close(self):
        self.kill_all()
        self.wipe_queue()
        if self.database_url:
            self._administer(f"DROP DATABASE {self.database_name} WITH (FORCE)")

    def manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.env, check=True)

    def enqueue(self, prefix: str, *, count: int, seconds: float = 0.5, kind: str = "kill.effect") -> None:
        self.manage("enqueue_kills", kind, prefix, str(count), str(seconds))

    def start(self, *, quick: bool = True) -> subprocess.Popen:
        """A worker with two children, and beat. ``quick`` shortens lease and sweep. Returns the worker."""
        self._celery(self._env(quick=quick), "beat")
        return self.start_worker(quick=quick)

    def start_worker(self, *, quick: bool = True) -> subprocess.Popen:
        return self._celery(self._env(quick=quick), "worker", "--pool", "prefork", "--concurrency", "2")

    def _env(self, *, quick):
        return self.env | ({"JOB_LEASE_SECONDS": "3", "JOB_SWEEP_SECONDS": "1"} if quick else {})

    def kill_all(self) -> None:
        """As if the host lost its power: every process at once, children included."""
        for process in self.processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            finally:
                process.wait()
        self.processes.clear()
        self.forget_who_works()

    def wipe_queue(self) -> None:
        if url := self.env.get("REDIS_URL"):
            with closing(redis.Redis.from_url(url)) as client:
                client.flushdb()
        else:
            shutil.rmtree(self.folder / "queue", ignore_errors=True)

    def jobs(self, prefix: str) -> dict[str, tuple[str, int, int]]:
        """State, attempts and number of effects by key."""
        rows = self.rows(JOBS.format(prefix=prefix))
        return {key: (state, attempts, effects) for key, state, attempts, effects in rows}

    def rows(self, sql: str) -> list[tuple]:
        if self.database_url:
            with psycopg.connect(self.database_url) as connection:
                return connection.execute(sql).fetchall()
        with closing(sqlite3.connect(self.folder / "loopwright.sqlite3", timeout=20)) as connection:
            return connection.execute(sql).fetchall()

    def wait_until_worked_on(self) -> int:
        """The id of a child process that is in the middle of a job."""
        return self._poll(30, lambda: next((int(path.name) for path in self.at_work.iterdir()), None))

    def forget_who_works(self) -> None:
        for path in self.at_work.iterdir():
            path.unlink()

    def wait_until_finished(self, prefix: str, *, seconds: float = 60) -> dict[str, tuple[str, int, int]]:
        def finished():
            jobs = self.jobs(prefix)
            return jobs if {state for state, *_ in jobs.values()} <= {"done", "dead"} else None

        return self._poll(seconds, finished)

    def _poll(self, seconds, look):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(0.1)
        log = (self.folder / "celery.log").read_text()[-4000:]
        raise AssertionError(f"Waited {seconds} s in vain. The log ends:\n{log}")

    def _celery(self, env, *arguments):
        with (self.folder / "celery.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config", *arguments, "--loglevel", "INFO"],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def _administer(self, sql):
        # The database that every cluster has: the one of the tests need not exist yet.
        parts = urlsplit(os.environ["DATABASE_URL"])
        url = f"{parts.scheme}://{parts.netloc}/postgres{f'?{parts.query}' if parts.query else ''}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql)
