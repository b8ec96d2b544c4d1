"""Which questions are nearly the same: typing errors, other order, other words around the same matter.

*Grams.* A text is folded (width, case, punctuation), cut after ``LONGEST`` characters, and loses the words every
question has ("what", "explain", "请", "什么"). What is left becomes a set: the four-character pieces of each word with
its borders, so that order does not matter and a typing error costs four pieces; of Chinese, pairs of characters.

*Similarity* of two texts is the Dice coefficient of their sets: twice what they share over what both have, from 0 to 1.
It depends on the two texts alone. At 0.6 two questions ask nearly the same; at 1 they have the same words.

*Search* looks for candidates by the ``RAREST`` pieces of a text that some new text has, as far as ``WORK`` comparisons
go; who shares two fifths of these pieces is compared. It misses some pairs above the threshold (a test says how many),
and banks made from a mould cost no more than others. The known texts pass by in batches and are not kept.
"""

import heapq
import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

import numpy as np

SIMILAR = "similar"
LONGEST = 600
WORK = 600
RAREST = 10
AGREEING = 0.4
MOST = 3

_BATCH = 4_000
_EXPANDED = 1_000_000
_CHECKED = 20_000
_PUNCTUATION = re.compile(r"[^\w+#]+|_+")
_CHINESE_STOPS = re.compile(
    "请问|请|为什么|什么|如何|怎么样|怎么|怎样|哪些|哪个|是否|能否|可以|有何|解释|说明|描述|介绍|谈谈|说说|讲讲|阐述|简述"
    "|分析|讨论|一下|以及|并且|你的|你会|你们|我们|它们|它|你|我|的|了|吗|呢|吧|是|在|和|与|及|或|有|对|中|时"
)
_STOP_WORDS = (
    "a about above after all also am an and any are as at be been before being between both but by can could"
    " describe did discuss do does doing each elaborate example examples explain for from give had has have having"
    " he her here his how i if in into is it its just kind let list me mean means meant more most much my name of on"
    " one or other our please provide she should so some such tell than that the their them then there these they"
    " this those through to up us use used uses using very was way we were what whats when where which while who"
    " whose why will with would you your yours does dont isnt s t vs versus state define"
)
_STOPS = frozenset(_STOP_WORDS.split())
_SPACE = 32
_LINE = 10
_MIX = np.uint64(0x9E3779B97F4A7C15)

Numbers: TypeAlias = np.ndarray[Any, Any]


class Pair(NamedTuple):
    """A new text, another one that is like it, how much, and why we think so."""

    key: Hashable
    other: Hashable
    similarity: float
    code: str = SIMILAR


def similarity(first: str, second: str) -> float:
    """How alike two texts are, from 0 to 1."""
    texts, grams = _grams([first, second])
    one, two = (set(grams[texts == at].tolist()) for at in (0, 1))
    return 2 * len(one & two) / (len(one) + len(two)) if one and two else 0.0


def similar_pairs(
    texts: Sequence[tuple[Hashable, str]],
    against: Iterable[tuple[Hashable, str]] = (),
    threshold: float = 0.6,
    *,
    most: int = MOST,
) -> list[Pair]:
    """For each new text the known and the earlier new ones that are most like it, best first, at most ``most``.

    Time near to linear in all texts together; memory in proportion to the new ones only, so ``against`` may be a
    generator over the whole bank.
    """
    if not texts:
        return []
    index = _Index([text for _, text in texts])
    best = _Best(len(texts), most)
    for first in range(0, len(texts), _BATCH):
        last = min(first + _BATCH, len(texts))
        for asked, new, similar in index.like(index.grams(first, last), last - first, threshold):
            asked += first
            if asked > new:
                best.offer(asked, similar, texts[new][0])
    known = iter(against)
    while rows := list(islice(known, _BATCH)):
        for asked, new, similar in index.like(_grams([text for _, text in rows]), len(rows), threshold):
            best.offer(new, similar, rows[asked][0])
    return [
        Pair(texts[new][0], other, round(similar, 3))
        for new, heap in enumerate(best.heaps)
        for similar, _, other in sorted(heap, key=lambda entry: (-entry[0], -entry[1]))
    ]


