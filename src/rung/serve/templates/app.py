"""The app: an input, the network's probabilities, its failures and its card. Run it: python app.py."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
import numpy as np
from network import ABOUT, FOLDER, INPUT, Refused, answer

SPEC = INPUT["spec"]


def told(given: Any) -> tuple[dict[str, float], str]:
    """Return probabilities and a line about the time, or say plainly why there are none."""
    try:
        probabilities, took = answer(given)
    except Refused as error:
        raise gr.Error(str(error), print_exception=False) from None
    return probabilities, f"{took:.1f} ms"


def picture(drawn: Any) -> tuple[dict[str, float], str]:
    """Answer to a picture: what was drawn, or uploaded."""
    if isinstance(drawn, dict):  # of a sheet: the background with all that was drawn upon it
        drawn = drawn.get("composite")
    if drawn is None:
        raise gr.Error("There is no picture yet.", print_exception=False)
    return told(drawn)


def row(*values: Any) -> tuple[dict[str, float], str]:
    """Answer to a filled form."""
    return told({field["name"]: value for field, value in zip(SPEC["fields"], values, strict=True)})


def form() -> list[Any]:
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


def asked() -> list[tuple[gr.Button, Any, list[Any], str]]:
    """Return for each way to ask: its button, the function, what a person fills in, its name for programs."""
    if INPUT["kind"] == "table":
        fields = form()
        return [(gr.Button("Ask the network", variant="primary"), row, fields, "answer")]
    sources: Any = ["upload", "webcam", "clipboard"]
    if not SPEC["ink"]:
        opened = gr.Image(label="A picture", type="numpy", sources=sources)
        return [(gr.Button("Ask the network", variant="primary"), picture, [opened], "answer")]
    with gr.Tab("Draw"):
        brush = gr.Brush(default_size=12, default_color="#111111")
        white = np.full((280, 280, 3), 255, np.uint8)
        sheet: Any = {
            "background": white,
            "layers": [],
            "composite": None,
        }  # on it the pen is in hand at once
        drawn = gr.Sketchpad(
            sheet,
            label="Draw here",
            type="numpy",
            brush=brush,
            canvas_size=(280, 280),
            layers=False,
        )
        draw = gr.Button("Read my drawing", variant="primary")
    with gr.Tab("Open a picture"):
        opened = gr.Image(label="Dark ink on light paper, or light on dark", type="numpy", sources=sources)
        read = gr.Button("Read this picture", variant="primary")
    return [(draw, picture, [drawn], "answer"), (read, picture, [opened], "answer_picture")]


def build() -> gr.Blocks:
    """Return the app."""
    classes = len(ABOUT["classes"])
    with gr.Blocks(title=ABOUT["title"], analytics_enabled=False) as app:
        score = f"Score on {ABOUT['of']} that training never saw: {ABOUT['metric']} {ABOUT['told']}"
        gr.Markdown(f"# {ABOUT['title']}\n\n{ABOUT['about']}. {score} with its 95 % interval.")
        if ABOUT["dry_run"]:
            gr.Markdown("**A dry run on a few examples: its score means nothing.**")
        with gr.Row():
            with gr.Column(scale=3 if INPUT["kind"] == "table" else 1):
                ways = asked()
            with gr.Column(scale=1):
                label = gr.Label(num_top_classes=min(classes, 5), label="Its answer")
                took = gr.Textbox(label="Computed in", interactive=False)
        for button, function, fields, name in ways:
            button.click(function, fields, [label, took], api_name=name)
        gr.Markdown("## What it gets wrong\n\nThe mistakes on held-out examples that it was surest of.")
        failures()
        gr.Markdown("## What it cannot do\n\n" + "\n".join(f"- {limit}" for limit in INPUT["limits"]))
        with gr.Accordion("The model card", open=False):
            gr.Markdown((FOLDER / "CARD.md").read_text(encoding="utf-8"))
    app.queue(default_concurrency_limit=2, max_size=100)
    return app


def failures() -> None:
    """Show the failures: pictures as a gallery, rows as a table."""
    names = ABOUT["classes"]
    if not ABOUT["mistakes"]:
        gr.Markdown("None was found.")
        return
    said = [f"is {names[m['truth']]}, said {names[m['answer']]}, {m['sure']:.1%}" for m in ABOUT["mistakes"]]
    if "file" in ABOUT["mistakes"][0]:
        shown = [(str(FOLDER / m["file"]), text) for m, text in zip(ABOUT["mistakes"], said, strict=True)]
        gr.Gallery(shown, columns=8, height="auto", label="Failures", object_fit="contain")
    else:
        first = ABOUT["mistakes"][0]["shown"]
        heads = list(first) if isinstance(first, dict) else ["example"]
        rows = []
        for mistake, text in zip(ABOUT["mistakes"], said, strict=True):
            shown = mistake["shown"]
            rows.append([text, *(shown.values() if isinstance(shown, dict) else [shown])])
        gr.Dataframe(rows, headers=["what it said", *heads], interactive=False, wrap=True)


if __name__ == "__main__":
    build().launch(allowed_paths=[str(FOLDER / "failures")])
