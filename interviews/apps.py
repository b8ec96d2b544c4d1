from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import triggers


class InterviewsConfig(AppConfig):
    name = "interviews"
    verbose_name = _("Interviews")

    def ready(self) -> None:
        from interviews.triggers import TRIGGERS  # noqa: PLC0415 -- apps must be loaded first

        triggers.TRIGGERS.extend(TRIGGERS)
