"""What a check asked of the learner's code and what came back, for messages and for the diagnosis."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Event:
    """One thing asked: how it reads (`f([1, 2])`), the value or the error that came back, and what it
    changed.

    `changed` has (what was passed, what it holds over there now) for each array, list, dict, set or Generator
    that the call changed.
    """

    asked: str
    result: Any = None
    raised: str | None = None
    changed: list[tuple[Any, Any]] = field(default_factory=list)


@dataclass
class Trace:
    """The events of one run of one check, and the case it was in."""

    events: list[Event] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Append an event."""
        self.events.append(event)

    def about(self, value: Any) -> str | None:
        """Return how `value` was asked for: the latest event that gave it, or gave it as a part.

        None, True, False and small numbers are shared by Python, so for them the latest event wins.
        """
        for event in reversed(self.events):
            if event.raised is None:
                if event.result is value:
                    return event.asked
                if isinstance(event.result, (tuple, list)):
                    for i, part in enumerate(event.result):
                        if part is value:
                            return f"{event.asked}[{i}]"
                if isinstance(event.result, dict):
                    for key, part in event.result.items():
                        if part is value:
                            return f"{event.asked}[{key!r}]"
        return self.events[-1].asked if self.events else None

    def after(self, value: Any) -> Any:
        """Return what a value that was passed holds over there after the latest call that changed it."""
        for event in reversed(self.events):
            for passed, now in event.changed:
                if passed is value:
                    return now
        return value


_current: list[Trace] = []


def begin() -> Trace:
    """Start recording into a new Trace, which becomes the current one."""
    _current[:] = [Trace()]
    return _current[0]


def current() -> Trace:
    """Return the Trace being recorded; an empty one outside grading."""
    if not _current:
        begin()
    return _current[0]
