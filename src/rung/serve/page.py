"""A folder with a page that runs the network in the browser: from files, without a server or a network."""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from rung.serve.errors import ExportError
from rung.serve.evidence import with_evidence
from rung.serve.facts import Examples, Facts

_FOLDER = Path(__file__).parent / "page"
_ALWAYS = ("onnx.js", "page.js", "page.css")


def page_files(facts: Facts, network: bytes, checked: str, tried: Examples) -> dict[str, bytes]:
    """Return the files of the page, index.html first; of those that differ with the kind of input, its own.

    Args:
        facts: of a run with an app.
        network: the ONNX file.
        checked: how it was compared with the run, in a sentence.
        tried: its failures and a few examples.

    Raises:
        ExportError: no screen is there for its kind, or the network needs what the page cannot compute.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    kind = facts.app.kind if facts.app else ""
    if facts.app is None or not (_FOLDER / "screens" / f"{kind}.js").is_file():
        raise ExportError(
            f"{facts.project} has no page of its own",
            rule=f"A page is there for projects whose app.py takes a {' or a '.join(kinds())}.",
            fix=f"rung serve {facts.run}, which needs a server; or --to space" if facts.app else "--to onnx",
        )
    network = with_evidence(network) if kind == "picture" else network
    _need(network, facts.run)
    told = {
        "classes": facts.classes,
        "within": facts.within,
        "app": {"kind": kind, "spec": facts.app.spec},
        "failures": [
            {**{k: mistake[k] for k in ("truth", "answer", "sure") if k in mistake}, **_given(given)}
            for mistake, given in zip(facts.mistakes, tried.failures, strict=True)
        ],
        "examples": [{"truth": truth, **_given(given)} for truth, given in tried.examples],
    }
    why = _FOLDER / f"why_{kind}.js"
    value, _, interval = facts.told.partition(" ")
    engine = Environment(autoescape=True, undefined=StrictUndefined, loader=FileSystemLoader(_FOLDER))
    made = engine.get_template("index.html.j2").render(
        facts=facts, why=why.is_file(), told_value=value, told_interval=interval.strip("()"), check=checked
    )
    return {
        "index.html": made.encode(),
        "run.js": f'"use strict";\nconst RUN = {_json(told)};\n'.encode(),
        "model.js": f'"use strict";\nconst MODEL = "{base64.b64encode(network).decode()}";\n'.encode(),
        "prepare.js": (_FOLDER / f"{kind}.js").read_bytes(),
        "screen.js": (_FOLDER / "screens" / f"{kind}.js").read_bytes(),
        **({"why.js": why.read_bytes()} if why.is_file() else {}),
        **{name: (_FOLDER / name).read_bytes() for name in _ALWAYS},
    }


def kinds() -> list[str]:
    """Return the kinds of input that a page can lay out."""
    return sorted(path.stem for path in (_FOLDER / "screens").glob("*.js"))


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


def _given(given: Any) -> dict[str, Any]:
    """Return an input as run.js holds it: a picture as text, all else as JSON has it."""
    return {"pixels": _text(given)} if isinstance(given, np.ndarray) else {"given": given}


def _text(picture: np.ndarray) -> str:
    """Return bytes (h, w) or (h, w, 3) as text, one channel after another."""
    first = picture if picture.ndim == 2 else picture.transpose(2, 0, 1)
    return base64.b64encode(np.ascontiguousarray(first, np.uint8).tobytes()).decode()


def _json(told: Any) -> str:
    """Return JSON that may stand in a script."""
    return json.dumps(told, ensure_ascii=False).replace("</", "<\\/").replace("\u2028", "\\u2028")
