"""Which words speak for an answer: this file travels with the export and needs NumPy alone.

Every word in turn is left out and the text closes up: what the answer's probability loses by it is what the
word is worth (occlusion; Zeiler and Fergus, 2014; of words: Li, Monroe and Jurafsky, 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Run = Callable[[Sequence[np.ndarray], Sequence[str]], list[np.ndarray]]
METHOD = (
    "leave one word out, which is occlusion (Zeiler and Fergus, 2014; of words Li, Monroe and Jurafsky, 2016)"
)
READ = (
    "The number below a word is by how many points of 100 the chance falls when this word alone is left out: "
    "orange speaks for the answer, blue against it. Of two words that say the same neither shows, and words "
    "that matter only together do not either."
)
_AT_ONCE = 32  # shortened texts in a batch: what it takes in memory does not grow with the text


def why(run: Run, x: np.ndarray, target: int) -> np.ndarray:
    """Return what every word is worth: how much the probability of a class falls without it, (n,).

    Args:
        run: asks the network.
        x: the numbers of its words, (1, n), as `prepare` makes them.
        target: the class.
    """
    (words,) = x
    if len(words) < 2:
        return np.zeros(len(words))  # without its only word it is no text
    (whole,) = run([x], ["probabilities"])[0][:, target].astype(np.float64)
    without = np.stack([np.delete(words, i) for i in range(len(words))])  # (n, n - 1)
    parts = [
        run([without[i : i + _AT_ONCE]], ["probabilities"])[0][:, target]
        for i in range(0, len(words), _AT_ONCE)
    ]
    worth: np.ndarray = whole - np.concatenate(parts).astype(np.float64)
    return worth


def shades(worth: np.ndarray) -> list[float]:
    """Return how strongly each word is coloured, -1 to 1: the weightiest fully, if worth a point."""
    most = max(float(np.abs(worth).max(initial=0.0)), 0.01)
    return [float(v) / most for v in worth]


def told(value: Any) -> str:
    """Return a worth in points of 100; "" below half a point, so that what matters is seen."""
    points = 100 * float(value)
    return f"{points:+.0f}" if abs(points) >= 0.5 else ""
