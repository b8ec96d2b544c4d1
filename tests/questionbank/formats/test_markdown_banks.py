"""Whole banks as people write them, read beforehand by a person: see banks/expected.yaml."""

from pathlib import Path

import pytest
import yaml

from questionbank.formats.markdown import read_markdown_bank
from questionbank.formats.reading import ReadQuestion

BANKS = Path(__file__).parent / "banks"
EXPECTED = yaml.safe_load((BANKS / "expected.yaml").read_text(encoding="utf-8"))


def differences(question: ReadQuestion, expected: dict) -> list[str]:
    """What the reader saw otherwise than a person."""
    begin, end = expected["a"]
    answer = question.reference_answer
    seen = {
        "category": (question.category, expected["c"]),
        "difficulty": (question.difficulty, expected.get("d")),
        "minutes": (question.minutes, expected.get("m")),
        "tags": (list(question.tags), expected.get("g", [])),
        "key": (question.key, expected.get("key", "")),
        "probes": (len(question.probes), expected.get("probes", 0)),
        "anchors": (len(question.anchors), expected.get("anchors", 0)),
        "competencies": ([list(pair) for pair in question.competencies], expected.get("competencies", [])),
        "prompt": (expected.get("p", "") in question.prompt, True),
        "context": (expected.get("context", "") in question.context, True),
        "answer": ((answer.startswith(begin), answer.endswith(end), bool(answer)), (True, True, bool(begin))),
    }
    return [f"{name}: {got!r} for {wanted!r}" for name, (got, wanted) in seen.items() if got != wanted]


@pytest.mark.parametrize("name", EXPECTED)
def test_bank_is_read_as_a_person_reads_it(name):
    reading = read_markdown_bank((BANKS / name).read_bytes())

    wanted = EXPECTED[name]
    assert [question.title for question in reading.questions] == [each["t"] for each in wanted["questions"]]
    for question, expected in zip(reading.questions, wanted["questions"], strict=True):
        assert differences(question, expected) == [], (question.title, question.reference_answer)
        for text in wanted["never"]:
            assert text not in question.prompt + question.reference_answer
    assert [problem.code for problem in reading.problems] == wanted.get("problems", [])
