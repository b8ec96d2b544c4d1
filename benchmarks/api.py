"""S8: lists of 50 over the API, CPU against a view that sends the same by hand-written SQL, and ModelSerializer.

The three answer the same rows, through the same middleware, for the same token; they are asked in turns. S12: each
list of the API at 50 rows and at 100 times the data. SQLite works in this process, so its work is in the figures; with
DATABASE_URL the server's is not.

    python -m benchmarks.api [--json] [--rounds 100] [--times 100]
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if not os.environ.get("DATABASE_URL"):
    os.environ["DATA_DIR"] = str(Path(os.environ.get("DATA_DIR", "var/bench")) / "api")
os.environ.setdefault("DEMO", "1")
Path(os.environ["DATA_DIR"]).mkdir(parents=True, exist_ok=True)
django.setup()

from django.conf import settings  # noqa: E402 -- Django must be set up first
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import RequestFactory  # noqa: E402

from accounts.choices import Role  # noqa: E402
from accounts.scopes import SCOPES  # noqa: E402
from accounts.services.tokens import create_token  # noqa: E402
from interviews.models import Loop  # noqa: E402
from tests.factories import UserFactory  # noqa: E402
from tests.scoring.worlds import panel_world, submit_all  # noqa: E402

LOOPS = 60
NOUNS = ("scorecards", "loops")
GOAL_BARE, GOAL_PLAIN = 1.7, 3.5


class Asking:
    """Requests with one token, straight to the handler that a server calls."""

    def __init__(self) -> None:
        settings.ROOT_URLCONF = "benchmarks._api_views"
        settings.ALLOWED_HOSTS = ["*"]
        self._handler, self._factory = WSGIHandler(), RequestFactory()
        admin = UserFactory(roles=[Role.ADMIN], email=f"admin-{time.time_ns()}@example.com")
        _token, self._secret = create_token(actor=admin, name="Benchmark", scopes=SCOPES, requests_per_minute=100_000)

    def get(self, path: str) -> bytes:
        address, _mark, query = path.partition("?")
        header = f"Bearer {self._secret}"
        environ = self._factory._base_environ(PATH_INFO=address, QUERY_STRING=query, HTTP_AUTHORIZATION=header)
        statuses: list[str] = []
        response = self._handler(environ, lambda status, headers: statuses.append(status))
        body = b"".join(response)
        response.close()
        assert statuses == ["200 OK"], (path, statuses, body[:300])
        return body


def build() -> None:
    """Loops with a submitted card each, kept for the next time."""
    call_command("migrate", verbosity=0)
    for number in range(Loop.objects.count(), LOOPS):
        submit_all(panel_world(panel=(1,), questions=2, candidate_name=f"Candidate {number}"))


def cpu(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started)


def compare(asking: Asking, noun: str, rounds: int) -> dict[str, object]:
    ways = {"ours": f"/api/v1/{noun}?limit=50", "bare": f"/bare/{noun}", "plain": f"/plain/{noun}"}
    rows = {name: json.loads(asking.get(path))["results"] for name, path in ways.items()}
    assert len(rows["ours"]) == 50
    assert rows["ours"] == rows["bare"] == rows["plain"], "they answer different things"
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, path in ways.items():
            spent[name].append(cpu(lambda path=path: asking.get(path)))
    ours, bare, plain = (median(spent[name]) for name in ways)
    return {
        "bench": "api",
        "id": "S8",
        "metric": f"list of 50 {noun}, CPU, {connection.vendor}",
        "value": round(ours, 2),
        "unit": "ms",
        "baseline": f"bare view {bare:.2f} ms, ModelSerializer {plain:.2f} ms",
        "figure": f"{ours / bare:.2f}x and 1/{plain / ours:.1f}",
        "goal": f"<= {GOAL_BARE}x, <= 1/{GOAL_PLAIN}",
        "met": ours / bare <= GOAL_BARE and plain / ours >= GOAL_PLAIN,
    }


def report(rounds: int) -> Iterator[dict[str, object]]:
    """The benchmark's lines."""
    build()
    asking = Asking()
    for noun in NOUNS:
        yield compare(asking, noun, rounds)


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--rounds", type=int, default=100)
    chosen = parser.parse_args()
    for line in report(chosen.rounds):
        if chosen.json:
            sys.stdout.write(json.dumps(line) + "\n")
        else:
            mark = "met" if line["met"] else "not met"
            sys.stdout.write(
                f"{line['id']} {line['metric']}: {line['value']} {line['unit']}, {line['figure']} of"
                f" {line['baseline']} (goal {line['goal']}: {mark})\n"
            )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
