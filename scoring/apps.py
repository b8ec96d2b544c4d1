from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import triggers


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = _("Scoring")

    def ready(self) -> None:
        from delivery import archives  # noqa: PLC0415 -- apps must be loaded first
        from delivery.handlers import register  # noqa: PLC0415 -- likewise
        from scoring import archived  # noqa: PLC0415 -- likewise
        from scoring.selectors.kits import JOB_KIND as KIT_KIND  # noqa: PLC0415 -- likewise
        from scoring.services import drift  # noqa: PLC0415 -- likewise
        from scoring.services.kits import draw_kit  # noqa: PLC0415 -- likewise
        from scoring.services.packets import JOB_KIND, draw_packet  # noqa: PLC0415 -- likewise
        from scoring.services.scorecards import refuse_before_own_cards  # noqa: PLC0415 -- likewise
        from scoring.triggers import TRIGGERS  # noqa: PLC0415 -- likewise

        triggers.TRIGGERS.extend(TRIGGERS)
        archives.refusals.append(refuse_before_own_cards)
        archives.register(archived.TABLES, left_out=archived.LEFT_OUT)
        register(JOB_KIND, draw_packet)
        register(KIT_KIND, draw_kit)
        register(drift.SWEEP_KIND, drift.sweep)
        register(drift.RECHECK_KIND, drift.recheck)
