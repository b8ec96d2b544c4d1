from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import triggers


class InterviewsConfig(AppConfig):
    name = "interviews"
    verbose_name = _("Interviews")

    def ready(self) -> None:
        from accounts.services.external_ids import connected  # noqa: PLC0415 -- apps must be loaded first
        from delivery import archives  # noqa: PLC0415 -- apps must be loaded first
        from delivery.handlers import register  # noqa: PLC0415 -- likewise
        from interviews import archived  # noqa: PLC0415 -- likewise
        from interviews.services import ats, ats_messages, panel_searches  # noqa: PLC0415 -- likewise
        from interviews.services.invitations import JOB_KIND  # noqa: PLC0415 -- likewise
        from interviews.tasks import send_invitation  # noqa: PLC0415 -- likewise
        from interviews.triggers import TRIGGERS  # noqa: PLC0415 -- likewise

        triggers.TRIGGERS.extend(TRIGGERS)
        connected.append(ats.connected_systems)
        archives.register(archived.TABLES, left_out=archived.LEFT_OUT)
        register(JOB_KIND, send_invitation)
        register(ats.JOB_KIND, ats_messages.process_message)
        register(panel_searches.JOB_KIND, panel_searches.search_panel)
