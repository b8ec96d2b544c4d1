"""One warm render process, started when first needed, limited, and replaced when worn out or dead.

Rendering runs apart from the worker because a page can eat any amount of time and memory. Keep one
``RenderProcess`` per worker process: starting it costs about a second, a warm packet of 30 pages two to three.
"""

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from scoring.rendering.frames import read_frame, write_frame

ROOT = Path(__file__).resolve().parent.parent.parent
WALL_SECONDS = 90
START_SECONDS = 30
PACKETS_A_CHILD = 40  # its memory grows by about half a megabyte per packet
FONT_CONFIGURATION = "<?xml version='1.0'?><fontconfig><cachedir>{folder}</cachedir></fontconfig>"


class RenderFailed(Exception):  # noqa: N818 -- named as what happened, like RenderTimeout
    """The packet could not be rendered; the next one gets a working process."""


class RenderTimeout(RenderFailed):
    """Rendering took longer than its limit and was ended."""


@dataclass(frozen=True, slots=True)
class RenderedPacket:
    """A PDF, its number of pages, what the engine complained about, and the CPU seconds its process used."""

    pdf: bytes
    pages: int
    warnings: tuple[str, ...]
    cpu_seconds: float


class RenderProcess:
    """Renders packets one at a time in a child process. Usable from threads and after a fork."""

    def __init__(self, *, wall_seconds: float = WALL_SECONDS, packets_a_child: int = PACKETS_A_CHILD) -> None:
        self.wall_seconds = wall_seconds
        self.packets_a_child = packets_a_child
        self._start_over()
        atexit.register(self.close)

    def render(self, html: str, *, identifier: str, made_at: datetime, attachment: str | None = None) -> RenderedPacket:
        """Turn packet HTML into PDF; the same arguments give the same bytes.

        ``identifier`` is hexadecimal and becomes the file's identity. Raises RenderTimeout after the wall
        limit, RenderFailed when the engine refuses or its process dies.
        """
        if self._owner != os.getpid():
            self._leave_to_parent()
        request = {
            "html": html,
            "identifier": identifier,
            "made_at": made_at.isoformat(),
            "attachment": attachment,
            "cpu_seconds": int(self.wall_seconds) + 1,
        }
        with self._lock:
            child = self._living_child()
            head, pdf = self._exchange(child, json.dumps(request).encode())
            self._rendered += 1
            if self._rendered >= self.packets_a_child:
                self._end_child()
        if "error" in head:
            raise RenderFailed(str(head["error"]))
        return RenderedPacket(pdf, int(head["pages"]), tuple(head["warnings"]), float(head["cpu"]))

    def close(self) -> None:
        """End the child, if this process has one. The next render starts another."""
        if self._owner == os.getpid():
            with self._lock:
                self._end_child()

    @property
    def child_pid(self) -> int | None:
        """The process that renders now, for those who watch it."""
        return self._child.pid if self._child is not None else None

    def _start_over(self) -> None:
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._folder: str | None = None
        self._rendered = 0

    def _leave_to_parent(self) -> None:
        """After a fork the child process belongs to the parent: let go of its pipes, touch nothing else."""
        self._inherited = self._child  # kept, because a forgotten Popen waits for its process
        if self._inherited is not None:
            for pipe in _pipes(self._inherited):
                pipe.close()
        self._start_over()

    def _living_child(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end_child()
        self._folder = tempfile.mkdtemp(prefix="loopwright-render-")
        fonts = Path(self._folder) / "fonts.conf"
        fonts.write_text(FONT_CONFIGURATION.format(folder=self._folder), encoding="utf-8")
        self._child = subprocess.Popen(
            # The empty font configuration is meant; WeasyPrint warns of it.
            [sys.executable, "-W", "ignore:No fonts configured", "-m", "scoring.rendering.child"],
            cwd=ROOT,
            # Nothing of the worker's environment (secrets, proxies) and none of the machine's fonts, so that
            # every machine prints the same packet.
            env={
                "LC_ALL": "C.UTF-8",
                "TMPDIR": self._folder,
                "HOME": self._folder,
                "FONTCONFIG_FILE": str(fonts),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._rendered = 0
        self._talk(self._child, None)
        return self._child

    def _exchange(self, child: subprocess.Popen[bytes], request: bytes) -> tuple[dict[str, Any], bytes]:
        head, pdf = self._talk(child, request)
        return json.loads(head), pdf

    def _talk(self, child: subprocess.Popen[bytes], request: bytes | None) -> tuple[bytes, bytes]:
        """Send a request (None: only await the greeting) and read the answer, under the wall limit."""
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            _kill_group(child)

        seconds = START_SECONDS if request is None else self.wall_seconds
        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        cause: Exception | None = None
        head = body = None
        try:
            stdin, stdout = _pipes(child)
            if request is not None:
                write_frame(stdin, request)
            head = read_frame(stdout)
            body = read_frame(stdout) if request is not None else b""
        except (EOFError, OSError) as error:
            cause = error
        finally:
            timer.cancel()
        if head is None or body is None:
            self._end_child()
            if expired.is_set():
                raise RenderTimeout(f"Nothing within {seconds:g} seconds.") from cause
            raise RenderFailed(f"The render process ended with {child.returncode}.") from cause
        return head, body

    def _end_child(self) -> None:
        child, folder = self._child, self._folder
        self._child = self._folder = None
        if child is not None:
            _kill_group(child)
            child.wait()
            for pipe in _pipes(child):
                with contextlib.suppress(OSError):  # what could not be written is not wanted any more
                    pipe.close()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if child.stdin is None or child.stdout is None:
        raise RenderFailed("The render process has no pipes.")
    return child.stdin, child.stdout


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    if child.returncode is not None:
        return  # its number may belong to another process by now
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
