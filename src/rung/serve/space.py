"""A Hugging Face Space: a folder with a Gradio app that runs as it lies; the same with a server around it."""

from __future__ import annotations

import importlib.metadata
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rung.serve.card import body, front_matter, licence_of
from rung.serve.errors import ExportError
from rung.serve.evidence import with_evidence
from rung.serve.facts import App, Examples, Facts

_HERE = Path(__file__).parent
# What the folder needs, each pinned to what it was tried with; the server's besides.
_APP = ("gradio", "numpy", "onnxruntime", "pillow")
_SERVER = ("fastapi", "uvicorn")


def space_files(facts: Facts, network: bytes, checked: str, tried: Examples) -> dict[str, bytes]:
    """Return the files of the Space; of those that differ with the kind of input, only its own.

    Args:
        facts: of a run with an app.
        network: the ONNX file.
        checked: how it was compared with the run, in a sentence.
        tried: its failures and a few examples.

    Raises:
        ExportError: the project does not say how an input is prepared, or no screen is there for its kind.
    """
    from PIL import Image

    kind = facts.app.kind if facts.app else ""
    if facts.app is None or not (_HERE / "templates" / "screens" / f"{kind}.py").is_file():
        raise ExportError(
            f"{facts.project} has no app of its own",
            rule="An app is there for projects with an app.py.",
            fix=f"rung export {facts.run} --to onnx",
        )
    mistakes = [dict(mistake) for mistake in facts.mistakes]
    examples: list[dict[str, Any]] = [{"truth": truth} for truth, _ in tried.examples]
    files: dict[str, bytes] = dict(facts.app.files)
    for i, given in enumerate(tried.failures if kind == "picture" else ()):
        mistakes[i]["file"] = f"failures/{i:02}.png"
        files[mistakes[i]["file"]] = _shown(_as_seen(given, facts.app))
    for i, (_, given) in enumerate(tried.examples):
        if kind == "picture":  # of the network's own size, for it is asked about it
            examples[i]["file"] = f"examples/{i:02}.png"
            files[examples[i]["file"]] = _png(Image.fromarray(_as_seen(given, facts.app)))
        else:
            examples[i]["given"] = given
    about = {
        **{
            key: getattr(facts, key)
            for key in ("run", "title", "about", "metric", "told", "dry_run", "within")
        },
        "of": facts.score["of"],
        "classes": list(facts.classes),
        "mistakes": mistakes,
        "examples": examples,
        "worst": facts.findings.get("told", {}).get(facts.app.failures),
    }
    asked = {
        "kind": facts.app.kind,
        "spec": facts.app.spec,
        "takes": facts.app.takes,
        "limits": facts.app.limits,
    }
    why = _HERE / "shipped" / f"why_{kind}.py"
    card = body(facts, f"{_FILES}\n\nThe export was {checked}.")
    return {
        **files,
        "README.md": f"{front_matter(_front(facts))}\n{card}".encode(),
        "CARD.md": card.encode(),
        **{name: _template(name) for name in ("app.py", "failures.py", "network.py", "pieces.py")},
        "screen.py": _template(f"screens/{kind}.py"),
        "prepare.py": (_HERE / "shipped" / f"{kind}.py").read_bytes(),
        **({"why.py": why.read_bytes()} if why.is_file() else {}),
        "input.json": _json(asked),
        "about.json": _json(about),
        "requirements.txt": _pinned(_APP),
        "model.onnx": with_evidence(network) if kind == "picture" else network,
    }


def docker_files(space: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files of a Space with a server, and the Dockerfile of its container."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    made = _template("Dockerfile").decode().replace("{python}", python)
    return {
        **space,
        "README.md": space["README.md"].replace(_FILES.encode(), f"{_FILES}\n\n{_DOCKER}".encode()),
        "server.py": _template("server.py"),
        "Dockerfile": made.encode(),
        ".dockerignore": b"__pycache__\n.git\n.gradio\nDockerfile\n",
        "requirements.txt": _pinned((*_APP, *_SERVER)),
    }


def _front(facts: Facts) -> dict[str, Any]:
    """Return what the Hub reads of the Space."""
    return {
        "title": f"{facts.title} ({facts.run})",
        "emoji": "🪜",
        "colorFrom": "blue",
        "colorTo": "gray",
        "sdk": "gradio",
        "sdk_version": importlib.metadata.version("gradio"),
        "python_version": f"{sys.version_info.major}.{sys.version_info.minor}",
        "app_file": "app.py",
        "pinned": False,
        "license": licence_of(facts),
        "short_description": facts.about[:60],
    }


def _pinned(packages: Sequence[str]) -> bytes:
    return "".join(f"{name}=={importlib.metadata.version(name)}\n" for name in packages).encode()


def _template(name: str) -> bytes:
    return (_HERE / "templates" / name).read_bytes()


def _json(told: Any) -> bytes:
    return json.dumps(told, indent=1, ensure_ascii=False).encode()


def _as_seen(picture: np.ndarray, app: App) -> np.ndarray:
    """Return a picture as a person sees it: ink is dark."""
    return 255 - picture if app.spec["ink"] else picture


def _shown(picture: np.ndarray) -> bytes:
    """Return a failure's picture as PNG; one of few pixels is enlarged, with room for the words below."""
    from PIL import Image

    made, side = Image.fromarray(picture), max(picture.shape[:2])
    if side < 112:
        ratio = 112 // side
        small = made.resize((made.width * ratio, made.height * ratio), Image.Resampling.NEAREST)
        made = Image.new(
            small.mode, (small.width + 60, small.height + 60), 255 if small.mode == "L" else (255,) * 3
        )
        made.paste(small, (30, 10))
    return _png(made)


def _png(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


_FILES = """`app.py` is a Gradio app: `pip install -r requirements.txt`, then `python app.py`. `screen.py`
lays out its kind of input; `network.py` asks `model.onnx`; `prepare.py` makes the network's arrays of an
input, by the settings in `input.json`; `about.json` holds what the app tells, `failures/` the pictures of its
mistakes; `why.py`, where it is there, finds what spoke for an answer."""
_DOCKER = """`server.py` answers programs at POST /predict and people at /, and tells its health at /health:
`python server.py`, or `docker build -t app . && docker run -p 7860:7860 app`."""
