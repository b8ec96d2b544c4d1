"""Files that mean harm do none: an answer in time, in little memory, and in words."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from questionbank.formats.files import open_archive, read_file
from questionbank.formats.reading import ReadProblem
from questionbank.wording import problem_message
from tests.questionbank.formats import hostile

# CPU of one file, and memory of the process that reads all of them.
SECONDS = 60
MEBIBYTES = 1024
# What is not in this list is refused or read in part, with a problem.
HARMLESS = {
    *("formula.csv", "levels.csv", "shares.csv", "escapes.csv", "columns.csv", "signs.csv"),
    *("paths.zip", "surrogates.json", "prototype.json", "strings.xlsx"),
}
_READ_ALL = """
import json, time
from tests.questionbank.formats import hostile
from tests.questionbank.formats.test_hostile_files import read_all
told = []
for name, data in hostile.everything():
    started = time.process_time()
    problems = read_all(name, data)
    seconds = time.process_time() - started
    told.append((name, seconds, [(problem.code, problem.params) for problem in problems][:3]))
# Not getrusage: it begins with what the process had that started this one.
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps((told, int(status["VmHWM"].split()[0]) // 1024)))
"""


def read_all(name, data):
    """The problems that an import would find in a file, or in those of an archive."""
    found = list(open_archive(name, data)) if name.endswith(".zip") else [(name, data)]
    problems = [entry for entry in found if isinstance(entry, ReadProblem)]
    for entry in found:
        if not isinstance(entry, ReadProblem):
            problems += read_file(*entry).problems
    return problems


def test_hostile_files_are_answered_in_time_and_words_and_little_memory():
    """In a process of its own, which can tell the most memory it ever had."""
    done = subprocess.run(
        [sys.executable, "-c", _READ_ALL], cwd=Path(__file__).parents[3], capture_output=True, check=True, timeout=900
    )
    told, memory = json.loads(done.stdout)

    assert len(told) >= 60
    assert [(name, seconds) for name, seconds, _ in told if seconds > SECONDS] == []
    assert {name for name, _, problems in told if not problems} == HARMLESS
    for _, _, problems in told:
        assert all(problem_message(ReadProblem(1, code, params)) for code, params in problems)
    assert memory < MEBIBYTES


@pytest.mark.parametrize(("name", "code"), [("a.exe", "unknown_format"), ("README", "unknown_format")])
def test_other_files_are_refused(name, code):
    assert [problem.code for problem in read_file(name, b"x").problems] == [code]


def test_names_in_archives_stay_names():
    data = hostile.zipped([(name, "x") for name in ("../../etc/a.md", "/srv/b.md", "C:\\x\\c.md", "ok/d.md")])

    assert [name for name, _ in open_archive("a.zip", data)] == ["etc/a.md", "ok/d.md", "srv/b.md", "x/c.md"]


def test_names_in_gbk_are_decoded():
    gbk = "数据/库.md".encode("gbk")
    data = hostile.zipped([("x" * len(gbk), "x")]).replace(b"x" * len(gbk), gbk)

    assert [name for name, _ in open_archive("a.zip", data)] == ["数据/库.md"]
