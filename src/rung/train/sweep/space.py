"""A search space: a range of numbers or a few choices for each setting."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from rung.scratch.errors import RungError


class SpaceError(RungError, ValueError):
    """A search space names a setting that does not exist, or values that it cannot take.

        rung sweep digits --space "rl=0.01..1:log"        # it is lr
        rung sweep digits --space "lr=1..0.01"            # the lower end comes first

    Repair: `name=low..high` for a range, `:log` behind it where factors matter, `name=a|b|c` for choices,
    commas between settings: "lr=0.01..1:log,batch=32|64". `rung train PROJECT --help` lists the settings.
    """

    name = "space"


@dataclass(frozen=True)
class Range:
    """The numbers from `low` to `high`, to four digits: more would tell of no difference.

    Attributes:
        low, high: its ends, both included.
        log: equal factors are equally far apart, as suits learning rates.
        whole: whole numbers only.

    Example:
        >>> r = Range(0.01, 1, log=True)
        >>> 0.1 in r, r.at(0.1), r.levels(3)
        (True, 0.5, [0.01, 0.1, 1.0])
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __contains__(self, value: object) -> bool:
        right = isinstance(value, int) if self.whole else isinstance(value, int | float)
        return right and not isinstance(value, bool) and self.low <= cast(float, value) <= self.high

    def __str__(self) -> str:
        return f"{self.low:g}..{self.high:g}{':log' if self.log else ''}"

    def at(self, value: float) -> float:
        """Return where a value stands, from 0 at the lower end to 1 at the upper."""
        low, high, here = (math.log(v) if self.log else v for v in (self.low, self.high, value))
        return round((here - low) / (high - low), 6)

    def value(self, share: float) -> float:
        """Return the value at a share of the way, the other way round of `at`."""
        if self.log:
            return self.near(self.low * (self.high / self.low) ** share)
        return self.near(self.low + share * (self.high - self.low))

    def near(self, value: float) -> float:
        """Return the value that is tried in place of this one: within the range, whole or of four digits."""
        rounded = round(value) if self.whole else float(f"{value:.4g}")
        return min(max(rounded, self.low), self.high)

    def levels(self, count: int) -> list[float]:
        """Return up to `count` values, evenly spread, both ends among them."""
        if count >= self.size:
            return list(range(int(self.low), int(self.high) + 1))
        return list(dict.fromkeys(self.value(i / max(1, count - 1)) for i in range(count)))

    def draw(self, rng: np.random.Generator) -> float:
        """Return a value at random."""
        return self.value(rng.random())

    @property
    def size(self) -> float:
        """How many values it has; infinite unless they are whole."""
        return self.high - self.low + 1 if self.whole else math.inf


@dataclass(frozen=True)
class Choices:
    """A few values to choose among.

    Attributes:
        values: the choices, in order.

    Example:
        >>> c = Choices(((64,), (128, 64)))
        >>> (64,) in c, c.texts, c.at((128, 64))
        (True, ('64', '128x64'), 1.0)
    """

    values: tuple[Any, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The choices as they are written in `--space`, and in the journal."""
        return tuple(map(written, self.values))

    def __contains__(self, value: object) -> bool:
        return value in self.values

    def __str__(self) -> str:
        return "|".join(self.texts)

    def at(self, value: Any) -> float:
        """Return where a value stands, from 0 for the first to 1 for the last."""
        return self.values.index(value) / max(1, len(self.values) - 1)

    def levels(self, count: int) -> list[Any]:
        """Return all choices, however many were asked for."""
        return list(self.values)

    def draw(self, rng: np.random.Generator) -> Any:
        """Return a value at random."""
        return self.values[int(rng.integers(len(self.values)))]

    @property
    def size(self) -> float:
        """How many values it has."""
        return len(self.values)


Space = dict[str, Range | Choices]


def size_of(space: Space) -> float:
    """Return how many points a space has; infinite if it has a range of real numbers.

    Example:
        >>> size_of({"layers": Range(1, 3, whole=True), "batch": Choices((32, 64))})
        6
    """
    return math.prod(setting.size for setting in space.values())


def written(value: Any) -> str:
    """Return a value as it is written in `--space`: 128x64 for (128, 64).

    Example:
        >>> written((128, 64)), written(True), written(0.1)
        ('128x64', 'true', '0.1')
    """
    if isinstance(value, tuple | list):
        return "x".join(map(written, value))
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def as_json(space: Space) -> dict[str, Any]:
    """Return a space as a sweep's config.json holds it."""
    return {name: dataclasses.asdict(setting) for name, setting in space.items()}


def from_json(told: Mapping[str, Any]) -> Space:
    """Return the space that `as_json` told of."""
    return {
        name: Choices(tuple(tuple(v) if isinstance(v, list) else v for v in kept["values"]))
        if "values" in kept
        else Range(**kept)
        for name, kept in told.items()
    }


def params_of(settings: Mapping[str, Any], space: Space) -> dict[str, Any]:
    """Return settings as Optuna holds them: a choice may be anything, so it stands there as text."""
    return {
        name: setting.texts[setting.values.index(settings[name])]
        if isinstance(setting, Choices)
        else settings[name]
        for name, setting in space.items()
    }


def settings_of(params: Mapping[str, Any], space: Space) -> dict[str, Any]:
    """Return the settings that `params_of` told of."""
    return {
        name: setting.values[setting.texts.index(params[name])]
        if isinstance(setting, Choices)
        else params[name]
        for name, setting in space.items()
        if name in params
    }


def distributions(space: Space) -> dict[str, Any]:
    """Return the space in Optuna's words."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    def one(setting: Range | Choices) -> Any:
        if isinstance(setting, Choices):
            return CategoricalDistribution(setting.texts)
        if setting.whole:
            return IntDistribution(int(setting.low), int(setting.high), log=setting.log)
        return FloatDistribution(setting.low, setting.high, log=setting.log)

    return {name: one(setting) for name, setting in space.items()}
