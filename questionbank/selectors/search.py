"""Finding questions by words and facets, with the counts of every facet.

A search costs five queries at any size: what stands outside of the blocks, the stamps of the blocks, the words (two),
the standing leaks; and one more for blocks that changed since this process read them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from questionbank.choices import OPEN_STATES
from questionbank.formats.facets import LEAK, Facet, facet_key
from questionbank.formats.packing import Block, Mask, Table, block_of, unpacked
from questionbank.formats.terms import Term, read_query
from questionbank.models import LeakFlag, SearchBlock, SearchEntry

# Beside the states of versions: open drafts of other people.
WAITING = "waiting"
_BITS = 32
# A word of so many questions is not taken for the beginning of another. Where so many titles have what is asked for,
# what has it elsewhere follows in order of number: prompts and answers are told apart behind fewer titles only.
MANY = 1_000
_LISTED = {
    "sqlite": "SELECT group_concat(rowid) AS numbers, count(*) AS total FROM questionbank_searchwords"
    " WHERE questionbank_searchwords MATCH %s",
    # Out of the planner's sight in a query of its own: where it sees that a word is in half of all questions, it reads
    # every row and its words, which takes thirty times as long as the index.
    "postgresql": "SELECT string_agg(number::text, ',') AS numbers, count(*) AS total FROM questionbank_searchwords"
    " WHERE {column} @@ (SELECT %s::tsquery)",
}
_RANKED = (
    "SELECT title.numbers, CASE WHEN title.total < %s THEN (SELECT numbers FROM ({main}) AS main) END, every.numbers"
    " FROM ({title}) AS title, ({rest}) AS every"
)
_MANY = {
    "sqlite": "SELECT count(*) FROM (SELECT 1 FROM questionbank_searchwords WHERE questionbank_searchwords MATCH %s"
    " LIMIT %s) AS few",
    "postgresql": "SELECT count(*) FROM (SELECT 1 FROM questionbank_searchwords WHERE rest @@"
    " (SELECT %s::tsquery) LIMIT %s) AS few",
}


class Sort(StrEnum):
    """Orders that a page can follow while rows come and go. Equal ones stand in order of number."""

    RELEVANCE = "relevance"
    NUMBER = "number"
    NEWEST = "newest"
    MINUTES = "minutes"
    DIFFICULTY = "difficulty"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. Values of one facet are alternatives; facets and words narrow each other."""

    text: str = ""
    chosen: Mapping[Facet, frozenset[bytes]] = field(default_factory=dict)
    reader: UUID | None = None
    waiting: bool = False
    sort: Sort = Sort.NUMBER

    @property
    def facets(self) -> list[Facet]:
        """The facets that narrow it."""
        asked = {facet for facet, keys in self.chosen.items() if keys}
        return sorted(asked | ({Facet.STATE} if self.waiting else set()))


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found, in order. ``counts`` says for each value how many there were with it as the only value
    of its facet."""

    order: NDArray[np.int64]
    counts: Mapping[bytes, int]
    waiting: int
    terms: tuple[Term, ...]

    @property
    def total(self) -> int:
        return len(self.order)

    @property
    def numbers(self) -> NDArray[np.int64]:
        return self.order & ((1 << _BITS) - 1)


@dataclass(frozen=True, slots=True)
class Bank:
    """The facets of the whole bank: the packed part, what it says rightly, and what stands outside of it."""

    packed: Table
    valid: Mask
    outside: Table

    @property
    def keys(self) -> set[bytes]:
        return {*self.packed.keys, *self.outside.keys}

    @classmethod
    def empty(cls) -> Self:
        """What somebody sees who may not read the bank."""
        nothing = Table(())
        return cls(nothing, np.zeros(0, np.bool_), nothing)


_kept: tuple[dict[int, tuple[UUID, Block]], Table] = ({}, Table(()))


def read_bank() -> Bank:
    """The facets of every question as they are now. Two queries, and a third where blocks have changed.

    Entries outside are read before the blocks: whatever is packed in between stands in both, and the former count.
    """
    changed = SearchEntry.objects.filter(is_packed=False).values_list("record", flat=True)
    outside = Table([block_of(map(bytes, changed))])
    packed = _packed(dict(SearchBlock.objects.values_list("pk", "stamp")))
    return Bank(packed, ~packed.numbered(outside.numbers), outside)


def _packed(stamps: dict[int, UUID]) -> Table:
    """The blocks with these stamps; kept in memory, where they can only be missing, never be old."""
    global _kept
    blocks, table = _kept
    if {pk: stamp for pk, (stamp, _) in blocks.items()} == stamps:
        return table
    blocks = {pk: blocks[pk] for pk, stamp in stamps.items() if pk in blocks and blocks[pk][0] == stamp}
    changed = SearchBlock.objects.filter(pk__in=stamps.keys() - blocks.keys())
    for pk, stamp, content in changed.values_list("pk", "stamp", "content"):
        blocks[pk] = (stamp, unpacked(bytes(content)) if content else block_of(()))
    table = Table([blocks[pk][1] for pk in sorted(blocks)])
    _kept = (blocks, table)
    return table


def find(search: Search, bank: Bank) -> Found:
    """What a search finds. Three queries at most."""
    terms = read_query(search.text)
    terms, hits = _looked_up(terms, ranked=search.sort == Sort.RELEVANCE) if terms else (terms, None)
    leaks = list(LeakFlag.objects.standing().values_list("question__number", flat=True))
    parts = [_Part(bank.packed, bank.valid, search, leaks), _Part(bank.outside, None, search, leaks)]
    counts: dict[bytes, int] = {}
    waiting = 0
    orders = []
    for part in parts:
        part.narrow_to_words(hits, asked=bool(search.text.strip()))
        orders.append(part.order(search.sort))
        waiting += part.waiting()
        for key, count in part.counts().items():
            counts[key] = counts.get(key, 0) + count
    return Found(np.sort(np.concatenate(orders), kind="stable"), counts, waiting, terms)


class _Part:
    """One of the two tables of a bank under a search."""

    def __init__(self, table: Table, valid: Mask | None, search: Search, leaks: Collection[int]) -> None:
        self._table = table
        self._base = valid if valid is not None else np.ones(len(table), np.bool_)
        self._tiers: NDArray[np.uint8] | None = None
        self._leaked = table.numbered(leaks)
        mine = table.having([facet_key(Facet.AUTHOR, search.reader)] if search.reader else [])
        self._waits = table.having(facet_key(Facet.STATE, state) for state in OPEN_STATES) & ~mine
        self._masks = {facet: self._mask(search, facet) for facet in search.facets}

    def _mask(self, search: Search, facet: Facet) -> Mask:
        keys = search.chosen.get(facet, frozenset())
        mask = self._table.having(keys)
        if facet == Facet.STATE and search.waiting:
            mask |= self._waits
        if facet == Facet.FLAG and facet_key(Facet.FLAG, LEAK) in keys:
            mask |= self._leaked
        return mask

    def narrow_to_words(self, hits: Sequence[NDArray[np.uint32]] | None, *, asked: bool) -> None:
        if hits is None:
            self._base = self._base & (not asked)
            return
        title, main, every = (self._table.numbered(numbers) for numbers in hits)
        self._base = self._base & every
        self._tiers = np.where(title, 0, np.where(main, 1, 2)).astype(np.uint8)

    def _under(self, left_out: Facet | None = None) -> Mask:
        mask = self._base
        for facet, narrowed in self._masks.items():
            if facet != left_out:
                mask = mask & narrowed
        return mask

    def order(self, sort: Sort) -> NDArray[np.int64]:
        rows = np.flatnonzero(self._under())
        if sort == Sort.NEWEST:
            first = -(self._table.figures["changed"][rows].astype(np.int64) // 60)
            return (first << _BITS) + self._table.numbers[rows]
        ranks = np.zeros(len(self._table), np.uint8)
        if sort == Sort.RELEVANCE and self._tiers is not None:
            ranks = self._tiers
        elif sort in {Sort.MINUTES, Sort.DIFFICULTY}:
            ranks = self._table.figures[sort.value]
        # Short numbers are sorted in one pass; rows stand in order of number already, so little is left to sort.
        rows = rows[np.argsort(ranks[rows], kind="stable")]
        return (ranks[rows].astype(np.int64) << _BITS) + self._table.numbers[rows]

    def waiting(self) -> int:
        return int(np.count_nonzero(self._waits & self._under(Facet.STATE)))

    def counts(self) -> dict[bytes, int]:
        found = {
            key: count for key, count in self._table.counts(self._under()).items() if Facet(key[0]) not in self._masks
        }
        for facet in self._masks:
            found |= self._table.counts_of(facet, self._under(facet))
        leaked = int(np.count_nonzero(self._leaked & self._under(Facet.FLAG)))
        return found | ({facet_key(Facet.FLAG, LEAK): leaked} if leaked else {})


# Words -----------------------------------------------------------------------------------------------


def _looked_up(terms: tuple[Term, ...], *, ranked: bool) -> tuple[tuple[Term, ...], list[NDArray[np.uint32]]]:
    """The terms as they are taken, and what they find. Two queries at most.

    A frequent last word is taken as finished: what begins with it would only add to thousands, and costs ten times
    as much.
    """
    last = terms[-1]
    if not last.prefix:
        return terms, _hits(terms, ranked=ranked)
    whole = (*terms[:-1], Term(last.words))
    if len(terms) > 1:
        terms = whole if _is_frequent(whole[-1]) else terms
        return terms, _hits(terms, ranked=ranked)
    hits = _hits(whole, ranked=ranked)
    return (whole, hits) if len(hits[-1]) >= MANY else (terms, _hits(terms, ranked=ranked))


def _is_frequent(term: Term) -> bool:
    asked = _tsquery(term) if connection.vendor == "postgresql" else _match(term)
    with connection.cursor() as cursor:
        cursor.execute(_MANY[connection.vendor], [asked, MANY])
        (count,) = cursor.fetchone()
    return bool(count >= MANY)


def _hits(terms: Sequence[Term], *, ranked: bool) -> list[NDArray[np.uint32]]:
    """Numbers of the questions with all the terms: in their titles, in titles and prompts, anywhere. One query.

    Where nobody asks for a rank, only those anywhere.
    """
    if connection.vendor == "postgresql":
        title = main = every = " & ".join(_tsquery(term) for term in terms)
    else:
        every = " AND ".join(_match(term) for term in terms)
        title, main = f"{{title}} : ({every})", f"{{title main}} : ({every})"
    lists = {column: _LISTED[connection.vendor].format(column=column) for column in ("title", "main", "rest")}
    with connection.cursor() as cursor:
        if ranked:
            cursor.execute(_RANKED.format(**lists), [MANY, main, title, every])
            rows = cursor.fetchone()
        else:
            cursor.execute(lists["rest"], [every])
            rows = cursor.fetchone()[:1] * 3
    return [np.fromstring(numbers or "", np.uint32, sep=",") for numbers in rows]


def _match(term: Term) -> str:
    """Terms hold letters, digits, “_”, “+” and “#” only, so quotes keep them whole."""
    words = [f'"{word}"' for word in term.words] + ([f'"{term.prefix}" *'] if term.prefix else [])
    return f"({' OR '.join(words)})"


def _tsquery(term: Term) -> str:
    words = [f"'{word}'" for word in term.words] + ([f"'{term.prefix}':*"] if term.prefix else [])
    return f"({' | '.join(words)})"
