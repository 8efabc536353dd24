"""Where a run fails, over its whole test part: what it confuses, how sure it is, which groups and labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from rung.explain.answers import Answers
from rung.explain.calibration import calibration
from rung.explain.failures import Confusion, Worst, confusions, worst_losses
from rung.explain.label_errors import LabelIssues, label_errors
from rung.explain.misses import Misses
from rung.explain.slices import slices
from rung.projects.looking import Looking
from rung.projects.many import many, told_numbers
from rung.projects.view import View
from rung.train.inputs import predict
from rung.train.tasks import Classes, Number

PAIRS = 6  # pairs of classes whose pictures are told


@dataclass(frozen=True, eq=False)
class Failing:
    """Where a run fails, and what is seen over many examples.

    Attributes:
        views: confusions, calibration, groups; what units do and where examples lie, seen over many.
        answers: on the test part, in its order: places are numbers of test examples; None if they are not
            classes.
        worst: the answers with the greatest losses; None if they are not classes.
        labels: that are likely wrong; None if there are none to be wrong.
        pairs: of classes that were confused most, with their examples.
        misses: of a run that answers with numbers, how far off they are.
    """

    views: list[View]
    answers: Answers | None = None
    worst: Worst | None = None
    labels: LabelIssues | None = None
    pairs: list[Confusion] = field(default_factory=list)
    misses: Misses | None = None


def failing(looking: Looking) -> Failing:
    """Ask a run about its whole test part.

    A run that answers with classes is told in full, one with numbers by how far off they are; of one that
    writes text, what it does over many examples.

    Cost: one pass over the test part.
    """
    task = looking.restored.recipe.TASK
    if isinstance(task, Classes):
        return _of_classes(looking, task)
    if isinstance(task, Number):
        return _of_numbers(looking, task)
    return Failing(list(many(looking)))


def _of_classes(looking: Looking, task: Classes) -> Failing:
    truth = looking.restored.inputs.y[looking.rows]
    answers = Answers(task.outputs(_asked(looking)), truth, tuple(looking.restored.data.names))
    confused = confusions(answers)
    classes = [answers.names[i] for i in answers.truth]
    said = zip(range(len(answers)), classes, answers.chosen, strict=True)
    labels = [f"{i}: {name}, said {answers.names[chosen]}" for i, name, chosen in said]
    views = [*_of_answers(looking, answers), *many(looking, labels, classes)]
    return Failing(views, answers, worst_losses(answers), label_errors(answers), list(confused.pairs[:PAIRS]))


def _of_numbers(looking: Looking, task: Number) -> Failing:
    outputs, truth = task.outputs(_asked(looking)), looking.restored.inputs.y[looking.rows]
    misses = Misses(outputs, np.asarray(truth, np.float64).reshape(-1))
    rows = misses.table().rows
    drawn = View(
        "misses",
        "failures",
        "Answers beside truths",
        "svg",
        misses.svg,
        misses.caption,
        lambda: told_numbers(rows),
    )
    labels = [
        f"{i}: {t:.4g}, said {a:.4g}"
        for i, (t, a) in enumerate(zip(misses.truth, misses.answers, strict=True))
    ]
    return Failing([drawn, *many(looking, labels)], misses=misses)


def _asked(looking: Looking) -> np.ndarray:
    """Return the raw answers to the whole test part."""
    found = looking.restored
    with looking.subject.in_place():
        outputs = getattr(found.recipe, "outputs", None)
        return predict(found.backend, found.model, found.inputs, looking.rows, outputs)


def _of_answers(looking: Looking, answers: Answers) -> Iterator[View]:
    """Yield what is told of the answers alone."""
    confused, sure = confusions(answers), calibration(answers)
    groups = slices(answers.right, attributes(looking))
    for name, title, told, numbers in (
        ("confusions", "What is taken for what", confused, lambda: confused.matrix),
        ("calibration", "Is it as sure as it is right?", sure, lambda: told_numbers(sure.table().rows)),
        ("groups", "Which groups it does worse on", groups, lambda: told_numbers(groups.table().rows)),
    ):
        yield View(name, "failures", title, "svg", told.svg, told.caption, numbers)


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
