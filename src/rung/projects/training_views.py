"""The views of a run's training: what each is called, what it costs, how it is computed when asked for."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.explain.boundary import boundary
from rung.explain.flow import Flow
from rung.explain.overtime import Histories, weights_over_time
from rung.explain.rate_picture import RateTest
from rung.explain.subject import Subject
from rung.explain.surface import surface
from rung.explain.table import Table
from rung.explain.trace import trace
from rung.explain.units_over_time import units_over_time
from rung.projects.looking import Looking
from rung.projects.watching import Watched
from rung.scratch.errors import RungError
from rung.train.rates_kept import kept
from rung.train.record import Run
from rung.train.tasks import Classes

GROUPS = {
    "flow": "What every step did",
    "forming": "The boundary as it forms",
    "landscape": "The landscape it walked through",
    "histograms": "Histograms over time",
    "rate": "Its learning rate",
}
EXAMPLES, LEAST = 200, 24  # that a surface, and activations, are of: so many, and of a large network fewer
WORK = 6e8  # floating-point operations of a pass over them, about
GRID = 15  # points along each side of a surface
FORMS = {"svg": "image/svg+xml", "csv": "text/csv; charset=utf-8", "npy": "application/octet-stream"}


class TrainingViewError(RungError, ValueError):
    """A view of a training cannot be made of what is there.

    Some views ask the trained network, so the training must have come to its end; some are for networks of
    one kind.

        >>> from rung.projects.training_views import TrainingViewError
        >>> raise TrainingViewError("the boundary is drawn of networks of two inputs")
        Traceback (most recent call last):
            ...
        rung.projects.training_views.TrainingViewError: ...

    Repair: another view, from the list of `rung look RUN --training`.
    """

    name = "training-view"


@dataclass(frozen=True, eq=False)
class TrainingView:
    """One picture of a training, computed.

    Attributes:
        name: for a file or an address: "weights-over-time".
        title: what it is.
        draw: returns it as SVG.
        caption: says what it shows and how to read it; computed from its numbers.
        numbers: returns what was drawn, an array.
        table: returns the same as rows that can be read.
    """

    name: str
    title: str
    draw: Callable[[], str]
    caption: str
    numbers: Callable[[], np.ndarray]
    table: Callable[[], Table]

    def file(self, form: str) -> bytes:
        """Return it as a file.

        Args:
            form: "svg", "npy" or "csv".
        """
        if form == "svg":
            return self.draw().encode()
        if form == "csv":
            return (self.table().csv() + "\n").encode()
        file = io.BytesIO()
        np.save(file, self.numbers(), allow_pickle=False)
        return file.getvalue()


@dataclass(frozen=True, eq=False)
class Scene:
    """A view that can be had, not yet computed.

    Attributes:
        name: for a file or an address.
        group: a key of GROUPS.
        title: what it is.
        asks: whether the trained network must be asked, many times: seconds to minutes.
        make: computes it; takes the opened run where the network is asked, else None.
    """

    name: str
    group: str
    title: str
    asks: bool
    make: Callable[[Looking | None], TrainingView]


def scenes(run: Run) -> list[Scene]:
    """Return the views that can be had of a run's training, in the order of GROUPS.

    Args:
        run: it may still be training, or have failed: then those that ask the trained network are left out.

    Cost: that of reading what was kept; nothing is computed yet.
    """
    watched = Watched(run)
    ended = (run.folder / "model.safetensors").is_file()
    found = []
    if watched.flow.rows:
        for which, title in (("gradient", "Gradient flow"), ("ratio", "Update to weight")):
            found.append(Scene(which, "flow", title, False, _flow(watched.flow, which, title)))
    if watched.weights:
        if ended and watched.takes_two_numbers and run.config.get("unit"):
            title = "Decision boundary"
            found.append(Scene("boundary", "forming", title, True, _boundary(watched, title)))
        if ended:
            title = "Loss surface and the path of training"
            found.append(Scene("surface", "landscape", title, True, _surface(watched, title)))
        title = "Weights"
        found.append(Scene("weights-over-time", "histograms", title, False, _weights(watched, title)))
        if ended:
            title = "Activations"
            found.append(Scene("activations-over-time", "histograms", title, True, _units(watched, title)))
    tried = kept(run)
    if tried is not None:
        used = run.config["config"].get("lr") or None
        test = RateTest(tried.rates, tried.losses, tried.suggested, tried.diverged, used)
        title = "Learning-rate range test"
        found.append(Scene("rate-test", "rate", title, False, lambda _: _rate(test, title)))
    return found


# -- each of them --------------------------------------------------------------------------------------------


def _flow(flow: Flow, which: str, title: str) -> Callable[[Looking | None], TrainingView]:
    def make(_: Looking | None) -> TrainingView:
        lines = flow.lines(which)
        return TrainingView(
            which,
            title,
            lambda: flow.svg(which),
            flow.caption(which),
            lambda: np.stack([values for _, values in lines.values()]),
            flow.table,
        )

    return make


def _weights(watched: Watched, title: str) -> Callable[[Looking | None], TrainingView]:
    return lambda _: _histories(
        "weights-over-time", title, weights_over_time(watched.weights, watched.about.get("parameters", ()))
    )


def _units(watched: Watched, title: str) -> Callable[[Looking | None], TrainingView]:
    def make(looking: Looking | None) -> TrainingView:
        looking = _needed(looking)
        few = len(looking.restored.inputs.splits["validation"]) < LEAST
        x = looking.restored.inputs.take(_some(looking, "train" if few else "validation"))
        found = units_over_time(looking.subject, watched.weights, x)
        return _histories("activations-over-time", title, found)

    return make


def _histories(name: str, title: str, found: Histories) -> TrainingView:
    def numbers() -> np.ndarray:
        most = max(each.counts.shape[1] for each in found.layers)  # of few values there are fewer bins
        wide = [np.pad(each.counts, ((0, 0), (0, most - each.counts.shape[1]))) for each in found.layers]
        return np.stack(wide)  # (layers, moments, bins)

    return TrainingView(name, title, found.svg, found.caption, numbers, found.table)


def _surface(watched: Watched, title: str) -> Callable[[Looking | None], TrainingView]:
    def make(looking: Looking | None) -> TrainingView:
        restored = _needed(looking).restored
        rows = _some(_needed(looking), "train")
        answers = restored.backend.answers(restored.inputs.y[rows])

        def loss(model: Any, x: Any) -> Any:
            return restored.recipe.loss(model, x, answers)

        path = dict(watched.weights)
        last = max(path)
        if len(path) > 1 and all(
            np.array_equal(path[last][n], w) for n, w in _learned(restored.model).items()
        ):
            del path[last]  # the present weights end the path in any case
        found = surface(
            Subject(restored.model, loss),
            restored.inputs.take(rows),
            rows,
            lambda value, _: float(value),
            snapshots=[_with(_learned(restored.model, all_of=True), kept) for kept in path.values()],
            steps=tuple(path),
            size=GRID,
            of_batch=True,
        )
        return TrainingView(
            "surface",
            title,
            found.svg,
            found.caption,
            lambda: found.losses,
            found.table,
        )

    return make


def _boundary(watched: Watched, title: str) -> Callable[[Looking | None], TrainingView]:
    def make(looking: Looking | None) -> TrainingView:
        restored = _needed(looking).restored
        inputs, data, task = restored.inputs, restored.data, restored.recipe.TASK
        rows = inputs.splits["train"]
        x = inputs.take(rows)
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f" or x.shape[1:] != (2,):
            raise TrainingViewError("the boundary is drawn of networks of two inputs")
        if not isinstance(task, Classes):
            raise TrainingViewError("the boundary is drawn of networks whose answers are classes")
        known = np.asarray(data.x)[rows] if np.shape(data.x)[1:] == (2,) else x
        scale = [_line(x[:, i], known[:, i]) for i in range(2)]
        found = boundary(
            _needed(looking).subject,
            watched.weights,
            x,
            inputs.y[rows],
            data.names,
            task.outputs,
            columns=_needed(looking).column_names(2),
            scale=scale,
        )
        return TrainingView(
            "boundary",
            title,
            found.svg,
            found.caption,
            lambda: found.probabilities,
            found.table,
        )

    return make


def _rate(test: RateTest, title: str) -> TrainingView:
    def numbers() -> np.ndarray:
        return np.stack([test.rates, test.losses])

    return TrainingView("rate-test", title, test.svg, test.caption, numbers, test.table)


# -- what they share -----------------------------------------------------------------------------------------


def _needed(looking: Looking | None) -> Looking:
    if looking is None:
        raise TrainingViewError(
            "this view asks the trained network", rule="The training must have come to its end."
        )
    return looking


def _some(looking: Looking, part: str) -> np.ndarray:
    """Return some rows of a part, spread evenly over it: always the same."""
    inputs = looking.restored.inputs
    rows = inputs.splits[part]
    one = trace(looking.subject, inputs.take(rows[:1])).flops
    count = min(len(rows), EXAMPLES, max(LEAST, int(WORK / max(1, one))))
    return rows[np.linspace(0, len(rows) - 1, count).round().astype(int)]


def _learned(model: Any, all_of: bool = False) -> dict[str, np.ndarray]:
    from rung.explain.weights import weights

    return weights(model, learned=not all_of)


def _with(present: dict[str, np.ndarray], kept: Any) -> dict[str, np.ndarray]:
    """Return every parameter of a moment: what was frozen is as it is now."""
    return {name: kept.get(name, array) for name, array in present.items()}


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return factor and shift of the straight line that makes y of x; 1 and 0 where none does."""
    if np.ptp(x) == 0:
        return 1.0, 0.0
    factor, shift = (float(v) for v in np.polyfit(x.astype(float), y.astype(float), 1))
    close = np.allclose(factor * x + shift, y, atol=1e-3 * float(np.ptp(y) or 1), equal_nan=False)
    return (factor, shift) if close else (1.0, 0.0)
