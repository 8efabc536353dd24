"""A folder with a page that runs the network in the browser: from files, without a server or a network."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from rung.serve.errors import ExportError
from rung.serve.facts import Facts

_FOLDER = Path(__file__).parent / "page"
_SCRIPTS = ("onnx.js", "picture.js", "page.js", "page.css")


@dataclass(frozen=True)
class Pictures:
    """Pictures of test examples, as bytes of the network's own size.

    Attributes:
        failures: one for each of `Facts.mistakes`, in their order.
        examples: a few to try, each with its class number.
    """

    failures: Sequence[np.ndarray]
    examples: Sequence[tuple[int, np.ndarray]]


def page_files(facts: Facts, network: bytes, checked: str, pictures: Pictures) -> dict[str, bytes]:
    """Return the files of the page, index.html first.

    Args:
        facts: of a run whose app takes pictures.
        network: the ONNX file.
        checked: how it was compared with the run, in a sentence.
        pictures: of its failures and of examples.

    Raises:
        ExportError: the app takes something else, or the network needs what the page cannot compute.
    """
    from jinja2 import Environment, StrictUndefined

    if facts.app is None or facts.app.kind != "picture" or not facts.classes:
        raise ExportError(
            f"{facts.project} has no page of its own",
            rule="A page is there for projects whose app.py takes pictures and which tell classes apart.",
            fix=f"rung export {facts.run} --to onnx",
        )
    _need(network, facts.run)
    told = {
        "classes": facts.classes,
        "app": {"kind": facts.app.kind, "spec": facts.app.spec},
        "failures": [
            {**{k: mistake[k] for k in ("truth", "answer", "sure")}, "pixels": _text(picture)}
            for mistake, picture in zip(facts.mistakes, pictures.failures, strict=True)
        ],
        "examples": [{"truth": truth, "pixels": _text(picture)} for truth, picture in pictures.examples],
    }
    value, _, interval = facts.told.partition(" ")
    source = (_FOLDER / "index.html.j2").read_text(encoding="utf-8")
    html = Environment(autoescape=True, undefined=StrictUndefined).from_string(source)
    made = html.render(facts=facts, told_value=value, told_interval=interval.strip("()"), check=checked)
    return {
        "index.html": made.encode(),
        "run.js": f'"use strict";\nconst RUN = {_json(told)};\n'.encode(),
        "model.js": f'"use strict";\nconst MODEL = "{base64.b64encode(network).decode()}";\n'.encode(),
        **{name: (_FOLDER / name).read_bytes() for name in _SCRIPTS},
    }


@cache
def operators() -> frozenset[str]:
    """Return the operators of ONNX that the page's interpreter computes, as onnx.js lists them."""
    text = (_FOLDER / "onnx.js").read_text(encoding="utf-8")
    table = text.partition("const OPERATORS = {")[2].partition("\n  };")[0]
    return frozenset(re.findall(r"^    ([A-Z]\w+):", table, re.MULTILINE))


def _need(network: bytes, run: str) -> None:
    """Raise an ExportError if the page cannot compute the network."""
    import onnx

    wanted = {node.op_type for node in onnx.load_from_string(network).graph.node}
    if wanted - operators():
        raise ExportError(
            f"the page cannot compute {', '.join(sorted(wanted - operators()))}",
            rule=f"It computes {', '.join(sorted(operators()))}.",
            fix=f"rung export {run} --to onnx",
        )


def _text(picture: np.ndarray) -> str:
    """Return bytes (h, w) or (h, w, 3) as text, one channel after another."""
    first = picture if picture.ndim == 2 else picture.transpose(2, 0, 1)
    return base64.b64encode(np.ascontiguousarray(first, np.uint8).tobytes()).decode()


def _json(told: Any) -> str:
    """Return JSON that may stand in a script."""
    return json.dumps(told, ensure_ascii=False).replace("</", "<\\/").replace("\u2028", "\\u2028")
