"""The drawing of a network: its layers from top to bottom as they were called, and what fed which."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from html import escape
from math import isnan

from rung.explain.trace import INPUT, Call, Trace

BOX, TALL, GAP, LANE, EDGE = 300, 54, 26, 11, 8  # widths and heights in pixels, at the size of small text
_LINE, _SOFT = "var(--ink-faint, #777)", "var(--ink-soft, currentColor)"
MOST = 24  # boxes that are shown at first


@dataclass(frozen=True)
class Node:
    """A box of the drawing: one call, or a closed block with all the calls in it.

    Attributes:
        name: of the layer or block.
        kind: its class.
        settings: what a layer prints of itself; of a block, how many layers it holds.
        output: the shape that comes out.
        parameters, flops, bytes, seconds: the sums over its calls.
        sources: which nodes feed it; INPUT for the network's input.
        between: what is done to what feeds it on the way.
        is_block: whether it can be opened.
        is_layer: False for what a block does itself, such as the sum of two branches.
    """

    name: str
    kind: str
    settings: str
    output: tuple[int, ...]
    parameters: int
    flops: int
    bytes: int
    seconds: float
    sources: tuple[int, ...]
    between: tuple[str, ...]
    is_block: bool = False
    is_layer: bool = True


def opened_at_first(trace: Trace, most: int = MOST) -> set[str]:
    """Return the blocks to open so that as many boxes as possible, but at most `most`, are seen."""
    opened: set[str] = set()
    for depth in range(10):
        wanted = {name for name in trace.blocks if name and name.count(".") < depth}
        if len(nodes(trace, wanted)) > most:
            break
        opened = wanted
    return opened


def nodes(trace: Trace, opened: Collection[str]) -> list[Node]:
    """Return the boxes of the drawing: calls of one closed block in a row are one.

    Args:
        trace: of the pass.
        opened: names of the blocks to look into; a block within a closed one stays hidden.
    """
    found: list[Node] = []
    place: list[int] = []  # in which node each call is
    for call in trace.calls:
        block = _closed_block(call, trace, opened)
        joined = found and block is not None and found[-1].is_block and found[-1].name == block
        if not joined:
            kind = call.kind if block is None else trace.blocks[block]
            empty = Node(block or call.name, kind, call.settings, (), 0, 0, 0, 0.0, (), (), block is not None)
            found.append(replace(empty, is_layer=call.is_layer or block is not None))
        place.append(len(found) - 1)
        found[-1] = _with(found[-1], call, place, joined=bool(joined))
    held = [place.count(i) for i in range(len(found))]
    return [
        replace(node, settings=f"{n} layers" if n > 1 else "1 layer") if node.is_block else node
        for node, n in zip(found, held, strict=True)
    ]


def _closed_block(call: Call, trace: Trace, opened: Collection[str]) -> str | None:
    """Return the outermost closed block that a call is in; None if all are open."""
    parts = call.name.split(".")
    inside = len(parts) + (not call.is_layer)  # what a block does itself is in the block of its own name
    for depth in range(1, inside):
        name = ".".join(parts[:depth])
        if name in trace.blocks and name not in opened:
            return name
    return None


def _with(node: Node, call: Call, place: Sequence[int], joined: bool) -> Node:
    """Return a node with one more call in it."""
    own = len(set(place)) - 1
    outside = tuple(dict.fromkeys(INPUT if s == INPUT else place[s] for s in call.sources))
    return replace(
        node,
        output=call.output,
        parameters=node.parameters + call.parameters,
        flops=node.flops + call.flops,
        bytes=node.bytes + call.bytes,
        seconds=node.seconds + (0.0 if isnan(call.seconds) else call.seconds),
        sources=tuple(sorted({*node.sources, *(s for s in outside if s != own)})),
        between=node.between if joined else call.between,
    )


def draw(
    trace: Trace, opened: Collection[str] | None = None, link: Callable[[Node], str] | None = None
) -> str:
    """Return the drawing as SVG, 380 pixels wide at its own size and scaled by the page.

    Args:
        trace: of the pass.
        opened: blocks to look into; None for as many as fit a page.
        link: gives the address that a box leads to; "" for none.
    """
    boxes = nodes(trace, opened_at_first(trace) if opened is None else opened)
    lanes = _lanes(boxes)
    width = BOX + 2 * EDGE + LANE * (2 + max(lanes.values(), default=-1))
    middle, end = EDGE + BOX / 2, _top(len(boxes)) + 16
    parts = [_word(middle, 20, f"input {_shapes(trace.input)}", "middle")]
    for i, node in enumerate(boxes):
        parts += [_edge(source, i, boxes, lanes) for source in node.sources]
        parts.append(_word(middle + 9, _top(i) - 10, ", ".join(node.between), soft=True))
        parts.append(_box(node, _top(i), trace, link(node) if link else ""))
    if boxes:
        parts.append(_arrow(middle, _top(len(boxes) - 1) + _tall(boxes[-1]), end - 18))
        done = [*trace.between, f"output {_shape(boxes[-1].output)}"]
        parts.append(_word(middle, end - 4, ", ".join(done), "middle"))
    return (
        f'<svg class="network" viewBox="0 0 {width} {end}" width="{width}" height="{end}" role="img" '
        f'aria-label="{escape(caption(trace))}" font-family="var(--font-text, system-ui, sans-serif)" '
        f'font-size="12" fill="currentColor">{"".join(parts)}</svg>'
    )


def caption(trace: Trace) -> str:
    """Say what the network is made of, and where its parameters and its work are."""
    layers = [call for call in trace.calls if call.is_layer]
    text = f"{len(layers)} layers, {trace.parameters:,} parameters ({told_bytes(trace.parameter_bytes)})"
    if trace.parameters:
        most = max(layers, key=lambda c: c.parameters)
        text += f"; {most.name} holds {most.parameters / trace.parameters:.0%} of them"
    if trace.flops:
        busy = max(layers, key=lambda c: c.flops)
        text += (
            f". One pass takes {told_flops(trace.flops)}, {busy.name} {busy.flops / trace.flops:.0%} of that"
        )
    slow = max(layers, key=lambda c: 0.0 if isnan(c.seconds) else c.seconds, default=None)
    if slow is not None and trace.seconds > 0:
        part = slow.seconds / trace.seconds
        text += f"; of {told_seconds(trace.seconds)} on this machine {slow.name} took {part:.0%}"
    return f"{text}."


def table(trace: Trace) -> list[dict[str, object]]:
    """Return one row a call: what it is, its shapes, its cost, and the names of what feeds it."""
    names = {INPUT: "input", **{i: call.name for i, call in enumerate(trace.calls)}}
    return [
        {
            "layer": call.name,
            "kind": call.kind,
            "settings": call.settings,
            "output": list(call.output),
            "parameters": call.parameters,
            "bytes": call.bytes,
            "flops": call.flops,
            "seconds": None if isnan(call.seconds) else call.seconds,
            "from": [names[s] for s in call.sources],
            "between": list(call.between),
        }
        for call in trace.calls
    ]


def told_count(count: float) -> str:
    """Say a number exactly below 100,000, and above in thousands or millions."""
    return f"{count:,}" if count < 100_000 else _in_units(count, 1000, ("", "k", "M", "G")).replace(" ", "")


def told_flops(count: float) -> str:
    """Say a number of operations in the unit that suits it."""
    return _in_units(count, 1000, ("FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP"))


def told_bytes(count: float) -> str:
    """Say a number of bytes in the unit that suits it."""
    return _in_units(count, 1024, ("B", "KiB", "MiB", "GiB"))


def told_seconds(seconds: float) -> str:
    """Say a time in the unit that suits it."""
    return _in_units(seconds * 1e6, 1000, ("µs", "ms", "s"))


def _in_units(value: float, step: int, units: Sequence[str]) -> str:
    for unit in units[:-1]:
        if value < step:
            return f"{value:.3g} {unit}"
        value /= step
    return f"{value:.3g} {units[-1]}"


# -- the parts of the drawing --------------------------------------------------------------------------------


def _top(i: int) -> float:
    return 34 + i * (TALL + GAP)


def _tall(node: Node) -> int:
    return TALL if node.is_layer else 24


def _box(node: Node, top: float, trace: Trace, href: str) -> str:
    """Draw a layer: its class, name and settings, its cost, and its share of parameters, work and time."""
    tall = _tall(node)
    stroke = "var(--accent, #5140c4)" if node.is_block else "var(--line-strong, #999)"
    dash = ' stroke-dasharray="5 3"' if node.is_block else ""
    title = f"{node.name}: {node.kind}({node.settings}), {_cost(node)}, output {_shape(node.output)}"
    parts = [
        f'<rect x="{EDGE}" y="{top}" width="{BOX}" height="{tall}" rx="6" '
        f'fill="var(--surface, none)" stroke="{stroke}"{dash}/>'
    ]
    if not node.is_layer:
        parts.append(_word(EDGE + BOX / 2, top + 16, node.kind, "middle"))
    else:
        kind = f"{node.kind}{' +' if node.is_block else ''}"
        name = _cut(node.name, max(5, 31 - len(kind)))
        parts += [
            f'<text x="{EDGE + 10}" y="{top + 19}"><tspan font-weight="600">{escape(kind)}</tspan>'
            f'<tspan dx="7" fill="{_SOFT}">{escape(name)}</tspan></text>',
            _word(EDGE + 10, top + 42, _cost(node), soft=True),
            *_shares(node, top, trace),
        ]
    drawn = f"<g><title>{escape(title)}</title>{''.join(parts)}</g>"
    return f'<a href="{escape(href)}">{drawn}</a>' if href else drawn


def _shares(node: Node, top: float, trace: Trace) -> list[str]:
    """Draw three bars: what part of all parameters, operations and time the layer has."""
    whole = (trace.parameters, trace.flops, trace.seconds)
    own = (node.parameters, node.flops, node.seconds)
    colors = ("var(--a, #1c6db3)", "var(--b, #d45f12)", "var(--c, #0b8a6c)")
    left, long = EDGE + BOX - 62, 52
    bars = []
    for i, (part, all_, color) in enumerate(zip(own, whole, colors, strict=True)):
        y = top + 8 + 7 * i
        bars.append(
            f'<rect x="{left}" y="{y}" width="{long}" height="4" rx="2" fill="var(--line, #ddd)"/>'
            f'<rect x="{left}" y="{y}" width="{long * min(1, part / all_) if all_ and all_ > 0 else 0:.1f}" '
            f'height="4" rx="2" fill="{color}"/>'
        )
    return bars


def _edge(source: int, i: int, boxes: Sequence[Node], lanes: dict[tuple[int, int], int]) -> str:
    """Draw what feeds a box: straight from the one above it, or in a lane on the right past others."""
    middle, into = EDGE + BOX / 2, _top(i)
    if (source, i) not in lanes:
        return _arrow(middle, 26 if source == INPUT else _top(source) + _tall(boxes[source]), into - 2)
    right, far = EDGE + BOX, EDGE + BOX + LANE * (1.5 + lanes[(source, i)])
    start, out = (middle + 80, 16) if source == INPUT else (right, _top(source) + 0.72 * _tall(boxes[source]))
    into += 0.28 * _tall(boxes[i])  # above where its own edges leave: the two must not look like one line
    return (
        f'<path d="M{start} {out}H{far - 5}q5 0 5 5V{into - 5}q0 5 -5 5H{right + 3}" fill="none" '
        f'stroke="{_LINE}"/><path d="M{right + 8} {into - 4}L{right + 1} {into}L{right + 8} {into + 4}z" '
        f'fill="{_LINE}"/>'
    )


def _lanes(boxes: Sequence[Node]) -> dict[tuple[int, int], int]:
    """Give every edge that passes a box a lane on the right, so that no two in one lane overlap."""
    passing = [(s, i) for i, node in enumerate(boxes) for s in node.sources if s < i - 1]
    lanes: dict[tuple[int, int], int] = {}
    for source, i in sorted(passing, key=lambda edge: (edge[1] - edge[0], edge)):
        taken = {lane for (s, to), lane in lanes.items() if s < i and source < to}
        lanes[(source, i)] = next(lane for lane in range(len(passing)) if lane not in taken)
    return lanes


def _arrow(x: float, top: float, bottom: float) -> str:
    return (
        f'<path d="M{x} {top}V{bottom - 5}" stroke="{_LINE}" fill="none"/>'
        f'<path d="M{x - 4} {bottom - 7}L{x} {bottom}L{x + 4} {bottom - 7}z" fill="{_LINE}"/>'
    )


def _word(x: float, y: float, text: str, anchor: str = "start", soft: bool = False) -> str:
    fill = f' fill="{_SOFT}" font-size="11"' if soft else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{fill}>{escape(text)}</text>'


def _cost(node: Node) -> str:
    """Say what comes out of a layer and what it costs."""
    told = [_shape(node.output)]
    if node.parameters:
        told.append(f"{told_count(node.parameters)} par.")
    if node.is_layer:
        told.append(told_bytes(node.bytes))
    if node.flops:
        told.append(told_flops(node.flops))
    if node.seconds > 0:
        told.append(told_seconds(node.seconds))
    return " · ".join(told)


def _shape(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "number"


def _shapes(shapes: Sequence[Sequence[int]]) -> str:
    return ", ".join(_shape(shape) for shape in shapes)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"…{text[1 - most :]}"
