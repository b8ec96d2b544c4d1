"""``manage.py reindex_questions``"""

from typing import Any

from django.core.management.base import BaseCommand

from questionbank.services.search import reindex_all


class Command(BaseCommand):
    help = "Make all that the search of the bank knows anew, from the questions. Searches find less while it runs."

    def handle(self, *args: Any, **options: Any) -> None:
        count = reindex_all()
        self.stdout.write(f"{count} questions are indexed.")
