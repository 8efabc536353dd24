"""Functions that a lesson gives to a figure: how they are called, and what is said when they fail."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rung.errors import RungError

Event = Callable[..., Any]


def takes_value(f: Event) -> bool:
    """Whether an event function wants what was clicked as its second argument."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = [p for p in inspect.signature(f).parameters.values() if p.kind in kinds]
    return len([p for p in parameters if p.default is inspect.Parameter.empty]) >= 2 or (
        len(parameters) >= 2 and parameters[1].name == "value"
    )


def tell(error: Exception, f: Event) -> str:
    """Return what went wrong, and on which line of the lesson or of the learner's own file."""
    if isinstance(error, RungError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    mine = inspect.getsourcefile(f) if inspect.isroutine(f) else None
    here = [frame for frame in frames if frame.filename == mine] or frames
    last = here[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}" + (f": {last.line}" if last.line else "")
    return f"{type(error).__name__}: {error}\n  {where}"
