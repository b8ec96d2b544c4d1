"""The process that turns packet HTML into PDF. Started by ``process``; knows neither Django nor the database.

It reads one request at a time from standard input and answers on standard output (see ``frames``). Fonts and
style sheet are loaded once. Nothing is fetched: the style sheet and the four faces are handed out by name,
every other address is refused, so a hostile text in a packet reaches no file and no network.
"""

import json
import logging
import os
import resource
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from weasyprint import CSS, HTML, Attachment, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from scoring.rendering.frames import read_frame, write_frame

ROOT = Path(__file__).resolve().parent.parent.parent
CSS_ADDRESS = "packet:packet.css"
ASSETS = {
    CSS_ADDRESS: (ROOT / "static" / "packet" / "packet.css", "text/css"),
} | {
    f"packet:{name}": (ROOT / "static" / "fonts" / "packet" / name, "font/ttf")
    for name in (
        "SourceSans3-Regular.ttf",
        "SourceSans3-SemiBold.ttf",
        "NotoSansSC-Regular.ttf",
        "NotoSansSC-Bold.ttf",
    )
}

PART_TWO = "pictures"
SUMMARY = 'class="summary'
CLOSER = (" tight", " tight silent")

MEGABYTE = 1024 * 1024
# A packet of a hundred pages takes about 15 CPU seconds, 300 MB of memory and 8 MB of temporary fonts.
ADDRESS_SPACE = 1024 * MEGABYTE
FILE_SIZE = 64 * MEGABYTE
OPEN_FILES = 64


class PacketAssets(URLFetcher):
    """Hands out the packet's own style sheet and fonts, by name, and refuses everything else."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The asset of this exact name; ValueError for any other address, whatever its scheme."""
        if url not in ASSETS:
            raise ValueError(f"A packet may not fetch {url[:80]!r}.")
        path, kind = ASSETS[url]
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


class Renderer:
    """WeasyPrint with the packet's style sheet and fonts loaded."""

    def __init__(self) -> None:
        self.fetcher = PacketAssets()
        self.fonts = FontConfiguration()
        # One font configuration for style sheet and pages: with two, @font-face is ignored in silence.
        self.css = CSS(url=CSS_ADDRESS, url_fetcher=self.fetcher, font_config=self.fonts)

    def render(self, html: str, *, identifier: str, made_at: str, attachment: str | None) -> tuple[bytes, int]:
        """The PDF and its number of pages. The same arguments give the same bytes."""
        document = self._laid_out(html)
        for closer in CLOSER:
            if SUMMARY not in html or len(document.pages) < 2 or PART_TWO in document.pages[1].anchors:
                break
            # The summary must not leave page 1. It is bounded, so this is rare: many people with long names.
            document = self._laid_out(html.replace(SUMMARY, SUMMARY + closer, 1))
        if attachment is not None:
            document.metadata.attachments = [self._attachment(attachment, made_at)]
        pdf = document.write_pdf(pdf_identifier=bytes.fromhex(identifier), pdf_tags=True)
        return pdf, len(document.pages)

    def _laid_out(self, html: str) -> Document:
        page = HTML(string=html, base_url="packet:page", url_fetcher=self.fetcher)
        return page.render(font_config=self.fonts, stylesheets=[self.css], pdf_tags=True)

    def _attachment(self, data: str, made_at: str) -> Attachment:
        moment = datetime.fromisoformat(made_at)
        return Attachment(
            string=data,
            name="packet.json",
            url_fetcher=self.fetcher,
            created=moment,
            modified=moment,
            relationship="Data",
        )


class Warnings(logging.Handler):
    """Keeps what WeasyPrint complains about, to send it back with the answer."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message, cut to a sane length."""
        self.messages.append(record.getMessage()[:300])


def limit_resources() -> None:
    """Bound memory, file size and open files for the whole life of the process."""
    for which, most in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (most, most))


def limit_cpu(seconds: int) -> None:
    """Let this request use so many CPU seconds more than have been used; past that the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def answer(renderer: Renderer, request: dict[str, object], warnings: Warnings) -> tuple[dict[str, Any], bytes]:
    """Render one request; a failure becomes an answer, so that the process stays warm."""
    warnings.messages.clear()
    started = resource.getrusage(resource.RUSAGE_SELF)
    try:
        pdf, pages = renderer.render(
            str(request["html"]),
            identifier=str(request["identifier"]),
            made_at=str(request["made_at"]),
            attachment=request["attachment"] if isinstance(request["attachment"], str) else None,
        )
    except Exception as error:  # noqa: BLE001 -- the last resort of a process: say it, stay alive
        return {"error": f"{type(error).__name__}: {error}"[:500]}, b""
    ended = resource.getrusage(resource.RUSAGE_SELF)
    cpu = ended.ru_utime + ended.ru_stime - started.ru_utime - started.ru_stime
    return {"pages": pages, "warnings": warnings.messages, "cpu": cpu}, pdf


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until the other side closes."""
    warnings = Warnings()
    logger = logging.getLogger("weasyprint")
    logger.handlers = [warnings]
    logger.propagate = False
    renderer = Renderer()
    write_frame(answers, json.dumps({"ready": os.getpid()}).encode())
    while (frame := read_frame(requests)) is not None:
        request = json.loads(frame)
        limit_cpu(int(request["cpu_seconds"]))
        head, pdf = answer(renderer, request, warnings)
        write_frame(answers, json.dumps(head).encode())
        write_frame(answers, pdf)


def main() -> None:
    """Keep standard output for answers alone: whatever else is printed goes to standard error."""
    limit_resources()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        serve(sys.stdin.buffer, answers)
    finally:
        # A worker that is killed cannot clean up; its render process sees the pipe close and does.
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)


if __name__ == "__main__":
    main()
