from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """Life of a durable job."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    DEAD = "dead", _("Failed for good")
