from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import triggers


class DeliveryConfig(AppConfig):
    name = "delivery"
    verbose_name = _("Delivery")

    def ready(self) -> None:
        from delivery import archived, archives  # noqa: PLC0415 -- apps must be loaded first
        from delivery.handlers import register  # noqa: PLC0415 -- likewise
        from delivery.services import company_exports, deliveries  # noqa: PLC0415 -- likewise
        from delivery.triggers import TRIGGERS  # noqa: PLC0415 -- likewise

        triggers.TRIGGERS.extend(TRIGGERS)
        register(deliveries.JOB_KIND, deliveries.deliver, pauses=deliveries.PAUSES, bell=deliveries.BELL)
        register(deliveries.MAIL_KIND, deliveries.tell_disabled)
        register(archived.EXPORT_KIND, company_exports.write_export, long=True)
        archives.register(archived.TABLES, left_out=archived.LEFT_OUT)
