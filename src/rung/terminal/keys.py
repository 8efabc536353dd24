"""Single key presses without Enter, on POSIX and on Windows; none where standard input is not a terminal."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

if sys.platform == "win32":
    import msvcrt
else:
    import select
    import termios
    import tty


class Keys:
    """A terminal read key by key within a `with` block; it is put back as it was at the end."""

    def __init__(self) -> None:
        self.on = sys.stdin is not None and sys.stdin.isatty()
        self._before: list[object] | None = None

    def __enter__(self) -> Keys:
        if self.on and sys.platform != "win32":
            self._before = termios.tcgetattr(sys.stdin.fileno())
            tty.setcbreak(sys.stdin.fileno())  # Ctrl-C still interrupts
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None and sys.platform != "win32":
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._before)  # type: ignore[arg-type]

    def pressed(self, seconds: float) -> str:
        """Return the next key in lower case; "" if none came in time, "q" at the end of input."""
        if not self.on:
            time.sleep(seconds)
            return ""
        if sys.platform == "win32":
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                if msvcrt.kbhit():
                    return msvcrt.getwch().lower()
                time.sleep(0.02)
            return ""
        if not select.select([sys.stdin], [], [], seconds)[0]:
            return ""
        read = os.read(sys.stdin.fileno(), 1)
        return read.decode(errors="replace").lower() if read else "q"