class _Best:
    """For each new text the ``most`` that are most like it; of equals, those offered first."""

    def __init__(self, texts: int, most: int) -> None:
        self.heaps: list[list[tuple[float, int, Hashable]]] = [[] for _ in range(texts)]
        self._most = most
        self._count = 0

    def offer(self, new: int, similar: float, other: Hashable) -> None:
        self._count += 1
        entry = (similar, -self._count, other)
        heap = self.heaps[new]
        if len(heap) < self._most:
            heapq.heappush(heap, entry)
        else:
            heapq.heappushpop(heap, entry)


class _Index:
    """The new texts by their grams: for each gram the texts that have it, all in sorted arrays."""

    def __init__(self, texts: Sequence[str]) -> None:
        parts = [_grams(texts[first : first + _BATCH]) for first in range(0, len(texts), _BATCH)]
        owners = np.concatenate([part[0] + at * _BATCH for at, part in enumerate(parts)])
        grams = np.concatenate([part[1] for part in parts])
        self.sizes = np.bincount(owners, minlength=len(texts))
        # Grams of a text lie together, in order: what a candidate shares is looked up here.
        self._pairs = (owners.astype(np.uint64) << np.uint64(32)) | grams
        order = np.argsort(grams, kind="stable")
        self._owners = owners[order]
        self._grams, self._starts, self._counts = np.unique(grams[order], return_index=True, return_counts=True)

    def grams(self, first: int, last: int) -> tuple[Numbers, Numbers]:
        """The grams of some of its own texts, counted from the first of these."""
        bounds = np.array([first, last], dtype=np.uint64) << np.uint64(32)
        pairs = self._pairs[slice(*np.searchsorted(self._pairs, bounds))]
        return (pairs >> np.uint64(32)).astype(np.int64) - first, pairs & np.uint64(0xFFFFFFFF)

    def like(self, texts: tuple[Numbers, Numbers], count: int, threshold: float) -> Iterator[tuple[int, int, float]]:
        """Places among so many texts, given by their grams, and among the indexed ones that reach the threshold, and
        how far.
        """
        owners, grams = texts
        if not len(grams) or not len(self._grams):
            return
        sizes = np.bincount(owners, minlength=count)
        places = np.minimum(np.searchsorted(self._grams, grams), len(self._grams) - 1)
        counts = np.where(self._grams[places] == grams, self._counts[places], 0)
        order = np.lexsort((counts, owners))
        firsts = np.cumsum(sizes) - sizes
        ranks = np.arange(len(order)) - firsts[owners[order]]
        # The rarest grams of a text, so many that whoever shares none of them cannot reach the threshold.
        least = np.ceil(sizes * threshold / (2 - threshold) - 1e-9)
        first_ones = order[ranks <= (sizes - least)[owners[order]]]
        useful = first_ones[counts[first_ones] > 0]
        work = np.cumsum(counts[useful])
        found = np.bincount(owners[useful], minlength=len(sizes))
        begins = (np.cumsum(found) - found)[owners[useful]]
        within = work - (work - counts[useful])[np.minimum(begins, len(useful) - 1)] <= WORK
        chosen = useful[within & (np.arange(len(useful)) - begins < RAREST)]
        found = np.bincount(owners[chosen], minlength=len(sizes))
        asking = _Asking(owners, grams, places, counts, sizes, np.ceil(AGREEING * np.minimum(found, RAREST)))
        for part in _portions(chosen, owners, counts):
            yield from self._reached(part, asking, threshold)

    def _reached(self, chosen: Numbers, asking: "_Asking", threshold: float) -> Iterator[tuple[int, int, float]]:
        asked, found, seen = self._candidates(chosen, asking)
        ours, theirs = asking.sizes[asked], self.sizes[found]
        fitting = (2 * np.minimum(ours, theirs) >= threshold * (ours + theirs)) & (seen >= asking.least[asked])
        asked, found, ours, theirs = asked[fitting], found[fitting], ours[fitting], theirs[fitting]
        for first in range(0, len(asked), _CHECKED):
            part = slice(first, first + _CHECKED)
            shared = self._shared(asked[part], found[part], asking)
            similar = 2 * shared / (ours[part] + theirs[part])
            for at in np.nonzero(similar >= threshold)[0].tolist():
                yield int(asked[first + at]), int(found[first + at]), float(similar[at])

    def _candidates(self, chosen: Numbers, asking: "_Asking") -> tuple[Numbers, Numbers, Numbers]:
        """Pairs that share one of the chosen grams, and how many of them."""
        lengths = asking.counts[chosen]
        begins = np.cumsum(lengths) - lengths
        at = np.repeat(self._starts[asking.places[chosen]] - begins, lengths) + np.arange(int(lengths.sum()))
        keys = self._owners[at] * len(asking.sizes) + np.repeat(asking.owners[chosen], lengths)
        keys.sort()
        firsts = np.nonzero(np.diff(keys, prepend=-1))[0]
        seen = np.diff(firsts, append=len(keys))
        return keys[firsts] % len(asking.sizes), keys[firsts] // len(asking.sizes), seen

    def _shared(self, asked: Numbers, found: Numbers, asking: "_Asking") -> Numbers:
        """How many grams each pair has in common."""
        starts = np.concatenate(([0], np.cumsum(asking.sizes)))
        lengths = asking.sizes[asked]
        bounds = np.concatenate(([0], np.cumsum(lengths)))
        at = np.repeat(starts[asked] - bounds[:-1], lengths) + np.arange(int(bounds[-1]))
        wanted = (np.repeat(found, lengths).astype(np.uint64) << np.uint64(32)) | asking.grams[at]
        places = np.minimum(np.searchsorted(self._pairs, wanted), len(self._pairs) - 1)
        hits = np.concatenate(([0], np.cumsum(self._pairs[places] == wanted)))
        return hits[bounds[1:]] - hits[bounds[:-1]]


