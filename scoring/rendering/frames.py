"""Length-prefixed messages over a pipe: four bytes of length, big-endian, then the payload."""

import struct
from typing import IO

_LENGTH = struct.Struct(">I")
LONGEST = 256 * 1024 * 1024


def write_frame(stream: IO[bytes], payload: bytes) -> None:
    """Send one message. OSError (BrokenPipeError) when the other side has gone."""
    stream.write(_LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next message, or None when the other side has closed. EOFError when it died in the middle of one."""
    head = stream.read(_LENGTH.size)
    if not head:
        return None
    if len(head) < _LENGTH.size:
        raise EOFError("the message ends in its length")
    (length,) = _LENGTH.unpack(head)
    if length > LONGEST:
        raise EOFError("the message is longer than any packet")
    payload = stream.read(length)
    if len(payload) < length:
        raise EOFError("the message ends early")
    return payload
