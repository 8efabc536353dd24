"""The failures: pictures as a gallery, all else as a table."""

from __future__ import annotations

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
        gr.Markdown("Below each picture: what it is → what the network said, and how sure it was.")
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
