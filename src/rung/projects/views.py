"""The views into a run for one example, together: why, words, the network, its layers and its weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection

import numpy as np

from rung.explain import network
from rung.explain.trace import Trace, trace
from rung.projects.layer_views import layers, weights
from rung.projects.looking import Answer, Example
from rung.projects.view import Seen, View
from rung.projects.why_views import why
from rung.projects.word_views import words

__all__ = ["View", "recorded", "views"]


def recorded(looking: Seen) -> Trace:
    """Record a pass over the first test example."""
    return trace(looking.subject, looking.example(0).x)


def views(
    looking: Seen,
    example: Example,
    passed: Trace,
    opened: Collection[str] | None = None,
    link: Callable[[network.Node], str] | None = None,
) -> tuple[Answer, list[View]]:
    """Return what a network says to one example, and what can be seen of it, in the order of GROUPS.

    Args:
        looking: the run.
        example: what it is shown.
        passed: from `recorded`.
        opened: blocks of the drawing to look into; the layers told are those of the drawing.
        link: where a box of the drawing leads.

    Cost: one pass, one more where words are attended to or gated; and what each view costs when it is drawn.
    """
    opened = network.opened_at_first(passed) if opened is None else opened
    answer, made = looking.pass_through(example)
    drawing = View(
        "network",
        "network",
        "Architecture",
        "svg",
        lambda: network.draw(passed, opened, link),
        network.caption(passed),
        lambda: np.array(json.dumps(network.table(passed))),
    )
    boxes = {node.name for node in network.nodes(passed, opened)}
    found = [
        *why(looking, example, answer, passed.quickest),
        *words(looking, example),
        drawing,
        *layers(looking, made, boxes),
        *weights(looking, boxes),
    ]
    return answer, found
