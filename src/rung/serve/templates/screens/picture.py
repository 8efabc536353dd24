"""The screen of a network that takes pictures: a sheet to draw on, or a picture to open or to take."""

from __future__ import annotations

import base64
import binascii
import io
import math
import warnings
from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np
from network import ABOUT, FOLDER, INPUT, OUTPUTS, Refused, run
from pieces import as_it_came, classes_reply, classes_shown, classes_told, explanation, plainly
from PIL import Image, ImageOps, UnidentifiedImageError
from prepare import LARGEST, fitted, prepare
from why import coloured, why

KEY = "picture"  # what a program's question is called
SPEC = INPUT["spec"]
ENOUGH = 4_000_000  # pixels; a larger picture is made smaller as soon as it is read
SHOWN = 224  # height and width at which a map is shown
reply = classes_reply
Image.MAX_IMAGE_PIXELS = LARGEST


def decoded(given: Any) -> np.ndarray:
    """Return a picture that a program sent as text or as rows of numbers.

    Raises:
        Refused: it is none.
    """
    if isinstance(given, str):
        try:
            return opened(io.BytesIO(base64.b64decode(given, validate=True)))
        except binascii.Error:
            raise Refused("This is no picture: a PNG or JPEG in base64 is.") from None
    try:
        return np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise Refused("This is no picture: rows of equally many numbers are.") from None


def opened(file: Any) -> np.ndarray:
    """Return the pixels of a file, upright, (height, width, 4); its size is read before its pixels are.

    Raises:
        Refused: it is no picture, not whole, or has more pixels than are read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pictures above LARGEST, which are refused in the next line
            image = Image.open(file)
        with image:
            if image.width * image.height > LARGEST:
                raise Refused(
                    f"This picture has {image.width * image.height:,} pixels; at most {LARGEST:,} go."
                )
            whole = ImageOps.exif_transpose(image).convert("RGBA")
            factor = math.ceil((whole.width * whole.height / ENOUGH) ** 0.5)
            return np.asarray(whole.reduce(factor) if factor > 1 else whole)
    except Refused:  # which is a ValueError itself
        raise
    except Image.DecompressionBombError:
        raise Refused(f"This picture has more than {2 * LARGEST:,} pixels; at most {LARGEST:,} go.") from None
    except UnidentifiedImageError:
        raise Refused("This is no picture: a PNG or JPEG is.") from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise Refused("This picture is not whole: its file ends too early, or is damaged.") from None


def show() -> None:
    """Lay out what a person gives and what the network answers."""
    with gr.Row():
        with gr.Column(scale=1, min_width=300):
            ways, examples = _ways()
        with gr.Column(scale=1, min_width=300):
            shown = [*classes_shown(), explanation()]
    if ABOUT["examples"]:
        with examples:
            gr.Examples(
                [[str(FOLDER / example["file"])] for example in ABOUT["examples"]],
                [ways[-1][1]],
                shown,
                _told,
                cache_examples=False,
                run_on_click=True,
                label="Examples that training never saw",
                examples_per_page=10,
            )
    for button, given, name in ways:
        button.click(_told, [given], shown, api_name=name, scroll_to_output=True)


@plainly
def _told(file: Any) -> Iterator[tuple[dict[str, float], str, str]]:
    """Answer to a picture, then say which of its places speak for the answer."""
    if file is None:
        raise Refused("There is no picture yet.")
    picture = opened(file)
    probabilities, took = classes_told(picture)
    yield probabilities, took, ""
    yield probabilities, took, _why(picture, max(probabilities, key=lambda name: probabilities[name]))


def _why(picture: np.ndarray, answer: str) -> str:
    """Return the explanation of an answer, as HTML."""
    pixels = fitted(picture, SPEC)
    (x,) = prepare(picture, SPEC)
    found = why(run, OUTPUTS, x, ABOUT["classes"].index(answer), SPEC)
    image = Image.fromarray(coloured(found.values, pixels, SPEC["ink"]))
    image = image.resize((SHOWN, SHOWN * image.height // image.width), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f'<figure style="margin:0"><img src="data:image/png;base64,{data}" width="{SHOWN}" '
        f'alt="The picture with a map over it: which places speak for this answer" '
        'style="image-rendering:pixelated;border-radius:6px">'
        f"<figcaption><b>Why?</b> {found.read} <i>Method: {found.method}.</i></figcaption></figure>"
    )


def _ways() -> tuple[list[tuple[gr.Button, Any, str]], gr.Column]:
    """Return for each way to give a picture its button, the picture, its name for programs; a place below."""
    if not SPEC["ink"]:
        button, opened, below = _openable("A picture", "Ask the network")
        return [(button, opened, "answer")], below
    with gr.Tab("Draw"):
        white = np.full((280, 280, 3), 255, np.uint8)
        sheet: Any = {"background": white, "layers": [], "composite": None}  # the pen is in hand at once
        drawn = gr.Sketchpad(
            sheet,
            label="Draw here",
            type="filepath",
            brush=gr.Brush(default_size=12, default_color="#111111"),
            canvas_size=(280, 280),
            layers=False,
        )
        as_it_came(drawn, _sheet(drawn))
        draw = gr.Button("Read my drawing", variant="primary")
    with gr.Tab("Open a picture"):
        button, opened, below = _openable("Dark ink on light paper, or light on dark", "Read this picture")
    return [(draw, drawn, "answer"), (button, opened, "answer_picture")], below


def _openable(label: str, ask: str) -> tuple[gr.Button, gr.Image, gr.Column]:
    """Return a button, a picture to open or to take, and a place for examples below."""
    opened = gr.Image(label=label, type="filepath", sources=["upload", "webcam", "clipboard"], height=280)
    as_it_came(opened, lambda sent: sent.path if sent else None)
    return gr.Button(ask, variant="primary"), opened, gr.Column()


def _sheet(drawn: gr.Sketchpad) -> Any:
    """Return what reads a sheet: all that was drawn on it, in one picture."""

    def read(sent: Any) -> Any:
        if sent is None:
            return None
        blobs = drawn.blob_storage.pop(sent.id, None) if sent.id else None
        if sent.id:  # from a browser: bytes that it sent beforehand
            return io.BytesIO(blobs.composite) if blobs and blobs.composite else None
        return sent.composite.path if sent.composite else None  # from a program: a file

    return read
