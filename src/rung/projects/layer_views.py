"""The views of layers: what each made of the example, what makes it strongest, and its weights."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from rung.explain.activations import Activation, peaks, strongest
from rung.explain.colors import png
from rung.explain.filters import Filters, filters
from rung.projects.view import Seen, View

SIDE = 240  # about so many pixels wide a drawn map is
LARGEST = 28  # pixels a number takes at most
CHANNELS, EXAMPLES, THUMB = 12, 9, 56  # drawn: channels of a layer, examples of each, pixels of an example
AT_ONCE = 4_000_000  # numbers of an input in one pass, of many examples


def layers(looking: Seen, found: Sequence[Activation], drawn: Collection[str]) -> Iterator[View]:
    """Yield what each layer of the drawing made; of a closed block its last layer.

    A layer that hands on what it was given, as dropout does now, is left out.

    Args:
        looking: what is looked into.
        found: what every layer made of the example.
        drawn: names of the boxes of the drawing.
    """
    same = [i > 0 and np.array_equal(a.values, found[i - 1].values) for i, a in enumerate(found)]
    last = {}
    for i, activation in enumerate(found):
        parts = activation.layer.split(".")
        box = next((b for n in range(len(parts)) if (b := ".".join(parts[: n + 1])) in drawn), None)
        if box is not None:
            last[box if box != activation.layer else (box, i)] = i
    for i in sorted(last.values()):
        activation = found[i]
        if same[i]:
            continue

        def draw(activation: Activation = activation) -> bytes:
            pixels = activation.picture()
            high, wide = (max(1, min(LARGEST, SIDE // side)) for side in pixels.shape[:2])
            return png(pixels, (high, wide) if activation.values.ndim == 2 else wide)

        yield View(
            f"layer-{i}-{activation.layer}",
            "layers",
            f"{activation.layer or 'model'}: {activation.kind}",
            "png",
            draw,
            activation.caption(),
            lambda activation=activation: activation.values,  # type: ignore[misc]
            more=_strongest(looking, activation) if looking.takes == "picture" else (),
        )


def _strongest(looking: Seen, activation: Activation) -> tuple[View, ...]:
    """Return which real examples make each channel of a layer strongest; nothing of a layer over time."""
    if activation.values.ndim not in (1, 3) or looking.count < 2 * EXAMPLES:
        return ()
    layer = activation.layer

    def rows() -> np.ndarray:
        some, high = highest(looking)
        return some[strongest(high[layer], EXAMPLES)[0]]

    def draw() -> bytes:
        pictures = [looking.example(int(i)).picture for row in rows()[:CHANNELS] for i in row]
        return png(side_by_side([_small(p) for p in pictures if p is not None], EXAMPLES))

    shown = min(CHANNELS, len(activation.values))
    return (
        View(
            f"strongest-{layer}",
            "layers",
            f"What makes the {'channels' if activation.values.ndim == 3 else 'units'} of {layer} strongest",
            "png",
            draw,
            f"A row is a {'channel' if activation.values.ndim == 3 else 'unit'} of {layer}, the first {shown}"
            f"; in it the {EXAMPLES} test examples, of {len(sampled(looking))} tried, that reach the highest "
            "value, the highest first. What they share is what it may look for.",
            rows,
        ),
    )


def sampled(looking: Seen, most: int = 400, numbers: int = 6_000_000) -> np.ndarray:
    """Return numbers of examples to compare with: as many as fit in so many numbers."""
    one = looking.example(0).x
    size = sum(np.size(part) for part in (one if isinstance(one, tuple) else (one,)))
    count = min(looking.count, most, max(20, numbers // max(1, size)))
    return np.linspace(0, looking.count - 1, count).astype(np.int64)


def highest(looking: Seen) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return numbers of examples, and how high each channel of each layer goes in them; found out once."""
    if "peaks" not in looking.kept:
        some = sampled(looking)
        size = max(1, np.size(looking.example(0).x))
        parts = np.array_split(some, max(1, -(-len(some) * size // AT_ONCE)))
        batches = (np.concatenate([looking.example(int(i)).x for i in part]) for part in parts)
        looking.kept["peaks"] = some, peaks(looking.subject, batches)
    found: tuple[np.ndarray, dict[str, np.ndarray]] = looking.kept["peaks"]
    return found


def _small(picture: np.ndarray) -> np.ndarray:
    """Bring a picture down to a thumbnail; a small one stays as it is, each pixel drawn larger."""
    from PIL import Image

    tall = max(picture.shape[:2])
    if tall <= THUMB:
        return np.repeat(np.repeat(picture, max(1, THUMB // tall), axis=0), max(1, THUMB // tall), axis=1)
    size = (round(picture.shape[1] * THUMB / tall), round(picture.shape[0] * THUMB / tall))
    return np.array(Image.fromarray(picture).resize(size))


def side_by_side(pictures: Sequence[np.ndarray], columns: int, gap: int = 3) -> np.ndarray:
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


def weights(looking: Seen, drawn: Collection[str]) -> Iterator[View]:
    """Yield the first weights, and those of every layer that is a box of the drawing by itself."""
    shape = looking.picture_shape if looking.takes == "picture" else None
    for i, found in enumerate(filters(looking.subject, shape or None)):
        if i and not {found.layer, found.layer.rpartition(".")[0]} & set(drawn):
            continue

        def draw(found: Filters = found) -> bytes:
            pixels = found.picture()
            return png(pixels, max(1, min(LARGEST, 2 * SIDE // pixels.shape[1])))

        yield View(
            f"weights-{found.layer}",
            "weights",
            f"Weights of {found.layer or 'the model'}",
            "png",
            draw,
            found.caption(),
            lambda found=found: found.values,  # type: ignore[misc]
        )
