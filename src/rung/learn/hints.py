"""The hints of a lesson: hints.md read as rungs, the gentlest first."""

from __future__ import annotations

from pathlib import Path

RUNGS = ("Nudge", "Idea", "Almost the code")


def read(file: Path) -> list[tuple[str, str]]:
    """Read hints.md as (heading, markdown) pairs in the order they stand; no file gives none.

    Args:
        file: path of hints.md.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    rungs: list[tuple[str, list[str]]] = []
    fenced = False
    for line in text.splitlines():
        fenced ^= line.lstrip().startswith("```")
        if line.startswith("## ") and not fenced:
            rungs.append((line[3:].strip(), []))
        elif rungs:
            rungs[-1][1].append(line)
    # Not strip(): a rung may begin with code, which its indentation marks.
    return [(heading, "\n".join(lines).strip("\n").rstrip()) for heading, lines in rungs]
