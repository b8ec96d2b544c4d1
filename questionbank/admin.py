"""The words of the house: what pages choose from, kept by an administrator."""

from django.contrib import admin

from questionbank.models import Category, Competency, RoleFamily, SeniorityLevel


@admin.register(Competency, RoleFamily)
class NamedAdmin(admin.ModelAdmin):
    list_display = ["slug", "name_en", "name_zh"]
    search_fields = ["slug", "name_en", "name_zh"]


@admin.register(Category)
class CategoryAdmin(NamedAdmin):
    list_display = ["slug", "name_en", "name_zh", "competency"]
    list_select_related = ["competency"]


@admin.register(SeniorityLevel)
class SeniorityLevelAdmin(NamedAdmin):
    list_display = ["rank", "slug", "name_en", "name_zh"]
