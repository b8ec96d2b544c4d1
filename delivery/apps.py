from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import triggers


class DeliveryConfig(AppConfig):
    name = "delivery"
    verbose_name = _("Delivery")

    def ready(self) -> None:
        from delivery import archived, archives  # noqa: PLC0415 -- apps must be loaded first
        from delivery.triggers import TRIGGERS  # noqa: PLC0415 -- likewise

        triggers.TRIGGERS.extend(TRIGGERS)
        archives.register(archived.TABLES, left_out=archived.LEFT_OUT)
