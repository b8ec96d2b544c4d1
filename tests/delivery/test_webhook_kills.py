"""Every event arrives, signed, whatever the receiver does and whoever is killed; what comes twice has the same id.

Runs on SQLite and a folder, or on DATABASE_URL and REDIS_URL where these are set. PROVE_SIZE is the number of events.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from standardwebhooks import Webhook

from tests.delivery.kill_world import ROOT, World
from tests.delivery.receivers import receiving, says

SIZE = int(os.environ.get("PROVE_SIZE", "60"))
# Of what comes in: refused with 500, with 429, cut off without an answer, and answered late.
FAILS = {"error": 0.1, "busy": 0.1, "cut": 0.1}
LATE = 0.02
# More failures than this in a row would use up what an event is tried; so many are not what the proof is about.
MOST_FAILURES = 6
# How many deliveries pass between two kills, on average: a worker needs seconds to start.
SPACING = max(30, min(SIZE // 20, 300))
STATES = "SELECT state, count(*) FROM delivery_webhookdelivery GROUP BY state"


class Unreliable:
    """Fails three times in ten; verifies and counts everything that comes in."""

    def __init__(self, secret: Path):
        self.secret = secret
        self.chance = random.Random(7)
        self.lock = threading.Lock()
        self.taken, self.failed, self.bodies, self.forged = Counter(), Counter(), {}, []

    def answer(self, handler):
        head, body = dict(handler.headers), handler.body
        event = head["webhook-id"]
        with self.lock:
            self._verify(head, body)
            self.bodies.setdefault(event, set()).add(body)
            names, weights = [*FAILS, "late", "take"], [*FAILS.values(), LATE, 1 - LATE - sum(FAILS.values())]
            [what] = self.chance.choices(names, weights)
            if what in FAILS and self.failed[event] >= MOST_FAILURES:
                what = "take"
            (self.failed if what in FAILS else self.taken)[event] += 1
        if what == "late":
            time.sleep(self.chance.uniform(0.1, 1))
        if what == "cut":
            handler.connection.shutdown(socket.SHUT_RDWR)
        else:
            replies = {"error": says(500), "busy": says(429, Retry_After="1")}
            replies.get(what, says(204))(handler)

    def _verify(self, head, body):
        try:
            assert Webhook(self.secret.read_text()).verify(body, head)["data"]["id"] == head["webhook-id"]
        except Exception as error:  # noqa: BLE001 -- whatever it is, nothing like it may come
            self.forged.append((error, head, body))


def test_every_event_arrives_although_receiver_fails_and_workers_are_killed(tmp_path):
    unreliable = Unreliable(tmp_path / "secret")
    with receiving(unreliable.answer) as receiver:
        world = World(make(tmp_path / "world"))
        world.env["WEBHOOK_ALLOWED_ORIGINS"] = receiver.origin
        try:
            kills = run(world, receiver.url, unreliable)
            happened = {str(event).replace("-", "") for (event,) in world.rows("SELECT id FROM delivery_event")}
            numbers = [number for (number,) in world.rows("SELECT sequence FROM delivery_event ORDER BY sequence")]
            states = dict(world.rows(STATES))
        finally:
            world.close()
    came = {event.replace("-", "") for event in unreliable.taken}
    twice = sum(count - 1 for count in unreliable.taken.values())
    said = f"{SIZE} events, {unreliable.failed.total()} failures, {kills} kills, {twice} taken more than once\n"
    sys.stderr.write(said)
    assert unreliable.forged == []
    assert (len(happened), came) == (SIZE, happened)
    assert (states, numbers) == ({"delivered": SIZE}, list(range(1, SIZE + 1)))
    assert {len(bodies) for bodies in unreliable.bodies.values()} == {1}
    assert twice <= kills * 2, "each kill interrupts two workers at most"


def make(folder):
    folder.mkdir()
    return folder


def run(world, url, unreliable):
    """Let the events happen and be sent, while a worker is killed every now and then. Returns how many kills."""
    worker, kills, chance = world.start(), 0, random.Random(11)
    command = [sys.executable, "manage.py", "record_events", url, str(unreliable.secret), str(SIZE)]
    writer = subprocess.Popen(command, cwd=ROOT, env=world.env)
    deadline, next_kill = time.monotonic() + 300 + SIZE / 4, 10
    while not is_done(world, writer):
        assert time.monotonic() < deadline, f"not in time: {world.rows(STATES)}"
        time.sleep(chance.uniform(0.2, 0.4))
        if unreliable.taken.total() >= next_kill:
            worker, kills = kill(world, worker, chance), kills + 1
            next_kill += chance.uniform(0.5, 1.5) * SPACING
    assert kills
    return kills


def is_done(world, writer):
    return writer.poll() == 0 and dict(world.rows(STATES)) == {"delivered": SIZE}


def kill(world, worker, chance):
    """The whole worker, or one of its children; returns the one that lives.

    With a folder as queue never a child alone: one that is killed while it waits for work takes the lock of the
    pool along, and the worker would have to be started anew all the same.
    """
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    if children and "REDIS_URL" in world.env and chance.random() < 0.75:
        os.kill(int(chance.choice(children)), signal.SIGKILL)
        return worker
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    world.processes.remove(worker)
    return world.start_worker()
