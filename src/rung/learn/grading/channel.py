"""Framed messages between two processes, with a deadline, while the printed text is drained."""

from __future__ import annotations

import os
import select
import socket
import struct
import time

_FRAME = struct.Struct("<Q")


class Closed(Exception):
    """The other process ended, or closed its end."""


class Late(Exception):
    """The deadline passed."""


class Garbled(Exception):
    """What came is no message."""


class Blocking:
    """The learner's end: plain blocking reads and writes on file descriptors."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd, self._write_fd = read_fd, write_fd

    def send(self, message: bytes) -> None:
        """Write one message."""
        data = memoryview(_FRAME.pack(len(message)) + message)
        while data:
            try:
                data = data[os.write(self._write_fd, data) :]
            except OSError:
                raise Closed from None

    def receive(self) -> bytes:
        """Wait for one message; raise Closed when the checker is gone."""
        return self._exactly(_FRAME.unpack(self._exactly(_FRAME.size))[0])

    def _exactly(self, n: int) -> bytes:
        pieces = []
        while n:
            try:
                piece = os.read(self._read_fd, min(n, 1 << 20))
            except OSError:
                raise Closed from None
            if not piece:
                raise Closed
            pieces.append(piece)
            n -= len(piece)
        return b"".join(pieces)


class Watched:
    """The checker's end: never blocks past a deadline, and keeps the learner's printed text flowing.

    Args:
        line: the messages to and from the learner's process.
        output: where what the learner prints arrives.
        printed_limit: bytes of printed text kept; the rest is counted and dropped.
        message_limit: the longest message that is read.
    """

    def __init__(
        self, line: socket.socket, output: socket.socket, *, printed_limit: int, message_limit: int
    ) -> None:
        self._line = line
        self._output: socket.socket | None = output
        self._printed_limit, self._message_limit = printed_limit, message_limit
        self._printed, self._dropped = bytearray(), 0
        self._inbox = bytearray()
        line.setblocking(False)
        output.setblocking(False)

    def send(self, message: bytes, deadline: float) -> None:
        """Write one message before `deadline` (time.monotonic())."""
        data = memoryview(_FRAME.pack(len(message)) + message)
        while data:
            _, writable = self._wait(deadline, write=True)
            if writable:
                try:
                    data = data[self._line.send(data[: 1 << 20]) :]
                except BlockingIOError:
                    continue
                except OSError:
                    raise Closed from None

    def receive(self, deadline: float) -> bytes:
        """Return the next message, or raise Closed, Late or Garbled."""
        while True:
            if len(self._inbox) >= _FRAME.size:
                (n,) = _FRAME.unpack_from(self._inbox)
                if n > self._message_limit:
                    raise Garbled
                if len(self._inbox) >= _FRAME.size + n:
                    message = bytes(self._inbox[_FRAME.size : _FRAME.size + n])
                    del self._inbox[: _FRAME.size + n]
                    return message
            readable, _ = self._wait(deadline)
            if readable:
                try:
                    piece = self._line.recv(1 << 20)
                except BlockingIOError:
                    continue
                except OSError:
                    raise Closed from None
                if not piece:
                    raise Closed
                self._inbox += piece

    def _wait(self, deadline: float, write: bool = False) -> tuple[bool, bool]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise Late
        watched = [] if write else [self._line]
        if self._output is not None:
            watched.append(self._output)
        readable, writable, _ = select.select(watched, [self._line] if write else [], [], left)
        if self._output in readable:
            self._drain_once()
        return self._line in readable, bool(writable)

    def _drain_once(self) -> bool:
        if self._output is None:
            return False
        try:
            piece = self._output.recv(1 << 16)
        except OSError:
            return False
        if not piece:
            self._output = None
            return False
        room = max(0, self._printed_limit - len(self._printed))
        self._printed += piece[:room]
        self._dropped += max(0, len(piece) - room)
        return True

    def printed(self) -> str:
        """Return what was printed so far, cut to the limit, saying how much was left out."""
        for _ in range(64):  # what has arrived by now, and no endless stream
            if not self._drain_once():
                break
        text = self._printed.decode("utf-8", "replace")
        if self._dropped:
            text += f"\n... and {self._dropped:,} more bytes, which are not shown."
        return text
