"""``manage.py import_company FILE.zip``"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from delivery.management.progress import TableProgress
from delivery.services.archive_import import import_archive


class Command(BaseCommand):
    help = (
        "Read what export_company wrote into an empty installation, all of it or nothing. Stop web, worker and beat "
        "first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="FILE.zip", help="the archive to read")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            with path.open("rb") as source:
                summary = import_archive(source, progress=TableProgress(self.stderr))
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        except ValidationError as error:
            raise CommandError(f"{' '.join(error.messages)} Nothing was imported.") from error
        self.stdout.write(f"{summary.rows} rows and {summary.files} files imported.")
        self.stdout.write("Nobody has a password yet. Give yourself one with: manage.py changepassword E-MAIL")
