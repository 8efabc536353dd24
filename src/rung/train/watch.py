"""Watching a training: the curve, the checkpoints, the progress bar, and the wish to stop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from rung.train.checkpoint import save_checkpoint
from rung.train.loop import Callback, Training
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
        outer = getattr(self._before.get(number), "__self__", None)
        if isinstance(outer, Stop):  # a sweep's, around the training: it wants to know, too
            outer.wished = True


class Recorder(Callback):
    """Writes the curve and the checkpoints of one training.

    Lines and checkpoints fall on the same steps (every `every`-th of an epoch, and its last), so that a
    checkpoint never stands in the middle of a mean and a resumed curve has the same lines as an unbroken one.
    It comes last among the callbacks: what it saves includes what the others did at the same moment.

    Args:
        run: where to write.
        say: puts a validation score into words.
        progress: where to show it.
        stop: whether a person at the terminal wants it to end.
        asked: whether anybody else does; looked at with each line.
        note: of the checkpoint that this training goes on from; empty for a new one.
        every: steps between two lines of the curve.
        pause: seconds between two checkpoints within an epoch.
        others: callbacks whose state belongs into the checkpoint.
        told: is given every line of the curve, too.
    """

    def __init__(
        self,
        run: Run,
        *,
        say: Callable[[float], str],
        progress: Progress,
        stop: Stop,
        asked: Callable[[], bool],
        note: dict[str, Any],
        every: int = 20,
        pause: float = 3.0,
        others: Sequence[Callback] = (),
        told: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self.run, self.say = run, say
        self.progress, self.stop, self.asked = progress, stop, asked
        self.every, self.pause, self.others, self.told = every, pause, others, told
        self.epoch = note.get("epoch", 0)
        self.started = time.perf_counter() - note.get("seconds", 0.0)
        self.saved = self.last = time.perf_counter()
        self.losses: list[tuple[float, int]] = []

    def begin(self, t: Training) -> None:
        """Show where it begins."""
        self.progress.start(t.total, t.step)

    def after_step(self, t: Training) -> None:
        """Note the loss; every so often write a line, save, show, and look whether to stop."""
        self.losses.append((t.loss, t.seen))
        if len(self.losses) >= self.every and t.step % t.per_epoch:
            self._line(t, {})

    def after_epoch(self, t: Training) -> None:
        """Write the line of the epoch."""
        self.epoch += 1
        self._line(t, {"epoch": self.epoch, "validation": t.validation})

    def _line(self, t: Training, more: dict[str, Any]) -> None:
        now = time.perf_counter()
        mean = sum(loss for loss, _ in self.losses) / max(1, len(self.losses))
        rate = sum(seen for _, seen in self.losses) / max(1e-9, now - self.last)
        seconds = now - self.started
        left = (t.total - t.step) * seconds / t.step
        line = {
            "step": t.step,
            "loss": mean,
            "lr": t.optimizer.param_groups[0]["lr"],
            "seconds": round(seconds, 3),
            "rate": round(rate),
            "left": round(left, 1),
            **more,
        }
        self.run.log(line)
        if self.told is not None:
            self.told(line)
        self.progress.step(t.step, mean, rate, left)
        if more:
            self.progress.line(
                f"epoch {self.epoch:>3}   loss {mean:.4f}   validation {self.say(more['validation'])}   "
                f"{rate:,.0f} examples/s   {seconds:.1f} s"
            )
        self.losses, self.last = [], time.perf_counter()
        stopping = self.stop.wished or self.asked()
        if more or stopping or now - self.saved > self.pause:
            self._save(t, seconds)
        t.stop = t.stop or stopping

    def _save(self, t: Training, seconds: float) -> None:
        note = {"step": t.step, "epoch": self.epoch, "seconds": round(seconds, 3)}
        path = self.run.folder / "checkpoint.safetensors"
        save_checkpoint(path, t.model, t.optimizer, note, self.others)
        self.saved = time.perf_counter()
