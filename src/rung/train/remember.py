"""Remembering what takes long to compute and never changes: arrays under $RUNG_HOME/cache."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable

import numpy as np

from rung.data.places import home
from rung.train.checkpoint import write_whole


def remembered(what: str, key: str | bytes, make: Callable[[], np.ndarray]) -> np.ndarray:
    """Return an array from the cache; make it, and keep it, if it is not there.

    Args:
        what: the folder in the cache that it belongs in: "features".
        key: everything that it depends on; another key is another array.
        make: computes it.

    Returns:
        the array, the caller's own.
    """
    told = key.encode() if isinstance(key, str) else key
    path = home() / "cache" / what / f"{hashlib.sha256(told).hexdigest()[:32]}.npy"
    if path.is_file():
        try:
            kept: np.ndarray = np.load(path, allow_pickle=False)
            return kept
        except (ValueError, OSError, EOFError):
            path.unlink(missing_ok=True)  # damaged: it is made again
    made = np.asarray(make())
    buffer = io.BytesIO()
    np.save(buffer, made)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, buffer.getvalue())
    return made
