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
_UNNAMED = {Language.EN.value: "General", Language.ZH_HANS.value: "综合"}


class Shelves:
    """Finds categories by their name in either language; makes those that are missing. Two queries to begin with."""

    def __init__(self) -> None:
        self._categories = _by_name(Category.objects.select_related("competency"))
        self._competencies = _by_name(Competency.objects.all())

    def category(self, name: str, language: str) -> Category:
        """The category of that name, or a new one with the competency of the same name."""
        label = _fitting(name or _UNNAMED[language])
        found = self._categories.get(_folded(label))
        if found is None:
            competency = self._competency(label, language)
            found = Category.objects.create(competency=competency, **_names(label, language, Category))
            self._categories[_folded(label)] = found
        return found

    def _competency(self, label: str, language: str) -> Competency:
        found = self._competencies.get(_folded(label))
        if found is None:
            found = Competency.objects.create(**_names(label, language, Competency))
            self._competencies[_folded(label)] = found
        return found


def _by_name(rows: QuerySet[_Row]) -> dict[str, _Row]:
    found: dict[str, _Row] = {}
    for row in rows:
        for name in filter(None, (row.name_en, row.name_zh)):
            found.setdefault(_folded(name), row)
    return found


def _names(label: str, language: str, model: type[Category] | type[Competency]) -> dict[str, str]:
    """Name and slug of a new row. Names differ more than slugs do: “C++” and “C#” are both “c”."""
    slug = base = slugify(label, allow_unicode=True)[:_LONGEST_SLUG].strip("-_") or "category"
    taken = set(model.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    count = 1
    while slug in taken:
        count += 1
        slug = f"{base}-{count}"
    return {"slug": slug, "name_zh" if language == Language.ZH_HANS else "name_en": label}


def _fitting(name: str) -> str:
    """A name that the column holds."""
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"


def _folded(name: str) -> str:
    """What makes two names the same. Not left to the database: SQLite knows case only in ASCII."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
