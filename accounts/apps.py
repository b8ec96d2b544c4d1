from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from accounts import triggers


def install_triggers(sender: AppConfig, using: str, **kwargs: Any) -> None:
    triggers.install(connections[using])


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        triggers.TRIGGERS.extend(triggers.append_only("accounts_auditentry", "the audit trail is append-only"))
        triggers.TRIGGERS.extend(triggers.tracked("accounts_user", "users"))
        # Django sends this once every migration has run, so the tables of all apps are there.
        post_migrate.connect(install_triggers, sender=self)
