"""Showing how far a training is: a bar on a terminal, a plain line an epoch elsewhere."""

from __future__ import annotations

import sys
from typing import IO, Any, Protocol


class Progress(Protocol):
    """What a training tells of itself while it runs."""

    def start(self, total: int, done: int) -> None:
        """Begin: `total` steps, of which `done` are done."""

    def step(self, step: int, loss: float, rate: float, left: float) -> None:
        """Take note: this step, the recent mean loss, examples a second, seconds left."""

    def line(self, text: str) -> None:
        """Say one sentence, above the bar where there is one."""

    def close(self) -> None:
        """End the bar, if there is one."""


class Plain:
    """One line when something is worth a line: for files, pipes and tests."""

    def __init__(self, out: IO[str] | None = None) -> None:
        self.out = out or sys.stdout

    def start(self, total: int, done: int) -> None:
        """Begin; nothing to draw."""

    def step(self, step: int, loss: float, rate: float, left: float) -> None:
        """Say nothing: `line` tells of every epoch."""

    def line(self, text: str) -> None:
        """Print one line."""
        self.out.write(text + "\n")
        self.out.flush()

    def close(self) -> None:
        """End; nothing to end."""


class Bar:
    """rich's progress bar, with loss, speed and time left. rich is imported when the bar is made."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self.bar: Any = RichProgress(
            TextColumn("training"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("loss {task.fields[loss]}  {task.fields[rate]}  {task.fields[left]}"),
        )
        self.task: Any = None

    def start(self, total: int, done: int) -> None:
        """Draw the bar."""
        self.task = self.bar.add_task("", total=total, completed=done, loss="", rate="", left="")
        self.bar.start()

    def step(self, step: int, loss: float, rate: float, left: float) -> None:
        """Move the bar."""
        self.bar.update(
            self.task,
            completed=step,
            loss=f"{loss:.4f}",
            rate=f"{rate:,.0f}/s",
            left=f"{duration(left)} left",
        )

    def line(self, text: str) -> None:
        """Print a line above the bar."""
        self.bar.console.print(text, highlight=False, markup=False)

    def close(self) -> None:
        """Leave the bar as it stands."""
        self.bar.stop()


def progress() -> Progress:
    """Return a bar where a person looks on, plain lines elsewhere."""
    return Bar() if sys.stdout.isatty() else Plain()


def duration(seconds: float) -> str:
    """Return a time as people say it.

    Example:
        >>> duration(7.3), duration(95)
        ('7 s', '1 min 35 s')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
