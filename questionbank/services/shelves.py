"""Categories for imported questions, by name."""

import unicodedata
from typing import TypeVar

from django.db.models import QuerySet
from django.utils.text import slugify

from accounts.choices import Language
from questionbank.models import Category, Competency

_Row = TypeVar("_Row", Category, Competency)
_LONGEST_NAME = 120
# Room for a number behind it.
_LONGEST_SLUG = 70
_COLUMNS = {Language.EN.value: "name_en", Language.ZH_HANS.value: "name_zh"}
_UNNAMED = {"name_en": "General", "name_zh": "综合"}


class Shelves:
    """Finds categories by their name in either language; makes those that are missing. Two queries to begin with."""

    def __init__(self) -> None:
        self._categories = _by_name(Category.objects.select_related("competency"))
        self._competencies = _by_name(Competency.objects.all())

    def category(self, name: str, language: str) -> Category:
        """The category of that name, or a new one with the competency of the same name."""
        names = {_COLUMNS[language]: _fitting(name)} if name else _UNNAMED
        keys = [_folded(label) for label in names.values()]
        found = next((self._categories[key] for key in keys if key in self._categories), None)
        if found is None:
            slug = _free_slug(names, Category)
            found = Category.objects.create(slug=slug, competency=self._competency(names, keys), **names)
            self._categories |= dict.fromkeys(keys, found)
        return found

    def _competency(self, names: dict[str, str], keys: list[str]) -> Competency:
        found = next((self._competencies[key] for key in keys if key in self._competencies), None)
        if found is None:
            found = Competency.objects.create(slug=_free_slug(names, Competency), **names)
            self._competencies |= dict.fromkeys(keys, found)
        return found


def _by_name(rows: QuerySet[_Row]) -> dict[str, _Row]:
    found: dict[str, _Row] = {}
    for row in rows:
        for name in filter(None, (row.name_en, row.name_zh)):
            found.setdefault(_folded(name), row)
    return found


def _free_slug(names: dict[str, str], model: type[Category] | type[Competency]) -> str:
    """A slug of the first name that no row has. Names differ more than slugs do: “C++” and “C#” are both “c”."""
    slug = base = slugify(next(iter(names.values())), allow_unicode=True)[:_LONGEST_SLUG].strip("-_") or "category"
    taken = set(model.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    count = 1
    while slug in taken:
        count += 1
        slug = f"{base}-{count}"
    return slug


def _fitting(name: str) -> str:
    """A name that the column holds."""
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"


def _folded(name: str) -> str:
    """What makes two names the same. Not left to the database: SQLite knows case only in ASCII."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
