import os
import signal
import time
from datetime import timedelta
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


def effect(run):
    """Take a while, then leave one mark; the file says which process is at work."""
    from accounts.services.trail import record
    from delivery.models import DurableJob

    Path(settings.DATA_DIR, "at-work", str(os.getpid())).touch()
    time.sleep(run.input["seconds"])
    with run.commit():
        record(actor=None, action="kill.effect", subject=DurableJob(pk=run.job_id))


def poison(run):
    """Take the worker's child process along, every time."""
    os.kill(os.getpid(), signal.SIGKILL)


class KillConfig(AppConfig):
    name = "tests.delivery.kill_app"
    label = "kill_app"

    def ready(self):
        from delivery.handlers import register
        from delivery.services import deliveries

        # What is tried for three days in truth is tried within the proof.
        deliveries.PAUSES = (timedelta(seconds=1),) * len(deliveries.PAUSES)
        register("kill.effect", effect)
        register("kill.poison", poison)
