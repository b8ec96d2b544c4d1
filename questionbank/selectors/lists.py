"""What the list of questions shows."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Prefetch
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.models import User
from questionbank.formats.facets import Facet
from questionbank.formats.terms import Term, marked
from questionbank.models import CompetencyWeight, Question, QuestionText, QuestionVersion
from questionbank.policies import may_read
from questionbank.selectors.facets import (
    NAMES,
    Chip,
    Group,
    Vocabulary,
    chips,
    groups,
    kept_query,
    search_from,
)
from questionbank.selectors.questions import text_in
from questionbank.selectors.search import Bank, Found, Search, find, read_bank

PAGE_SIZE = 25
_CURSOR = re.compile(r"-?[0-9]{1,18}\Z")
# What Markdown writes between the words.
_MARKUP = re.compile(r"[*`|>]+|-{2,}|\B#+")
# Excerpts are looked for in the beginning of long texts only.
_LOOKED_THROUGH = 4_000
_BEFORE, _AFTER = 40, 120

Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Row:
    """A question of the list. ``title`` and ``excerpt`` are in pieces, some of them what was asked for."""

    question: Question
    version: QuestionVersion
    text: QuestionText
    title: Pieces
    excerpt: Pieces


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a search. ``after`` and ``before`` are where the next and the previous page begin."""

    rows: list[Row]
    total: int
    first: int
    last: int
    before: str
    after: str

    @property
    def words(self) -> dict[str, str]:
        """First, last and total as people read them."""
        return {name: number_format(getattr(self, name), force_grouping=True) for name in ("first", "last", "total")}


@dataclass(frozen=True, slots=True)
class Hint:
    """What to leave out where nothing was found, and how many questions there would be."""

    facet: str
    without: str
    count: int


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything that the list shows. ``query`` is the search as an address."""

    search: Search
    found: Found
    page: Page
    groups: list[Group]
    chips: list[Chip]
    query: str
    hints: list[Hint]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chips)


def question_list(*, user: User, query: QueryDict) -> Listing:
    """A search with its facets and one page of rows. Nine queries at any size.

    Pages follow one another from the last row seen, not by counting, so no question comes twice or is left out
    while others are written.
    """
    bank = read_bank() if may_read(user) else Bank.empty()
    vocabulary = Vocabulary(bank.keys)
    search = search_from(query, vocabulary, user.pk)
    found = find(search, bank)
    shown = groups(search, found, vocabulary)
    narrowing = chips(query, shown)
    page = _page(user, found, query)
    hints = [] if found.total else _hints(search, bank, query)
    return Listing(search, found, page, shown, narrowing, kept_query(query).urlencode(), hints)


def found_numbers(*, user: User, query: QueryDict) -> list[int]:
    """Numbers of all questions that a search finds, in order."""
    bank = read_bank() if may_read(user) else Bank.empty()
    return find(search_from(query, Vocabulary(bank.keys), user.pk), bank).numbers.tolist()


def _page(user: User, found: Found, query: QueryDict) -> Page:
    after, before = query.get("after", ""), query.get("before", "")
    start = 0
    if _CURSOR.match(after):
        start = int(np.searchsorted(found.order, int(after), side="right"))
        # Past the end, because what was there is gone: the last page.
        start = start if start < found.total else max(0, found.total - PAGE_SIZE)
    elif _CURSOR.match(before):
        start = max(0, int(np.searchsorted(found.order, int(before), side="left")) - PAGE_SIZE)
    end = min(start + PAGE_SIZE, found.total)
    rows = _rows(user, found.numbers[start:end].tolist(), found.terms)
    return Page(
        rows=rows,
        total=found.total,
        first=min(start + 1, found.total),
        last=end,
        before=str(found.order[start]) if start else "",
        after=str(found.order[end - 1]) if end < found.total else "",
    )


def _rows(user: User, numbers: Sequence[int], terms: Sequence[Term]) -> list[Row]:
    """Three queries."""
    newest = QuestionVersion.objects.visible_to(user).filter(question__number__in=numbers).newest()
    weights = Prefetch("weights", CompetencyWeight.objects.select_related("competency"))
    versions = newest.select_related("question__category", "lowest_seniority", "highest_seniority")
    by_number = {it.question.number: it for it in versions.prefetch_related(weights, "texts")}
    return [_row(by_number[number], terms) for number in numbers if number in by_number]


def _row(version: QuestionVersion, terms: Sequence[Term]) -> Row:
    text = text_in(version)
    title = marked(text.title, terms)
    excerpt: Pieces = []
    if terms and not any(hit for _piece, hit in title):
        others = [other for other in version.texts.all() if other.pk != text.pk]
        excerpt = _excerpt([text.prompt, *text.probes, text.reference_answer, text.context], terms) or _excerpt(
            [words for other in others for words in (other.title, other.prompt, other.reference_answer)], terms
        )
    return Row(version.question, version, text, title, excerpt)


def _excerpt(texts: Iterable[Any], terms: Sequence[Term]) -> Pieces:
    """A line of the first text that has what was asked for, around it."""
    for text in texts:
        pieces = marked(" ".join(_MARKUP.sub(" ", str(text)[:_LOOKED_THROUGH]).split()), terms)
        place = next((place for place, (_piece, hit) in enumerate(pieces) if hit), None)
        if place is None:
            continue
        before = pieces[place - 1][0] if place else ""
        cut = before if len(before) <= _BEFORE else "…" + before[-_BEFORE:]
        shown, left = [(cut, False)] if cut else [], _AFTER
        for piece, hit in pieces[place:]:
            shown.append((piece[:left] + ("…" if len(piece) > left else ""), hit))
            left -= len(piece)
            if left <= 0:
                break
        return shown
    return []


def _hints(search: Search, bank: Bank, query: QueryDict) -> list[Hint]:
    """Where nothing is found: what there would be without one of the things that narrow it, most first."""
    wider = [("text", _("Words"), replace(search, text=""))] if search.text else []
    for name, (facet, label) in NAMES.items():
        if facet in search.facets:
            rest = {kept: keys for kept, keys in search.chosen.items() if kept != facet}
            waiting = search.waiting and facet != Facet.STATE
            wider.append((name, str(label), replace(search, chosen=rest, waiting=waiting)))
    hints = []
    for name, label, without in wider if len(wider) > 1 else []:
        rest_of_query = kept_query(query)
        rest_of_query.setlist(name, [])
        hints.append(Hint(label, "?" + rest_of_query.urlencode(), find(without, bank).total))
    return sorted((hint for hint in hints if hint.count), key=lambda hint: -hint.count)


def question_ids(*, user: User, numbers: Iterable[int]) -> list[UUID]:
    """Ids of the questions with these numbers that a person may see, in order of number."""
    rows = Question.objects.visible_to(user).filter(number__in=list(numbers))
    return list(rows.order_by("number").values_list("pk", flat=True))


def numbers_of_texts(*, user: User, texts: Iterable[UUID]) -> list[int]:
    """Numbers of the questions that these texts belong to."""
    rows = Question.objects.visible_to(user).filter(versions__texts__in=list(texts))
    return list(rows.order_by("number").values_list("number", flat=True).distinct())
