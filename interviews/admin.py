"""Pools and who is an interviewer, kept by an administrator. Loop templates have pages of their own."""

from django.contrib import admin

from interviews.models import Interviewer, Pool, WorkingHours


@admin.register(Pool)
class PoolAdmin(admin.ModelAdmin):
    list_display = ["slug", "name_en", "name_zh"]
    filter_horizontal = ["members"]


class WorkingHoursInline(admin.TabularInline):
    model = WorkingHours
    extra = 0


@admin.register(Interviewer)
class InterviewerAdmin(admin.ModelAdmin):
    list_display = ["user", "title", "team", "is_active"]
    list_select_related = ["user"]
    inlines = [WorkingHoursInline]
