"""First weights: not all equal, and of a size that keeps signals neither growing nor fading.

Each function returns a new float32 array. PyTorch's, whose names end with an underscore, fill a tensor in
place; here `parameter.data[...] = init.kaiming_normal(parameter.shape, rng=rng)` does that.
"""

from __future__ import annotations

import math

import numpy as np

from rung.scratch.errors import SettingError, ShapeError, did_you_mean

Rng = np.random.Generator | int | None
Shape = tuple[int, ...]


def generator(rng: Rng) -> np.random.Generator:
    """Return `rng` itself, or a generator made from a seed; from None one that differs every time."""
    return rng if isinstance(rng, np.random.Generator) else np.random.default_rng(rng)


def zeros(shape: Shape) -> np.ndarray:
    """Return zeros. For biases; weights that are all equal stay all equal."""
    return np.zeros(shape, dtype=np.float32)


def constant(shape: Shape, value: float) -> np.ndarray:
    """Return `value` everywhere."""
    return np.full(shape, value, dtype=np.float32)


def uniform(shape: Shape, low: float = 0.0, high: float = 1.0, rng: Rng = None) -> np.ndarray:
    """Draw uniformly from [low, high)."""
    return generator(rng).uniform(low, high, shape).astype(np.float32)


def normal(shape: Shape, mean: float = 0.0, std: float = 1.0, rng: Rng = None) -> np.ndarray:
    """Draw from the normal distribution."""
    return generator(rng).normal(mean, std, shape).astype(np.float32)


def xavier_uniform(shape: Shape, gain: float = 1.0, rng: Rng = None) -> np.ndarray:
    """Draw uniformly with variance gain^2 * 2 / (fan_in + fan_out): for tanh and sigmoid."""
    bound = gain * math.sqrt(6 / sum(fans(shape)))
    return uniform(shape, -bound, bound, rng)


def xavier_normal(shape: Shape, gain: float = 1.0, rng: Rng = None) -> np.ndarray:
    """Draw from the normal distribution with variance gain^2 * 2 / (fan_in + fan_out)."""
    return normal(shape, 0.0, gain * math.sqrt(2 / sum(fans(shape))), rng)


def kaiming_uniform(
    shape: Shape, gain: float = math.sqrt(2), mode: str = "fan_in", rng: Rng = None
) -> np.ndarray:
    """Draw uniformly with variance gain^2 / fan: sqrt(2) makes up for the half that a ReLU sets to 0."""
    bound = gain * math.sqrt(3 / fans(shape)[_side(mode)])
    return uniform(shape, -bound, bound, rng)


def kaiming_normal(
    shape: Shape, gain: float = math.sqrt(2), mode: str = "fan_in", rng: Rng = None
) -> np.ndarray:
    """Draw from the normal distribution with variance gain^2 / fan, as kaiming_uniform does."""
    return normal(shape, 0.0, gain / math.sqrt(fans(shape)[_side(mode)]), rng)


def orthogonal(shape: Shape, gain: float = 1.0, rng: Rng = None) -> np.ndarray:
    """Draw a matrix whose rows (or columns, if there are fewer) stand at right angles: it keeps lengths.

    Source:
        saxe2014exact. The Q of a QR decomposition, with the signs set so that every rotation is as likely.
    """
    rows, columns = shape[0], math.prod(shape[1:])
    gaussian = generator(rng).normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(gaussian)
    q *= np.sign(np.diag(r))
    q = q if rows >= columns else q.T
    return (gain * q).reshape(shape).astype(np.float32)


def trunc_normal(
    shape: Shape, mean: float = 0.0, std: float = 1.0, low: float = -2.0, high: float = 2.0, rng: Rng = None
) -> np.ndarray:
    """Draw from the normal distribution, again and again until every number lies from low to high.

    Raises:
        SettingError: almost nothing of the distribution lies from low to high.
    """
    inside = [0.5 * (1 + math.erf((edge - mean) / (std * math.sqrt(2)))) for edge in (low, high)]
    if inside[1] - inside[0] < 1e-4:
        raise SettingError(
            f"trunc_normal: hardly anything of mean {mean}, std {std} lies from {low} to {high}.",
            rule="Low and high are numbers, not multiples of std; much of the distribution lies between.",
        )
    rng = generator(rng)
    drawn = rng.normal(mean, std, shape)
    while (outside := (drawn < low) | (drawn > high)).any():
        drawn[outside] = rng.normal(mean, std, int(outside.sum()))
    return drawn.astype(np.float32)


GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}


def calculate_gain(nonlinearity: str, param: float = 0.01) -> float:
    """Return by how much weights should be larger to make up for what an activation takes away.

    Args:
        nonlinearity: a key of GAINS, or "leaky_relu".
        param: the slope of leaky_relu.

    Raises:
        SettingError: the name is unknown.
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + param**2))
    if nonlinearity not in GAINS:
        raise SettingError(
            f"calculate_gain: there is no gain for {nonlinearity!r}.",
            rule=f"Known are {', '.join([*GAINS, 'leaky_relu'])}.",
            fix=did_you_mean(nonlinearity, [*GAINS, "leaky_relu"]),
        )
    return GAINS[nonlinearity]


def fans(shape: Shape) -> tuple[int, int]:
    """Return (fan_in, fan_out): how many numbers feed one output, and how many outputs one input feeds.

    Shape:
        (out, in) for a linear layer, (out, in, kernel...) for a convolution.

    Raises:
        ShapeError: the shape has less than two axes.

    Example:
        >>> fans((10, 784)), fans((16, 3, 5, 5))
        ((784, 10), (75, 400))
    """
    if len(shape) < 2:
        raise ShapeError(f"fans: the shape is {shape}.", rule="Only weights with two axes or more have fans.")
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


def _side(mode: str) -> int:
    if mode not in ("fan_in", "fan_out"):
        raise SettingError(f"kaiming: mode is {mode!r}.", rule='It is "fan_in" or "fan_out".')
    return ("fan_in", "fan_out").index(mode)
