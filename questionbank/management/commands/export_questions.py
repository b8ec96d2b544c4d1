"""``manage.py export_questions PATH [--format FORMAT]``"""

import os
from argparse import ArgumentParser
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from questionbank.formats.writing import SUFFIXES
from questionbank.models import Question
from questionbank.services.exporting import export_questions


class Command(BaseCommand):
    help = (
        "Write the newest version of every question to a file that import_questions reads back without loss. "
        "The ending of the file says the format: .md, .xlsx, .csv or .json."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="the file to write")
        parser.add_argument("--format", choices=SUFFIXES, help="where the ending does not say it")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        by_suffix = {suffix: format for format, suffix in SUFFIXES.items()}
        chosen = options["format"] or by_suffix.get(path.suffix.lower())
        if chosen is None:
            raise CommandError(f"{path.name} does not say which format; use --format.")
        questions = Question.objects.all()
        count = questions.count()
        try:
            # The file is there as a whole or not at all.
            with NamedTemporaryFile(dir=path.parent, prefix=".export-", delete=False) as file:
                for piece in export_questions(questions=questions, format=chosen):
                    file.write(piece)
            os.replace(file.name, path)
        except OSError as error:
            raise CommandError(f"{path} could not be written: {error.strerror}.") from error
        self.stdout.write(f"{count} questions written to {path}.")
