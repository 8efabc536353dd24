"""Watching a training: the curve, the checkpoints, the progress bar, and the wish to stop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from rung.train.checkpoint import save_checkpoint
from rung.train.progress import Progress
from rung.train.record import Run


class Stop:
    """Turns Ctrl-C (or a polite kill) into a wish, granted between two steps; a second one acts at once.

    Use as a context manager; outside the main thread, where signals cannot be caught, it never wishes.
    """

    def __init__(self) -> None:
        self.wished = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stop:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._wish)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _wish(self, number: int, frame: FrameType | None) -> None:
        if self.wished:
            raise KeyboardInterrupt
        self.wished = True


class Recorder:
    """Writes the curve and the checkpoints of one training.

    Lines and checkpoints fall on the same steps (every `every`-th of an epoch, and its last), so that a
    checkpoint never stands in the middle of a mean and a resumed curve has the same lines as an unbroken one.

    Args:
        run: where to write.
        model, optimizer: what to save.
        total: steps in all.
        batch: examples a step, for the speed.
        validate: gives the share of right answers on the validation part, asked after each epoch.
        progress: where to show it.
        stop: whether a person at the terminal wants it to end.
        asked: whether anybody else does; looked at with each line.
        note: of the checkpoint that this training goes on from; empty for a new one.
        every: steps between two lines of the curve.
        pause: seconds between two checkpoints within an epoch.
    """

    def __init__(
        self,
        run: Run,
        model: Any,
        optimizer: Any,
        *,
        total: int,
        batch: int,
        validate: Callable[[], float],
        progress: Progress,
        stop: Stop,
        asked: Callable[[], bool],
        note: dict[str, Any],
        every: int = 20,
        pause: float = 3.0,
    ) -> None:
        self.run, self.model, self.optimizer = run, model, optimizer
        self.total, self.batch, self.validate = total, batch, validate
        self.progress, self.stop, self.asked = progress, stop, asked
        self.every, self.pause = every, pause
        self.epoch = note.get("epoch", 0)
        self.started = time.perf_counter() - note.get("seconds", 0.0)
        self.saved = self.last = time.perf_counter()
        self.losses: list[float] = []

    def after_step(self, step: int, loss: float, epoch_done: bool) -> bool:
        """Note the loss; every so often write a line, save, show, and look whether to stop."""
        self.losses.append(loss)
        if not epoch_done and len(self.losses) < self.every:
            return False
        now = time.perf_counter()
        mean, rate = sum(self.losses) / len(self.losses), len(self.losses) * self.batch / (now - self.last)
        seconds = now - self.started
        left = (self.total - step) * seconds / step
        line = {
            "step": step,
            "loss": mean,
            "lr": self.optimizer.param_groups[0]["lr"],
            "seconds": round(seconds, 3),
            "rate": round(rate),
            "left": round(left, 1),
        }
        if epoch_done:
            self.epoch += 1
            line |= {"epoch": self.epoch, "validation": self.validate()}
        self.run.log(line)
        self.progress.step(step, mean, rate, left)
        if epoch_done:
            self.progress.line(
                f"epoch {self.epoch:>3}   loss {mean:.4f}   validation {line['validation']:.2%}   "
                f"{rate:,.0f} examples/s   {seconds:.1f} s"
            )
        self.losses, self.last = [], time.perf_counter()
        stopping = self.stop.wished or self.asked()
        if epoch_done or stopping or now - self.saved > self.pause:
            self.save(step, seconds)
        return stopping

    def save(self, step: int, seconds: float) -> None:
        """Write the checkpoint."""
        note = {"step": step, "epoch": self.epoch, "seconds": round(seconds, 3)}
        save_checkpoint(self.run.folder / "checkpoint.safetensors", self.model, self.optimizer, note)
        self.saved = time.perf_counter()
