"""The views that say why: a map for each method of attribution, and the same map with random weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from html import escape
from typing import Any

import numpy as np

from rung.explain.attribution import METHODS, AttributionError, attribute
from rung.explain.attribution.entrance import parts_of
from rung.explain.attribution.grad_cam import last_map
from rung.explain.attribution.guided_backprop import guided
from rung.explain.attribution.point import chosen
from rung.explain.overlay import overlay_png, words_html, words_svg, words_text
from rung.explain.sheet import HIGH, LOW, Sheet, short
from rung.explain.subject import Subject
from rung.projects.checking import sanity
from rung.projects.looking import Answer, Example
from rung.projects.view import Seen, View

SIDE = 240  # about so many pixels wide a drawn map is
COLUMNS = 12  # columns of a table that are told
RANDOM = "-random"  # behind the name of a map, with random weights
_OF_NOISE = (
    "The same map of a network whose every weight was drawn anew. What is alike in the two does not come "
    "from training."
)


def why(looking: Seen, example: Example, answer: Answer, seconds: float) -> Iterator[View]:
    """Yield a view for each method of attribution that is for such an input.

    Args:
        looking: what is looked into.
        example: what it is shown.
        answer: what it said, which is explained.
        seconds: that a pass takes; what follows from it is too much, as many go at a time.
    """
    for name in fitting(looking, example):
        method = METHODS[name]
        title = f"{method.title}, for “{answer.said}”"
        work = len(example.words) if name == "occlusion" and example.words else method.work
        takes = seconds * work

        @cache  # the picture and its numbers, and the sign in a terminal, are of one computation
        def found(name: str = name) -> np.ndarray:
            return attribute(looking.scored, example.x, answer.target, name).map[0]

        @cache
        def by_chance(name: str = name) -> np.ndarray:
            random = sanity(looking).random
            return attribute(random, example.x, answer.target, name).map[0]

        noise = _view(looking, example, f"why-{name}{RANDOM}", "with random weights", _OF_NOISE, by_chance)
        seen = _view(looking, example, f"why-{name}", title, method.shows, found)
        if seen is not None and noise is not None:
            noise = replace(noise, seconds=takes)
            yield replace(seen, seconds=takes, method=name, beside=noise)


def fitting(looking: Seen, example: Example) -> tuple[str, ...]:
    """Return the methods that are for such an input and such a network; found out once.

    Cost: a pass or two, and for words and tables one back.
    """
    if any(np.ndim(part) < 2 for part in parts_of(example.x)):
        return ()  # one number an example, of a person or a film: there is nothing to tell apart in it
    kind = "picture" if looking.takes == "picture" else "words" if example.words else "table"
    if f"methods of {kind}" not in looking.kept:
        found = (name for name, method in METHODS.items() if kind in method.inputs)
        subject, x = looking.scored, example.x
        looking.kept[f"methods of {kind}"] = tuple(n for n in found if _fits(subject, x, n, kind))
    methods: tuple[str, ...] = looking.kept[f"methods of {kind}"]
    return methods


def _fits(subject: Subject, x: Any, name: str, kind: str) -> bool:
    try:
        if name == "grad-cam":
            return np.ndim(x) == 4 and bool(last_map(subject, x))
        if name == "guided-backprop":
            with guided(subject) as met:
                subject.ask(x)
            if not met:
                return False
        if name != "occlusion" and kind != "picture":
            attribute(subject, x, method="saliency")
        elif kind != "picture":
            chosen(None, subject.ask(x))
    except AttributionError:
        return False
    return True


def _view(
    looking: Seen, example: Example, name: str, title: str, caption: str, found: Callable[[], np.ndarray]
) -> View | None:
    """Return a map as a picture, as words or as bars."""
    if looking.takes == "picture":
        sides = looking.picture_shape[:2]

        def values() -> np.ndarray:
            return found().reshape(sides)

        def overlay() -> bytes:
            seen = example.picture
            under = None if seen is None else np.moveaxis(seen, -1, 0) if seen.ndim == 3 else seen
            return overlay_png(values(), under, side=SIDE)

        return View(name, "why", title, "png", overlay, caption, values)
    if example.words:
        read = list(example.words)

        def told() -> np.ndarray:
            return found()[: len(read)]

        return View(
            name,
            "why",
            title,
            "html",
            lambda: words_html(read, told()),
            caption,
            told,
            lambda: words_text(read, told()),
            lambda: words_svg(read, told()),
        )

    def rows() -> list[tuple[str, float]]:
        return by_column(looking, found())

    return View(
        name,
        "why",
        title,
        "html",
        lambda: bars_html(rows()),
        caption,
        found,
        lambda: "\n".join(f"{n:<28} {v:+.4f}" for n, v in rows()),
        lambda: bars_svg(rows()),
    )


def by_column(looking: Seen, values: np.ndarray) -> list[tuple[str, float]]:
    """Return what each column of a table gives, the strongest first: its parts (of one-hot, say) summed."""
    total: dict[str, float] = {}
    for name, value in zip(looking.column_names(values.size), values.ravel(), strict=True):
        total[name] = total.get(name, 0.0) + float(value)
    return sorted(total.items(), key=lambda item: -abs(item[1]))[:COLUMNS]


def bars_html(rows: Sequence[tuple[str, float]]) -> str:
    """Return columns as bars from the middle: to the right for the answer, to the left against it."""
    most = max((abs(v) for _, v in rows), default=0.0) or 1.0
    told = []
    for name, value in rows:
        share = 50 * abs(value) / most
        speaks, left = ("for", 50.0) if value >= 0 else ("against", 50 - share)
        told.append(
            f'<li><span>{escape(name)}</span><span class="pull"><i class="{speaks}" '
            f'style="left: {left:.1f}%; width: {share:.1f}%"></i></span>'
            f'<span class="num">{value:+.3g}</span></li>'
        )
    return f'<ul class="pulls">{"".join(told)}</ul>'


def bars_svg(rows: Sequence[tuple[str, float]]) -> str:
    """Return the same bars as SVG, to be saved."""
    most = max((abs(v) for _, v in rows), default=0.0) or 1.0
    sheet = Sheet(520, 8 + 24 * len(rows), "what each column gives to the answer")
    for i, (name, value) in enumerate(rows):
        y, wide = 6 + 24 * i, 120 * abs(value) / most
        sheet.text(160, y + 12, short(name, 24), anchor="end")
        sheet.rect(300 - (wide if value < 0 else 0), y, wide, 16, fill=HIGH if value >= 0 else LOW)
        sheet.text(510, y + 12, f"{value:+.3g}", anchor="end")
    return sheet.svg()
