"""The facets of the bank with names: what a search may be narrowed to, and what it is narrowed to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import CharField, F, IntegerField, Value
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.choices import Language
from accounts.models import User
from questionbank.choices import LEVELS, VersionState
from questionbank.formats.facets import GENERIC_RUBRIC, LEAK, MINUTE_STEPS, Facet, facet_key, id_of
from questionbank.models import Category, Competency, RoleFamily, SeniorityLevel, Tag
from questionbank.selectors.search import WAITING, Found, Search, Sort

# In the order in which the page shows them; the words are those of the address.
NAMES: dict[str, tuple[Facet, str | Promise]] = {
    "state": (Facet.STATE, gettext_lazy("State")),
    "category": (Facet.CATEGORY, gettext_lazy("Category")),
    "competency": (Facet.COMPETENCY, gettext_lazy("Competency")),
    "role": (Facet.ROLE, gettext_lazy("Role")),
    "seniority": (Facet.SENIORITY, gettext_lazy("Seniority")),
    "difficulty": (Facet.DIFFICULTY, gettext_lazy("Difficulty")),
    "minutes": (Facet.MINUTES, gettext_lazy("Minutes")),
    "language": (Facet.LANGUAGE, gettext_lazy("Language")),
    "tag": (Facet.TAG, gettext_lazy("Tag")),
    "author": (Facet.AUTHOR, gettext_lazy("Author")),
    "flag": (Facet.FLAG, gettext_lazy("Needs care")),
}
SORTS: dict[str, str | Promise] = {
    Sort.RELEVANCE.value: gettext_lazy("Best match first"),
    Sort.NUMBER.value: gettext_lazy("By number"),
    Sort.NEWEST.value: gettext_lazy("Newest first"),
    Sort.MINUTES.value: gettext_lazy("Shortest first"),
    Sort.DIFFICULTY.value: gettext_lazy("Easiest first"),
}
# These keep their own order; the others stand by how many questions they have.
_ORDERED = {Facet.STATE, Facet.SENIORITY, Facet.DIFFICULTY, Facet.MINUTES, Facet.LANGUAGE, Facet.FLAG}
SHOWN_AT_FIRST = 6
MOST_VALUES = 60
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One value: ``word`` stands in the address, ``key`` in the records."""

    word: str
    label: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as the page shows it, with how many questions would be found by it."""

    word: str
    label: str
    count: int
    is_chosen: bool

    @property
    def count_text(self) -> str:
        return number_format(self.count, force_grouping=True)


@dataclass(frozen=True, slots=True)
class Group:
    """A facet as the page shows it: the values that have questions or are chosen."""

    name: str
    label: str
    values: list[Shown]
    left_out: int  # values beyond the most that are shown

    @property
    def first(self) -> list[Shown]:
        return self.values[:SHOWN_AT_FIRST]

    @property
    def more(self) -> list[Shown]:
        return self.values[SHOWN_AT_FIRST:]

    @property
    def is_narrowed(self) -> bool:
        return any(value.is_chosen for value in self.values)


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that narrows the search, and the address without it."""

    facet: str
    label: str
    without: str


