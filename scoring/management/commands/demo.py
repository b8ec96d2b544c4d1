"""``manage.py demo [--bank FILE]``: the whole main job on sample people, through the services."""

import shutil
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from delivery.choices import JobState
from scoring.models import Packet
from scoring.services import demo
from scoring.services.packets import request_packet

WAIT_SECONDS = 180


class Command(BaseCommand):
    help = "Build the sample world and run the main job end to end. Needs a running worker. Safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bank", type=Path, metavar="FILE", help="import this Markdown bank and use it")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This fills the installation with invented people. Set DEMO=true to allow it.")
        started = time.monotonic()
        bank: Path | None = options["bank"]
        self.say("Sample company", demo.build_company())
        if bank:
            loop, lines = self._own_bank(bank)
        else:
            loop, lines = demo.run_main_job(now=timezone.now())
        for what, said in lines:
            self.say(what, said)
        packets = [
            request_packet(debrief=loop.debrief, language=language, actor=demo.recruiter())
            for language in ("en", "zh-hans")
        ]
        for packet in packets:
            self._show(self._wait_for(packet), "bank" if bank else "sample")
        if not bank:
            self.say("Also there", demo.build_surroundings(now=timezone.now()))
        self.stdout.write(f"Done in {time.monotonic() - started:.0f} s.")

    def _own_bank(self, bank: Path) -> tuple[Any, list[tuple[str, str]]]:
        try:
            data = bank.read_bytes()
        except OSError as error:
            raise CommandError(f"{bank}: {error.strerror}") from error
        report = demo.import_bank(name=bank.name, data=data)
        for problem in report.errors:
            self.stderr.write(f"{problem.file}:{problem.line}: {problem.message}")
        counts = ", ".join(f"{count} {status}" for status, count in report.counts.items())
        self.say("Imported", f"{counts}; {len({item.category for item in report.items if item.title})} categories")
        if not report.usable:
            sys.exit(2)
        return demo.run_bank_job(name=bank.name, report=report, now=timezone.now())

    def _wait_for(self, packet: Packet) -> Packet:
        """Watch the worker draw. Raises ``CommandError`` when it fails or takes too long."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            packet.job.refresh_from_db()
            if packet.job.state == JobState.DONE:
                packet.refresh_from_db()
                return packet
            if packet.job.state == JobState.DEAD:
                raise CommandError(f"The packet could not be drawn: {packet.job.error}")
            time.sleep(0.2)
        raise CommandError("The packet was not drawn in time. Does a worker run? Its log is worker.log in DATA_DIR.")

    def _show(self, packet: Packet, world: str) -> None:
        target = Path(settings.DATA_DIR) / f"packet-{world}-{packet.language}.pdf"
        with default_storage.open(packet.file) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        self.say("Packet", f"{packet.get_language_display()}, edition {packet.edition}, {packet.pages} pages: {target}")

    def say(self, what: str, said: str) -> None:
        self.stdout.write(f"{what + ':':<16}{said}")
        self.stdout.flush()
