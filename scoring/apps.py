from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import triggers


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = _("Scoring")

    def ready(self) -> None:
        from scoring.triggers import TRIGGERS  # noqa: PLC0415 -- apps must be loaded first

        triggers.TRIGGERS.extend(TRIGGERS)
