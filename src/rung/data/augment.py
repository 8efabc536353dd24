"""Augmentation: changed copies of training pictures that keep their meaning, drawn anew for every batch.

Each function takes a batch of pictures as bytes, (B, H, W) or (B, H, W, 3), and a NumPy generator; the same
generator gives the same pictures. The arrays it is given stay as they are. Only training pictures are
augmented, never those that a model is judged by.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rung.scratch.errors import DTypeError, SettingError, ShapeError


def random_flip(x: np.ndarray, rng: np.random.Generator, p: float = 0.5) -> np.ndarray:
    """Mirror each picture, left for right, with probability `p`.

    Not for what a mirror changes: digits, letters, traffic signs, hearts.
    """
    _need_pictures(x)
    _need_share(p, "p")
    out = x.copy()
    for i in np.flatnonzero(rng.random(len(x)) < p):  # no copies besides: quicker than choosing all at once
        out[i] = x[i, :, ::-1]
    return out


def random_crop(x: np.ndarray, rng: np.random.Generator, padding: int = 4) -> np.ndarray:
    """Put `padding` black pixels around each picture, and cut it out again somewhere in there.

    So each picture moves by up to `padding` pixels in both directions.

    Raises:
        SettingError: the padding is below 0.
    """
    _need_pictures(x)
    if padding < 0:
        raise SettingError(f"a padding of {padding} pixels", rule="It is a whole number from 0 on.")
    n, height, width = x.shape[:3]
    framed = np.zeros((n, height + 2 * padding, width + 2 * padding, *x.shape[3:]), x.dtype)
    framed[:, padding : padding + height, padding : padding + width] = x
    # every window of every picture, as a view: choosing one each copies what is chosen and nothing else
    windows = np.lib.stride_tricks.sliding_window_view(framed, (height, width), axis=(1, 2))
    top, left = rng.integers(0, 2 * padding + 1, (2, n))
    chosen = windows[np.arange(n), top, left]  # the window's axes come last
    return np.ascontiguousarray(np.moveaxis(chosen, 1, -1)) if x.ndim == 4 else chosen


def random_affine(
    x: np.ndarray,
    rng: np.random.Generator,
    degrees: float = 10.0,
    shift: float = 0.1,
    scale: float = 0.1,
) -> np.ndarray:
    """Turn, move and resize each picture a little, about its middle; what comes in from outside is black.

    A pixel between four others is their weighted mean (bilinear).

    Args:
        x: the pictures.
        rng: draws one turn, move and size for each.
        degrees: the largest turn, to either side.
        shift: the largest move, as a share of height and width.
        scale: the largest change of size: 0.1 is from 0.9 to 1.1 times.

    Raises:
        SettingError: the scale is not from 0 to below 1.
    """
    _need_pictures(x)
    if not 0 <= scale < 1:
        raise SettingError(f"a scale of {scale}", rule="It is a share, from 0 to below 1.")
    n, height, width = x.shape[:3]
    angle = np.deg2rad(rng.uniform(-degrees, degrees, n))
    zoom = rng.uniform(1 - scale, 1 + scale, n)
    down, right = rng.uniform(-shift, shift, (2, n)) * np.array([[height], [width]])
    # for each pixel of the result, where it comes from: the inverse turn, in float32 to halve the traffic
    cos, sin = (np.float32(1) * (f(angle) / zoom)[:, None, None] for f in (np.cos, np.sin))
    ys = (np.arange(height) - (height - 1) / 2)[None, :, None] - down[:, None, None]
    xs = (np.arange(width) - (width - 1) / 2)[None, None, :] - right[:, None, None]
    from_y = (cos * ys - sin * xs + (height - 1) / 2).astype(np.float32)
    from_x = (sin * ys + cos * xs + (width - 1) / 2).astype(np.float32)
    return _bilinear(x, from_y, from_x)


def _bilinear(x: np.ndarray, from_y: np.ndarray, from_x: np.ndarray) -> np.ndarray:
    """Return the pictures read at (n, H, W) places that lie between their pixels; outside they are black."""
    import torch  # its grid_sample reads four neighbours in one pass, four times as quick as NumPy's indexing

    n, height, width = x.shape[:3]
    first = torch.from_numpy(x.reshape(n, height, width, -1)).permute(0, 3, 1, 2).float()
    grid = np.stack([(2 * from_x + 1) / width - 1, (2 * from_y + 1) / height - 1], axis=-1)
    read = torch.nn.functional.grid_sample(first, torch.from_numpy(grid), align_corners=False)
    moved: np.ndarray = (
        read.round_().to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy().reshape(x.shape)
    )
    return moved


def cutout(x: np.ndarray, rng: np.random.Generator, size: int = 8) -> np.ndarray:
    """Blacken a square of `size` pixels in each picture; near an edge a part of it falls outside.

    Raises:
        SettingError: the square does not fit into the picture.
    """
    _need_pictures(x)
    n, height, width = x.shape[:3]
    if not 1 <= size <= min(height, width):
        raise SettingError(
            f"a square of {size} in pictures of {height} by {width}", rule="It fits into the picture."
        )
    y, z = rng.integers(0, (height, width), (n, 2)).T
    rows, columns = np.arange(height), np.arange(width)
    start_y, start_x = (y - size // 2)[:, None], (z - size // 2)[:, None]
    in_rows = (rows >= start_y) & (rows < start_y + size)
    in_columns = (columns >= start_x) & (columns < start_x + size)
    out = x.copy()
    out[in_rows[:, :, None] & in_columns[:, None, :]] = 0
    return out


def color_jitter(
    x: np.ndarray,
    rng: np.random.Generator,
    brightness: float = 0.2,
    contrast: float = 0.2,
    saturation: float = 0.2,
) -> np.ndarray:
    """Change brightness, contrast and saturation of each picture by a factor of its own.

    Each factor is drawn from 1 - s to 1 + s. Brightness multiplies; contrast moves away from the picture's
    mean grey; saturation, of coloured pictures, away from each pixel's own grey.
    """
    _need_pictures(x)
    for share, name in ((brightness, "brightness"), (contrast, "contrast"), (saturation, "saturation")):
        _need_share(share, name)
    wide = (len(x),) + (1,) * (x.ndim - 1)
    bright, strong, full = (
        (1 + rng.uniform(-s, s, len(x)).astype(np.float32)).reshape(wide)
        for s in (brightness, contrast, saturation)
    )
    out = x.astype(np.float32)
    out *= bright
    grey = out @ np.array([0.299, 0.587, 0.114], np.float32) if x.ndim == 4 else out
    mean = grey.reshape(len(x), -1).mean(axis=1).reshape(wide)
    if x.ndim == 4:
        # (out - grey) * full + grey, then (that - mean) * strong + mean; together one factor and one addend
        out *= full * strong
        out += grey[..., None] * ((1 - full) * strong) + mean * (1 - strong)
    else:
        out *= strong
        out += mean * (1 - strong)
    return np.clip(np.rint(out, out=out), 0, 255, out=out).astype(np.uint8)


def mixup(
    x: np.ndarray, rng: np.random.Generator, alpha: float = 0.2
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lay another picture of the batch over each one.

    The loss is then `weight * loss(scores, y) + (1 - weight) * loss(scores, y[partner])`, picture by picture.

    Args:
        x: the pictures.
        rng: draws partners and weights.
        alpha: the smaller, the closer most weights are to 0 or 1: they are drawn from Beta(alpha, alpha).

    Returns:
        the mixed pictures as bytes, the weight of each picture itself (B,) float32, and the row of its
        partner (B,).

    Raises:
        SettingError: alpha is not above 0.
    """
    _need_pictures(x)
    if not alpha > 0:
        raise SettingError(f"alpha is {alpha}", rule="It is above 0.")
    weight = rng.beta(alpha, alpha, len(x)).astype(np.float32)
    partner = rng.permutation(len(x))
    own = weight.reshape(len(x), *(1,) * (x.ndim - 1))
    mixed = x * own
    mixed += x[partner] * (1 - own)
    return np.rint(mixed, out=mixed).astype(np.uint8), weight, partner


