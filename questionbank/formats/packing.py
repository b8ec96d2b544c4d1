"""Facets of questions in compact form: one record per question, records packed into blocks, blocks counted at once.

A facet value is a key: one byte for its kind and sixteen for which one. A table lists, for every key, the questions
that have it, so that counting all values over 200,000 questions is one pass over arrays.
"""

import struct
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

BLOCK_SIZE = 8192
KEY_SIZE = 17
_HEAD = struct.Struct("<IHBxII")
_COUNTS = struct.Struct("<III")
_FIGURES = np.dtype([("number", "<u4"), ("minutes", "<u2"), ("difficulty", "u1"), ("changed", "<u4")])

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Record:
    """What is counted and sorted of one question. ``changed`` is in seconds since 1970."""

    number: int
    minutes: int
    difficulty: int
    changed: int
    keys: tuple[bytes, ...]

    def packed(self) -> bytes:
        head = _HEAD.pack(self.number, self.minutes, self.difficulty, self.changed, len(self.keys))
        return head + b"".join(self.keys)


@dataclass(frozen=True, slots=True)
class Block:
    """Records: their figures, and for each of their keys its place in ``keys``."""

    figures: NDArray[np.void]
    keys: tuple[bytes, ...]
    sizes: NDArray[np.uint32]
    codes: NDArray[np.uint32]

    def packed(self) -> bytes:
        parts = (self.figures.tobytes(), b"".join(self.keys), self.sizes.tobytes(), self.codes.tobytes())
        return _COUNTS.pack(len(self.figures), len(self.keys), len(self.codes)) + b"".join(parts)


def block_of(records: Iterable[bytes]) -> Block:
    """Packed records as one block."""
    figures, sizes, codes = [], [], []
    keys: dict[bytes, int] = {}
    for record in records:
        number, minutes, difficulty, changed, count = _HEAD.unpack_from(record)
        figures.append((number, minutes, difficulty, changed))
        sizes.append(count)
        for place in range(_HEAD.size, _HEAD.size + count * KEY_SIZE, KEY_SIZE):
            codes.append(keys.setdefault(record[place : place + KEY_SIZE], len(keys)))
    return Block(np.array(figures, _FIGURES), tuple(keys), np.array(sizes, np.uint32), np.array(codes, np.uint32))


def unpacked(content: bytes) -> Block:
    """A block as ``packed`` wrote it."""
    rows, keys, codes = _COUNTS.unpack_from(content)
    place = _COUNTS.size
    figures = np.frombuffer(content, _FIGURES, rows, place)
    place += figures.nbytes
    names = tuple(content[at : at + KEY_SIZE] for at in range(place, place + keys * KEY_SIZE, KEY_SIZE))
    place += keys * KEY_SIZE
    sizes = np.frombuffer(content, np.uint32, rows, place)
    return Block(figures, names, sizes, np.frombuffer(content, np.uint32, codes, place + sizes.nbytes))


class Table:
    """Blocks taken together. Never changed once made, so it may be shared."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        # In order, so that the keys of one kind stand together.
        keys = {key: code for code, key in enumerate(sorted({key for block in blocks for key in block.keys}))}
        codes = []
        for block in blocks:
            places = np.array([keys[key] for key in block.keys], np.uint32)
            codes.append(places[block.codes] if len(places) else block.codes)
        self.figures = np.concatenate([np.empty(0, _FIGURES), *(block.figures for block in blocks)])
        sizes = np.concatenate([np.empty(0, np.uint32), *(block.sizes for block in blocks)])
        every = np.concatenate([np.empty(0, np.uint32), *codes])
        # Few different keys sort several times faster as short numbers.
        every = every.astype(np.uint16) if len(keys) < 1 << 16 else every
        order = np.argsort(every, kind="stable")
        self.keys = keys
        self._codes = every
        self._ends = np.cumsum(sizes, dtype=np.int64)
        # As wide as an index: narrower ones are widened anew by every look-up.
        self._rows = np.repeat(np.arange(len(self.figures), dtype=np.intp), sizes)[order]
        self._starts = np.searchsorted(every[order], np.arange(len(keys) + 1)).astype(np.int64)

    def __len__(self) -> int:
        return len(self.figures)

    @cached_property
    def numbers(self) -> NDArray[np.uint32]:
        return np.ascontiguousarray(self.figures["number"])

    def having(self, keys: Iterable[bytes]) -> Mask:
        """Rows with at least one of the keys."""
        mask = np.zeros(len(self), np.bool_)
        for key in keys:
            code = self.keys.get(key)
            if code is not None:
                mask[self._rows[self._starts[code] : self._starts[code + 1]]] = True
        return mask

    def numbered(self, numbers: Collection[int] | NDArray[np.uint32]) -> Mask:
        """Rows with one of the numbers."""
        wanted = np.asarray(list(numbers) if not isinstance(numbers, np.ndarray) else numbers, np.int64)
        if not len(self) or not len(wanted):
            return np.zeros(len(self), np.bool_)
        marks = np.zeros(int(self.numbers.max()) + 1, np.bool_)
        marks[wanted[(wanted >= 0) & (wanted < len(marks))]] = True
        return marks[self.numbers]

    def counts_of(self, kind: int, mask: Mask) -> dict[bytes, int]:
        """As ``counts``, for the keys of one kind."""
        keys = [(key, code) for key, code in self.keys.items() if key[0] == kind]
        if not keys:
            return {}
        starts = self._starts[keys[0][1] : keys[-1][1] + 2]
        marks = mask.view(np.uint8)[self._rows[starts[0] : starts[-1]]]
        found = np.add.reduceat(marks, starts[:-1] - starts[0], dtype=np.int64)
        return {key: count for (key, _code), count in zip(keys, found.tolist(), strict=True) if count}

    def counts(self, mask: Mask) -> dict[bytes, int]:
        """How many of the rows have each key; keys of no row are left out.

        What costs is the lesser of the rows that count and those that do not.
        """
        chosen = int(np.count_nonzero(mask))
        if chosen <= len(self) // 2:
            found = self._counted(np.flatnonzero(mask))
        else:
            found = self._totals - self._counted(np.flatnonzero(~mask))
        return {key: count for key, count in zip(self.keys, found.tolist(), strict=True) if count}

    @cached_property
    def _totals(self) -> NDArray[np.int64]:
        return np.diff(self._starts)

    def _counted(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        if len(rows) > len(self) // 8:
            marks = np.zeros(len(self), np.uint8)
            marks[rows] = 1
            return np.add.reduceat(marks[self._rows], self._starts[:-1], dtype=np.uint32).astype(np.int64)
        sizes = np.diff(self._ends, prepend=0)[rows]
        # Places of all codes of these rows: each row's first, and then the next ones.
        firsts = self._ends[rows] - sizes
        before = np.cumsum(sizes) - sizes
        places = np.repeat(firsts - before, sizes) + np.arange(int(sizes.sum()))
        return np.bincount(self._codes[places], minlength=len(self.keys))