class _Asking(NamedTuple):
    """A batch of texts that are looked for: their grams, where the index has them and in how many texts.

    ``least``: how many of the rarest grams a candidate has to share.
    """

    owners: Numbers
    grams: Numbers
    places: Numbers
    counts: Numbers
    sizes: Numbers
    least: Numbers


def _portions(chosen: Numbers, owners: Numbers, counts: Numbers) -> Iterator[Numbers]:
    """The chosen grams in portions that expand to a bounded number of pairs, no text in two of them."""
    if not len(chosen):
        return
    ends = np.cumsum(counts[chosen])
    cuts = np.searchsorted(ends, np.arange(_EXPANDED, int(ends[-1]), _EXPANDED))
    starts = np.searchsorted(owners[chosen], owners[chosen][cuts])
    yield from (part for part in np.split(chosen, np.unique(starts)) if len(part))


def folded(text: str) -> str:
    """A text without case, width, punctuation and the words that every question has."""
    plain = unicodedata.normalize("NFKC", text[: 2 * LONGEST]).casefold()[:LONGEST]
    words = _PUNCTUATION.sub(" ", plain)
    if not words.isascii():
        words = _CHINESE_STOPS.sub(" ", words)
    return " ".join([word for word in words.split() if word not in _STOPS])


def _grams(texts: Sequence[str]) -> tuple[Numbers, Numbers]:
    """The grams of each text, sorted and once only: the places of the texts, and the grams as 32-bit numbers."""
    joined = "\n".join(f" {folded(text)} " for text in texts) + "\n   "
    signs = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    owner = np.cumsum(signs == _LINE)
    chinese = (signs >= 0x3400) & (signs <= 0x9FFF)
    latin = np.where(chinese | (signs == _LINE), _SPACE, signs)
    space = latin == _SPACE
    a, b, c, d = (latin[at : len(latin) - 3 + at] for at in range(4))
    whole = ~(space[1:-2] | space[2:-1])
    alone = space[:-3] & ~space[1:-2] & space[2:-1]
    pair = chinese[:-3] & chinese[1:-2]
    alone_chinese = ~chinese[:-3] & chinese[1:-2] & ~chinese[2:-1]
    kinds = (
        (whole, ((a * _MIX + b) * _MIX + c) * _MIX + d),
        (alone, b * _MIX),
        (pair, (signs[:-3] * _MIX + signs[1:-2]) * _MIX),
        (alone_chinese, signs[1:-2] * _MIX),
    )
    keys = [
        (owner[:-3][mask].astype(np.uint64) << np.uint64(32)) | ((mixed[mask] * _MIX) >> np.uint64(32))
        for mask, mixed in kinds
    ]
    found = np.sort(np.concatenate(keys))
    unique = found[np.diff(found, prepend=np.uint64(0)) != 0]
    return (unique >> np.uint64(32)).astype(np.int64), unique & np.uint64(0xFFFFFFFF)
