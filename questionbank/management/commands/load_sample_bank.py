"""``manage.py load_sample_bank --author E-MAIL --publisher E-MAIL``"""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from questionbank.services.sample import load_sample_bank


class Command(BaseCommand):
    help = "Add the bilingual sample bank, published. Safe to run twice. Both people need the role of question author."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--author", required=True, metavar="E-MAIL")
        parser.add_argument("--publisher", required=True, metavar="E-MAIL", help="somebody else")

    def handle(self, *args: Any, **options: Any) -> None:
        author, publisher = (self._person(options[name]) for name in ("author", "publisher"))
        try:
            added = load_sample_bank(author=author, publisher=publisher)
        except PermissionDenied as error:
            raise CommandError("Both people need the role of question author.") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{added} questions added.")

    def _person(self, email: str) -> User:
        person = User.objects.active().filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody has the address {email}.")
        return person
