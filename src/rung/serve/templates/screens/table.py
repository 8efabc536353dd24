"""The screen of a network that takes a row of a table: a form with a field for every column."""

from __future__ import annotations

from typing import Any

import gradio as gr
from network import INPUT
from pieces import classes_reply, classes_shown, classes_told

KEY = "row"  # what a program's question is called
SPEC = INPUT["spec"]
reply = classes_reply


def decoded(given: Any) -> Any:
    """Return a row that a program sent: a value for every column by its name."""
    return given


def show() -> None:
    """Lay out what a person gives and what the network answers."""
    with gr.Row():
        with gr.Column(scale=3):
            fields = _form()
            button = gr.Button("Ask the network", variant="primary")
        with gr.Column(scale=1):
            shown = classes_shown()
    button.click(_told, fields, list(shown), api_name="answer")


def _told(*values: Any) -> tuple[dict[str, float], str]:
    """Answer to a filled form."""
    return classes_told({field["name"]: value for field, value in zip(SPEC["fields"], values, strict=True)})


def _form() -> list[Any]:
    """Return a field for every column."""
    fields: list[Any] = []
    with gr.Row():
        for field in SPEC["fields"]:
            label = field["name"].replace("_", " ")
            if field["kind"] == "string":
                choices = [(word or "(not known)", word) for word in field["choices"]]
                fields.append(gr.Dropdown(choices, value=choices[0][1], label=label, min_width=180))
            else:
                known = f"{field['low']:g} to {field['high']:g}; empty: not known"
                fields.append(gr.Number(field["middle"], label=label, info=known, min_width=180))
    return fields
