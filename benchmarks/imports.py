"""S10: 15,000 questions from Markdown files into the bank, against parsing alone, and the memory that it takes.

Ours is the whole way of an upload, with the services of the page: the files are kept, a durable job reads them into
the stored preview, compares them with the bank and looks for near-duplicates, and a second one writes all drafts in
one transaction, with rubrics and audit trail. The search learns the drafts by jobs of its own once they are there; a
second figure counts these too, as lists show a draft only then. Parsing alone is ``read_file`` over the same files.
Each round is a fresh child process on an empty database; the two alternate, medians of CPU seconds compare.
The database's own CPU counts where it runs in the process (SQLite). With ``DATABASE_URL``, PostgreSQL is measured in
databases of its own beside the one named there.

    python -m benchmarks.imports [--json] [--rounds 3] [--questions 15000] [--files 300]
"""

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

GOAL_RATIO, GOAL_MEMORY, GOAL_STEPS = 3.0, 300, 10
ROOT = Path(__file__).resolve().parent.parent
_SYLLABLES = [sign + vowel for sign in ("b", "c", "d", "gr", "l", "m", "n", "p", "tr", "s") for vowel in "aeiou"]
_SIGNS = "缓存索引事务一致性延迟队列模型训练推理调度容量限流监控日志网络存储加密部署测试重试锁线程内存向量检索排序评估"


