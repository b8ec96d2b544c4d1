"""The words of the house: what pages choose from, kept by an administrator."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from questionbank.models import Category, Competency, RoleFamily, SeniorityLevel
from questionbank.services.search import index_category


@admin.register(Competency, RoleFamily)
class NamedAdmin(admin.ModelAdmin):
    list_display = ["slug", "name_en", "name_zh"]
    search_fields = ["slug", "name_en", "name_zh"]


@admin.register(Category)
class CategoryAdmin(NamedAdmin):
    list_display = ["slug", "name_en", "name_zh", "competency"]
    list_select_related = ["competency"]

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        index_category(obj)


@admin.register(SeniorityLevel)
class SeniorityLevelAdmin(NamedAdmin):
    list_display = ["rank", "slug", "name_en", "name_zh"]