def normalise(
    x: np.ndarray, mean: Sequence[float] | float = 0.0, deviation: Sequence[float] | float = 1.0
) -> np.ndarray:
    """Return bytes as the numbers a network takes: (B, C, H, W) float32, C = 1 for pictures without colours.

    Args:
        x: the pictures.
        mean: of all pixels of the training pictures on the scale from 0 to 1, one number or one a channel.
        deviation: their standard deviation, likewise.

    Raises:
        SettingError: a deviation is not above 0.
        ShapeError: there are neither one nor as many as channels.
    """
    _need_pictures(x)
    m, s = (np.asarray(v, np.float32).reshape(-1) for v in (mean, deviation))
    if not (s > 0).all():
        raise SettingError(f"a standard deviation of {deviation}", rule="It is above 0.")
    channels = x.shape[3] if x.ndim == 4 else 1
    if len(m) not in (1, channels) or len(s) not in (1, channels):
        raise ShapeError(
            f"{len(m)} means and {len(s)} deviations for pictures of {channels} channels",
            rule="There is one for all channels, or one for each.",
        )
    first = x[:, None] if x.ndim == 3 else x.transpose(0, 3, 1, 2)
    out = np.empty(first.shape, np.float32)
    np.multiply(first, (1 / (255 * s)).reshape(1, -1, 1, 1), out=out)
    out -= (m / s).reshape(1, -1, 1, 1)
    return out


def _need_pictures(x: np.ndarray) -> None:
    if x.dtype != np.uint8:
        raise DTypeError(
            f"pictures of {x.dtype}",
            rule="Augmentation works on bytes (uint8), 0 to 255; `normalise` makes numbers of them after it.",
        )
    if x.ndim not in (3, 4) or (x.ndim == 4 and x.shape[3] != 3):
        raise ShapeError(f"a batch of shape {x.shape}", rule="It is (B, H, W), or (B, H, W, 3) with colours.")


def _need_share(value: float, name: str) -> None:
    if not 0 <= value <= 1:
        raise SettingError(f"{name} is {value}", rule="It is from 0 to 1.")
