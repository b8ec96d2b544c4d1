"""``manage.py import_questions PATH… [--dry-run] [--json]``"""

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import connection, transaction

from accounts.choices import Role
from accounts.models import User
from accounts.services.people import add_person
from questionbank.models import Question, RoleFamily, SeniorityLevel
from questionbank.services import importing
from questionbank.services.entries import Progress
from questionbank.services.sample import ensure_vocabulary
from questionbank.services.sources import Source, read_files

NOTHING_USABLE, SOME_UNREADABLE = 2, 1
_STEPS = {"read": "files read", "compare": "compared", "similar": "compared word by word", "write": "writing drafts"}


class Command(BaseCommand):
    help = (
        "Read question banks: Markdown, CSV, XLSX, JSON, folders and ZIP archives of them. New and changed questions "
        "become drafts, which a second person publishes. "
        "Exit code 0: all read; 1: some could not be read; 2: nothing usable."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="PATH", help="a file, a folder or a ZIP archive of files"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--json", action="store_true", help="answer as JSON")
        parser.add_argument("--author", metavar="E-MAIL", help="who the drafts belong to")
        parser.add_argument("--roles", nargs="+", metavar="SLUG", help="role families (default: all)")
        parser.add_argument("--seniority", nargs=2, metavar=("FROM", "TO"), help="lowest and highest (default: all)")
        parser.add_argument("--minutes", type=int, default=20, help="per question, where the file says none")
        parser.add_argument("--own-rubrics", action="store_true", help="leave out questions that bring no rubric")
        parser.add_argument("--difficulty", type=int, choices=range(1, 6), default=3, help="likewise")

    def handle(self, *args: Any, **options: Any) -> None:
        if Question._meta.db_table not in connection.introspection.table_names():
            raise _refusal("The database is not prepared yet. Run bin/prepare first.")
        files, progress = read_files(options["paths"]), _Progress(self.stderr)
        if options["dry_run"]:
            report = importing.preview(files=files, progress=progress)
        else:
            report = _import(files, options, progress)
        self.stdout.write(_as_json(report) if options["json"] else _as_text(report, dry_run=options["dry_run"]))
        if not report.usable:
            sys.exit(NOTHING_USABLE)
        if report.errors:
            sys.exit(SOME_UNREADABLE)


class _Progress:
    """Says once a second how far the work is, if it takes that long."""

    def __init__(self, stderr: OutputWrapper) -> None:
        self._stderr = stderr
        self._said = time.monotonic()

    def __call__(self, step: str, done: int, total: int) -> None:
        if time.monotonic() - self._said < 1:
            return
        self._said = time.monotonic()
        self._stderr.write(f"{_STEPS[step]}: {done} of {total}" if total else f"{_STEPS[step]}: {done}")


@transaction.atomic
def _import(files: Iterable[Source], options: dict[str, Any], progress: Progress) -> importing.ImportReport:
    ensure_vocabulary()
    author, defaults = _author(options["author"]), _defaults(options)
    try:
        return importing.import_files(files=files, author=author, defaults=defaults, progress=progress)
    except ValidationError as error:
        raise _refusal(" ".join(error.messages)) from error


def _refusal(text: str) -> CommandError:
    return CommandError(text, returncode=NOTHING_USABLE)


def _author(email: str | None) -> User:
    """The named author, the first one there is, or, on an empty installation, one nobody can sign in as."""
    authors = User.objects.active().with_role(Role.AUTHOR).order_by("created_at", "id")
    if email:
        found = authors.filter(email__iexact=email).first()
        if found is None:
            raise _refusal(f"No question author has the address {email}.")
        return found
    return authors.first() or add_person(email="import@loopwright.invalid", display_name="Import", roles=[Role.AUTHOR])


def _defaults(options: dict[str, Any]) -> importing.Defaults:
    roles = RoleFamily.objects.all()
    if options["roles"]:
        roles = roles.filter(slug__in=options["roles"])
        unknown = set(options["roles"]) - set(roles.values_list("slug", flat=True))
        if unknown:
            raise _refusal(f"No such role family: {', '.join(sorted(unknown))}.")
    ladder = list(SeniorityLevel.objects.order_by("rank"))
    lowest, highest = ladder[0], ladder[-1]
    if options["seniority"]:
        by_slug = {level.slug: level for level in ladder}
        unknown = set(options["seniority"]) - set(by_slug)
        if unknown:
            raise _refusal(f"No such seniority: {', '.join(sorted(unknown))}.")
        lowest, highest = (by_slug[slug] for slug in options["seniority"])
    return importing.Defaults(
        role_families=tuple(roles),
        lowest_seniority=lowest,
        highest_seniority=highest,
        minutes=options["minutes"],
        difficulty=options["difficulty"],
        generic_rubric=not options["own_rubrics"],
    )


def _as_json(report: importing.ImportReport) -> str:
    answer = {
        "counts": report.counts,
        "items": [
            {
                "file": item.file,
                "line": item.line,
                "title": item.title,
                "category": item.category,
                "status": item.status.value,
            }
            for item in report.items
        ],
        "errors": [asdict(error) for error in report.errors],
    }
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _as_text(report: importing.ImportReport, *, dry_run: bool) -> str:
    lines = [f"{item.file}:{item.line}: {item.status.label}: {item.title}" for item in report.items if item.title]
    lines += [f"{error.file}:{error.line}: {error.message}" for error in report.errors]
    lines.append(", ".join(f"{count} {status}" for status, count in report.counts.items()))
    if dry_run:
        lines.append("Nothing was written.")
    return "\n".join(lines)
