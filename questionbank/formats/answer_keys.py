"""Answer keys: exam papers whose answers stand together at the end, "1. B" below "参考答案"."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from questionbank.formats import labels
from questionbank.formats.blocks import HEADING, ITEM, PARAGRAPH, Block
from questionbank.formats.inline import plain, text_of_lines
from questionbank.formats.reading import ReadQuestion

_SHORT = 40
_RANGE = re.compile(r"(\d{1,3})\s?[-~–—]\s?(\d{1,3})\s?[:：.、]?\s*([A-H](?:[\s,，、]*[A-H])*)\b")
_ONE = re.compile(
    r"(?:^|(?<=\s))(?:Q\s?)?(\d{1,3})\s?[.、:：)）]\s*(\S.*?)(?=\s+(?:Q\s?)?\d{1,3}\s?[.、:：)）]\s*\S|$)"
)


def answer_key(blocks: list[Block], lines: Sequence[str]) -> tuple[range, dict[str, str]]:
    """The blocks of the key and its answers by number; an empty range where the file has none."""
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        if block.kind == HEADING:
            part = labels.heading_part(plain(block.text)) if len(block.text) <= 60 else None
            if part is None or part.kind not in labels.ANSWERING or part.rest:
                continue
            end = next((at for at in range(index + 1, len(blocks)) if blocks[at].kind == HEADING), len(blocks))
            answers = _answers(blocks[index + 1 : end], lines)
            is_key = len(answers) > 1 and _stands_apart(blocks[:index], block, answers)
            return (range(index, end), answers) if is_key else (range(0), {})
    return range(0), {}


def _stands_apart(before: list[Block], heading: Block, answers: dict[str, str]) -> bool:
    """Whether answers are those of a whole paper, and no list below the one question they stand under.

    Below the title of the paper they are, when each is short and every number is that of an item above.
    """
    headings = [block for block in before if block.kind == HEADING]
    if not headings or heading.level <= headings[-1].level:
        return True
    numbers = {block.mark[:-1] for block in before if block.kind == ITEM}
    return len(headings) == 1 and answers.keys() <= numbers and max(map(len, answers.values())) <= _SHORT


def _answers(blocks: list[Block], lines: Sequence[str]) -> dict[str, str]:
    """Numbers and answers, when the blocks hold nothing else."""
    found: dict[str, str] = {}
    for block in blocks:
        if block.kind not in (ITEM, PARAGRAPH):
            continue
        if block.kind == ITEM:
            if not block.mark[0].isdigit():
                return {}
            several = _in_line(lines[block.start].strip()[:2_000])
            if len(several) > 1:  # "1. B 2. A"
                found |= several
                continue
            rest = [line.strip() for line in lines[block.start + 1 : block.end]]
            found.setdefault(block.mark[:-1], text_of_lines([block.text, *rest]))
            continue
        for at in range(block.start, block.end):
            here = _in_line(lines[at].strip()[:2_000])
            if not here:
                return {}
            for number, text in here.items():
                found.setdefault(number, text)
    return found


def _in_line(line: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _RANGE.finditer(line):
        letters = re.findall("[A-H]", match[3])
        first, last = int(match[1]), int(match[2])
        if last - first + 1 == len(letters):
            found |= {str(first + at): letter for at, letter in enumerate(letters)}
    return found or {match[1]: match[2] for match in _ONE.finditer(line)}


def with_answers(questions: list[ReadQuestion], answers: dict[str, str]) -> list[ReadQuestion]:
    """The questions with the answers of a key, where their numbers are theirs alone and they have none."""
    numbers = [question.number.lstrip("Qq ") for question in questions]
    counts = Counter(numbers)
    filled = []
    for number, question in zip(numbers, questions, strict=True):
        answer = answers.get(number, "")
        if answer and not question.reference_answer and counts[number] == 1:
            doubts = tuple(code for code in question.doubts if code != "no_answer")
            question = replace(question, reference_answer=answer, doubts=doubts)
        filled.append(question)
    return filled
