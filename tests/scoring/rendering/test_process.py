"""The render process: limited, isolated, replaceable, and always the same bytes."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pikepdf
import pytest

from scoring.rendering.packet import packet_data, packet_html
from scoring.rendering.process import ROOT, RenderFailed, RenderProcess, RenderTimeout
from tests.scoring.packet_sample import packet_sample
from tests.scoring.rendering.conftest import MADE

PLAIN = "<html lang=en><title>t</title><p>Plain"
# Flexible boxes inside one another: each level costs several times the one before.
ENDLESS = "<html lang=en><title>t</title>" + '<div style="display:flex">' * 16 + "x"


def _render(process: RenderProcess, html: str = PLAIN):
    return process.render(html, identifier="ab" * 16, made_at=MADE)


@pytest.fixture
def fresh():
    process = RenderProcess(wall_seconds=30)
    yield process
    process.close()


def test_same_document_gives_the_same_bytes_in_every_process(renderer, fresh):
    document = packet_sample(rounds=1, questions_a_round=2)
    html = packet_html(document)

    arguments = {
        "identifier": document.inputs_hash[:32],
        "made_at": document.generated_at,
        "attachment": packet_data(document),
    }

    first = renderer.render(html, **arguments).pdf
    again = renderer.render(html, **arguments).pdf
    elsewhere = fresh.render(html, **arguments).pdf

    assert first == again == elsewhere  # every child draws its own hash seed


def test_same_document_gives_the_same_html_whatever_the_hash_seed():
    code = (
        "import django, hashlib; django.setup();"
        "from scoring.rendering.packet import packet_html, packet_data;"
        "from tests.scoring.packet_sample import packet_sample as sample;"
        "d = sample(rounds=1, questions_a_round=2);"
        "print(hashlib.sha256((packet_html(d) + packet_data(d)).encode()).hexdigest())"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}

    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=environment | {"PYTHONHASHSEED": seed},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(found) == 1


def test_nothing_outside_the_packet_is_fetched(renderer, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of this test")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        web = f"http://127.0.0.1:{server.getsockname()[1]}"
        hostile = (
            f'<html lang=en><head><title>t</title><link rel="stylesheet" href="{web}/a.css">'
            f'<link rel="attachment" href="{secret.as_uri()}"><link rel="attachment" href="{web}/b">'
            f'<style>@import "{web}/c.css"; @import "{secret.as_uri()}";'
            f' @font-face {{ font-family: x; src: url("{web}/d.ttf") }} p {{ background: url("{web}/e.png") }}'
            "</style></head>"
            f'<body><img src="{secret.as_uri()}"><img src="{web}/f.png"><img src="packet:../../manage.py">'
            f'<object data="{secret.as_uri()}"></object><embed src="{web}/g">'
            f'<a rel="attachment" href="{secret.as_uri()}">x</a>'
            f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{web}/h.png"/></svg>'
            '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E"><p>Text</body></html>'
        )

        packet = _render(renderer, hostile)

        with pytest.raises(BlockingIOError):
            server.accept()
    with pikepdf.open(io.BytesIO(packet.pdf)) as document:
        assert not document.attachments
        drawn = b"".join(page.Contents.read_bytes() for page in document.pages)
    assert b"secret" not in packet.pdf + drawn
    assert len(packet.warnings) >= 10
    assert packet.pages == 1


def test_etc_passwd_is_refused(renderer):
    packet = _render(renderer, '<html lang=en><title>t</title><img src="file:///etc/passwd">')

    assert "may not fetch 'file:///etc/passwd'" in packet.warnings[0]


def test_child_knows_nothing_of_the_environment(renderer, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for the child")
    process = RenderProcess()
    _render(process)

    environment = Path(f"/proc/{process.child_pid}/environ").read_bytes()

    process.close()
    names = {part.split(b"=")[0] for part in environment.split(b"\0") if part}
    assert names == {b"LC_ALL", b"TMPDIR", b"HOME", b"FONTCONFIG_FILE"}


def test_child_stays_warm_and_is_replaced_when_worn_out():
    process = RenderProcess(packets_a_child=2)
    pids = []
    for _round in range(3):
        _render(process)
        pids.append(process.child_pid)
    process.close()

    assert pids[0] is not None
    assert pids[1] is None  # ended after its second packet
    assert pids[2] not in (None, pids[0])


def test_killed_child_is_replaced_before_the_next_packet(fresh):
    _render(fresh)
    os.kill(fresh.child_pid, signal.SIGKILL)
    time.sleep(0.2)

    assert _render(fresh).pages == 1


def test_child_killed_at_work_fails_that_packet_only(fresh):
    _render(fresh)
    killer = threading.Timer(0.5, os.kill, (fresh.child_pid, signal.SIGKILL))
    killer.start()

    with pytest.raises(RenderFailed) as failure:
        _render(fresh, ENDLESS)

    assert not isinstance(failure.value, RenderTimeout)
    assert _render(fresh).pages == 1


def test_packet_that_never_ends_is_stopped():
    process = RenderProcess(wall_seconds=2)
    _render(process)
    started = time.monotonic()

    with pytest.raises(RenderTimeout):
        _render(process, ENDLESS)

    assert time.monotonic() - started < 6
    assert _render(process).pages == 1
    process.close()


def test_refused_packet_leaves_the_child_alive(fresh):
    _render(fresh)
    pid = fresh.child_pid

    with pytest.raises(RenderFailed, match="RecursionError"):
        _render(fresh, "<html lang=en><title>t</title>" + "<div>" * 3000)

    assert _render(fresh).pages == 1
    assert fresh.child_pid == pid


def test_fork_gets_a_child_of_its_own(fresh):
    _render(fresh)
    pid = fresh.child_pid

    forked = os.fork()
    if forked == 0:
        status = 1
        try:
            _render(fresh)
            status = 0 if fresh.child_pid != pid else 2
            fresh.close()
        finally:
            os._exit(status)
    _pid, status = os.waitpid(forked, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert fresh.child_pid == pid
    assert _render(fresh).pages == 1
    assert fresh.child_pid == pid


def test_closing_leaves_no_process_and_no_folder():
    process = RenderProcess()
    _render(process)
    pid, folder = process.child_pid, process._folder
    assert Path(folder).is_dir()

    process.close()

    assert not Path(f"/proc/{pid}").exists()
    assert not Path(folder).exists()
