from typing import cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from delivery.models import DurableJob
from delivery.services.jobs import retry_job


@admin.register(DurableJob)
class DurableJobAdmin(admin.ModelAdmin):
    """What the machine has done and still owes; read only, but for trying dead jobs again."""

    list_display = ["created_at", "kind", "state", "attempts", "due_at", "requested_by", "error"]
    list_filter = ["state", "kind"]
    search_fields = ["key"]
    list_select_related = ["requested_by"]
    date_hierarchy = "created_at"
    actions = ["try_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: DurableJob | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: DurableJob | None = None) -> bool:
        return False

    @admin.action(description=_("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[DurableJob]) -> None:
        retried = 0
        for job in queryset:
            try:
                retry_job(job=job, actor=cast(User, request.user))
            except ValidationError as error:
                self.message_user(request, f"{job}: {error.messages[0]}", messages.WARNING)
            else:
                retried += 1
        if retried:
            text = ngettext("%(count)s job is waiting again.", "%(count)s jobs are waiting again.", retried)
            self.message_user(request, text % {"count": retried}, messages.SUCCESS)
