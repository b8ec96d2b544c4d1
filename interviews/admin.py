"""Loop templates, pools and who is an interviewer, kept by an administrator."""

from django.contrib import admin

from interviews.models import (
    CompetencyNeed,
    Interviewer,
    LoopTemplate,
    Pool,
    RoundTemplate,
    SeatTemplate,
    WorkingHours,
)


class RoundTemplateInline(admin.TabularInline):
    model = RoundTemplate
    extra = 0
    show_change_link = True  # its seats are on its own page


class CompetencyNeedInline(admin.TabularInline):
    model = CompetencyNeed
    extra = 0


@admin.register(LoopTemplate)
class LoopTemplateAdmin(admin.ModelAdmin):
    list_display = ["slug", "role_family", "seniority", "difficulty"]
    list_select_related = ["role_family", "seniority"]
    inlines = [RoundTemplateInline, CompetencyNeedInline]


class SeatTemplateInline(admin.TabularInline):
    model = SeatTemplate
    extra = 1


@admin.register(RoundTemplate)
class RoundTemplateAdmin(admin.ModelAdmin):
    list_display = ["template", "position", "name_en", "name_zh", "minutes"]
    list_select_related = ["template"]
    filter_horizontal = ["competencies"]
    inlines = [SeatTemplateInline]


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
