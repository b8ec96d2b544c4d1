"""What questions are sorted by: competencies, categories, roles, the ladder, tags."""

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language
from accounts.identifiers import new_id
from accounts.models import Touched
from questionbank.querysets import WordQuerySet


class TwoNames:
    """A name in each language of the site; a missing one falls back to the other, then to the slug."""

    name_en: Any
    name_zh: Any
    slug: Any

    @property
    def name(self) -> str:
        """The name in the active language."""
        return self.name_in(get_language() or Language.EN)

    def name_in(self, language: str) -> str:
        first, second = (self.name_zh, self.name_en) if language.startswith("zh") else (self.name_en, self.name_zh)
        return str(first or second or self.slug)


class Named(TwoNames, Touched, models.Model):
    """A thing that is chosen by its name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=80, unique=True, allow_unicode=True)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)

    objects = WordQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class Competency(Named):
    """An ability that questions give evidence for."""

    class Meta(Named.Meta):
        verbose_name = _("competency")
        verbose_name_plural = _("competencies")


class Category(Named):
    """A shelf of the bank. An imported question without competencies gets that of its category."""

    competency = models.ForeignKey(Competency, models.PROTECT, related_name="categories")

    class Meta(Named.Meta):
        verbose_name = _("category")
        verbose_name_plural = _("categories")


class RoleFamily(Named):
    """A kind of job, such as software engineer."""

    class Meta(Named.Meta):
        verbose_name = _("role family")
        verbose_name_plural = _("role families")


class SeniorityLevel(Named):
    """A step of the ladder; a higher rank is more senior."""

    rank = models.PositiveSmallIntegerField(unique=True)

    class Meta(Named.Meta):
        verbose_name = _("seniority")
        verbose_name_plural = _("seniorities")
        ordering = ["rank"]


class Tag(models.Model):
    """A free word on a question. Two spellings that fold to one slug are one tag."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=80, unique=True, allow_unicode=True)
    name = models.CharField(_("name"), max_length=80)

    objects = WordQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name
