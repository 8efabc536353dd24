"""The screen of a network that reads a text: a field to write in, its words coloured by their worth."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr
from failures import table
from network import ABOUT, INPUT, run
from pieces import classes_reply, classes_shown, classes_told, explanation, plainly
from prepare import prepare, read, remarks
from why import why
from words import coloured

KEY = "text"  # what a program's question is called
SPEC = INPUT["spec"]
CLASSES = ABOUT["classes"]
_MISTAKES = 20  # that are shown


def decoded(given: Any) -> Any:
    """Return a text that a program sent."""
    return given


def reply(text: Any) -> dict[str, Any]:
    """Return what a program gets: the answer, all probabilities, and what should be said beside them.

    Raises:
        Refused: the text is none that the network can be asked about.
    """
    return {**classes_reply(text), "remarks": remarks(text, SPEC)}


def show() -> None:
    """Lay out what a person gives and what the network answers."""
    with gr.Row():
        with gr.Column(scale=3, min_width=300):
            text = gr.Textbox(
                lines=5, max_lines=14, label="Your text", placeholder="Type a review, or paste one"
            )
            button = gr.Button("Ask the network", variant="primary")
            if ABOUT["examples"]:
                gr.Markdown("Or take one that training never saw:")
            with gr.Row():
                examples = [
                    gr.Button(f"Example {i}: {CLASSES[example['truth']]}", size="sm", min_width=140)
                    for i, example in enumerate(ABOUT["examples"], start=1)
                ]
        with gr.Column(scale=2, min_width=300):
            answer, took = classes_shown()
            said = gr.Markdown()
    outputs = [answer, took, said, explanation()]
    button.click(_told, text, outputs, api_name="answer")
    for button, example in zip(examples, ABOUT["examples"], strict=True):
        written = button.click(partial(str, example["given"]), None, text, api_visibility="private")
        written.success(_told, text, outputs, api_visibility="private")


def failures() -> None:
    """Show the mistakes on held-out texts that the network was surest of."""
    gr.Markdown("## What it gets wrong\n\nThe mistakes on held-out texts that it was surest of.")
    names = ABOUT["classes"]
    rows = [
        [m["shown"], names[m["truth"]], f"{names[m['answer']]}\n{m['sure']:.1%}"]
        for m in ABOUT["mistakes"][:_MISTAKES]
    ]
    gr.HTML(table(["text", "is", "said"], rows) if rows else "None was found.")


@plainly
def _told(text: Any) -> Iterator[tuple[dict[str, float], str, str, str]]:
    """Answer to a text, then say which of its words speak for the answer."""
    answer, took = classes_told(text)
    said = "\n\n".join(f"**Note.** {remark}" for remark in remarks(text, SPEC))
    yield answer, took, said, ""
    target = max(range(len(CLASSES)), key=lambda i: answer[CLASSES[i]])
    worth = why(run, prepare(text, SPEC)[0], target)
    yield answer, took, said, coloured([word for word, _ in read(text, SPEC)], worth, CLASSES[target])
