"""Where the studio keeps what can be made again."""

import os
import sys
from pathlib import Path


def folder() -> Path:
    """Where rendered pages are kept: `$RUNG_CACHE`, or the system's folder for what can be made again."""
    if given := os.environ.get("RUNG_CACHE"):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "rung" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "rung"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rung"
