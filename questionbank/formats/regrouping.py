"""Lines grouped otherwise than Markdown has them, where people mean something else by them."""

from collections.abc import Sequence

from questionbank.formats import wording
from questionbank.formats.blocks import PARAGRAPH, Block
from questionbank.formats.inline import dedented, plain

LONGEST_QUESTION = 300


def parted_questions(blocks: list[Block], lines: Sequence[str]) -> list[Block]:
    """The same blocks, with paragraphs of which every line is a question parted into lines.

    Markdown joins such lines; people who write one question a line do not.
    """
    found = []
    for block in blocks:
        if block.kind == PARAGRAPH and block.end - block.start > 2 and _asks_line_by_line(block, lines):
            found += [
                Block(PARAGRAPH, at, at + 1, text=lines[at].strip(), indent=block.indent)
                for at in range(block.start, block.end)
            ]
        else:
            found.append(block)
    return found


def _asks_line_by_line(block: Block, lines: Sequence[str]) -> bool:
    marked = 0
    for at in range(block.start, block.end):
        text = lines[at].strip()
        if len(text) > LONGEST_QUESTION or not wording.asks(plain(text)):
            return False
        marked += wording.asks_by_mark(text)
    return 2 * marked >= block.end - block.start


def topics_as_headings(lines: list[str], blocks: list[Block]) -> list[str]:
    """The same lines with list items that hold lists of questions made headings; none where no item does.

    ``- Linux`` with ``  - What is …?`` below: the outer item names a topic.
    """
    found = list(lines)
    changed = False
    for block in blocks:
        below = lines[block.start + 1 : block.end]
        margins = [len(line) - len(line.lstrip(" ")) for line in below if line.strip()]
        inner = dedented(below, min(margins, default=0))
        asked = [line for line in inner if line[:2] in ("- ", "* ", "+ ") or line[:1].isdigit()]
        asking = sum(wording.asks_plainly(plain(line.split(maxsplit=1)[-1])) for line in asked)
        if asked and 2 * asking >= len(asked) and not wording.asks_by_mark(plain(block.text)):
            found[block.start] = "###### " + block.text
            found[block.start + 1 : block.end] = inner
            changed = True
    return found if changed else []
