"""The failures: pictures as a gallery, all else as a table; or as the screen shows them itself."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

import gradio as gr
from network import ABOUT, FOLDER


def failures() -> None:
    """Show the mistakes on held-out examples that the network was surest of."""
    which = "The mistakes on held-out examples that it was surest of."
    if not ABOUT["classes"]:
        which = "The held-out examples whose answers are furthest from the truth."
    gr.Markdown(f"## What it gets wrong\n\n{which}")
    if not ABOUT["mistakes"]:
        gr.Markdown("None was found.")
        return
    if "file" in ABOUT["mistakes"][0]:
        gr.Markdown(
            "Below each picture: what it is → what the network said, and how sure it was. Choose one to see "
            "it large, with the whole line."
        )
        shown = [(str(FOLDER / mistake["file"]), brief(mistake)) for mistake in ABOUT["mistakes"]]
        gr.Gallery(shown, columns=8, height="auto", label="Failures", object_fit="contain")
        return
    first = ABOUT["mistakes"][0]["shown"]
    heads = list(first) if isinstance(first, dict) else ["example"]
    widths: list[str | int] = (
        [240, *(max(90, 30 + 9 * len(head)) for head in heads)] if isinstance(first, dict) else [240, 600]
    )
    rows = []
    for mistake in ABOUT["mistakes"]:
        given = mistake["shown"]
        rows.append([line(mistake), *(given.values() if isinstance(given, dict) else [given])])
    told = [head.replace("_", " ") for head in ("what it said", *heads)]
    gr.Dataframe(rows, headers=told, interactive=False, wrap=True, column_widths=widths)


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as HTML, for a few rows of words: every cell may break, and none is cut.

    Args:
        heads: of the columns.
        rows: a value a column; what stands behind the first end of a line is shown small below.
    """
    cell = 'style="padding:6px 14px 6px 0;border:0;border-bottom:1px solid #8884;text-align:left;'
    cell += 'vertical-align:top;overflow-wrap:break-word"'

    def shown(value: Any) -> str:
        first, _, below = str(value).partition("\n")
        return html.escape(first) + (f"<br><small>{html.escape(below)}</small>" if below else "")

    def row(cells: Iterable[str]) -> str:
        return f'<tr style="border:0">{"".join(cells)}</tr>'

    head = row(f"<th {cell}>{html.escape(name)}</th>" for name in heads)
    body = "".join(row(f"<td {cell}>{shown(value)}</td>" for value in values) for values in rows)
    return (
        '<table style="width:100%;border:0;border-collapse:collapse"><thead style="border:0">'
        f"{head}</thead><tbody>{body}</tbody></table>"
    )


def line(mistake: dict[str, Any]) -> str:
    """Say what the truth is, and what the network said."""
    names = ABOUT["classes"]
    if not names:
        off = mistake["answer"] - mistake["truth"]
        how = f"{abs(off):.2g} too {'high' if off > 0 else 'low'}"
        return f"is {mistake['truth']:.4g}, said {mistake['answer']:.4g}: {how}"
    return f"is {names[mistake['truth']]}, said {names[mistake['answer']]}, {mistake['sure']:.1%}"


def brief(mistake: dict[str, Any]) -> str:
    """Say the same in the few characters that there are below a picture."""
    names = ABOUT["classes"]
    return f"{names[mistake['truth']]} → {names[mistake['answer']]} {mistake['sure']:.0%}"
