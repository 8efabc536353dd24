"""Panels of nodes and lines: a network of units, a computation graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rung.learn.figures import wire
from rung.learn.figures.panels import Panel, cell
from rung.learn.figures.wire import FigureError, Scene


@dataclass
class Network(Panel):
    """Draw a network of units in layers, its weights by width, colour and dash (negative is dashed).

    Args:
        layers: a list of lists of unit labels, input first.
        weights: weights[i] has shape (len(layers[i+1]), len(layers[i])).
        values: one list of numbers a layer, written in the units.
        biases: biases[i] has len(layers[i+1]) numbers.
        pick: an event; clicking a unit fires it with `{"layer": i, "node": j}`, an edge with
            `{"layer": i, "to": j, "from": k}`.
        title: a few words above.
        height: in pixels; by the widest layer when left out.
        alt: what a person who cannot see it should know.
    """

    layers: Sequence[Sequence[str]]
    weights: Sequence[ArrayLike] | None = None
    values: Sequence[ArrayLike] | None = None
    biases: Sequence[ArrayLike] | None = None
    pick: str | None = None
    title: str | None = None
    height: int | None = None
    alt: str = ""

    def scene(self) -> Scene:
        """Return the panel as JSON-able data for the page."""
        sizes = [len(layer) for layer in self.layers]
        if len(sizes) < 2 or min(sizes) < 1:
            raise FigureError(
                f"Network has layers of {sizes} units", rule="A network has two layers or more, none empty."
            )
        out: Scene = {
            "panel": "network",
            "layers": [[str(u) for u in layer] for layer in self.layers],
            "pick": self.pick,
        }
        if self.weights is not None:
            shapes = [(sizes[i + 1], sizes[i]) for i in range(len(sizes) - 1)]
            weights = [wire.array(w, f"Network.weights[{i}]", ndim=2) for i, w in enumerate(self.weights)]
            if [w.shape for w in weights] != shapes:
                raise FigureError(
                    f"Network.weights have shapes {[w.shape for w in weights]}",
                    rule=f"weights[i] is (len(layers[i+1]), len(layers[i])): here {shapes}.",
                )
            out["weights"] = [[wire.numbers(row, "Network.weights") for row in w] for w in weights]
        if self.values is not None:
            out["values"] = self._lists(self.values, sizes, "values")
        if self.biases is not None:
            out["biases"] = self._lists(self.biases, sizes[1:], "biases")
        out |= {
            "title": self.title,
            "height": self.height or max(140, (82 if self.values or self.biases else 46) * max(sizes) + 16),
            "alt": self.alt,
        }
        return out

    @staticmethod
    def _lists(values: Sequence[ArrayLike], sizes: list[int], name: str) -> list[Any]:
        lists = [wire.numbers(np.ravel(np.asarray(v)), f"Network.{name}") for v in values]
        if [len(v) for v in lists] != sizes:
            raise FigureError(
                f"Network.{name} have {[len(v) for v in lists]} numbers", rule=f"One a unit: here {sizes}."
            )
        return lists


_NODE_KEYS = ("id", "label", "value", "grad", "op", "active")


@dataclass
class Graph(Panel):
    """Draw a computation graph, left to right, each node with its value above its gradient.

    Args:
        nodes: dicts `{"id", "label", "value", "grad", "op", "active"}`; id and label are needed.
        edges: (from, to) pairs of ids.
        pick: an event; clicking a node fires it with `{"node": id}`.
        title: a few words above.
        height: in pixels; by the widest column when left out.
        alt: what a person who cannot see it should know.
    """

    nodes: Sequence[Mapping[str, Any]]
    edges: Sequence[tuple[Any, Any]]
    pick: str | None = None
    title: str | None = None
    height: int | None = None
    alt: str = ""

    def scene(self) -> Scene:
        """Return the panel as JSON-able data for the page."""
        nodes: list[Scene] = []
        for node in self.nodes:
            extra = set(node) - set(_NODE_KEYS)
            if extra or "id" not in node:
                raise FigureError(
                    f"Graph: a node is {dict(node)!r}",
                    rule=f"A node's keys are {', '.join(_NODE_KEYS)}; id is needed.",
                )
            out = {"id": str(node["id"]), "label": str(node.get("label", node["id"])), "op": node.get("op")}
            for key in ("value", "grad"):
                out[key] = None if node.get(key) is None else cell(node[key])
            out["active"] = bool(node.get("active", False))
            nodes.append(out)
        names = [node["id"] for node in nodes]
        if len(set(names)) != len(names):
            raise FigureError("Graph: two nodes have the same id", rule="Every node has an id of its own.")
        edges = [[str(a), str(b)] for a, b in self.edges]
        for edge in edges:
            if not set(edge) <= set(names):
                raise FigureError(
                    f"Graph: the edge {tuple(edge)} names no node", rule=f"Nodes are {', '.join(names)}."
                )
        columns = _columns(names, edges)
        widest = max((list(columns.values()).count(c) for c in set(columns.values())), default=1)
        for node in nodes:
            node["column"] = columns[node["id"]]
        height = self.height or max(150, 84 * widest + 16)
        return {
            "panel": "graph",
            "nodes": nodes,
            "edges": edges,
            "pick": self.pick,
            "title": self.title,
            "height": height,
            "alt": self.alt,
        }


def _columns(names: list[str], edges: list[list[str]]) -> dict[str, int]:
    """Return each node's column: right of all its inputs; a leaf just left of its first use.

    Raises:
        FigureError: the edges form a cycle.
    """
    before: dict[str, list[str]] = {n: [] for n in names}
    after: dict[str, list[str]] = {n: [] for n in names}
    for a, b in edges:
        before[b].append(a)
        after[a].append(b)
    column: dict[str, int] = {}
    waiting = {n: len(before[n]) for n in names}
    ready = [n for n in names if not waiting[n]]
    while ready:
        node = ready.pop()
        column[node] = max((column[b] + 1 for b in before[node]), default=0)
        for nxt in after[node]:
            waiting[nxt] -= 1
            if not waiting[nxt]:
                ready.append(nxt)
    if len(column) != len(names):
        raise FigureError("Graph: the edges form a circle", rule="A computation graph has no cycle.")
    for node in names:
        if not before[node] and after[node]:
            column[node] = min(column[n] for n in after[node]) - 1
    return column
