from django.contrib import admin
from django.http import HttpRequest

from accounts.models import AuditEntry, RoleGrant, User


class RoleGrantInline(admin.TabularInline):
    model = RoleGrant
    extra = 0


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["display_name", "email", "time_zone", "language", "is_active"]
    search_fields = ["display_name", "email"]
    fields = ["email", "display_name", "time_zone", "language", "is_active", "is_staff"]
    inlines = [RoleGrantInline]


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    """Read only: the trail is append-only."""

    list_display = ["at", "actor", "action", "subject_type", "subject_id"]
    list_filter = ["action"]
    list_select_related = ["actor"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
