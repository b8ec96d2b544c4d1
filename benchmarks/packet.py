"""S6: a full packet through our path against bare WeasyPrint, and against headless Chromium, on the same HTML.

The packet: 6 interviewers with 5 questions each, long notes in English and Chinese, 31 pages. Ours is everything
from the document's values to the PDF: template, pipes, child process. Bare is ``HTML(...).write_pdf()`` in this
process, with fonts and style sheet already loaded, the same tags and the same attachment. The three alternate;
medians are compared, CPU seconds for WeasyPrint and elapsed seconds for Chromium.

    python -m benchmarks.packet [--json] [--rounds 5]
"""

import argparse
import json
import logging
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DEMO", "1")
django.setup()

# The sample and the renderers need Django's settings.
from scoring.rendering.child import ASSETS, CSS_ADDRESS, Renderer  # noqa: E402
from scoring.rendering.packet import packet_data, packet_html  # noqa: E402
from scoring.rendering.process import RenderProcess  # noqa: E402
from tests.scoring.packet_sample import packet_sample  # noqa: E402

GOAL_BARE = 1.10
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """CPU and elapsed seconds of one render."""

    cpu: float
    elapsed: float


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cpu_of(pid: int | None) -> float:
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _timed(work: Callable[[], object], pid: int | None = None) -> Spent:
    cpu, started = _own_cpu() + _cpu_of(pid), time.perf_counter()
    work()
    return Spent(_own_cpu() + _cpu_of(pid) - cpu, time.perf_counter() - started)


def _chromium_page(html: str, folder: Path) -> Path:
    """The same page for Chromium, with style sheet and fonts from files."""
    css = ASSETS[CSS_ADDRESS][0].read_text(encoding="utf-8")
    for name, (path, _kind) in ASSETS.items():
        css = css.replace(name, path.as_uri())
    page = folder / "packet.html"
    page.write_text(html.replace("<style>", f"<style>{css}", 1), encoding="utf-8")
    return page


def _print_with_chromium(chromium: str, page: Path, folder: Path) -> None:
    target = folder / "packet.pdf"
    subprocess.run(
        [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}",
            f"--print-to-pdf={target}",
            page.as_uri(),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=120,
    )
    if not target.stat().st_size:
        raise RuntimeError("Chromium printed nothing")


def measure(rounds: int) -> tuple[list[Spent], list[Spent], list[Spent], int]:
    """Alternate the three; the first round of each warms up and is not counted."""
    document = packet_sample(
        page_size="Letter", interviewers=6, competencies=6, rounds=2, panel_size=3, questions_a_round=5, note_repeats=4
    )
    html, data = packet_html(document), packet_data(document)
    process, bare = RenderProcess(), Renderer()
    identity = document.inputs_hash[:32]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    spent: tuple[list[Spent], list[Spent], list[Spent]] = ([], [], [])
    pages = 0

    def ours() -> None:
        nonlocal pages
        whole, attached = packet_html(document), packet_data(document)
        pages = process.render(whole, identifier=identity, made_at=document.generated_at, attachment=attached).pages

    def weasyprint() -> None:
        made_at = document.generated_at.isoformat()
        bare.render(html, identifier=identity, made_at=made_at, attachment=data)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        page = _chromium_page(html, Path(work))
        for turn in range(rounds + 1):
            taken = [_timed(ours, process.child_pid), _timed(weasyprint)]
            if chromium:
                taken.append(_timed(lambda: _print_with_chromium(chromium, page, Path(work))))
            for series, one in zip(spent, taken, strict=False):
                if turn:
                    series.append(one)
    process.close()
    return *spent, pages


def report(rounds: int) -> list[dict[str, object]]:
    """The benchmark's lines."""
    ours, bare, chromium, pages = measure(rounds)
    cpu, bare_cpu = (median(one.cpu for one in series) for series in (ours, bare))
    lines: list[dict[str, object]] = [
        {
            "bench": "packet",
            "id": "S6",
            "metric": f"full render CPU, {pages} pages",
            "value": round(cpu, 2),
            "unit": "s",
            "baseline": "bare WeasyPrint, same HTML, warm",
            "figure": round(cpu / bare_cpu, 3),
            "goal": f"<= {GOAL_BARE:.2f}",
            "met": cpu / bare_cpu <= GOAL_BARE,
        }
    ]
    if chromium:
        elapsed, other = (median(one.elapsed for one in series) for series in (ours, chromium))
        lines.append(
            {
                "bench": "packet",
                "id": "S6",
                "metric": "full render elapsed",
                "value": round(elapsed, 2),
                "unit": "s",
                "baseline": "headless Chromium printing the same HTML, elapsed",
                "figure": round(elapsed / other, 3),
                "goal": "< 1 once sections are rendered in parallel",
                "met": elapsed < other,
            }
        )
    return lines


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    # Its lines about each page would be counted against the baseline.
    logging.getLogger("weasyprint").setLevel(logging.WARNING)
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    for line in report(chosen.rounds):
        if chosen.json:
            sys.stdout.write(json.dumps(line) + "\n")
        else:
            mark = "met" if line["met"] else "not met"
            sys.stdout.write(
                f"{line['id']} {line['metric']}: {line['value']} {line['unit']}, {line['figure']} of"
                f" {line['baseline']} (goal {line['goal']}: {mark})\n"
            )


if __name__ == "__main__":
    main()
