"""The runs that are being looked into: opened once, kept while asked for, with people's own examples.

What is asked of a run is an action by its name with plain values, and the answer is plain data too: so the
same is done here or, for a network that runs the learner's code, in a process of its own (`look_process`).
"""

import base64
import binascii
import itertools
import random
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rung.explain.network import Node, opened_at_first
from rung.explain.trace import Trace
from rung.projects.brought import ExampleError
from rung.projects.checking import sanity
from rung.projects.failing import Failing, failing
from rung.projects.looking import Answer, Example, Looking
from rung.projects.marks import marks
from rung.projects.ownparts import told_parts
from rung.projects.view import FEW, GROUPS, MOST, View
from rung.projects.views import recorded, views
from rung.train.record import Run

from .faults import BadRequest, NotHere
from .look_shown import filed, shown, told_example

# kept at once: opened runs; examples with their views; examples of people's own
RUNS, SEEN, OWN = 2, 8, 32
LARGEST = 12_000_000  # characters of an uploaded picture, in base64
SHOWN = 24  # examples of a list
PICTURES = 8  # of a confused pair

Told = dict[str, Any]


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


def act(
    action: str,
    run: Run,
    told: Told,
    replacements: Mapping[type, type] | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Told | bytes:
    """Do what a page asks of a run.

    Args:
        action: a key of `ACTIONS`.
        run: the run.
        told: what it is asked about; "n" and "open" say which example and which open blocks.
        replacements: the learner's parts that have passed.
        is_wanted: asked before the work begins: nobody draws for a page that has been left.

    Raises:
        RunError, CheckpointError: the run cannot be brought back.
        ExampleError, NotHere, BadRequest: there is no such example or view, or the example cannot be read.
    """
    with _lock:
        if not is_wanted():
            return b""
        return ACTIONS[action](_open(run, replacements), run, told)


def _open(run: Run, replacements: Mapping[type, type] | None) -> Opened:
    """Return a run opened, from memory or from its folder; the lock is held."""
    weights = run.folder / "model.safetensors"
    key = (str(run.folder), weights.stat().st_mtime if weights.is_file() else 0.0)
    if key not in _opened:
        looking = Looking(run, replacements)
        _opened[key] = Opened(looking, recorded(looking))
    _opened.move_to_end(key)
    while len(_opened) > RUNS:
        _opened.popitem(last=False)
    return _opened[key]


# -- one example ---------------------------------------------------------------------------------------------


def _page(opened: Opened, run: Run, told: Told) -> Told:
    """Return all that the page of one example says."""
    example, said, found = _seen(opened, run, told)
    looking, number = opened.looking, example.number
    groups = [
        {
            "name": name,
            "title": title,
            "views": [shown(v) for v in views_of[: FEW.get(name, MOST)]],
            "folded": [shown(v) for v in views_of[FEW.get(name, MOST) :]],
        }
        for name, title in GROUPS.items()
        if (views_of := [v for v in found if v.group == name])
    ]
    count = looking.count
    return {
        "example": told_example(example),
        "said": {"said": said.said, "top": [list(each) for each in said.top]},
        "right": not example.truth or not said.top or said.said == example.truth,
        "groups": groups,
        "count": count,
        "before": None if number is None else (number - 1) % count,
        "after": None if number is None else (number + 1) % count,
        "any": random.randrange(count),
        "takes": looking.takes,
        "notes": told_parts(looking.parts),
    }


def _seen(opened: Opened, run: Run, told: Told) -> tuple[Example, Answer, list[View]]:
    which, blocks = told["n"], told["open"]
    if (which, blocks) not in opened.seen:
        example = example_of(opened, which)
        names = None if blocks == "-" else {name for name in blocks.split(",") if name}
        link = _links(run.name, which, opened.passed, names)
        answer, made = views(opened.looking, example, opened.passed, names, link)
        opened.seen[(which, blocks)] = (example, answer, made)
    opened.seen.move_to_end((which, blocks))
    while len(opened.seen) > SEEN:
        opened.seen.popitem(last=False)
    return opened.seen[(which, blocks)]


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


def _file(opened: Opened, run: Run, told: Told) -> bytes:
    return filed(_seen(opened, run, told)[2], told["file"], run)


def _check(opened: Opened, run: Run, told: Told) -> Told:
    """Go one example on with a method's sanity check, and return how far it is."""
    view = next((v for v in _seen(opened, run, told)[2] if v.method == told["method"]), None)
    if view is None:
        raise NotHere(f"{run.name} is not explained by {told['method']}")
    now = sanity(opened.looking).step(view.method)
    return {
        "done": len(now.similarities),
        "of": now.of,
        "similarity": now.similarity if now.is_done else None,
        "verdict": now.verdict if now.is_done else "",
    }


def _bring(opened: Opened, run: Run, told: Told) -> Told:
    """Keep a person's own example, and return what to call it."""
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
    return {"n": name}


def _links(name: str, which: str, passed: Trace, names: set[str] | None) -> Callable[[Node], str]:
    """Return where each box leads: a closed block to the page with it open."""
    now = opened_at_first(passed) if names is None else names

    def link(node: Node) -> str:
        wanted = ",".join(sorted(now | {node.name}))
        return f"/runs/{name}/look?n={which}&open={wanted}#network" if node.is_block else ""

    return link


# -- many examples -------------------------------------------------------------------------------------------


def _failures(opened: Opened, run: Run, told: Told) -> Told:
    """Return all that the page of failures says."""
    looking, found = opened.looking, _failing(opened)
    titles = (("failures", "Over the whole test part"), ("many", "Many examples at once"))
    groups = [
        {"name": name, "title": title, "views": [shown(v) for v in found.views if v.group == name]}
        for name, title in titles
    ]
    kept = [
        {**told_example(looking.example(m.number)), "note": m.note}
        for m in marks(run)
        if m.number < looking.count
    ]
    issues = found.labels.issues[:SHOWN] if found.labels else ()
    worst = found.worst.failures[:SHOWN] if found.worst else ()
    misses = found.misses
    return {
        "groups": [group for group in groups if group["views"]],
        "marked": kept,
        "issues": [
            {**told_example(looking.example(i.place)), "likely": i.likely, "given": i.given, "sure": i.sure}
            for i in issues
        ],
        "issues_caption": found.labels.caption if found.labels else "",
        "worst": [
            {**told_example(looking.example(f.place)), "answer": f.answer, "given": f.given, "sure": f.sure}
            for f in worst
        ],
        "worst_caption": found.worst.caption if found.worst else "",
        "misses": [
            {**told_example(looking.example(int(i))), "answer": f"{misses.answers[i]:.4g}"}
            for i in (misses.worst[:SHOWN] if misses else ())
            if misses
        ],
        "pairs": [
            {
                "truth": pair.truth,
                "answer": pair.answer,
                "count": pair.count,
                "share": pair.share,
                "examples": [told_example(looking.example(i)) for i in pair.examples[:PICTURES]],
            }
            for pair in found.pairs
        ],
        "notes": told_parts(looking.parts),
    }


def _failures_file(opened: Opened, run: Run, told: Told) -> bytes:
    return filed(_failing(opened).views, told["file"], run)


def _failing(opened: Opened) -> Failing:
    if opened.failing is None:
        opened.failing = failing(opened.looking)
    return opened.failing


ACTIONS: dict[str, Callable[[Opened, Run, Told], Told | bytes]] = {
    "page": _page,
    "file": _file,
    "check": _check,
    "bring": _bring,
    "failures": _failures,
    "failures_file": _failures_file,
}
