"""The runs that are being looked into: opened once, kept while asked for, with people's own examples."""

import base64
import binascii
import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rung.explain.network import Node, opened_at_first
from rung.explain.trace import Trace
from rung.projects.failing import Failing, failing
from rung.projects.looking import Answer, Example, ExampleError, Looking
from rung.projects.views import View, recorded, views
from rung.train.record import Run

from .faults import BadRequest

# kept at once: opened runs; examples with their views; examples of people's own
RUNS, SEEN, OWN = 2, 8, 32
LARGEST = 12_000_000  # characters of an uploaded picture, in base64


@dataclass
class Opened:
    """A run that is open, and what was seen of it last."""

    looking: Looking
    passed: Trace
    seen: OrderedDict[tuple[str, str], tuple[Example, Answer, list[View]]] = field(
        default_factory=OrderedDict
    )
    own: OrderedDict[str, Example] = field(default_factory=OrderedDict)
    failing: Failing | None = None


_lock = threading.Lock()  # a model is asked by one at a time: it has hooks on it while it is
_opened: OrderedDict[tuple[str, float], Opened] = OrderedDict()
_numbers = itertools.count(1)


def example_of(opened: Opened, which: str) -> Example:
    """Return an example by its number in the test part, or a person's own by its name.

    Raises:
        ExampleError: there is none.
    """
    if which in opened.own:
        return opened.own[which]
    if which.startswith("own-"):
        raise ExampleError("this example of yours is no longer kept", fix="bring it again")
    if not which.isdigit():
        raise ExampleError(f"{which!r} is no number of a test example")
    return opened.looking.example(int(which))


def seen(run: Run, which: str, blocks: str) -> tuple[Looking, Example, Answer, list[View]]:
    """Return an example, what the network says to it, and all that can be seen.

    Args:
        run: the run.
        which: the example, see `example_of`.
        blocks: names of the drawing's opened blocks, with commas between; "-" for as many as fit.

    Raises:
        RunError, CheckpointError: the run cannot be brought back.
        ExampleError: there is no such example.
    """
    with _lock:
        opened = _open(run)
        if (which, blocks) not in opened.seen:
            example = example_of(opened, which)
            answer = opened.looking.answer(example)
            names = None if blocks == "-" else {name for name in blocks.split(",") if name}
            link = _links(run.name, which, opened.passed, names)
            made = views(opened.looking, example, answer, opened.passed, names, link)
            opened.seen[(which, blocks)] = (example, answer, made)
        opened.seen.move_to_end((which, blocks))
        while len(opened.seen) > SEEN:
            opened.seen.popitem(last=False)
        return (opened.looking, *opened.seen[(which, blocks)])


def failures(run: Run) -> tuple[Looking, Failing]:
    """Return where a run fails, computed once.

    Raises:
        NoClassesError: its answers are no classes.
        RunError, CheckpointError: the run cannot be brought back.
    """
    with _lock:
        opened = _open(run)
        if opened.failing is None:
            opened.failing = failing(opened.looking)
        return opened.looking, opened.failing


def drawn(view: View) -> bytes:
    """Draw a view, while nobody else asks a model."""
    with _lock:
        return view.as_bytes()


def numbers(view: View) -> bytes:
    """Return a view's numbers as a NumPy file, while nobody else asks a model."""
    with _lock:
        return view.as_npy()


def brought(run: Run, told: dict[str, Any]) -> str:
    """Keep a person's own example, and return what to call it.

    Args:
        run: the run.
        told: {"text": ...} or {"picture": base64}.

    Raises:
        BadRequest: it is neither.
        ExampleError: the network cannot read it.
    """
    with _lock:
        opened = _open(run)
        if isinstance(told.get("text"), str):
            example = opened.looking.own_text(told["text"])
        elif isinstance(told.get("picture"), str):
            if len(told["picture"]) > LARGEST:
                raise ExampleError("the picture's file has more than 9 MB", fix="save it smaller")
            try:
                file = base64.b64decode(told["picture"].rpartition(",")[2], validate=True)
            except (binascii.Error, ValueError):
                raise ExampleError("this is no picture file", fix="a PNG, JPEG or WebP file") from None
            example = opened.looking.own_picture(file)
        else:
            raise BadRequest("an example is a text or a picture")
        name = f"own-{next(_numbers)}"
        opened.own[name] = example
        while len(opened.own) > OWN:
            opened.own.popitem(last=False)
        return name


def _open(run: Run) -> Opened:
    """Return a run opened, from memory or from its folder; the lock is held."""
    weights = run.folder / "model.safetensors"
    key = (str(run.folder), weights.stat().st_mtime if weights.is_file() else 0.0)
    if key not in _opened:
        looking = Looking(run)
        _opened[key] = Opened(looking, recorded(looking))
    _opened.move_to_end(key)
    while len(_opened) > RUNS:
        _opened.popitem(last=False)
    return _opened[key]


def _links(name: str, which: str, passed: Trace, names: set[str] | None) -> Callable[[Node], str]:
    """Return where each box leads: a closed block to the page with it open."""
    now = opened_at_first(passed) if names is None else names

    def link(node: Node) -> str:
        wanted = ",".join(sorted(now | {node.name}))
        return f"/runs/{name}/look?n={which}&open={wanted}#network" if node.is_block else ""

    return link
