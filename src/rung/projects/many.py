"""The views over many examples at once: what units do, and where examples and words lie beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rung.explain.attribution.calls import calls
from rung.explain.projection import Projection, project
from rung.explain.units import units
from rung.projects.layer_views import sampled
from rung.projects.looking import Looking
from rung.projects.view import View

WORDS = 400  # words of a vocabulary that are put into a plane: the first, which are the most frequent
METHODS = (("pca", "principal components"), ("t-sne", "t-SNE"))


def many(looking: Looking, labels: Sequence[str] = (), classes: Sequence[str] = ()) -> Iterator[View]:
    """Yield what is seen by passing many test examples through a network.

    Args:
        looking: the run.
        labels: of every test example, shown on hover; none: their numbers.
        classes: of every test example, by colour and shape; may be none.

    Cost: three passes over the sampled examples, and t-SNE.
    """
    some = sampled(looking)
    x = looking.restored.inputs.take(looking.rows[some])
    seen = units(looking.subject, x)
    rows = seen.histogram_table().rows
    yield View(
        "units", "many", "What its units do", "svg", seen.svg, seen.caption, lambda: told_numbers(rows)
    )
    layer = last_before_the_answer(looking, x)
    if layer is not None and len(some) >= 3:
        values = looking.subject.value(x, layer)
        told = [labels[i] if labels else f"test example {i}" for i in some]
        named = [classes[i] for i in some] if classes else []
        yield from _planes("examples", f"Where examples lie in {layer}", values, told, named)
    yield from _of_words(looking)


def _of_words(looking: Looking) -> Iterator[View]:
    """Yield where the words of an embedding table lie."""
    words = looking.vocabulary
    for name, module in looking.subject.layers().items():
        weight: Any = getattr(module, "weight", None)
        if weight is None or "Embedding" not in type(module).__name__ or len(weight) != len(words):
            continue
        values = np.array(looking.subject.engine.array(weight))[:WORDS]
        yield from _planes(f"words-{name}", f"Where the words of {name} lie", values, words[:WORDS], ())
        return


def _planes(
    name: str, title: str, values: np.ndarray, labels: Sequence[str], classes: Sequence[str]
) -> Iterator[View]:
    for method, called in METHODS:
        picture: Projection = project(values, method, labels, classes)
        yield View(
            f"{name}-{method}",
            "many",
            f"{title}, by {called}",
            "svg",
            picture.svg,
            picture.caption,
            lambda picture=picture: picture.points,  # type: ignore[misc]
        )


def last_before_the_answer(looking: Looking, x: Any) -> str | None:
    """Return the layer whose vectors the answer is read off: the last that made (n, features) before it."""
    n = len(x[0] if isinstance(x, tuple) else x)
    leaves = {name for name, module in looking.subject.layers().items() if not list(module.children())}
    seen = [c.layer for c in calls(looking.subject, x) if c.layer in leaves and _is_vectors(c.shape, n)]
    return seen[-2] if len(seen) > 1 else None


def _is_vectors(shape: tuple[int, ...], n: int) -> bool:
    return len(shape) == 2 and shape[0] == n


def told_numbers(rows: Any) -> np.ndarray:
    """Return the numbers of a table's rows; words become nan."""
    return np.array([[float(v) if isinstance(v, (int, float)) else np.nan for v in row] for row in rows])
