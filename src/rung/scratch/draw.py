"""The graph behind a tensor, as text and as a picture."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rung.scratch.function import name_of
from rung.scratch.graph import topological_order

if TYPE_CHECKING:
    from rung.scratch.tensor import Tensor

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = (
    118,
    40,
    46,
    16,
    10,
)  # of a box, between boxes, around the picture; in pixels


class GraphPicture:
    """Show every call that made a tensor: `print` it, or let a notebook draw it (`svg()`).

    A sweep frees the graph, so ask before backward(), or say backward(retain_graph=True).
    """

    def __init__(self, root: Tensor, names: dict[str, Tensor]) -> None:
        self.tensors = topological_order(root, constants=True)
        self.names = {id(t): name for name, t in names.items()}
        self.number = {id(t): i for i, t in enumerate(self.tensors, 1)}

    def label(self, t: Tensor) -> str:
        """Return what to call a tensor: its name, the call that made it, or what kind of leaf it is."""
        made_by = getattr(t.fn, "was", name_of(type(t.fn))) if t.fn is not None else ""
        kind = made_by or ("parameter" if t.requires_grad else "constant")
        return self.names.get(id(t), kind)

    def __str__(self) -> str:
        rows = []
        for t in self.tensors:
            shape = "x".join(map(str, t.shape)) or "number"
            source = ", ".join(f"#{self.number[id(p)]}" for p in t.inputs if p is not None)
            made = f"{name_of(type(t.fn))}({source})" if t.fn is not None and t.inputs else ""
            name = self.names.get(id(t), "")
            rows.append(
                (f"#{self.number[id(t)]}", made or self.label(t), shape, name if made or not name else "")
            )
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        lines = [
            "  ".join([*(c.ljust(w) for c, w in zip(row[:3], widths, strict=True)), row[3]]) for row in rows
        ]
        return "\n".join(line.rstrip() for line in lines)

    __repr__ = __str__

    def columns(self) -> dict[int, int]:
        """Place every tensor one column right of the last of its inputs, a leaf just before its first use."""
        column: dict[int, int] = {}
        for t in self.tensors:
            column[id(t)] = 1 + max((column[id(p)] for p in t.inputs if p is not None), default=-1)
        for t in reversed(self.tensors):
            for p in t.inputs:
                if p is not None and not p.inputs:
                    users = [column[id(u)] for u in self.tensors if any(q is p for q in u.inputs)]
                    column[id(p)] = min(users) - 1
        return column

    def svg(self) -> str:
        """Return the picture, left to right: boxes are tensors, lines say what was made from what."""
        column = self.columns()
        rows: dict[int, int] = {}
        place: dict[int, tuple[int, int]] = {}
        for t in self.tensors:
            i = column[id(t)]
            rows[i] = rows.get(i, -1) + 1
            place[id(t)] = (MARGIN + i * (WIDTH + GAP_X), MARGIN + rows[i] * (HEIGHT + GAP_Y))
        parts = []
        for t in self.tensors:
            x, y = place[id(t)]
            for p in t.inputs:
                if p is None:
                    continue
                a, b = place[id(p)]
                middle = (a + WIDTH + x) / 2
                start, end = b + HEIGHT / 2, y + HEIGHT / 2
                parts.append(
                    f'<path d="M{a + WIDTH} {start} C{middle} {start} {middle} {end} {x} {end}" '
                    'fill="none" stroke="currentColor" stroke-opacity="0.45"/>'
                )
        for t in self.tensors:
            x, y = place[id(t)]
            shape, centre = " \u00d7 ".join(map(str, t.shape)) or "number", x + WIDTH / 2
            style = "fill-opacity:0.12" if t.fn is not None else "fill-opacity:0"
            dash = "" if t.requires_grad else ' stroke-dasharray="4 3"'
            parts.append(
                f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="currentColor" '
                f'style="{style}" stroke="currentColor"{dash}/>'
                f'<text x="{centre}" y="{y + 17}" text-anchor="middle">{escape(self.label(t))}</text>'
                f'<text x="{centre}" y="{y + 32}" text-anchor="middle" opacity="0.7">{shape}</text>'
            )
        width = MARGIN + max(x for x, _ in place.values()) + WIDTH
        height = MARGIN + max(y for _, y in place.values()) + HEIGHT
        last = self.tensors[-1]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" font-family="system-ui" font-size="12" fill="currentColor" role="img">'
            f"<title>The graph behind {escape(self.label(last))}: {len(self.tensors)} tensors</title>"
            + "".join(parts)
            + "</svg>"
        )

    _repr_svg_ = svg
