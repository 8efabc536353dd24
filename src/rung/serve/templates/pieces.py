"""What screens share: the answer of a network that tells classes apart, and how a screen says no."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
from network import ABOUT, Refused, answer

# Colours that stand on light paper and on dark, and are told apart by whoever confuses red and green.
FOR, AGAINST = "#d45f12", "#1c6db3"


def classes_shown() -> tuple[gr.Label, gr.Textbox]:
    """Return where an answer is shown: its probabilities, and how long they took."""
    label = gr.Label(num_top_classes=min(len(ABOUT["classes"]), 5), label="Its answer")
    return label, latency()


def latency() -> gr.Textbox:
    """Return where it is shown how long an answer took."""
    return gr.Textbox(label="Computed in", interactive=False)


def explanation() -> gr.HTML:
    """Return where it is shown why the answer is what it is."""
    return gr.HTML(label="Why", elem_id="why")


def classes_told(given: Any) -> tuple[dict[str, float], str]:
    """Return probabilities and a line about the time.

    Raises:
        Refused: the input is none that the network can be asked about.
    """
    probabilities, took = answer(given)
    return probabilities, milliseconds(took)


def milliseconds(took: float) -> str:
    """Say how long an answer took."""
    return f"{took:.1f} ms"


def classes_reply(given: Any) -> dict[str, Any]:
    """Return what a program gets: the answer, all probabilities, and how long they took.

    Raises:
        Refused: the input is none that the network can be asked about.
    """
    probabilities, took = answer(given)
    best = max(probabilities, key=lambda name: probabilities[name])
    return {"answer": best, "probabilities": probabilities, "milliseconds": round(took, 2)}


def plainly(steps: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """Return a function of a screen that says what is wrong with an input, instead of "Error".

    Args:
        steps: yields what the screen shows: the answer at once, and again with its explanation.
    """

    @functools.wraps(steps)
    def told(*given: Any) -> Iterator[Any]:
        try:
            yield from steps(*given)
        except Refused as error:
            raise refusal(str(error)) from None

    return told


def refusal(why: str) -> gr.Error:
    """Return the message that a person sees; the log has no trace of it, for the app is not at fault."""
    return gr.Error(why, title="No answer", print_exception=False)


def as_it_came(component: Any, read: Callable[[Any], Any]) -> Any:
    """Return a component that hands on what the browser or a program sent, by `read`.

    Gradio's own reading ends with a Python error where a file is no picture, or a number is a text.
    """
    component.preprocess = read
    return component
