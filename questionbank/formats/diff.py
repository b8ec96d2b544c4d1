"""What changed between two texts, word by word; Chinese character by character.

Lines are compared first, then the words of the lines that differ (E. W. Myers, "An O(ND) Difference Algorithm and Its
Variations", 1986). The work has a limit: where two texts have next to nothing in common, the rest is simply the old
and then the new.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

EQUAL, ADDED, REMOVED, SKIPPED = "equal", "added", "removed", "skipped"

_TOKEN = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"  # characters that are words
    r"|\d+(?:[.,]\d+)*|[^\W\d_\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+(?:['’][^\W\d_]+)?|\s+|."
)
# What parts two changes without being worth a part of its own: a blank, marks, a single Chinese character.
_LOOSE = re.compile(r"[^\w\n]{1,3}|[\u2e80-\u9fff]")
_MOST_STEPS = 1_500_000
_MOST_EDITS = 1_000


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that is equal, added or removed; of a skipped one only its length in characters is told."""

    kind: str
    text: str
    length: int = 0


class _Work:
    """How much may still be done."""

    def __init__(self) -> None:
        self.steps = _MOST_STEPS


def diff(old: str, new: str) -> tuple[Run, ...]:
    """The runs from one text to the other. Equal and added ones make the new text, equal and removed ones the old."""
    if old == new:
        return (Run(EQUAL, old),) if old else ()
    work = _Work()
    pieces: list[tuple[str, str]] = []
    for kind, before, after in _edits(old.splitlines(keepends=True), new.splitlines(keepends=True), work):
        if kind == EQUAL:
            pieces.append((EQUAL, "".join(before)))
            continue
        tokens = _TOKEN.findall("".join(before)), _TOKEN.findall("".join(after))
        for inner, gone, come in _edits(*tokens, work):
            pieces += [(EQUAL, "".join(gone))] if inner == EQUAL else [(REMOVED, "".join(gone)), (ADDED, "".join(come))]
    return tuple(_joined(pieces))


def shortened(runs: Sequence[Run], keep: int = 200) -> tuple[Run, ...]:
    """The same with long equal stretches left out, but for their ends beside a change."""
    found: list[Run] = []
    for place, run in enumerate(runs):
        head = keep if place else 0
        tail = keep if place < len(runs) - 1 else 0
        left_out = len(run.text) - head - tail
        if run.kind != EQUAL or left_out <= keep:
            found.append(run)
            continue
        parts = [Run(EQUAL, run.text[:head]), Run(SKIPPED, "", left_out), Run(EQUAL, run.text[len(run.text) - tail :])]
        found += [part for part in parts if part.text or part.length]
    return tuple(found)


def _edits(old: Sequence[str], new: Sequence[str], work: _Work) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """(kind, old part, new part) in order; what is not equal is both a removal and an addition."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    if start:
        yield EQUAL, old[:start], new[:start]
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    yield from _middle(before, after, work)
    if end:
        yield EQUAL, old[len(old) - end :], new[len(new) - end :]


def _middle(old: Sequence[str], new: Sequence[str], work: _Work) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    matches = _matches(old, new, work) if old and new else []
    at_old = at_new = 0
    for x, y, length in [*matches, (len(old), len(new), 0)]:
        if x > at_old or y > at_new:
            yield "changed", old[at_old:x], new[at_new:y]
        if length:
            yield EQUAL, old[x : x + length], new[y : y + length]
        at_old, at_new = x + length, y + length


def _matches(old: Sequence[str], new: Sequence[str], work: _Work) -> list[tuple[int, int, int]]:
    """(place in old, place in new, length) of equal stretches; none where the work would be too much."""
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for edits in range(min(len(old) + len(new), _MOST_EDITS) + 1):
        trail.append(furthest.copy())
        work.steps -= 2 * edits + 1
        if work.steps < 0:
            return []
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (
                diagonal != edits and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
            )
            x = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            y = x - diagonal
            while x < len(old) and y < len(new) and old[x] == new[y]:
                x, y = x + 1, y + 1
            furthest[diagonal] = x
            if x >= len(old) and y >= len(new):
                return _walked_back(trail, len(old), len(new))
    return []


def _walked_back(trail: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int, int]]:
    found = []
    for edits in range(len(trail) - 1, -1, -1):
        furthest, diagonal = trail[edits], x - y
        down = diagonal == -edits or (
            diagonal != edits and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
        )
        from_diagonal = diagonal + 1 if down else diagonal - 1
        from_x = furthest[from_diagonal]
        from_y = from_x - from_diagonal
        # After one step down or to the right, the rest of the way was equal.
        start = from_x if down else from_x + 1
        if edits == 0:
            start = 0
        if x > start:
            found.append((start, start - diagonal, x - start))
        x, y = from_x, from_y
    return found[::-1]


def _joined(pieces: list[tuple[str, str]]) -> Iterator[Run]:
    """Runs, with one removal and one addition where next to nothing stands between changes."""
    pieces = [piece for piece in pieces if piece[1]]
    last = len(pieces) - 1
    loose = [
        kind != EQUAL or (0 < place < last and _LOOSE.fullmatch(text) is not None)
        for place, (kind, text) in enumerate(pieces)
    ]
    for is_loose, group in groupby(zip(loose, pieces, strict=True), key=lambda pair: pair[0]):
        part = [piece for _loose, piece in group]
        if not is_loose:
            yield Run(EQUAL, "".join(text for _kind, text in part))
            continue
        gone = "".join(text for kind, text in part if kind != ADDED)
        come = "".join(text for kind, text in part if kind != REMOVED)
        yield from (run for run in (Run(REMOVED, gone), Run(ADDED, come)) if run.text)
