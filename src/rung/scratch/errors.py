"""The errors of the engine; their one grammar stands in rung/errors.py, which costs nothing to import."""

from rung.errors import (
    DoubleBackwardError,
    DTypeError,
    GradientError,
    InPlaceError,
    RungError,
    SettingError,
    ShapeError,
    UnknownNameError,
    did_you_mean,
)

__all__ = [
    "DTypeError",
    "DoubleBackwardError",
    "GradientError",
    "InPlaceError",
    "RungError",
    "SettingError",
    "ShapeError",
    "UnknownNameError",
    "did_you_mean",
]
