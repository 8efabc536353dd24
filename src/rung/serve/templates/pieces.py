"""What screens share: the answer of a network that tells classes apart, for people and for programs."""

from __future__ import annotations

from typing import Any

import gradio as gr
from network import ABOUT, Refused, answer


def classes_shown() -> tuple[gr.Label, gr.Textbox]:
    """Return where an answer is shown: its probabilities, and how long they took."""
    label = gr.Label(num_top_classes=min(len(ABOUT["classes"]), 5), label="Its answer")
    return label, gr.Textbox(label="Computed in", interactive=False)


def classes_told(given: Any) -> tuple[dict[str, float], str]:
    """Return probabilities and a line about the time, or say plainly why there are none."""
    try:
        probabilities, took = answer(given)
    except Refused as error:
        raise gr.Error(str(error), print_exception=False) from None
    return probabilities, f"{took:.1f} ms"


def classes_reply(given: Any) -> dict[str, Any]:
    """Return what a program gets: the answer, all probabilities, and how long they took.

    Raises:
        Refused: the input is none that the network can be asked about.
    """
    probabilities, took = answer(given)
    best = max(probabilities, key=lambda name: probabilities[name])
    return {"answer": best, "probabilities": probabilities, "milliseconds": round(took, 2)}
