"""``manage.py export_company FILE.zip``"""

import os
from argparse import ArgumentParser
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from delivery.management.progress import TableProgress
from delivery.services.archive_export import write_archive


class Command(BaseCommand):
    help = (
        "Write everything that the company owns to one ZIP file, as it is at this moment: for people with "
        "spreadsheets, and for import_company. The site may go on running."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="FILE.zip", help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            # The file is there as a whole or not at all, and for this account alone.
            with NamedTemporaryFile(dir=path.parent, prefix=".export-", delete=False) as file:
                try:
                    summary = write_archive(file, progress=TableProgress(self.stderr))
                except BaseException:
                    os.unlink(file.name)
                    raise
            os.replace(file.name, path)
        except OSError as error:
            raise CommandError(f"{path} could not be written: {error.strerror}.") from error
        for name in summary.missing:
            self.stderr.write(f"The storage has no file {name}; its row is in the archive without it.")
        self.stdout.write(f"{summary.rows} rows and {summary.files} files written to {path}.")
