"""Examples and views as plain data, for a page and for another process."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from rung.explain.colors import png
from rung.projects.looking import Example
from rung.projects.view import View
from rung.train.record import Run

from .faults import NotHere


def told_example(example: Example) -> dict[str, Any]:
    """Return an example as plain data, its picture as an address that holds it whole."""
    picture = ""
    if example.picture is not None:
        drawn = png(example.picture, max(1, 168 // example.picture.shape[1]))
        picture = f"data:image/png;base64,{base64.b64encode(drawn).decode()}"
    return {
        "label": example.label,
        "number": example.number,
        "truth": example.truth,
        "picture": picture,
        "ink": example.picture is not None and example.picture.ndim == 2,
        "told": dict(example.told) if isinstance(example.told, Mapping) else example.told,
        "words": list(example.words),
    }


def shown(view: View) -> dict[str, Any]:
    """Return a view for the page: drawings stand in it; pictures and words are fetched when they are seen."""
    return {
        "name": view.name,
        "title": view.title,
        "caption": view.caption,
        "form": view.form,
        "saved": "svg" if view.svg else view.form,
        "slow": view.seconds if view.is_slow else 0,
        "method": view.method,
        "drawn": view.as_bytes().decode() if view.form == "svg" else "",
        "beside": shown(view.beside) if view.beside else None,
        "more": [shown(one) for one in view.more],
    }


def filed(found: Sequence[View], file: str, run: Run) -> bytes:
    """Return a view as a file: its picture, or its numbers as .npy.

    Raises:
        NotHere: there is no such view, or not in this form.
    """
    name, _, form = file.rpartition(".")
    view = next((each for view in found for each in view.whole() if each.name == name), None)
    if view is None or form not in (view.form, "npy", "svg" if view.svg else view.form):
        raise NotHere(f"there is no view {file} of {run.name}")
    return view.as_npy() if form == "npy" else view.as_bytes(form)
