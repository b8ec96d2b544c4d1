"""The words that files sort questions by, found by name: categories, competencies, roles, seniorities, tags."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.text import slugify

from accounts.choices import Language
from questionbank.models import Category, Competency, RoleFamily, SeniorityLevel, Tag

_Row = TypeVar("_Row", Category, Competency, RoleFamily, SeniorityLevel)
_LONGEST_NAME = 120
# Room for a number behind it.
_LONGEST_SLUG = 70
_LONGEST_TAG = 80
_COLUMNS = {Language.EN.value: "name_en", Language.ZH_HANS.value: "name_zh"}
_UNNAMED = {"name_en": "General", "name_zh": "综合"}


class Shelves:
    """Finds words by their name in either language; makes those that are missing.

    Four queries to begin with, and one for tags when the first is asked for. ``competencies`` says which competency
    a new category gets, by the category's name; one that is not there is made.
    """

    def __init__(self, competencies: Mapping[str, str] | None = None) -> None:
        self._categories = _by_name(Category.objects.select_related("competency"))
        self._competencies = _by_name(Competency.objects.all())
        self._roles = _by_name(RoleFamily.objects.all())
        self._seniorities = _by_name(SeniorityLevel.objects.all())
        # Files may name a word by its slug; the names of categories are never slugs.
        self._slugs = _by_slug(self._competencies), _by_slug(self._roles), _by_slug(self._seniorities)
        self._chosen = {folded(name): wanted for name, wanted in (competencies or {}).items() if wanted.strip()}
        self._tags: dict[str, Tag] | None = None

    def find_category(self, name: str) -> Category | None:
        names = [_fitting(name)] if name else list(_UNNAMED.values())
        return next((found for name in names if (found := self._categories.get(folded(name)))), None)

    def find_competency(self, name: str) -> Competency | None:
        return self._competencies.get(folded(_fitting(name))) or self._slugs[0].get(name.strip())

    def find_role(self, name: str) -> RoleFamily | None:
        return self._roles.get(folded(_fitting(name))) or self._slugs[1].get(name.strip())

    def find_seniority(self, name: str) -> SeniorityLevel | None:
        return self._seniorities.get(folded(name)) or self._slugs[2].get(name.strip())

    def category(self, name: str, language: str) -> Category:
        """The category of that name, or a new one with the competency chosen for it, else that of the same name."""
        found = self.find_category(name)
        if found is None:
            names = {_COLUMNS[language]: _fitting(name)} if name else _UNNAMED
            slug = _free_slug(names, Category)
            found = Category.objects.create(slug=slug, competency=self._competency_for(names, language), **names)
            self._categories |= {folded(label): found for label in names.values()}
        return found

    def competency(self, name: str, language: str) -> Competency:
        return self.find_competency(name) or self._new(Competency, self._competencies, name, language)

    def role(self, name: str, language: str) -> RoleFamily:
        return self.find_role(name) or self._new(RoleFamily, self._roles, name, language)

    def tags(self, names: Iterable[str]) -> list[Tag]:
        """The tags with these names; two spellings that fold to one slug are one tag."""
        if self._tags is None:
            self._tags = {tag.slug: tag for tag in Tag.objects.all()}
        wanted = dict.fromkeys(filter(None, (name.strip()[:_LONGEST_TAG] for name in names)))
        return list(dict.fromkeys(self._tag(name, self._tags) for name in wanted))

    def _tag(self, name: str, known: dict[str, Tag]) -> Tag:
        slug = tag_slug(name)
        if slug not in known:
            known[slug] = Tag.objects.create(slug=slug, name=name)
        return known[slug]

    def _competency_for(self, names: dict[str, str], language: str) -> Competency:
        keys = [folded(label) for label in names.values()]
        chosen = next((self._chosen[key] for key in keys if key in self._chosen), "")
        if chosen:
            return self.competency(chosen, language)
        found = next((self._competencies[key] for key in keys if key in self._competencies), None)
        if found is None:
            found = Competency.objects.create(slug=_free_slug(names, Competency), **names)
            self._competencies |= dict.fromkeys(keys, found)
        return found

    def _new(self, model: type[_Row], rows: dict[str, _Row], name: str, language: str) -> _Row:
        names = {_COLUMNS[language]: _fitting(name)}
        rows[folded(_fitting(name))] = made = model.objects.create(slug=_free_slug(names, model), **names)
        return made


def tags_named(names: Iterable[str]) -> list[Tag]:
    """As ``Shelves.tags``, for one question: one query, and a few per tag that is new."""
    wanted = {tag_slug(name): name for name in reversed([name.strip()[:_LONGEST_TAG] for name in names]) if name}
    known = {tag.slug: tag for tag in Tag.objects.filter(slug__in=wanted)} if wanted else {}
    return [
        known.get(slug) or Tag.objects.get_or_create(slug=slug, defaults={"name": wanted[slug]})[0] for slug in wanted
    ]


def folded(name: str) -> str:
    """What makes two names the same. Not left to the database: SQLite knows case only in ASCII."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def tag_slug(name: str) -> str:
    """What makes two tags the same."""
    return slugify(name, allow_unicode=True)[:_LONGEST_TAG] or folded(name)[:_LONGEST_TAG]


def _by_name(rows: QuerySet[_Row]) -> dict[str, _Row]:
    found: dict[str, _Row] = {}
    for row in rows:
        for name in filter(None, (row.name_en, row.name_zh)):
            found.setdefault(folded(name), row)
    return found


def _by_slug(rows: dict[str, _Row]) -> dict[str, _Row]:
    return {row.slug: row for row in rows.values()}


def _free_slug(names: dict[str, str], model: type[Model]) -> str:
    """A slug of the first name that no row has. Names differ more than slugs do: “C++” and “C#” are both “c”."""
    slug = base = slugify(next(iter(names.values())), allow_unicode=True)[:_LONGEST_SLUG].strip("-_") or "category"
    rows: QuerySet[Any] = model._default_manager.filter(slug__startswith=base)
    taken = set(rows.values_list("slug", flat=True))
    count = 1
    while slug in taken:
        count += 1
        slug = f"{base}-{count}"
    return slug


def _fitting(name: str) -> str:
    """A name that the column holds."""
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"
