from django.core.management.base import BaseCommand

from delivery.services.jobs import enqueue


class Command(BaseCommand):
    """Ask for jobs as a web process would: in a process of its own that is gone afterwards."""

    def add_arguments(self, parser):
        parser.add_argument("kind")
        parser.add_argument("prefix")
        parser.add_argument("count", type=int)
        parser.add_argument("seconds", type=float)

    def handle(self, *, kind, prefix, count, seconds, **options):
        for number in range(count):
            enqueue(kind=kind, key=f"{prefix}:{number}", input={"seconds": seconds})
