"""The screen of a network that takes pictures: a sheet to draw on, or a picture to open or to take."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any

import gradio as gr
import numpy as np
from network import INPUT, Refused
from pieces import classes_reply, classes_shown, classes_told
from PIL import Image, UnidentifiedImageError

KEY = "picture"  # what a program's question is called
SPEC = INPUT["spec"]
reply = classes_reply


def decoded(given: Any) -> np.ndarray:
    """Return a picture that a program sent as text or as rows of numbers.

    Raises:
        Refused: it is none.
    """
    try:
        if isinstance(given, str):
            with Image.open(io.BytesIO(base64.b64decode(given, validate=True))) as image:
                return np.asarray(image.convert("RGBA"))
        return np.asarray(given, dtype=float)
    except (binascii.Error, UnidentifiedImageError, Image.DecompressionBombError, OSError):
        raise Refused("This is no picture: a PNG or JPEG in base64 is.") from None
    except (TypeError, ValueError):
        raise Refused("This is no picture: rows of equally many numbers are.") from None


def show() -> None:
    """Lay out what a person gives and what the network answers."""
    with gr.Row():
        with gr.Column(scale=1):
            ways = _ways()
        with gr.Column(scale=1):
            shown = classes_shown()
    for button, given, name in ways:
        button.click(_told, [given], list(shown), api_name=name)


def _told(drawn: Any) -> tuple[dict[str, float], str]:
    """Answer to a picture: what was drawn, or uploaded."""
    if isinstance(drawn, dict):  # of a sheet: the background with all that was drawn upon it
        drawn = drawn.get("composite")
    if drawn is None:
        raise gr.Error("There is no picture yet.", print_exception=False)
    return classes_told(drawn)


def _ways() -> list[tuple[gr.Button, Any, str]]:
    """Return for each way to give a picture: its button, the picture, its name for programs."""
    sources: Any = ["upload", "webcam", "clipboard"]
    if not SPEC["ink"]:
        opened = gr.Image(label="A picture", type="numpy", sources=sources)
        return [(gr.Button("Ask the network", variant="primary"), opened, "answer")]
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
    return [(draw, drawn, "answer"), (read, opened, "answer_picture")]
