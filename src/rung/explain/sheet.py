"""A sheet that pictures are drawn on: SVG in the page's own colours, light or dark, as narrow as the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

ACCENT = "var(--accent, #6a5acd)"
LOW, HIGH = "var(--a, #1c6db3)", "var(--b, #d45f12)"  # below 0 and above 0; blue and orange
SOFT = 0.72  # opacity of words that matter less

# Okabe and Ito's colours, less the yellow and the black that a light or a dark page swallows.
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
SHAPES = (
    "circle",
    "square",
    "up",
    "diamond",
    "cross",
    "down",
    "plus",
)  # 7 and 6: 42 pairs before one repeats
_LEVELS = 16  # shades that cells are told apart by
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def plain(words: object) -> str:
    """Return words as XML takes them: `<` and quotes written out, what may stand in no XML replaced."""
    return escape(_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(words)))


def short(words: object, most: int = 12) -> str:
    """Cut a word that is longer than its place.

    Example:
        >>> short("incomprehensible", 8)
        'incompr…'
    """
    text = str(words)
    return text if len(text) <= most else text[: most - 1] + "…"


def mark(kind: str, x: float, y: float, r: float) -> str:
    """Return the path of a point's shape around (x, y), of about the same area for each kind.

    Args:
        kind: one of `SHAPES`.
        x, y: its middle, in px.
        r: its radius, in px.
    """
    s = 0.89 * r
    corners = {
        "square": [(-s, -s), (s, -s), (s, s), (-s, s)],
        "up": [(0, -1.3 * r), (1.15 * r, 0.8 * r), (-1.15 * r, 0.8 * r)],
        "down": [(0, 1.3 * r), (1.15 * r, -0.8 * r), (-1.15 * r, -0.8 * r)],
        "diamond": [(0, -1.3 * r), (1.3 * r, 0), (0, 1.3 * r), (-1.3 * r, 0)],
        "plus": _plus(r, 0.0),
        "cross": _plus(r, np.pi / 4),
    }
    if kind == "circle":
        return f"M{x - r:.1f} {y:.1f}a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 {-2 * r:g} 0z"
    return "M" + "L".join(f"{x + dx:.1f} {y + dy:.1f}" for dx, dy in corners[kind]) + "z"


def _plus(r: float, turn: float) -> list[tuple[float, float]]:
    a, b = 0.42 * r, 1.3 * r
    ends = [(-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a)]
    ends += [(-b, -a), (-a, -a)]
    c, s = float(np.cos(turn)), float(np.sin(turn))
    return [(c * x - s * y, s * x + c * y) for x, y in ends]


@dataclass
class Sheet:
    """Shapes and words, drawn in the order in which they are put on it.

    Attributes:
        width, height: px; a narrower page shrinks the whole.
        label: what it shows, for those who do not see it.
        marks: SVG elements so far.

    Example:
        >>> sheet = Sheet(120, 40, "a bar")
        >>> sheet.rect(0, 0, 60, 20, title="one half")
        >>> "<title>one half</title>" in sheet.svg()
        True
    """

    width: float
    height: float
    label: str
    marks: list[str] = field(default_factory=list)

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        *,
        fill: str = ACCENT,
        opacity: float = 1,
        title: str = "",
    ) -> None:
        """Draw a filled rectangle; the title shows where a pointer rests."""
        self._put(f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"', fill, opacity, title)

    def shape(self, path: str, *, fill: str = ACCENT, opacity: float = 1, title: str = "") -> None:
        """Draw a filled path."""
        self._put(f'<path d="{path}"', fill, opacity, title)

    def line(
        self,
        points: Iterable[tuple[float, float]],
        *,
        stroke: str = "currentColor",
        width: float = 1,
        opacity: float = 1,
        dash: str = "",
        title: str = "",
    ) -> None:
        """Draw a line through points, in px."""
        d = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.stroke(d, stroke=stroke, width=width, opacity=opacity, dash=dash, title=title)

    def stroke(
        self,
        d: str,
        *,
        stroke: str = "currentColor",
        width: float = 1,
        opacity: float = 1,
        dash: str = "",
        title: str = "",
    ) -> None:
        """Draw the line of a path."""
        dashes = f";stroke-dasharray:{dash}" if dash else ""
        look = f"fill:none;stroke:{stroke};stroke-width:{width:g};stroke-opacity:{opacity:.3g}{dashes}"
        self.marks.append(f'<path d="{d}" style="{look};stroke-linejoin:round">{_titled(title)}</path>')

    def text(
        self,
        x: float,
        y: float,
        words: object,
        *,
        anchor: str = "start",
        size: float = 12,
        soft: bool = False,
        bold: bool = False,
        turn: float = 0,
        title: str = "",
    ) -> None:
        """Write words; `anchor` is start, middle or end, `turn` degrees around (x, y)."""
        look = f"font-size:{size:g}px" + (f";opacity:{SOFT}" if soft else "")
        look += ";font-weight:600" if bold else ""
        turned = f' transform="rotate({turn:g} {x:.1f} {y:.1f})"' if turn else ""
        self.marks.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{turned} style="{look}">'
            f"{plain(words)}{_titled(title)}</text>"
        )

    def cells(
        self, x: float, y: float, w: float, h: float, values: np.ndarray, *, fill: str = ACCENT
    ) -> None:
        """Draw a grid of cells, the stronger the larger its value; what is below 1/32 is left out.

        One path a shade, so that a thousand cells cost no more than a line or two each.

        Args:
            x, y: of the left upper corner, px.
            w, h: of a cell, px.
            values: (rows, columns); 1 is the strongest shade.
            fill: the colour.
        """
        shades = np.rint(np.clip(np.nan_to_num(values), 0, 1) * _LEVELS).astype(int)
        for shade in range(1, _LEVELS + 1):
            rows, columns = np.nonzero(shades == shade)
            if len(rows):
                d = "".join(
                    f"M{x + j * w:.1f} {y + i * h:.1f}h{w:.1f}v{h:.1f}h{-w:.1f}z"
                    for i, j in zip(rows, columns, strict=True)
                )
                self.shape(d, fill=fill, opacity=shade / _LEVELS)

    def signed(self, x: float, y: float, w: float, h: float, values: np.ndarray) -> None:
        """Draw a grid of cells from -1 (blue) over 0 (nothing) to 1 (orange); sizes as in `cells`."""
        self.cells(x, y, w, h, values, fill=HIGH)
        self.cells(x, y, w, h, -np.asarray(values), fill=LOW)

    def hover(self, x: float, y: float, w: float, h: float, title: str) -> None:
        """Let words show where a pointer rests on a rectangle, which itself is not seen."""
        self.rect(x, y, w, h, fill="currentColor", opacity=0, title=title)

    def frame(self, x: float, y: float, w: float, h: float) -> None:
        """Draw the outline of a rectangle, faint."""
        self.stroke(f"M{x:.1f} {y:.1f}h{w:.1f}v{h:.1f}h{-w:.1f}z", opacity=0.3)

    def svg(self) -> str:
        """Return the picture: SVG that stands in a page, or in a file of its own."""
        look = (
            f"width:100%;max-width:{self.width:g}px;height:auto;"
            "font:12px var(--font-text, system-ui, sans-serif)"
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'role="img" aria-label="{plain(self.label)}" fill="currentColor" style="{look}">'
            f"{''.join(self.marks)}</svg>"
        )

    def _put(self, start: str, fill: str, opacity: float, title: str) -> None:
        self.marks.append(
            f'{start} style="fill:{fill};fill-opacity:{opacity:.3g}">{_titled(title)}{_end(start)}'
        )


def _titled(title: str) -> str:
    return f"<title>{plain(title)}</title>" if title else ""


def _end(start: str) -> str:
    return f"</{start[1:5]}>"  # rect or path


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Return round numbers from low to high, about so many.

    Example:
        >>> ticks(0, 0.83)
        [0.0, 0.2, 0.4, 0.6, 0.8]
    """
    if not high > low:
        return [low]
    rough = (high - low) / about
    power = 10.0 ** np.floor(np.log10(rough))
    step = float(next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.75))
    first = int(np.ceil(low / step - 1e-9))
    return [round(i * step, 12) for i in range(first, int(np.floor(high / step + 1e-9)) + 1)]


def legend(sheet: Sheet, y: float, names: Sequence[str], places: Sequence[int], left: float = 12) -> float:
    """Draw shapes with their names, row under row; return the height that they take.

    Args:
        sheet: drawn on.
        y: top of the first row, px.
        names: of the classes.
        places: which colour and shape each has, see `look_of`.
        left: px.
    """
    x, row = left, y + 12
    for name, place in zip(names, places, strict=True):
        wide = 22 + 6.6 * len(short(name, 18))
        if x + wide > sheet.width and x > left:
            x, row = left, row + 18
        colour, shape = look_of(place)
        sheet.shape(mark(shape, x + 5, row - 4, 4), fill=colour)
        sheet.text(x + 14, row, short(name, 18), size=12)
        x += wide
    return row - y + 8


def look_of(place: int) -> tuple[str, str]:
    """Return colour and shape of the class at a place."""
    return COLOURS[place % len(COLOURS)], SHAPES[place % len(SHAPES)]
