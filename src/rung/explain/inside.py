"""Which module a call is made in, and which modules call no other: for all that watches a pass."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
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


Enter = Callable[[str, Any, tuple[Any, ...]], Any]
Leave = Callable[[str, Any, tuple[Any, ...], Any, Any, bool], None]


@contextlib.contextmanager
def around(subject: Subject, enter: Enter | None, leave: Leave) -> Iterator[None]:
    """Call functions around every call of every module, for a while.

    Args:
        subject: the model.
        enter: called with a module's name, the module and what it takes; what it returns is kept.
        leave: called with the same, what was made, what `enter` returned, and whether the module called no
            other: such a one is a layer, the others are blocks.

    Example:
        >>> import numpy as np
        >>> from rung.scratch import nn
        >>> subject = Subject(nn.Sequential(nn.Linear(2, 2), nn.ReLU()))
        >>> def leave(name, module, args, out, kept, is_layer):
        ...     print(repr(name), is_layer)
        >>> with around(subject, None, leave):
        ...     answer = subject.ask(np.ones((1, 2), np.float32))
        '0' True
        '1' True
        '' False
    """
    kept: list[Any] = []
    has_inner: list[bool] = []

    def hooks(name: str) -> tuple[Any, Any]:
        def before(module: Any, args: tuple[Any, ...]) -> None:
            if has_inner:
                has_inner[-1] = True
            has_inner.append(False)
            kept.append(enter(name, module, args) if enter else None)

        def after(module: Any, args: tuple[Any, ...], out: Any) -> None:
            leave(name, module, args, out, kept.pop(), not has_inner.pop())

        return before, after

    with contextlib.ExitStack() as stack:
        for name, module in subject.layers().items():
            stack.enter_context(listening(subject.engine, module, *hooks(name)))
        yield
