"""Where a run fails, over its whole test part: what it confuses, how sure it is, which groups and labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.explain.activations import strongest
from rung.explain.answers import Answers
from rung.explain.calibration import calibration
from rung.explain.colors import png
from rung.explain.failures import Worst, confusions, worst_losses
from rung.explain.label_errors import LabelIssues, label_errors
from rung.explain.projection import project
from rung.explain.slices import slices
from rung.explain.units import units
from rung.projects.looking import Looking
from rung.projects.views import View
from rung.scratch.errors import RungError
from rung.train.inputs import predict
from rung.train.tasks import Classes

CONVOLUTIONS, CHANNELS, EXAMPLES = 3, 12, 9  # drawn: layers, channels of each, examples of a channel


class NoClassesError(RungError, TypeError):
    """A run whose answers are no classes was asked which classes it confuses.

    A number has no right or wrong, and a text no single answer; what such a run was furthest off stands on
    its own page.

        >>> from rung.projects.failing import NoClassesError
        >>> raise NoClassesError("admission answers with a number")
        Traceback (most recent call last):
            ...
        rung.projects.failing.NoClassesError: ...

    Repair: look at the run's page, or into its worst examples one by one.
    """

    name = "no-classes"


@dataclass(frozen=True, eq=False)
class Failing:
    """Where a run fails.

    Attributes:
        answers: on the test part, in its order: places are numbers of test examples.
        worst: the answers with the greatest losses.
        labels: that are likely wrong.
        views: confusions, calibration, groups; what units do and where examples lie, seen over many.
    """

    answers: Answers
    worst: Worst
    labels: LabelIssues
    views: list[View]


def failing(looking: Looking) -> Failing:
    """Ask a run about its whole test part.

    Raises:
        NoClassesError: its answers are no classes.

    Cost: one pass over the test part.
    """
    found, task = looking.restored, looking.restored.recipe.TASK
    if not isinstance(task, Classes):
        raise NoClassesError(
            f"the answers of {looking.run.name} are no classes",
            rule="Confusions, calibration and wrong labels are told of classes.",
            fix=f"rung score {looking.run.name}",
        )
    outputs = getattr(found.recipe, "outputs", None)
    raw = predict(found.backend, found.model, found.inputs, looking.rows, outputs)
    answers = Answers(task.outputs(raw), found.inputs.y[looking.rows], tuple(found.data.names))
    views = [*_of_answers(looking, answers), *_of_many(looking, answers)]
    return Failing(answers, worst_losses(answers), label_errors(answers), views)


def _of_answers(looking: Looking, answers: Answers) -> Iterator[View]:
    """Yield what is told of the answers alone."""
    confused, sure = confusions(answers), calibration(answers)
    groups = slices(answers.right, attributes(looking))
    for name, title, told, numbers in (
        ("confusions", "What is taken for what", confused, lambda: confused.matrix),
        ("calibration", "Is it as sure as it is right?", sure, lambda: _numbers(sure.table().rows)),
        ("groups", "Which groups it does worse on", groups, lambda: _numbers(groups.table().rows)),
    ):
        yield View(name, "failures", title, "svg", told.svg, told.caption, numbers)


def _of_many(looking: Looking, answers: Answers) -> Iterator[View]:
    """Yield what is seen by passing many examples through the network."""
    some = looking.some()
    x = looking.restored.inputs.take(looking.rows[some])
    seen = units(looking.subject, x)
    yield View(
        "units",
        "many",
        "What its units do",
        "svg",
        seen.svg,
        seen.caption,
        lambda: _numbers(seen.histogram_table().rows),
    )
    yield from _of_channels(looking, x, some)
    layer = last_before_the_answer(looking, x)
    if layer is not None and len(some) >= 3:
        values = looking.subject.value(x, layer)
        classes = [answers.names[i] for i in answers.truth[some]]
        labels = [
            f"{i}: {name}, said {answers.names[said]}"
            for i, name, said in zip(some, classes, answers.chosen[some], strict=True)
        ]
        for method, title in (("pca", "principal components"), ("t-sne", "t-SNE")):
            picture = project(values, method, labels, classes)
            yield View(
                f"examples-{method}",
                "many",
                f"Where examples lie in {layer}, by {title}",
                "svg",
                picture.svg,
                picture.caption,
                lambda picture=picture: picture.points,  # type: ignore[misc]
            )


def _of_channels(looking: Looking, x: Any, some: np.ndarray) -> Iterator[View]:
    """Yield which real examples make each channel of a convolution strongest."""
    if looking.takes != "picture":
        return
    convolutions = [n for n, m in looking.subject.layers().items() if type(m).__name__.endswith("Conv2d")]
    for layer in convolutions[:CONVOLUTIONS]:
        rows, peaks = strongest(looking.subject.value(x, layer), EXAMPLES)
        rows, peaks = rows[:CHANNELS], peaks[:CHANNELS]

        def draw(rows: np.ndarray = rows) -> bytes:
            seen = [looking.example(int(some[i])).picture for row in rows for i in row]
            return png(side_by_side([s for s in seen if s is not None], rows.shape[1]), 2)

        yield View(
            f"strongest-{layer}",
            "many",
            f"What makes the channels of {layer} strongest",
            "png",
            draw,
            f"A row is a channel of {layer}, the first {len(rows)}; in it the {rows.shape[1]} of {len(some)} "
            "test examples that reach the highest value anywhere in its map, the highest first. Channel 0 "
            f"goes from {peaks[0, 0]:.3g} to {peaks[0, -1]:.3g}. What they share is what it may look "
            "for.",
            lambda rows=rows: some[rows],  # type: ignore[misc]
        )


def side_by_side(pictures: Sequence[np.ndarray], columns: int, gap: int = 2) -> np.ndarray:
    """Lay pictures (h, w) or (h, w, 3) of bytes in rows; what is between is see-through, (H, W, 4)."""
    h, w = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    sheet = np.zeros((rows * (h + gap) - gap, columns * (w + gap) - gap, 4), np.uint8)
    for i, picture in enumerate(pictures):
        top, left = i // columns * (h + gap), i % columns * (w + gap)
        colours = picture if picture.ndim == 3 else picture[:, :, None]
        sheet[top : top + h, left : left + w, :3] = colours
        sheet[top : top + h, left : left + w, 3] = 255
    return sheet


def last_before_the_answer(looking: Looking, x: Any) -> str | None:
    """Return the layer whose vectors the answer is read off: the last that made (n, features) before it."""
    from rung.explain.attribution.calls import calls

    n = len(x[0] if isinstance(x, tuple) else x)
    leaves = {name for name, module in looking.subject.layers().items() if not list(module.children())}
    seen = [c.layer for c in calls(looking.subject, x) if c.layer in leaves and _is_vectors(c.shape, n)]
    return seen[-2] if len(seen) > 1 else None


def _is_vectors(shape: tuple[int, ...], n: int) -> bool:
    return len(shape) == 2 and shape[0] == n


def attributes(looking: Looking) -> dict[str, np.ndarray]:
    """Return what the test examples can be grouped by: columns; a text's length, a picture's brightness."""
    data = looking.restored.data
    x = data.x[looking.rows]
    if data.kind == "columns":
        return {name: x[name] for name in data.x.dtype.names or ()}
    if data.kind == "texts":
        return {"words": np.array([len(str(text).split()) for text in x], dtype=np.int64)}
    if data.kind == "pictures" and len(data.shape) >= 2:
        flat = x.reshape(len(x), -1)
        return {"mean of the pixels": flat.mean(axis=1), "spread of the pixels": flat.std(axis=1)}
    named = len(data.features) == x.reshape(len(x), -1).shape[1]
    columns = x.reshape(len(x), -1).T
    return {f: c for f, c in zip(data.features, columns, strict=True)} if named else {}


def _numbers(rows: Any) -> np.ndarray:
    """Return the numbers of a table's rows; words become nan."""
    return np.array([[float(v) if isinstance(v, (int, float)) else np.nan for v in row] for row in rows])
