"""The one clock that leases are measured with."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def database_now() -> datetime:
    """The time by the database's clock, so hosts whose clocks differ agree on who holds a lease.

    One small query on PostgreSQL; SQLite has no clock of its own and runs on this host.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
        return now
