"""What the commands write with: text, tables, markdown at the terminal's width; colour on a terminal only.

Plain text and tables are written by hand, for importing rich takes longer than all of `rung map`; markdown
and coloured source are left to it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from typing import Any

# one mark and one colour a state; the mark alone tells it, for who sees no colour
MARKS = {
    "passed": ("✓", "green"),
    "due": ("↻", "yellow"),
    "stale": ("~", "yellow"),
    "open": ("○", "cyan"),
    "locked": ("·", "faint"),
    "unwritten": (" ", "faint"),
}
_CODES = {"bold": "1", "faint": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_GAP = 2  # spaces between two columns


def width() -> int:
    """Return the terminal's width, 80 where there is none, and never more than is good to read."""
    return min(shutil.get_terminal_size((80, 24)).columns, 100)


def coloured() -> bool:
    """Tell whether colours are wanted: on a terminal, unless NO_COLOR or a dumb terminal says otherwise."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty():
        return False
    if os.name == "nt":
        os.system("")  # lets an older Windows console follow colour codes
    return True


def _styled(text: str, style: str) -> str:
    codes = ";".join(_CODES[word] for word in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m" if codes and text.strip() and coloured() else text


def _wrapped(text: str, columns: int) -> list[str]:
    """Return lines of at most `columns`, each line of the text wrapped at words under its own indentation."""
    lines: list[str] = []
    for line in text.split("\n"):
        margin = line[: len(line) - len(line.lstrip())]
        wrapped = textwrap.wrap(
            line, max(columns, 1), subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
        )
        lines += wrapped or [""]
    return lines


def say(text: str = "", style: str = "") -> None:
    """Write text, wrapped at words; a style is words such as "bold" or "green"."""
    for line in _wrapped(text, width()):
        sys.stdout.write(_styled(line, style) + "\n")


def indented(text: str, margin: int = 4) -> None:
    """Write lines as they are under a margin, unwrapped: code, or what code printed."""
    sys.stdout.write("".join(f"{' ' * margin}{line}".rstrip() + "\n" for line in text.split("\n")))


def raw(text: str) -> None:
    """Write a text as it is, for code and for what other programs read."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def as_json(value: Any) -> None:
    """Write a value as JSON, and nothing else."""
    raw(json.dumps(value, indent=2, ensure_ascii=False))


def clear() -> None:
    """Begin at the top of a terminal; elsewhere write nothing."""
    if coloured():
        sys.stdout.write("\x1b[2J\x1b[H")


def table(heads: list[str], rows: list[list[str]], styles: list[str] | None = None) -> None:
    """Write rows in columns without lines; where they are too wide together, the widest column wraps.

    Args:
        heads: above the columns; none is shown if all are empty.
        rows: one list of cells a row.
        styles: a style for each row.
    """
    shown = [heads, *rows] if any(heads) else rows
    if not shown:
        return
    widths = [max(len(row[i]) for row in shown) for i in range(len(shown[0]))]
    over = sum(widths) + _GAP * (len(widths) - 1) - width()
    if over > 0:
        widest = widths.index(max(widths))
        widths[widest] = max(16, widths[widest] - over)
    all_styles = ["bold"] * (len(shown) - len(rows)) + (styles or [""] * len(rows))
    for row, style in zip(shown, all_styles, strict=True):
        cells = [_wrapped(cell, size) for cell, size in zip(row, widths, strict=True)]
        for i in range(max(map(len, cells))):
            parts = [(c[i] if i < len(c) else "").ljust(size) for c, size in zip(cells, widths, strict=True)]
            sys.stdout.write(_styled((" " * _GAP).join(parts).rstrip(), style) + "\n")


def markdown(text: str) -> None:
    """Write markdown as the terminal can show it, mathematics in plain characters."""
    from rich.console import Console
    from rich.markdown import Markdown

    from rung.terminal.tex import plain

    console = Console(width=width(), highlight=False, no_color=not coloured())
    console.print(Markdown(plain(text)))


def python(text: str) -> None:
    """Write Python source, coloured on a terminal."""
    if not coloured():
        raw(text)
        return
    from rich.console import Console
    from rich.syntax import Syntax

    made = Syntax(text, "python", theme="ansi_dark", background_color="default", word_wrap=True)
    Console(width=width()).print(made)