class Vocabulary:
    """Names of all values in one query, in the language of the reader."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        found: dict[int, list[Choice]] = {facet: [] for facet in Facet}
        in_chinese = (get_language() or "").startswith("zh")
        authors = [id_of(key) for key in keys if key[0] == Facet.AUTHOR]
        for kind, pk, slug, name_en, name_zh, _place in sorted(
            _named(authors), key=lambda row: (row[0], row[5], row[2])
        ):
            label = (name_zh or name_en if in_chinese else name_en or name_zh) or slug
            key = bytes([kind]) + (pk.bytes if isinstance(pk, UUID) else bytes.fromhex(pk))
            found[kind].append(Choice(slug or id_of(key).hex, label, key))
        self._found = found
        self._found[Facet.STATE] = _plain(Facet.STATE, VersionState.choices)
        self._found[Facet.LANGUAGE] = _plain(Facet.LANGUAGE, Language.choices)
        self._found[Facet.DIFFICULTY] = _plain(Facet.DIFFICULTY, [(level, str(level)) for level in LEVELS])
        self._found[Facet.MINUTES] = _plain(Facet.MINUTES, _minute_groups())
        self._found[Facet.FLAG] = _plain(
            Facet.FLAG, [(GENERIC_RUBRIC, _("Rubric of the house")), (LEAK, _("Suspected leak"))]
        )

    def of(self, facet: int) -> list[Choice]:
        return self._found[facet]


def _plain(facet: Facet, choices: Iterable[tuple[Any, Any]]) -> list[Choice]:
    return [Choice(str(word), str(label), facet_key(facet, word)) for word, label in choices]


def _minute_groups() -> list[tuple[int, str]]:
    starts = (1, *MINUTE_STEPS)
    words = [
        _("%(first)s to %(last)s") % {"first": first, "last": after - 1}
        for first, after in zip(starts, MINUTE_STEPS, strict=False)
    ]
    return list(zip(starts, [*words, _("%(first)s and more") % {"first": starts[-1]}], strict=True))


def _named(authors: list[UUID]) -> list[tuple[Any, ...]]:
    """Kind, id, slug, the two names and the place among its like, of everything that has a name. One query."""
    empty, columns = Value("", CharField()), ("kind", "pk", "word", "en", "zh", "place")

    def rows(facet: Facet, found: Any, **names: Any) -> Any:
        names = {"word": F("slug"), "en": F("name_en"), "zh": F("name_zh"), "place": Value(0, IntegerField())} | names
        return found.order_by().annotate(kind=Value(int(facet), IntegerField()), **names).values_list(*columns)

    people = User.objects.filter(pk__in=authors)
    union = rows(Facet.CATEGORY, Category.objects.all()).union(
        rows(Facet.COMPETENCY, Competency.objects.all()),
        rows(Facet.ROLE, RoleFamily.objects.all()),
        rows(Facet.SENIORITY, SeniorityLevel.objects.all(), place=F("rank")),
        rows(Facet.TAG, Tag.objects.all(), en=F("name"), zh=empty),
        rows(Facet.AUTHOR, people, word=empty, en=F("display_name"), zh=empty),
        all=True,
    )
    # Rows as the database has them: turning thousands of values into what Django makes of them takes longer.
    with connection.cursor() as cursor:
        cursor.execute(*union.query.sql_with_params())
        return cursor.fetchall()


def search_from(query: QueryDict, vocabulary: Vocabulary, reader: UUID) -> Search:
    """What an address asks for; whatever names nothing is left out."""
    text = query.get("text", "").replace("\0", " ").strip()[:LONGEST_TEXT]
    chosen = {}
    for name, (facet, _label) in NAMES.items():
        words = set(query.getlist(name))
        chosen[facet] = frozenset(choice.key for choice in vocabulary.of(facet) if choice.word in words)
    sorts = {sort.value: sort for sort in Sort}
    fallback = Sort.RELEVANCE if text else Sort.NUMBER
    sort = sorts.get(query.get("sort", ""), fallback)
    return Search(
        text=text,
        chosen=chosen,
        reader=reader,
        waiting=WAITING in query.getlist("state"),
        sort=Sort.NUMBER if sort == Sort.RELEVANCE and not text else sort,
    )


def groups(search: Search, found: Found, vocabulary: Vocabulary) -> list[Group]:
    """The facets with their values: what has questions under the other facets, and what is chosen."""
    return [_group(name, search, found, vocabulary) for name in NAMES]


def _group(name: str, search: Search, found: Found, vocabulary: Vocabulary) -> Group:
    facet, label = NAMES[name]
    chosen = search.chosen.get(facet, frozenset())
    values = [
        Shown(choice.word, choice.label, found.counts.get(choice.key, 0), choice.key in chosen)
        for choice in vocabulary.of(facet)
        if choice.key in chosen or choice.key in found.counts
    ]
    if facet == Facet.STATE and (found.waiting or search.waiting):
        values.insert(0, Shown(WAITING, _("Drafts of others"), found.waiting, search.waiting))
    if facet not in _ORDERED:
        values.sort(key=lambda value: (not value.is_chosen, -value.count))
    return Group(name, str(label), values[:MOST_VALUES], max(0, len(values) - MOST_VALUES))


def kept_query(query: QueryDict) -> QueryDict:
    """The address of a search without its place in the pages, and without what the page does not know."""
    kept = QueryDict(mutable=True)
    for name in ("text", *NAMES, "sort"):
        if values := [value for value in dict.fromkeys(query.getlist(name)) if value.strip()]:
            kept.setlist(name, values)
    return kept


def chips(query: QueryDict, shown: list[Group]) -> list[Chip]:
    """What narrows a search, each with the address of the search without it."""
    found = []
    if text := query.get("text", "").strip():
        found.append(Chip(_("Words"), text[:LONGEST_TEXT], _without(query, "text", None)))
    for group in shown:
        for value in group.values:
            if value.is_chosen:
                found.append(Chip(group.label, value.label, _without(query, group.name, value.word)))
    return found


def _without(query: QueryDict, name: str, word: str | None) -> str:
    rest = kept_query(query)
    rest.setlist(name, [value for value in rest.getlist(name) if word is not None and value != word])
    return "?" + rest.urlencode()
