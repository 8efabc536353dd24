"""Frozen features: what EfficientNet-Lite0 makes of each picture, computed once and kept."""

from __future__ import annotations

import hashlib
import sys
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from rung.data import pretrained
from rung.data.augment import normalise
from rung.train.progress import Plain
from rung.train.remember import remembered

if TYPE_CHECKING:
    from rung.models.efficientnet_lite import EfficientNetLite0

WEIGHTS = "efficientnet-lite0"
# Pictures in one file of the cache: whoever is interrupted loses a few seconds of work.
_PIECE = 128


def as_input(pictures: np.ndarray) -> np.ndarray:
    """Return bytes (n, h, w, 3) as ImageNet's weights want them: (x - 127) / 128, (n, 3, h, w)."""
    return normalise(pictures, mean=127 / 255, deviation=128 / 255)


def imagenet(classes: int = 1000) -> EfficientNetLite0:
    """Return the network with the weights of ImageNet; with a new head unless it has 1,000 classes.

    Raises:
        MissingDataError: the package that holds the weights is not installed; the message says its name.
    """
    import torch

    from rung.models.efficientnet_lite import EfficientNetLite0, from_published

    net = EfficientNetLite0(classes)
    weights = from_published(torch.load(pretrained.path(WEIGHTS), map_location="cpu", weights_only=True))
    if classes != 1000:
        weights |= {"head.weight": net.head.weight.detach(), "head.bias": net.head.bias.detach()}
    net.load_state_dict(weights)
    return net


def features(pictures: np.ndarray, side: int) -> np.ndarray:
    """Return the description of each picture, from the cache where it has been computed before.

    Args:
        pictures: bytes (n, h, w, 3).
        side: they are enlarged to this height and width.

    Returns:
        (n, 1280) float32.

    Raises:
        MissingDataError: the package that holds the weights is not installed.

    Cost: about 50 ms a picture of 224 x 224 on one core, once.
    """
    net: EfficientNetLite0 | None = None

    def described(piece: np.ndarray) -> np.ndarray:
        nonlocal net
        import torch

        from rung.projects.cat_dog.model import enlarged

        if net is None:  # only if a piece is not in the cache
            Plain(sys.stderr).line(f"EfficientNet-Lite0 looks at {len(pictures):,} pictures, once ...")
            net = imagenet().eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        found = []
        with torch.inference_mode():
            for i in range(0, len(piece), 32):
                x = enlarged(torch.from_numpy(as_input(piece[i : i + 32])), side)
                found.append(net.features(x.contiguous(memory_format=torch.channels_last)).numpy())
        return np.concatenate(found)

    pretrained.path(WEIGHTS)  # says what is missing even if all features are in the cache
    pieces = [pictures[i : i + _PIECE] for i in range(0, len(pictures), _PIECE)]
    found = []
    for piece in pieces:
        found.append(remembered("features", f"{WEIGHTS} {side} {_digest(piece)}", partial(described, piece)))
    return np.concatenate(found)


def _digest(pictures: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(pictures).data).hexdigest()
