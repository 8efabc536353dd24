"""What an attempt was made with: the hash of the learner's file and the hash of the lesson's checks."""

from __future__ import annotations

import hashlib
from pathlib import Path


def code_hash(source: str) -> str:
    """Return the SHA-256 of a learner's file, blind to line endings and to spaces at line ends."""
    lines = [line.rstrip() for line in source.replace("\r\n", "\n").split("\n")]
    return hashlib.sha256("\n".join(lines).strip("\n").encode()).hexdigest()


def checks_hash(folder: Path) -> str:
    """Return the SHA-256 of a lesson's checks.py."""
    return hashlib.sha256((folder / "checks.py").read_bytes().replace(b"\r\n", b"\n")).hexdigest()
