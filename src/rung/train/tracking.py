"""Where a run is told of beside its own folder: trackio on this machine, W&B, TensorBoard, or nowhere."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from typing import Any, Protocol

from rung.data.places import home
from rung.scratch.errors import RungError
from rung.train.record import Run

KINDS = ("trackio", "wandb", "tensorboard", "none")


class TrackingError(RungError, ImportError):
    """A tracker that was asked for is not installed.

        rung train digits --track wandb

    Repair: install it (pip install wandb), or leave --track out: a run keeps everything in its own folder.
    """

    name = "tracking"


class Tracker(Protocol):
    """Is told of a run as it goes. Nothing that it does may end a training."""

    def log(self, line: dict[str, Any]) -> None:
        """Take one line of the curve."""

    def end(self, result: dict[str, Any] | None) -> None:
        """The training has ended, or was stopped: then there is no result."""


class Nowhere:
    """Tells nobody; the run's own folder has everything anyway."""

    def log(self, line: dict[str, Any]) -> None:
        """Do nothing."""

    def end(self, result: dict[str, Any] | None) -> None:
        """Do nothing."""


class Trackio:
    """Copies the run's curve to trackio when the training ends: $RUNG_HOME/trackio, no network, no account.

    At the end, because importing trackio takes longer than a small training; what it was told before a stop
    is not told again when the run goes on. `rung runs` and the studio show the curve while it grows.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    def log(self, line: dict[str, Any]) -> None:
        """Do nothing: the run's folder has the line."""

    def end(self, result: dict[str, Any] | None) -> None:
        """Copy the lines that are new, and the score."""
        os.environ["TRACKIO_DIR"] = str(home() / "trackio")
        told = (self.run.read("tracked.json") or {}).get("step", 0)
        lines = [line for line in self.run.metrics() if line["step"] > told]
        with contextlib.redirect_stdout(io.StringIO()):
            import trackio

            config = self.run.config
            settings = {**config.get("config", {}), "about": config.get("about", "")}
            trackio.init(
                project=config.get("project", "rung"),
                name=self.run.name,
                config=settings,
                resume="allow",
                embed=False,
                auto_log_gpu=False,
                auto_log_cpu=False,
            )
            for line in lines:
                trackio.log({k: v for k, v in line.items() if k != "step"}, step=line["step"])
            if result is not None:
                trackio.log({f"test {result['metric']}": result["score"]["value"]}, step=lines[-1]["step"])
            trackio.finish()
        if lines:
            self.run.write("tracked.json", {"step": lines[-1]["step"]})


class Wandb:
    """Tells Weights & Biases, as it goes; WANDB_MODE=offline keeps it on this machine."""

    def __init__(self, run: Run) -> None:
        wandb = _needed("wandb", lambda: __import__("wandb"))
        config = run.config
        self.told = wandb.init(
            project=f"rung-{config['project']}",
            name=run.name,
            id=run.name,
            config=config["config"],
            dir=str(run.folder),
            resume="allow",
        )

    def log(self, line: dict[str, Any]) -> None:
        """Tell the line."""
        self.told.log({k: v for k, v in line.items() if k != "step"}, step=line["step"])

    def end(self, result: dict[str, Any] | None) -> None:
        """Tell the score."""
        if result is not None:
            self.told.summary[f"test {result['metric']}"] = result["score"]["value"]
        self.told.finish()


class TensorBoard:
    """Writes event files into the run's folder: tensorboard --logdir $RUNG_HOME/runs."""

    def __init__(self, run: Run) -> None:
        def load() -> Any:
            from torch.utils.tensorboard import SummaryWriter

            return SummaryWriter

        config = run.config
        self.writer = _needed("tensorboard", load)(log_dir=str(run.folder / "tensorboard"))
        self.writer.add_text("about", str(config.get("about", "")))

    def log(self, line: dict[str, Any]) -> None:
        """Write its numbers."""
        for key, value in line.items():
            if key != "step" and isinstance(value, int | float):
                self.writer.add_scalar(key, value, line["step"])

    def end(self, result: dict[str, Any] | None) -> None:
        """Write the score."""
        if result is not None:
            self.writer.add_scalar(f"test {result['metric']}", result["score"]["value"])
        self.writer.close()


class Careful:
    """Passes everything on to a tracker; a fault of the tracker's is told once, and the training goes on.

    Args:
        tracker: that may fail: its disk may be full, its server away.
        say: told of the first fault.
    """

    def __init__(self, tracker: Tracker, say: Callable[[str], None]) -> None:
        self.tracker, self.say = tracker, say
        self.failed = False

    def log(self, line: dict[str, Any]) -> None:
        """Pass a line on."""
        self._try(lambda: self.tracker.log(line))

    def end(self, result: dict[str, Any] | None) -> None:
        """Pass the end on."""
        self._try(lambda: self.tracker.end(result))

    def _try(self, call: Callable[[], None]) -> None:
        if self.failed:
            return
        try:
            call()
        except Exception as error:
            self.failed = True
            name = type(self.tracker).__name__
            self.say(f"{name} failed and is told no more ({type(error).__name__}: {error}); the run goes on")


def tracker(kind: str, run: Run, say: Callable[[str], None]) -> Tracker:
    """Return the tracker of that kind for a run whose config.json is written.

    Raises:
        TrackingError: it is not installed.
    """
    made: dict[str, Callable[[], Tracker]] = {
        "trackio": lambda: Trackio(run),
        "wandb": lambda: Wandb(run),
        "tensorboard": lambda: TensorBoard(run),
        "none": Nowhere,
    }
    return Careful(made[kind](), say)


def _needed(package: str, load: Callable[[], Any]) -> Any:
    try:
        return load()
    except ImportError:
        raise TrackingError(
            f"--track {package}: {package} is not installed",
            fix=f"pip install {package}, or leave --track out",
        ) from None
