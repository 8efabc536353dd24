"""The failures: pictures as a gallery, all else as a table."""

from __future__ import annotations

from typing import Any

import gradio as gr
from network import ABOUT, FOLDER


def failures() -> None:
    """Show the mistakes on held-out examples that the network was surest of."""
    gr.Markdown("## What it gets wrong\n\nThe mistakes on held-out examples that it was surest of.")
    if not ABOUT["mistakes"]:
        gr.Markdown("None was found.")
        return
    said = [line(mistake) for mistake in ABOUT["mistakes"]]
    if "file" in ABOUT["mistakes"][0]:
        shown = [(str(FOLDER / m["file"]), text) for m, text in zip(ABOUT["mistakes"], said, strict=True)]
        gr.Gallery(shown, columns=8, height="auto", label="Failures", object_fit="contain")
        return
    first = ABOUT["mistakes"][0]["shown"]
    heads = list(first) if isinstance(first, dict) else ["example"]
    rows = []
    for mistake, text in zip(ABOUT["mistakes"], said, strict=True):
        given = mistake["shown"]
        rows.append([text, *(given.values() if isinstance(given, dict) else [given])])
    gr.Dataframe(rows, headers=["what it said", *heads], interactive=False, wrap=True)


def line(mistake: dict[str, Any]) -> str:
    """Say what the truth is, and what the network said."""
    names = ABOUT["classes"]
    return f"is {names[mistake['truth']]}, said {names[mistake['answer']]}, {mistake['sure']:.1%}"
