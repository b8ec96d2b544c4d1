"""What every test shares."""

import pytest
from django.db import connections
from django.test import TransactionTestCase

from accounts import triggers

_teardown = TransactionTestCase._fixture_teardown


def _teardown_without_triggers(self):
    """Emptying the tables between tests is a DELETE on SQLite, which append-only rules refuse by design.

    The flush itself sends ``post_migrate``, which installs them again.
    """
    triggers.remove(connections["default"])
    _teardown(self)


TransactionTestCase._fixture_teardown = _teardown_without_triggers

# With several processes a file that takes minutes must not be the last to start.
LONGEST = ("browser/test_pages.py", "delivery/test_kills.py", "scoring/test_blind.py")


def pytest_collection_modifyitems(items):
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get("/".join(item.path.parts[-2:]), len(LONGEST)))


@pytest.fixture(autouse=True)
def _fast_and_local(settings, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.CACHES = {
        name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
        for name in ("default", "limits")
    }
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
