"""The self-check's part on the page: the notebook runs in time, figures answer, quizzes do not tell."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

from rung.learn.cut import cut_names
from rung.learn.figure import Choice, DrawPad, Figure, Slider, Toggle
from rung.learn.figures.controls import Input, Trigger
from rung.learn.lesson import Lesson
from rung.learn.notebook import Notebook, run
from rung.learn.selfcheck import Finding

SECONDS = 10.0  # of computing
PATIENCE = 60.0  # by the clock
LONGEST = 1.6  # the right option may be this much longer than the longest wrong one, in characters
SLACK = 12  # and this many characters more, for short options
_TAGS = re.compile(r"<[^>]*>")
NEEDED = {"exercise": 1, "predict": 1, "figure": 1, "quiz": 1, "reading": 1, "cheatsheet": 1}


def page(lesson: Lesson) -> Iterator[Finding]:
    """Run the notebook and look at what it shows."""
    at = f"lessons/{lesson.folder.name}/lesson.py"
    start = time.process_time()
    book = run(lesson)
    computed = time.process_time() - start  # other programs on a busy machine do not count
    if computed > SECONDS:
        yield Finding(at, f"it computes for {computed:.1f} s", f"compute less; it has {SECONDS:g} s")
    elif book.seconds > PATIENCE:
        yield Finding(at, f"it takes {book.seconds:.0f} s, most of it waiting", "a lesson waits for nothing")
    count: dict[str, int] = {}
    for block in book.blocks:
        count[block["type"]] = count.get(block["type"], 0) + 1
    for kind, least in NEEDED.items():
        if count.get(kind, 0) < least:
            yield Finding(at, f"it has no {kind}", f"add page.{kind}(...)")
    if count.get("exercise", 0) > 1:
        yield Finding(at, f"it has {count['exercise']} exercises", "a lesson has one: page.exercise() once")
    for figure in book.figures.values():
        yield from answers(figure, at)
    yield from _shown(lesson, book, at)
    yield from _quizzes(book, at)


def answers(figure: Figure, at: str) -> Iterator[Finding]:
    """Move every control of a figure to its ends, drag every handle, and fire every event.

    Args:
        figure: the figure.
        at: the file it is in.
    """
    scene = figure.scene()
    if scene["error"]:
        yield Finding(at, f"figure {figure.id}: {scene['error']}", "correct draw")
        return
    shape = [p["panel"] for p in scene["panels"]]
    for message in messages(figure, scene):
        figure.reset()
        told = str(message.get("set") or message.get("event"))
        try:
            after = figure.handle(message)
        except Exception as error:
            yield Finding(
                at,
                f"figure {figure.id} breaks at {told}: {type(error).__name__}: {error}",
                "correct draw, or on=",
            )
            continue
        if after["error"]:
            yield Finding(at, f"figure {figure.id} fails at {told}: {after['error']}", "correct draw, or on=")
        elif [p["panel"] for p in after["panels"]] != shape:
            now = [p["panel"] for p in after["panels"]]
            yield Finding(
                at,
                f"figure {figure.id} shows {now} at {told}, {shape} before",
                "keep the panels, so that nothing jumps",
            )
    figure.reset()


def messages(figure: Figure, scene: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a page can send to a figure: each control at its extremes, each handle at the corners.

    Args:
        figure: the figure.
        scene: its first scene.
    """
    found: list[dict[str, Any]] = []
    for control in figure.controls:
        if isinstance(control, Trigger):
            found.append({"event": control.event})
        elif isinstance(control, Input):
            found += [{"set": {control.key: value}} for value in extremes(control)]
    picks = [
        (panel["pick"], value) for panel in scene["panels"] if panel.get("pick") for value in _picked(panel)
    ]
    found += [{"event": event, "value": value} for event, value in picks]
    named = {event for event, _ in picks} | {m["event"] for m in found if "event" in m}
    found += [{"event": event} for event in figure.on if event not in named]
    for panel in scene["panels"]:
        for mark in panel.get("marks", ()):
            ends = (panel["x"][:2], panel["y"][:2])
            corners = [[ends[0][0], ends[1][0]], [ends[0][1], ends[1][1]]]
            if mark["mark"] == "handle":
                found += [{"set": {mark["key"]: corner}} for corner in corners]
            elif mark.get("drag"):
                found += [{"set": {mark["drag"]: {"0": corner}}} for corner in corners]
    return found


def _picked(panel: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what clicking the first and the last part of a network or a graph sends."""
    if panel["panel"] == "graph":
        return [{"node": panel["nodes"][i]["id"]} for i in (0, -1)]
    last = len(panel["layers"]) - 1
    nodes = [{"layer": 0, "node": 0}, {"layer": last, "node": len(panel["layers"][last]) - 1}]
    return [*nodes, {"layer": 0, "to": 0, "from": 0}]


def extremes(control: Input) -> list[Any]:
    """Return the values at the ends of what a control can be set to.

    Args:
        control: any control with a value.
    """
    if isinstance(control, Slider):
        return [control.low, control.high]
    if isinstance(control, Choice):
        return list(control.options)
    if isinstance(control, Toggle):
        return [True, False]
    if isinstance(control, DrawPad):
        return [[[ink] * control.size for _ in range(control.size)] for ink in (0.0, 1.0)]
    return [0.0, -100.0, 100.0]  # a number typed by hand has no ends


def _shown(lesson: Lesson, book: Notebook, at: str) -> Iterator[Finding]:
    """The page shows no body that the exercise asks for."""
    modules = {target.partition(":")[0] for target in lesson.target}
    for block in book.blocks:
        if block["type"] != "code":
            continue
        module, _, shown = block["symbol"].partition(":")
        for cut in cut_names(lesson) if module in modules else ():
            if cut == shown or cut.startswith(f"{shown}."):
                what = f"it shows {block['symbol']}, which holds {cut}: the exercise asks for that"
                yield Finding(at, what, "show something beside it, or say in words what it does")


def _quizzes(book: Notebook, at: str) -> Iterator[Finding]:
    """The right option is not the longest by far, and does not stand in the same place in every quiz."""
    quizzes = [b for b in book.blocks if b["type"] == "quiz"]
    for quiz in quizzes:
        lengths = [len(_TAGS.sub("", option)) for option in quiz["options"]]
        right = lengths.pop(quiz["answer"])
        if right > LONGEST * max(lengths) + SLACK:
            what = f'the right option of "{_TAGS.sub("", quiz["question"]).strip()}" is the longest by far'
            yield Finding(at, what, "make the options alike in length and tone")
    places = {q["answer"] for q in quizzes}
    if len(quizzes) > 2 and len(places) == 1:
        yield Finding(
            at, f"every quiz has its answer at place {places.pop() + 1}", "vary the place of the answer"
        )
