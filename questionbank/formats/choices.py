"""Multiple choice: the choices below a question, and which of them is marked as right."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from questionbank.formats import wording
from questionbank.formats.blocks import ITEM, PARAGRAPH, Block

_TASK = re.compile(r"(\s*(?:[-*+]|\d{1,2}[.)])\s+\[)([ xX])(\]\s+)")
_RIGHT = re.compile(
    r"\s*(?:✅|✔️?|☑️?|🟢|√|[(（【\[](?:correct(?: answer)?|right|answer|正确(?:答案)?|答案)[)）】\]])\s*", re.IGNORECASE
)
_LIST_MARK = re.compile(r"\s*(?:[-*+]|\d{1,2}[.)])\s+")
_STRUCK = re.compile(r"\s*(?:❌|✖️?|✗|×)\s*")


@dataclass(slots=True)
class Choices:
    """Where the choices end, the texts of those marked as right, and their lines without the marks."""

    end: int
    right: list[str] = field(default_factory=list)
    cleaned: dict[int, list[str]] = field(default_factory=dict)

    @classmethod
    def among(cls, lines: Sequence[str], blocks: list[Block]) -> "Choices | None":
        """The choices in the blocks ahead of the answer; none where fewer than two stand there."""
        found: list[int] = []
        end = 0
        for block in blocks:
            here = _choices_in(lines, block)
            if here and (not found or _follows(lines[found[-1]], lines[here[0]])):
                found += here
                end = block.end
            elif found:
                break
        if len(found) < 2:
            return None
        choices = cls(end)
        for at in found:
            choices._read(at, lines[at])
        return choices

    def _read(self, at: int, line: str) -> None:
        task = _TASK.match(line)
        right = task is not None and task[2] in "xX"
        text = line if task is None else f"{task[1]} {task[3]}{line[task.end() :]}"
        mark = _RIGHT.search(text)
        if mark is not None:
            right = True
            text = (text[: mark.start()] + " " + text[mark.end() :]).rstrip()
            text = re.sub(r"(?<=\S) {2,}", " ", text)
        text = _STRUCK.sub(" ", text).rstrip() if "❌" in text or "✗" in text or "✖" in text else text
        if right:
            bare = _LIST_MARK.sub("", text, count=1).strip()
            self.right.append(re.sub(r"^\[[ xX]\]\s+", "", bare))
        if text != line:
            self.cleaned[at] = [text]


def _choices_in(lines: Sequence[str], block: Block) -> list[int]:
    if block.kind == ITEM:
        text = _RIGHT.sub("", block.text, count=1)
        is_choice = _TASK.match(lines[block.start]) or wording.is_option(text)
        return [block.start] if is_choice else []
    if block.kind == PARAGRAPH:
        found = [
            at for at in range(block.start, block.end) if wording.is_option(_RIGHT.sub("", lines[at].strip(), count=1))
        ]
        return found if len(found) > 1 or block.end == block.start + 1 else []
    return []


def _follows(line: str, below: str) -> bool:
    """Whether the next choice has the next letter; those of a task list have none."""
    return (_TASK.match(line) is None) == (_TASK.match(below) is None)
