"""The folder as queue, with the litter that kills leave in it."""

import shutil

import pytest
from kombu import Connection, Queue

from config.folder_queue import Transport


@pytest.fixture
def link(tmp_path):
    messages = str(tmp_path / "messages")
    options = {"data_folder_in": messages, "data_folder_out": messages, "control_folder": str(tmp_path / "control")}
    # What one process knows about its queues is kept per class; a test is a fresh process.
    Transport.global_state.clear()
    with Connection(
        "filesystem://x",
        transport="config.folder_queue:Transport",
        transport_options=options | {"polling_interval": 0.05},
    ) as connection:
        yield connection


@pytest.fixture
def queue(link):
    return link.SimpleQueue("celery", serializer="json")


def test_messages_come_out_once_and_in_order(queue):
    for number in range(5):
        queue.put({"number": number})
    got = [queue.get(timeout=1) for _ in range(5)]
    for message in got:
        message.ack()
    assert sorted(message.payload["number"] for message in got) == [0, 1, 2, 3, 4]
    with pytest.raises(queue.Empty):
        queue.get_nowait()


def test_half_written_message_is_thrown_away(queue, tmp_path):
    queue.put({"number": 1})
    (tmp_path / "messages" / "0_half.celery.msg").write_bytes(b'{"body": "')
    (tmp_path / "messages" / "0_empty.celery.msg").write_bytes(b"")
    (tmp_path / "messages" / "0_killed.celery.unfinished").write_bytes(b"")
    assert queue.get(timeout=5).payload == {"number": 1}


def test_removed_folder_is_made_again(queue, tmp_path):
    shutil.rmtree(tmp_path / "messages")
    with pytest.raises(queue.Empty):
        queue.get_nowait()
    queue.put({"number": 1})
    assert queue.get(timeout=5).payload == {"number": 1}


@pytest.mark.parametrize("litter", [b"", b'[["celery", ""'])
def test_half_written_control_file_does_not_stop_the_start(link, tmp_path, litter):
    (tmp_path / "control").mkdir()
    (tmp_path / "control" / "celery.exchange").write_bytes(litter)
    Queue("celery", exchange="celery", routing_key="celery")(link.channel()).declare()
    assert [row.queue for row in link.default_channel.get_table("celery")] == ["celery"]


def test_half_written_control_file_does_not_stop_a_message_to_all(link, tmp_path):
    (tmp_path / "control").mkdir()
    (tmp_path / "control" / "celeryev.exchange").write_bytes(b'[["')
    link.Producer().publish({}, exchange="celeryev", routing_key="worker.online")
    assert not list((tmp_path / "messages").glob("*.msg"))
