"""What an attribution is: how much each place of an input speaks for an answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.scratch.errors import RungError


class AttributionError(RungError, ValueError):
    """A method was asked to explain what it cannot explain: another kind of input, model or answer.

    Each method says in `METHODS` what it is for: Grad-CAM needs a layer that keeps a picture's places, guided
    backprop needs a ReLU, and a gradient needs real numbers, which words become in an embedding layer.

        >>> import numpy as np
        >>> from rung.explain.attribution import attribute
        >>> from rung.explain.subject import Subject
        >>> from rung.scratch import nn
        >>> linear = Subject(nn.Sequential(nn.Linear(3, 2, rng=0)))
        >>> attribute(linear, np.ones((1, 3), np.float32), method="guided-backprop")
        Traceback (most recent call last):
            ...
        rung.explain.attribution.result.AttributionError: ...

    Repair: take a method that is for this input (`METHODS[name].inputs`), or name a layer that fits.
    Occlusion asks the least of a model: answers, and no gradient.
    """

    name = "attribution"


@dataclass(frozen=True)
class Attribution:
    """A map over an input, and what it is a map of.

    Attributes:
        method: its name in `METHODS`.
        kind: of the input: "picture", "words", "table" or "numbers" (all else).
        map: one number a place: pictures (N, H, W), words (N, L), tables (N, columns), else like `values`.
        values: what the map was made of: a picture's channels (N, C, H, W), the vectors of words (N, L, d).
        signed: whether the sign speaks: above 0 for the answer, below 0 against it. If not, only size does.
        scores: all answers of the model, (N, C).
        weights: which of them were explained, (N, C): the score is sum(scores * weights).
        layer: by whose output; None: by the input.
        gap: of integrated gradients, (N,): by how much the map's sum misses S(x) - S(baseline); else None.
    """

    method: str
    kind: str
    map: np.ndarray
    values: np.ndarray
    signed: bool
    scores: np.ndarray
    weights: np.ndarray
    layer: str | None = None
    gap: np.ndarray | None = None

    @property
    def classes(self) -> np.ndarray:
        """Which class was explained, (N,) whole numbers; of several at once, the one of most weight."""
        if self.weights.ndim < 2:
            return np.zeros(len(self.weights), np.int64)
        most: np.ndarray = self.weights.reshape(len(self.weights), -1).argmax(axis=1)
        return most
