"""What is shown of one training of a sweep: a line that is written over, or nothing."""

from __future__ import annotations

import sys

from rung.train.progress import duration


class Quiet:
    """Shows nothing."""

    def start(self, total: int, done: int) -> None:
        """Show nothing."""

    def step(self, step: int, loss: float, rate: float, left: float) -> None:
        """Show nothing."""

    def line(self, text: str) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Show nothing."""


class Line:
    """One line of a terminal, written over as the training goes.

    Args:
        text: what stands at its beginning.
    """

    def __init__(self, text: str) -> None:
        self.text, self.total = text, 1

    def start(self, total: int, done: int) -> None:
        """Show that it begins."""
        self._write(self.text)
        self.total = total

    def step(self, step: int, loss: float, rate: float, left: float) -> None:
        """Show how far it is."""
        self._write(f"{self.text}   {step / self.total:.0%}   loss {loss:.4f}   {duration(left)} left")

    def line(self, text: str) -> None:
        """Keep quiet: the trial gets one line, at its end."""

    def close(self) -> None:
        """Leave the line empty."""
        self._write("")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text}\x1b[K")
        sys.stderr.flush()
