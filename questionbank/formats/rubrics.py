"""Rubrics as people write them: a list or a table of levels, or a heading for each."""

import re

from questionbank.formats.blocks import TABLE, outline
from questionbank.formats.grids import cells_of
from questionbank.formats.inline import plain

LEVELS = 5
_LEVEL = re.compile(
    r"\s*(?:[-*+]\s+|#{2,6}\s+|\|\s*)?(?:\*\*|__)?(?:level|score|l|等级|级别|第)?\s?(?P<level>[1-5一二三四五])\s?(?:级|分|星|points?|pts?)?"
    r"(?:\s?/\s?5)?(?:\s?[(（][^()（）\n]{1,30}[)）])?(?:\*\*|__)?\s?(?:[:：.)、．=|–—-]|$)(?:\*\*|__)?\s*(?P<text>.*)",
    re.IGNORECASE,
)
_CHINESE = {sign: at for at, sign in enumerate("一二三四五", start=1)}


def rubric_in(text: str) -> tuple[tuple[str, ...], bool]:
    """The anchors that a text states by level, and whether all five are there."""
    lines = text.split("\n")
    blocks = outline(lines)
    levels: dict[int, str] = {}
    if blocks and blocks[0].kind == TABLE:
        levels = _from_table(lines[blocks[0].start : blocks[0].end])
    else:
        levels = _from_lines(lines)
    anchors = tuple(levels[level] for level in sorted(levels) if levels[level])
    return anchors, len(anchors) == LEVELS


def _from_lines(lines: list[str]) -> dict[int, str]:
    levels: dict[int, str] = {}
    current = 0
    for line in lines:
        match = _LEVEL.match(line)
        level = _figure(match["level"]) if match else 0
        if match and level not in levels:
            current = level
            levels[level] = (
                match["text"].strip().removesuffix("**") if match["text"].count("**") == 1 else match["text"].strip()
            )
        elif current and line.strip():
            levels[current] = f"{levels[current]}\n{line.strip()}".strip()
    return levels


def _from_table(lines: list[str]) -> dict[int, str]:
    """Rows "| 1 | … |", or one row below the levels as heads of the columns."""
    rows = [cells_of(line) for line in [lines[0], *lines[2:]]]
    heads = [_level_of(cell) for cell in rows[0]]
    if heads.count(0) <= 1 and len(heads) >= LEVELS and len(rows) > 1:
        return {level: cell for level, cell in zip(heads, rows[1], strict=False) if level}
    levels: dict[int, str] = {}
    for row in rows:
        level = _level_of(row[0]) if row else 0
        if level and len(row) > 1:
            levels.setdefault(level, " ".join(cell for cell in row[1:] if cell))
    return levels


def _level_of(cell: str) -> int:
    match = _LEVEL.match(plain(cell))
    return _figure(match["level"]) if match and not match["text"] else 0


def _figure(sign: str) -> int:
    return _CHINESE.get(sign) or int(sign)
