"""Keep freed memory in the process: the temporaries of every step then cost no page faults.

glibc gives a large block back to the kernel as soon as it is freed, and each new one must be mapped and
zeroed again, page by page. A training step frees and makes the same blocks over and over. Measured: a GPT
step 1.26 times as fast (23,000 page faults a step to none), LeNet-5 1.3 to 1.4 times, an LSTM 1.36 times;
nothing for small networks.
"""

from __future__ import annotations

import os
import sys

# From glibc's malloc.h. 32 MB is the most that M_MMAP_THRESHOLD takes; it refuses more without a word.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -2, -3, -8
SETTINGS = ((M_MMAP_THRESHOLD, 1 << 25), (M_TRIM_THRESHOLD, 1 << 30), (M_TOP_PAD, 1 << 26), (M_ARENA_MAX, 1))


def keep_freed_memory() -> bool:
    """Tell glibc's allocator to keep what is freed; return whether there was such an allocator to tell.

    Only Linux with glibc has it. The environment variable RUNG_ALLOCATOR=default leaves everything as it is.
    """
    if not sys.platform.startswith("linux") or os.environ.get("RUNG_ALLOCATOR") == "default":
        return False
    try:
        import ctypes

        mallopt = ctypes.CDLL(None).mallopt
    except (ImportError, OSError, AttributeError):  # no ctypes, or another C library, such as musl
        return False
    return all(mallopt(name, value) == 1 for name, value in SETTINGS)
