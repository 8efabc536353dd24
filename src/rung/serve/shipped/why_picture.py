"""Which places of a picture speak for an answer: this file travels with the export and needs NumPy alone.

There is no gradient in an ONNX file. Where a network ends with a pooling of its last maps over all places and
one linear layer, none is needed: the linear layer's weights are the gradient of every map's pooled value, and
Grad-CAM is a weighted sum of the maps (Zhou and others, 2016). The export has it as the output `evidence`.
Any other network is asked again, patch by patch covered (Zeiler and Fergus, 2014).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Run = Callable[[Sequence[np.ndarray], Sequence[str]], list[np.ndarray]]
_AT_ONCE = 64  # covered pictures in a batch: what it takes in memory does not grow with the picture


@dataclass(frozen=True)
class Map:
    """How much each place speaks for an answer.

    Attributes:
        values: (height, width) of the picture as the network takes it; below 0 it speaks against.
        method: what it was found by.
        read: a sentence on how to read it.
    """

    values: np.ndarray
    method: str
    read: str


def why(run: Run, outputs: Sequence[str], x: np.ndarray, target: int, settings: dict[str, Any]) -> Map:
    """Return which places speak for a class.

    Args:
        run: asks the network.
        outputs: names of what it gives.
        x: its input, a batch of one, as `prepare` makes it.
        target: the class.
        settings: as `prepare` takes them.
    """
    return (
        grad_cam(run, x, target, settings) if "evidence" in outputs else occlusion(run, x, target, settings)
    )


def grad_cam(run: Run, x: np.ndarray, target: int, settings: dict[str, Any]) -> Map:
    """Return the class's weighted sum of the last maps, where it is above 0, drawn out to the picture."""
    evidence = run([x], ["evidence"])[0][0, target].astype(np.float64)
    small = np.maximum(evidence, 0) / evidence.size
    read = (
        "Where the last layer of maps found what speaks for this answer: coarse, as these maps have "
        f"{evidence.shape[0]} x {evidence.shape[1]} places. What speaks against it is left out."
    )
    return Map(drawn_out(small, *settings["size"]), "Grad-CAM", read)


def occlusion(run: Run, x: np.ndarray, target: int, settings: dict[str, Any]) -> Map:
    """Return how much the class's score falls when the patches that hold a place are covered, on average.

    A patch is a seventh of the shorter side, the next one half a patch further on; what covers it is 0 of the
    network's input: paper, or the mean of all pictures.
    """
    height, width = settings["size"]
    holds = patches(height, width)
    maps = x.reshape(1, settings["channels"], height, width)
    (score,) = run([x], ["scores"])[0][:, target].astype(np.float64)
    falls = []
    for i in range(0, len(holds), _AT_ONCE):
        covered = np.where(holds[i : i + _AT_ONCE, None], np.float32(0), maps)
        scores = run([np.ascontiguousarray(covered.reshape(-1, *x.shape[1:]))], ["scores"])[0]
        falls.append(score - scores[:, target].astype(np.float64))
    found = np.tensordot(np.concatenate(falls), holds.astype(np.float64), axes=1)
    read = (
        "How much the score of this answer falls when a patch is covered: orange speaks for it; blue against "
        "it, for there the score rises. Of two places that say the same neither shows."
    )
    return Map(found / holds.sum(axis=0), "occlusion", read)


def patches(height: int, width: int) -> np.ndarray:
    """Return squares that cover a picture: (pieces, height, width), True inside; the last ones are cut."""
    size = max(1, round(min(height, width) / 7))
    stride = max(1, size // 2)
    tops, lefts = (range(0, max(side - size, 0) + stride, stride) for side in (height, width))
    holds = np.zeros((len(tops), len(lefts), height, width), bool)
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            holds[i, j, top : top + size, left : left + size] = True
    return holds.reshape(-1, height, width)


def drawn_out(small: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return a map (h, w) at another size, in straight lines between the middles of its places."""
    for axis, size in ((0, height), (1, width)):
        old = small.shape[axis]
        at = np.clip((np.arange(size) + 0.5) * old / size - 0.5, 0, old - 1)
        low = np.floor(at).astype(int)
        share = (at - low).reshape(-1, 1) if axis == 0 else at - low
        small = small.take(low, axis) * (1 - share) + small.take(np.minimum(low + 1, old - 1), axis) * share
    return small


def coloured(values: np.ndarray, pixels: np.ndarray, ink: bool) -> np.ndarray:
    """Return the picture in grey with the map over it: orange for the answer, blue against it.

    Args:
        values: (height, width).
        pixels: bytes (height, width) or (height, width, 3), as `fitted` gives them.
        ink: whether 255 is ink, and shown dark.
    """
    grey = pixels.mean(axis=2) if pixels.ndim == 3 else pixels.astype(np.float64)
    grey = 40 + 180 * (255 - grey if ink else grey) / 255  # short of both ends, so that colour shows
    most = float(np.abs(values).max()) / 0.75  # the picture shows through where the map is strongest, too
    share = (values / most if most > 0 else np.zeros_like(values))[:, :, None]
    colour = np.where(share > 0, np.array([212.0, 95, 18]), np.array([28.0, 109, 179]))
    made: np.ndarray = np.rint(grey[:, :, None] * (1 - np.abs(share)) + colour * np.abs(share)).astype(
        np.uint8
    )
    return made
