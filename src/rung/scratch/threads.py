"""How many threads NumPy's matrix products use."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

NAMES = ("scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}")


def blas_threads(count: int) -> int | None:
    """Set the number of threads of NumPy's OpenBLAS; return what it was, or None where that is unknown.

    It is known on Linux with the OpenBLAS of NumPy's wheels; elsewhere this does nothing.
    """
    found = _functions()
    if found is None:
        return None
    get, put = found
    before = int(get())
    if before != count:
        put(count)
    return before


@functools.cache
def _functions() -> tuple[Callable[[], Any], Callable[[int], Any]] | None:
    """Return OpenBLAS's functions to get and to set the number."""
    try:
        import ctypes

        lines = Path("/proc/self/maps").read_text().splitlines()
        paths = {line.split()[-1] for line in lines if "openblas" in line}
        for library in map(ctypes.CDLL, paths):
            for name in NAMES:
                get = getattr(library, name.format("get_num_threads"), None)
                put = getattr(library, name.format("set_num_threads"), None)
                if get is not None and put is not None:
                    return get, put
    except (ImportError, OSError):
        pass
    return None