def bank(questions: int, files: int, seed: int = 7) -> list[tuple[str, bytes]]:
    """Files of questions in two languages; answers of 200 to 2,500 characters, in bold parts with lists as people
    write them; no two questions alike.
    """
    lot = random.Random(seed)  # noqa: S311 -- a bank that is the same each time
    words = ["".join(lot.choices(_SYLLABLES, k=lot.randint(2, 4))) for _ in range(6_000)]

    def english(count: int) -> str:
        return " ".join(lot.choices(words, k=count))

    def chinese(count: int) -> str:
        return "".join(lot.choices(_SIGNS, k=count))

    def answer(say: Callable[[int], str], size: int) -> str:
        parts = [f"{say(2 * size)}.\n"]
        for _ in range(lot.randint(0, 5)):
            lines = "\n".join(f"- {say(size)}" for _ in range(lot.randint(3, 6)))
            parts.append(f"**{say(3)}**:\n{lines}\n")
        return "\n".join(parts)

    def question(number: int) -> str:
        code = f"\n```python\nlimit = {number}\n```\n" if number % 10 == 0 else ""
        if number % 3:
            return f"### Q{number}: What about {english(9)}?\n\n**Answer**:\n\n{answer(english, 11)}{code}"
        return f"### Q{number}: 如何看待{chinese(14)}？\n\n**参考答案**：\n\n{answer(chinese, 26)}{code}"

    found = []
    share = -(-questions // files)
    for file in range(files):
        numbers = range(file * share + 1, min((file + 1) * share, questions) + 1)
        text = f"# Bank {file}\n\n## Category {file % 40}\n\n" + "\n".join(map(question, numbers))
        found.append((f"bank/{file:04}.md", text.encode()))
    return found


# In a child ------------------------------------------------------------------------------------------


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _timed(work: Callable[[], Any]) -> dict[str, float]:
    cpu, started = _cpu(), time.perf_counter()
    work()
    return {"cpu": _cpu() - cpu, "elapsed": time.perf_counter() - started}


def _setup() -> None:
    import django  # noqa: PLC0415 -- only in children

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def parse(files: list[tuple[str, bytes]]) -> dict[str, Any]:
    """Parsing alone."""
    _setup()
    from questionbank.formats.files import read_file  # noqa: PLC0415 -- needs Django

    count = 0

    def work() -> None:
        nonlocal count
        count = sum(len(read_file(name, data).questions) for name, data in files)

    return _timed(work) | {"count": count}


def whole(files: list[tuple[str, bytes]]) -> dict[str, Any]:
    """The whole way, by the services of the page and the jobs of the worker."""
    _setup()
    from delivery import handlers  # noqa: PLC0415 -- needs Django
    from delivery.models import DurableJob  # noqa: PLC0415 -- likewise
    from delivery.services.jobs import run_job  # noqa: PLC0415 -- likewise
    from questionbank.models import Question, RoleFamily, SeniorityLevel  # noqa: PLC0415 -- likewise
    from questionbank.services.merging import Defaults  # noqa: PLC0415 -- likewise
    from questionbank.services.uploads import keep_upload, request_writing  # noqa: PLC0415 -- likewise
    from tests.questionbank.contents import author  # noqa: PLC0415 -- likewise

    steps = 0
    told = handlers.JobRun.step

    def counted(run: Any, *args: Any) -> None:
        nonlocal steps
        steps += 1
        told(run, *args)

    handlers.JobRun.step = counted  # type: ignore[method-assign]
    person = author()
    parts: dict[str, float] = {}

    def work_off() -> None:
        while job := DurableJob.objects.filter(state="waiting").exclude(kind="import.index").first():
            run_job(job_id=job.pk)
            if not DurableJob.objects.filter(pk=job.pk, state="done").exists():
                raise RuntimeError(f"{job.kind} failed")

    def part(name: str, step: Callable[[], Any]) -> None:
        started = _cpu()
        step()
        parts[name] = round(_cpu() - started, 2)

    def work() -> None:
        part("keep", lambda: uploads.append(keep_upload(user=person, files=files)))
        part("read", work_off)
        ladder = list(SeniorityLevel.objects.all())
        defaults = Defaults(tuple(RoleFamily.objects.all()), ladder[0], ladder[-1])
        uploads[0].refresh_from_db()
        request_writing(upload=uploads[0], actor=person, defaults=defaults)
        part("write", work_off)

    uploads: list[Any] = []
    spent = _timed(work)
    index = _timed(lambda: [run_job(job_id=job.pk) for job in DurableJob.objects.filter(state="waiting")])
    parts["index"] = round(index["cpu"], 2)
    uploads[0].refresh_from_db()
    if uploads[0].outcome.get("created") != Question.objects.count():
        raise RuntimeError(f"not all were written: {uploads[0].state} {uploads[0].outcome}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {"count": Question.objects.count(), "memory": memory, "steps": steps, "parts": parts}
    return spent | found | {"indexed": spent["cpu"] + index["cpu"]}


def _child(kind: str, questions: int, files: int) -> None:
    made = bank(questions, files)
    sys.stdout.write(json.dumps({"parse": parse, "whole": whole}[kind](made)))


# In the parent ---------------------------------------------------------------------------------------


class Databases:
    """Empty databases, prepared once and copied for each round."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._url = os.environ.get("DATABASE_URL", "")
        self._made: list[str] = []
        self.vendor = "PostgreSQL" if self._url else "SQLite"

    def prepare(self) -> None:
        environment = self._environment("base")
        subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)

    def fresh(self, name: str) -> dict[str, str]:
        if not self._url:
            shutil.copytree(self._folder / "base", self._folder / name)
        return self._environment(name)

    def drop(self) -> None:
        for name in self._made:
            self._run(f'DROP DATABASE "{name}"')

    def _environment(self, name: str) -> dict[str, str]:
        data = self._folder / name
        data.mkdir(exist_ok=True)
        environment = os.environ | {"DATA_DIR": str(data), "DEMO": "1", "PYTHONPATH": str(ROOT)}
        if self._url:
            parts = urlsplit(self._url)
            own = f"{parts.path[1:]}_import_{name}"
            template = f'TEMPLATE "{self._made[0]}"' if self._made else ""
            self._run(f'DROP DATABASE IF EXISTS "{own}"', f'CREATE DATABASE "{own}" {template}')
            self._made.append(own)
            environment["DATABASE_URL"] = f"postgres://{parts.netloc}/{own}"
            environment.setdefault("REDIS_URL", "redis://127.0.0.1:6379/12")
            environment.setdefault("SECRET_KEY", "bench")
        return environment

    def _run(self, *statements: str) -> None:
        import psycopg  # noqa: PLC0415 -- only where it is measured

        parts = urlsplit(self._url)
        address = f"postgresql://{parts.netloc}{parts.path}"
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def _run(kind: str, chosen: argparse.Namespace, environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.imports", "--child", kind]
    sizes = ["--questions", str(chosen.questions), "--files", str(chosen.files)]
    done = subprocess.run([*command, *sizes], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def report(chosen: argparse.Namespace) -> list[dict[str, object]]:
    """The benchmark's lines."""
    runs: dict[str, list[dict[str, Any]]] = {"parse": [], "whole": []}
    with tempfile.TemporaryDirectory(prefix="bench-import-") as folder:
        databases = Databases(Path(folder))
        databases.prepare()
        try:
            for turn in range(chosen.rounds):
                environment = databases.fresh(f"round{turn}")
                for kind, series in runs.items():
                    series.append(_run(kind, chosen, environment))
        finally:
            databases.drop()
    last = runs["whole"][-1]
    size = f"{last['count']} questions, {chosen.files} files, {databases.vendor}"
    alone, ours = (median(run["cpu"] for run in series) for series in runs.values())
    indexed = median(run["indexed"] for run in runs["whole"])
    memory = max(run["memory"] for run in runs["whole"])
    told = _line(f"times progress is told, {size}", last["steps"], "", f">= {GOAL_STEPS}", last["steps"] >= GOAL_STEPS)
    return [
        _costs(f"import CPU, {size}", ours, alone) | {"parts": last["parts"]},
        _costs(f"import CPU until the search knows all drafts, {size}", indexed, alone) | {"parts": last["parts"]},
        _line(f"peak memory of the process, {size}", round(memory), "MiB", f"<= {GOAL_MEMORY}", memory <= GOAL_MEMORY),
        told,
    ]


def _costs(metric: str, spent: float, alone: float) -> dict[str, object]:
    ratio = spent / alone
    line = _line(metric, round(spent, 2), "s", f"<= {GOAL_RATIO:g}", ratio <= GOAL_RATIO)
    return line | {"baseline": f"parsing alone, {alone:.2f} s", "figure": round(ratio, 2)}


def _line(metric: str, value: float, unit: str, goal: str, met: bool) -> dict[str, object]:
    named = {"bench": "import", "id": "S10", "metric": metric, "value": value, "unit": unit}
    return named | {"baseline": "none", "figure": value, "goal": goal, "met": met}


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", type=int, default=15_000)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--child", choices=["parse", "whole"], help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        _child(chosen.child, chosen.questions, chosen.files)
        return
    for line in report(chosen):
        if chosen.json:
            sys.stdout.write(json.dumps(line) + "\n")
        else:
            mark = "met" if line["met"] else "not met"
            sys.stdout.write(
                f"{line['id']} {line['metric']}: {line['value']} {line['unit']}, {line['figure']} of"
                f" {line['baseline']} (goal {line['goal']}: {mark})\n"
            )


if __name__ == "__main__":
    main()
