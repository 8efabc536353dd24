"""Whether calls are recorded, and who watches them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

try:
    from threading import local as Local
except ImportError:  # a Python without threads, as some builds for browsers: what holds, holds for all
    Local = object  # type: ignore[assignment, misc]


class Mode(Local):
    """What holds for the calls made now; each thread has its own.

    Attributes:
        recording: whether calls are recorded for a sweep.
        watchers: what is called after each call, see `watch`.
    """

    recording: bool = True
    watchers: tuple[Callable[..., None], ...] = ()


mode = Mode()


@contextlib.contextmanager
def no_grad() -> Iterator[None]:
    """Record nothing within the block: for evaluation, and for changing parameters by hand."""
    before, mode.recording = mode.recording, False
    try:
        yield
    finally:
        mode.recording = before


def is_grad_enabled() -> bool:
    """Tell whether calls are recorded now."""
    return mode.recording


@contextlib.contextmanager
def watch(see: Callable[..., None]) -> Iterator[None]:
    """Call `see(op, inputs, options, out)` after every call within the block: to count, or to look inside.

    Args:
        see: takes the Function class, its input tensors, its options and its output.
    """
    before, mode.watchers = mode.watchers, (*mode.watchers, see)
    try:
        yield
    finally:
        mode.watchers = before
