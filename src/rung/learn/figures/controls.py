"""What a person moves: sliders, choices, toggles, numbers, buttons, a play button, a pad to draw on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from rung.learn.figures.wire import FigureError, Scene


class Control:
    """One thing a person can move."""

    kind: ClassVar[str]
    label: str

    def scene(self) -> Scene:
        """Return the control as JSON-able data for the page."""
        raise NotImplementedError(f"{type(self).__name__}.scene")


class Input(Control):
    """A control that writes `state.key`."""

    key: str

    def initial(self) -> Any:
        """Return the first value of the key."""
        return getattr(self, "value", None)

    def accept(self, value: Any) -> Any:
        """Return the value as the state should hold it, clamped to what the control allows.

        Raises:
            FigureError: the value is of another kind.
        """
        raise NotImplementedError(f"{type(self).__name__}.accept")

    def refuse(self, value: Any, rule: str) -> FigureError:
        """Return the error for a value of the wrong kind."""
        return FigureError(f"{type(self).__name__} {self.key!r} was given {value!r}", rule=rule)


class Trigger(Control):
    """A control that fires an event of `on=`, or the built-in "reset"."""

    event: str


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


@dataclass
class Slider(Input):
    """Choose a number between `low` and `high`.

    Args:
        key: key of the state.
        label: what it is, with its symbol and unit.
        low, high: the ends.
        value: where it begins.
        step: distance between allowed values; about 200 steps when left out. When low, high and value are
            ints, the slider keeps to whole numbers.
        log: equal steps multiply; needs low above 0.
    """

    kind: ClassVar[str] = "slider"
    key: str
    label: str
    low: float
    high: float
    value: float
    step: float | None = None
    log: bool = False

    def __post_init__(self) -> None:
        if not all(map(_is_number, (self.low, self.high, self.value))) or not self.low < self.high:
            raise FigureError(
                f"Slider {self.key!r} runs from {self.low!r} to {self.high!r}",
                rule="low is below high, both numbers.",
            )
        if not self.low <= self.value <= self.high:
            raise FigureError(
                f"Slider {self.key!r} begins at {self.value!r}",
                rule=f"Its value lies in {self.low}..{self.high}.",
            )
        if self.step is not None and not (_is_number(self.step) and self.step > 0):
            raise FigureError(
                f"Slider {self.key!r} has step {self.step!r}", rule="A step is a number above 0."
            )
        if self.log and self.low <= 0:
            raise FigureError(
                f"Slider {self.key!r} begins at {self.low!r}", rule="A logarithmic slider begins above 0."
            )
        if self.log and self.step is not None:
            raise FigureError(
                f"Slider {self.key!r} has both log and step",
                rule="A logarithmic slider has no fixed step.",
                fix="leave step out",
            )

    @property
    def whole(self) -> bool:
        """Whether every allowed value is a whole number."""
        return (
            all(isinstance(v, int) for v in (self.low, self.high, self.value))
            and isinstance(self.step, int | None)
            and not self.log
        )

    def accept(self, value: Any) -> float | int:
        """Return `value` clamped to low..high and moved to the nearest step."""
        if not _is_number(value):
            raise self.refuse(value, "A slider takes a number.")
        value = min(max(value, self.low), self.high)
        step = self.step or (1 if self.whole and self.high - self.low <= 1000 else None)
        if step:
            value = self.low + round((value - self.low) / step) * step
            if value > self.high:
                value -= step
        return round(value) if self.whole else float(f"{value:.12g}")

    def scene(self) -> Scene:
        """Return the control as JSON-able data for the page."""
        step = self.step or (1 if self.whole and self.high - self.low <= 1000 else None)
        return {
            "kind": self.kind,
            "key": self.key,
            "label": self.label,
            "low": self.low,
            "high": self.high,
            "step": step,
            "log": self.log,
        }


@dataclass
class Choice(Input):
    """Choose one of a few.

    Args:
        key: key of the state.
        label: the question.
        options: {value: text}; values are strings.
        value: the first choice.
    """

    kind: ClassVar[str] = "choice"
    key: str
    label: str
    options: Mapping[str, str]
    value: str

    def __post_init__(self) -> None:
        if (
            not isinstance(self.options, Mapping)
            or not self.options
            or not all(isinstance(k, str) for k in self.options)
        ):
            raise FigureError(
                f"Choice {self.key!r} has options {self.options!r}",
                rule="Options are {value: text}, values strings.",
            )
        if self.value not in self.options:
            raise FigureError(
                f"Choice {self.key!r} begins at {self.value!r}",
                rule=f"It is one of {', '.join(self.options)}.",
            )

    def accept(self, value: Any) -> str:
        """Return `value` when it is one of the options."""
        if not isinstance(value, str) or value not in self.options:
            raise self.refuse(value, f"It takes one of {', '.join(self.options)}.")
        return value

    def scene(self) -> Scene:
        """Return the control as JSON-able data for the page."""
        return {
            "kind": self.kind,
            "key": self.key,
            "label": self.label,
            "options": [[k, str(t)] for k, t in self.options.items()],
        }


@dataclass
class Toggle(Input):
    """Switch something on or off."""

    kind: ClassVar[str] = "toggle"
    key: str
    label: str
    value: bool

    def accept(self, value: Any) -> bool:
        """Return `value` when it is True or False."""
        if not isinstance(value, bool):
            raise self.refuse(value, "A toggle takes true or false.")
        return value

    def scene(self) -> Scene:
        """Return the control as JSON-able data for the page."""
        return {"kind": self.kind, "key": self.key, "label": self.label}


@dataclass
class Number(Input):
    """Type a number by hand."""

    kind: ClassVar[str] = "number"
    key: str
    label: str
    value: float

    def accept(self, value: Any) -> float:
        """Return `value` when it is a finite number."""
        if not _is_number(value):
            raise self.refuse(value, "It takes a finite number.")
        return value

    def scene(self) -> Scene:
        """Return the control as JSON-able data for the page."""
        return {"kind": self.kind, "key": self.key, "label": self.label}


@dataclass
class Button(Trigger):
    """Fire an event of `on=`, or the built-in "reset"."""

    kind: ClassVar[str] = "button"
    event: str
    label: str

    def scene(self) -> Scene:
        """Return the control as JSON-able data for the page."""
        return {"kind": self.kind, "event": self.event, "label": self.label}


@dataclass
class Play(Trigger):
    """Fire an event again and again.

    Args:
        event: a key of `on=`.
        label: what it starts; while it runs the button says Pause.
        every: seconds between events; the next waits for the answer to the last.
        until: a key of the state; it stops when that is true.
    """

    kind: ClassVar[str] = "play"
    event: str
    label: str
    every: float = 0.1
    until: str = "done"

    def scene(self) -> Scene:
        """Return the control as JSON-able data for the page."""
        return {
            "kind": self.kind,
            "event": self.event,
            "label": self.label,
            "every": float(self.every),
            "until": self.until,
        }


@dataclass
class DrawPad(Input):
    """Draw by hand on a square grid; the state holds `size` rows of `size` numbers, 0 (empty) to 1 (ink).

    Args:
        key: key of the state.
        label: what to draw.
        size: pixels a side.
    """

    kind: ClassVar[str] = "pad"
    key: str
    label: str
    size: int = 28

    def __post_init__(self) -> None:
        if not isinstance(self.size, int) or not 2 <= self.size <= 128:
            raise FigureError(
                f"DrawPad {self.key!r} has size {self.size!r}", rule="A pad has 2 to 128 pixels a side."
            )

    def initial(self) -> list[list[float]]:
        """Return an empty pad."""
        return [[0.0] * self.size for _ in range(self.size)]

    def accept(self, value: Any) -> list[list[float]]:
        """Return `value` clamped to 0..1 when it is a grid of the pad's size."""
        shape_fits = (
            isinstance(value, list)
            and len(value) == self.size
            and all(isinstance(r, list) and len(r) == self.size for r in value)
        )
        if not shape_fits or not all(_is_number(v) for row in value for v in row):
            raise self.refuse(
                f"a {type(value).__name__}", f"It takes {self.size} rows of {self.size} numbers."
            )
        return [[min(max(float(v), 0.0), 1.0) for v in row] for row in value]

    def scene(self) -> Scene:
        """Return the control as JSON-able data for the page."""
        return {"kind": self.kind, "key": self.key, "label": self.label, "size": self.size}
