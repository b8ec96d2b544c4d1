"""Whatever is killed or wiped, every job is done exactly once, and within a minute.

Runs on SQLite and a folder, or on DATABASE_URL and REDIS_URL where these are set. PROVE_SIZE is the number of
jobs in flight at each kill.
"""

import os
import signal

import pytest

from tests.delivery.kill_world import World

SIZE = int(os.environ.get("PROVE_SIZE", "6"))


@pytest.fixture(scope="module")
def module_world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("kills"))
    yield world
    world.close()


@pytest.fixture
def world(module_world):
    yield module_world
    module_world.kill_all()
    module_world.wipe_queue()


def done_once(jobs):
    """Whether all jobs of the declared size are done, each with exactly one effect."""
    return len(jobs) == SIZE and {(state, effects) for state, _, effects in jobs.values()} == {("done", 1)}


def test_lost_host_with_true_settings_loses_nothing(world):
    world.start(quick=False)
    world.enqueue("host", count=SIZE)
    world.wait_until_worked_on()
    world.kill_all()
    world.start(quick=False)
    jobs = world.wait_until_finished("host")
    assert done_once(jobs), jobs
    assert max(attempts for _, attempts, _ in jobs.values()) == 2, "nothing was interrupted"


def test_killed_worker_main_loses_nothing(world):
    worker = world.start()
    world.enqueue("main", count=SIZE)
    world.wait_until_worked_on()
    worker.kill()
    worker.wait()
    world.start()
    jobs = world.wait_until_finished("main")
    assert done_once(jobs), jobs


def test_killed_child_is_replaced_and_its_job_done_again(world):
    worker = world.start()
    # Long enough that the kill comes in the middle of it on a busy machine too.
    world.enqueue("long", count=1, seconds=4)
    os.kill(world.wait_until_worked_on(), signal.SIGKILL)
    world.enqueue("child", count=SIZE, seconds=1)
    jobs = world.wait_until_finished("child")
    assert done_once(jobs), jobs
    assert list(world.wait_until_finished("long").values()) == [("done", 2, 1)]
    assert worker.poll() is None


def test_queue_wiped_while_no_worker_lives(world):
    world.enqueue("wiped", count=SIZE)
    world.wipe_queue()
    world.start()
    jobs = world.wait_until_finished("wiped")
    assert done_once(jobs), jobs


def test_queue_wiped_under_a_working_worker(world):
    world.start()
    world.enqueue("pulled", count=SIZE)
    world.wait_until_worked_on()
    world.wipe_queue()
    jobs = world.wait_until_finished("pulled")
    assert done_once(jobs), jobs


def test_terminated_worker_ends_what_it_began_and_leaves_the_rest(world):
    worker = world.start()
    world.enqueue("term", count=SIZE, seconds=1.5)
    world.wait_until_worked_on()
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    states = [state for state, *_ in world.jobs("term").values()]
    assert "done" in states
    assert "running" not in states
    world.start()
    jobs = world.wait_until_finished("term")
    assert done_once(jobs), jobs
    assert {attempts for _, attempts, _ in jobs.values()} == {1}


def test_poison_job_dies_after_its_attempts_while_others_are_served(world):
    world.enqueue("poison", count=1, kind="kill.poison")
    world.start()
    world.enqueue("beside", count=SIZE)
    jobs = world.wait_until_finished("beside")
    assert done_once(jobs), jobs
    assert world.wait_until_finished("poison") == {"poison:0": ("dead", 5, 0)}
