from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from accounts import triggers


def install_triggers(sender: AppConfig, using: str, **kwargs: Any) -> None:
    triggers.install(connections[using])


def lift_triggers(sender: AppConfig, using: str, plan: list[Any], **kwargs: Any) -> None:
    """SQLite changes a table by making it anew, and refuses while a trigger names the one that is gone for a moment."""
    if plan and connections[using].vendor == "sqlite":
        triggers.lift(connections[using])


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        triggers.TRIGGERS.extend(triggers.append_only("accounts_auditentry", "the audit trail is append-only"))
        triggers.TRIGGERS.extend(triggers.tracked("accounts_user", "users"))
        pre_migrate.connect(lift_triggers, sender=self)
        # Django sends this once every migration has run, so the tables of all apps are there.
        post_migrate.connect(install_triggers, sender=self)
