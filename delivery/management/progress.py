"""How commands say how far they are."""

import time

from django.core.management.base import OutputWrapper


class TableProgress:
    """Says once a second how many tables are done, if it takes that long."""

    def __init__(self, stderr: OutputWrapper) -> None:
        self._stderr = stderr
        self._said = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._said < 1:
            return
        self._said = time.monotonic()
        self._stderr.write(f"{done} of {total} tables")
