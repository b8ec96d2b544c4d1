"""The real settings and one more app, whose jobs the kill tests interrupt."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.delivery.kill_app"]
