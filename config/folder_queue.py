"""The folder as queue of the embedded mode, made to survive kills.

Kombu's own transport writes its files in place: a process killed in between leaves a half-written one behind, and
after that no worker starts any more, or it dies at the next message. Here a message appears whole or not at all,
and what cannot be read is thrown away: a message is only a doorbell.
"""

# mypy: disallow-untyped-calls=False

import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Whole messages or none; unreadable files count as missing, and so does a folder that was removed."""

    @property
    def data_folder_in(self) -> str:
        return self._folder("data_folder_in")

    @property
    def data_folder_out(self) -> str:
        return self._folder("data_folder_out")

    def _folder(self, option: str) -> str:
        folder: str = self.transport_options[option]
        Path(folder).mkdir(parents=True, exist_ok=True)
        return folder

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        # The transport reads in the order of names, and only names that end like this one.
        message = Path(self.data_folder_out) / f"{time.monotonic_ns() // 1_000_000}_{uuid4()}.{queue}.msg"
        unfinished = message.with_suffix(".unfinished")
        unfinished.write_bytes(str_to_bytes(dumps(payload)))
        unfinished.rename(message)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)
        except ValueError as error:
            raise Empty from error

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        self.control_folder.mkdir(parents=True, exist_ok=True)
        try:
            super()._queue_bind(exchange, routing_key, pattern, queue)
        except ValueError:
            self._exchange_file(exchange).unlink(missing_ok=True)
            super()._queue_bind(exchange, routing_key, pattern, queue)

    def get_table(self, exchange: str) -> Any:
        try:
            return super().get_table(exchange)
        except ValueError:
            return []


class Transport(filesystem.Transport):
    Channel = Channel
