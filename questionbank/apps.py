from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import triggers


class QuestionbankConfig(AppConfig):
    name = "questionbank"
    verbose_name = _("Question bank")

    def ready(self) -> None:
        from questionbank.triggers import TRIGGERS  # noqa: PLC0415 -- apps must be loaded first

        triggers.TRIGGERS.extend(TRIGGERS)
