"""The Celery application. Its messages only wake workers up; see ``delivery``."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("loopwright")
# Without this, the request threads of the web server would talk to Celery's own default application.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
