"""An exported folder: written whole or not at all, with a list of its files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rung.serve.errors import ExportError

MANIFEST = "export.json"


def write_folder(folder: Path, files: Mapping[str, bytes], about: Mapping[str, Any]) -> None:
    """Write a folder so that nobody ever sees half of it; an earlier export there is replaced.

    Args:
        folder: where; it may not exist, be empty, or hold an export that nobody has changed.
        files: contents by path within the folder, "examples/0.png".
        about: what `export.json` says beside the files' checksums.

    Raises:
        ExportError: the folder holds other files, or cannot be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as place:
        ...     write_folder(Path(place) / "made", {"a.txt": b"a"}, {"run": "one"})
        ...     sorted(f.name for f in (Path(place) / "made").iterdir())
        ['a.txt', 'export.json']
    """
    refuse_foreign(folder)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    manifest = json.dumps({**about, "files": sums}, indent=1).encode()
    made = folder.with_name(f".{folder.name}.{os.getpid()}")
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    try:
        for name, content in {**files, MANIFEST: manifest}.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if folder.exists():
            os.replace(folder, old)
        os.replace(made, folder)
    except OSError as error:
        if old.exists() and not folder.exists():
            os.replace(old, folder)
        raise ExportError(
            f"{folder} cannot be written: {error.strerror}", fix="choose another folder with --out"
        ) from None
    finally:
        shutil.rmtree(made, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder in which something would be lost.

    Raises:
        ExportError: it is a file, or holds what no export wrote or somebody has changed since.
    """
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder} is a file", rule="An export is a folder.", fix="--out another name")
    there = [f for f in sorted(folder.rglob("*")) if not f.is_dir()] if folder.is_dir() else []
    try:
        sums = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"] if there else {}
    except (OSError, ValueError, KeyError, TypeError):
        sums = {}
    lost = [
        name
        for f in there
        if (name := f.relative_to(folder).as_posix()) != MANIFEST
        and "__pycache__" not in f.parts
        and sums.get(name) != hashlib.sha256(f.read_bytes()).hexdigest()
    ]
    if lost:
        more = f" and {len(lost) - 3:,} more" if len(lost) > 3 else ""
        raise ExportError(
            f"{folder} holds files of yours: {', '.join(lost[:3])}{more}",
            rule="An export replaces an earlier one as it was written, and nothing else.",
            fix="--out another folder",
        )
