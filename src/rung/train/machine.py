"""What a run was trained with: versions and the machine."""

from __future__ import annotations

import os
import platform
import sys

import numpy as np

import rung


def versions() -> dict[str, str]:
    """Return the versions of what matters here; of PyTorch only where it is in use."""
    told = {
        "rung": rung.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
    torch = sys.modules.get("torch")
    if torch is not None:
        told["torch"] = str(torch.__version__)
        if torch.cuda.is_available():
            told["gpu"] = torch.cuda.get_device_name()
    return told
