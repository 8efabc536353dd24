"""What a tensor was made of: read back from the graph that autograd keeps, in either engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from rung.explain.engine import Engine

INPUT = -1  # the network's own input, among the numbers of calls
# what only changes how numbers lie, or is PyTorch's book-keeping: not worth a word in a drawing
SILENT = {
    *("Reshape", "View", "Transpose", "Permute", "Flatten", "Squeeze", "Unsqueeze", "Expand", "Contiguous"),
    *("T", "UnsafeView", "ReshapeAlias", "Clone", "Alias", "AccumulateGrad", "ToCopy", "Index", "GetItem"),
    *("Select", "Slice", "Split", "Stack", "Detach", "Unbind", "Movedim"),
}

# PyTorch's names of what has a plainer one
PLAIN = {
    "Relu": "ReLU",
    "Gelu": "GELU",
    "MaxPool2DWithIndices": "MaxPool2d",
    "ConstantPadNd": "Pad",
    "Silu": "SiLU",
}
PLAIN |= {"ScaledDotProductFlashAttentionForCpu": "Attention", "AdaptiveAvgPool2D": "AdaptiveAvgPool2d"}


class Ancestry(Protocol):
    """Which calls made a tensor."""

    def made(self, call: int, out: Any) -> None:
        """Remember that a call made all that is in its output."""

    def sources(self, values: Sequence[Any]) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Return the nearest calls that values were made from, and what was done on the way."""


def ancestry_of(engine: Engine, inputs: Any) -> Ancestry:
    """Return how to ask for the ancestry of tensors of an engine, of a pass with these inputs."""
    return _Scratch(inputs) if engine.name == "scratch" else _Torch(inputs)


def parts_of(values: Any) -> Iterator[Any]:
    """Yield the tensors and arrays in nested tuples, lists and dictionaries."""
    if isinstance(values, (tuple, list)):
        for value in values:
            yield from parts_of(value)
    elif isinstance(values, dict):
        yield from parts_of(list(values.values()))
    elif hasattr(values, "shape") and hasattr(values, "dtype"):
        yield values


class _Graph:
    """The walk, the same for both: nodes that are known end it, others are gone through."""

    def __init__(self, inputs: Any) -> None:
        self.makers: dict[int, int] = {}
        self.alive: list[Any] = []  # an id is that of a thing only while the thing lives
        self.made(INPUT, inputs)

    def made(self, call: int, out: Any) -> None:
        for part in parts_of(out):
            for node in self.nodes(part):
                self.makers[id(node)] = call
                self.alive.append(node)

    def sources(self, values: Sequence[Any]) -> tuple[tuple[int, ...], tuple[str, ...]]:
        found: set[int] = set()
        names: list[str] = []
        seen: set[int] = set()
        todo = [node for part in parts_of(values) for node in self.nodes(part)[:1]]
        while todo:
            node = todo.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            self.alive.append(node)
            if id(node) in self.makers:
                found.add(self.makers[id(node)])
                continue
            parents = self.parents(node)
            name = self.name(node)
            if parents and name not in SILENT and name not in names:
                names.append(name)
            todo += parents
        return tuple(sorted(found)), tuple(reversed(names))

    def nodes(self, part: Any) -> list[Any]:
        """Return what stands for a tensor in the graph; the first of them is where a walk begins."""
        raise NotImplementedError

    def parents(self, node: Any) -> list[Any]:
        raise NotImplementedError

    def name(self, node: Any) -> str:
        raise NotImplementedError


class _Scratch(_Graph):
    """A tensor is a node, its inputs are its parents."""

    def nodes(self, part: Any) -> list[Any]:
        return [part]

    def parents(self, node: Any) -> list[Any]:
        return [t for t in getattr(node, "inputs", ()) if t is not None]

    def name(self, node: Any) -> str:
        fn = getattr(node, "fn", None)
        return "" if fn is None else type(fn).__name__.removeprefix("Fast")


class _Torch(_Graph):
    """A tensor's grad_fn is a node; a tensor without one, such as whole numbers, stands for itself."""

    def nodes(self, part: Any) -> list[Any]:
        fn = getattr(part, "grad_fn", None)
        return [part] if fn is None else [fn, part]

    def parents(self, node: Any) -> list[Any]:
        if hasattr(node, "variable"):  # the end of the graph: a parameter, or the input itself
            return [node.variable]
        return [fn for fn, _ in getattr(node, "next_functions", ()) if fn is not None]

    def name(self, node: Any) -> str:
        name = type(node).__name__.split("Backward")[0].removesuffix("_")
        return PLAIN.get(name, name)
