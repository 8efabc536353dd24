"""Which module a call is made in, for what watches calls and not modules."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from rung.explain.subject import Subject, listening


@contextlib.contextmanager
def entered(subject: Subject) -> Iterator[list[str]]:
    """Keep the names of the modules that are running, the innermost last, for a while.

    Args:
        subject: the model.

    Example:
        >>> import numpy as np
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
        >>> with entered(Subject(model)) as inside:
        ...     away = model[1].register_forward_pre_hook(lambda m, args: print(inside))
        ...     answer = Subject(model).ask(np.ones((1, 2), np.float32))
        ['', '1']
    """
    inside: list[str] = []
    with contextlib.ExitStack() as stack:
        for name, module in subject.layers().items():
            stack.enter_context(listening(subject.engine, module, *_marks(name, inside)))
        yield inside


def _marks(name: str, inside: list[str]) -> tuple[Any, Any]:
    def enter(module: Any, args: Any) -> None:
        inside.append(name)

    def leave(module: Any, args: Any, out: Any) -> None:
        inside.pop()

    return enter, leave
