"""The app: an input, the network's probabilities, its failures and its card. Run it: python app.py."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
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


def inputs() -> list[Any]:
    """Return what a person fills in."""
    if INPUT["kind"] == "table":
        return [
            gr.Dropdown(
                [(word or "(not known)", word) for word in field["choices"]],
                value=field["choices"][0],
                label=field["name"].replace("_", " "),
            )
            if field["kind"] == "string"
            else gr.Number(
                value=field["middle"],
                label=field["name"].replace("_", " "),
                info=f"{field['low']:g} to {field['high']:g} in training; empty: not known",
            )
            for field in SPEC["fields"]
        ]
    if SPEC["ink"]:
        return [
            gr.Sketchpad(
                label="Draw here, or upload a picture",
                sources=("upload", "webcam"),
                type="numpy",
                brush=gr.Brush(default_size=24, default_color="#111111"),
                canvas_size=(280, 280),
            )
        ]
    return [gr.Image(label="A picture", type="numpy", sources=["upload", "webcam", "clipboard"])]


def build() -> gr.Blocks:
    """Return the app."""
    classes = len(ABOUT["classes"])
    with gr.Blocks(title=ABOUT["title"], analytics_enabled=False) as app:
        gr.Markdown(f"# {ABOUT['title']}\n\n{ABOUT['about']}. {ABOUT['metric']} {ABOUT['told']}.")
        if ABOUT["dry_run"]:
            gr.Markdown("**A dry run on a few examples: its score means nothing.**")
        with gr.Row():
            with gr.Column():
                fields = inputs()
                ask = gr.Button("Ask the network", variant="primary")
            with gr.Column():
                label = gr.Label(num_top_classes=min(classes, 5), label="Its answer")
                took = gr.Textbox(label="Computed in", interactive=False)
        ask.click(row if INPUT["kind"] == "table" else picture, fields, [label, took], api_name="answer")
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
        rows = [[text, str(m["shown"])] for m, text in zip(ABOUT["mistakes"], said, strict=True)]
        gr.Dataframe(rows, headers=["what it said", "example"], interactive=False, wrap=True)


if __name__ == "__main__":
    build().launch(allowed_paths=[str(FOLDER / "failures")])
