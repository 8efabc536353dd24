"""A sweep as pictures: importance as bars, the trials as lines from setting to score. SVG, by hand.

Colours are the studio's names (`--ink`, `--accent`, ...), so that a picture in a page is light or dark as the
page is; a picture in a file of its own brings them along and follows the system.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from rung.train.checkpoint import write_whole
from rung.train.score import tell
from rung.train.sweep.report import ranked
from rung.train.sweep.space import Choices, Range, Space, written
from rung.train.sweep.store import Sweep

_LIGHT = "--paper:#fcfbf9;--ink:#1c1e24;--ink-soft:#555b66;--line-strong:#cdc8be;--accent:#5140c4"
_DARK = "--paper:#131418;--ink:#e9e7e2;--ink-soft:#acb0ba;--line-strong:#464a54;--accent:#a99dff"
_COLOURS = f"svg{{{_LIGHT};background:var(--paper)}}@media(prefers-color-scheme:dark){{svg{{{_DARK}}}}}"
_FONT = "font: 13px var(--font-text, 'Source Sans 3', 'Segoe UI', system-ui, sans-serif)"
_LETTER = 7.2  # px, of that font, on the wide side
_TITLE = 38  # px above a picture of its own, for its title
_CLOSEST = 66  # px between two axes, or more where their names are long
_NAMED = 8  # choices that are all named at their axis; of more the first and the last


@dataclass
class Picture:
    """Lines and words on a sheet.

    Attributes:
        width, height: px.
        summary: what it shows, for those who do not see it.
        marks: SVG elements, in the order in which they are drawn.
    """

    width: float
    height: float
    summary: str
    marks: list[str] = field(default_factory=list)

    def svg(self, title: str = "") -> str:
        """Return it for a page; with a title as a file of its own.

        Args:
            title: stands above it.
        """
        top = _TITLE if title else 0
        height = self.height + top
        space = 'xmlns="http://www.w3.org/2000/svg" ' if title else ""
        words = f"<style>{_COLOURS}</style>{_text(12, 24 - top, title, 'bold')}" if title else ""
        return (
            f'<svg {space}width="{self.width:g}" height="{height:g}" '
            f'viewBox="0 {-top} {self.width:g} {height:g}" role="img" aria-label="{escape(self.summary)}" '
            f'style="{_FONT}">{words}{"".join(self.marks)}</svg>'
        )


def draw(sweep: Sweep, found: Mapping[str, Any]) -> list[str]:
    """Write importance.svg and parallel.svg into the sweep's folder, each where there is something to show.

    Args:
        sweep: which.
        found: what `outcome` returned.

    Returns:
        the names of the files that were written.
    """
    pictures = {
        "importance.svg": (importance(found), f"what the {found['metric']} depended on"),
        "parallel.svg": (parallel(found, sweep.space), "a line is a trial; the coloured one came out best"),
    }
    drawn = []
    for name, (picture, about) in pictures.items():
        if picture is not None:
            write_whole(sweep.folder / name, picture.svg(f"{sweep.name}: {about}"))
            drawn.append(name)
    return drawn


def importance(found: Mapping[str, Any], width: float = 720) -> Picture | None:
    """Draw what share of the spread of the scores each setting explains; None if that is not known.

    Args:
        found: what `outcome` returned.
        width: px.
    """
    shares = found["importance"]
    if not shares:
        return None
    told = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    row = 34
    picture = Picture(width, row * len(shares) + 12, f"What the {found['metric']} depended on: {told}")
    left = 20 + _LETTER * max(map(len, shares))
    room = width - left - 60
    for i, (name, share) in enumerate(shares.items()):
        y, long = 6 + i * row, max(1.0, room * share / max(shares.values()))
        picture.marks += [
            _text(left - 10, y + 18, name, "end"),
            f'<rect x="{left:.1f}" y="{y + 3}" width="{long:.1f}" height="20" rx="3" '
            f'style="fill: var(--accent)"/>',
            _text(left + long + 8, y + 18, f"{share:.0%}", "soft"),
        ]
    return picture


def parallel(found: Mapping[str, Any], space: Space, width: float = 720) -> Picture | None:
    """Draw the complete trials as lines over parallel axes; None if there are fewer than two.

    The coloured line is the best trial; the better a trial, the stronger its line. Many axes make the picture
    wider than was asked for.

    Args:
        found: what `outcome` returned.
        space: what was searched.
        width: px.
    """
    best = ranked(found["trials"], found["higher"])
    if len(best) < 2:
        return None
    last = 14 + _LETTER * max(len(text) for _, text in _score_ticks(best, found["unit"]))
    names = 12 + _LETTER * max(map(len, space))
    step = max(_CLOSEST, names, (width - 16 - last) / len(space))
    xs = [16 + i * step for i in range(len(space) + 1)]
    top, bottom, scores = 40.0, 280.0, [row["score"] for row in best]
    low, high = min(scores), max(scores)
    settings = ", ".join(f"{name} {written(value)}" for name, value in best[0]["settings"].items())
    picture = Picture(
        xs[-1] + last,
        300,
        f"{len(best)} trials; the best, {tell(best[0]['score'], found['unit'])}, has {settings}",
    )

    def y(share: float) -> float:
        return bottom - share * (bottom - top)

    axes = _axes(best, found, space)
    for x, (name, _) in zip(xs, axes, strict=True):
        picture.marks.append(
            f'<path d="M{x:.1f} {top - 6}V{bottom + 6}" style="stroke: var(--line-strong)"/>'
        )
        picture.marks.append(_text(x if x > xs[0] else x - 8, 18, name, "bold" if x == xs[0] else "middle"))
    for place in reversed(range(len(best))):
        row = best[place]
        shares = [setting.at(row["settings"][name]) for name, setting in space.items()]
        shares.append((row["score"] - low) / (high - low) if high > low else 0.5)
        points = "L".join(f"{x:.1f} {y(share):.1f}" for x, share in zip(xs, shares, strict=True))
        look = "stroke: var(--accent); stroke-width: 3"
        if place:
            plain = 0.2 + 0.55 * (1 - place / len(best))
            look = f"stroke: var(--ink-soft); stroke-width: 1.3; stroke-opacity: {plain:.2f}"
        picture.marks.append(f'<path d="M{points}" style="fill: none; stroke-linejoin: round; {look}"/>')
    for x, (_, ticks) in zip(xs, axes, strict=True):
        picture.marks += [_text(x + 7, y(share) + 4, text, "halo") for share, text in ticks]
    return picture


def _axes(
    best: list[dict[str, Any]], found: Mapping[str, Any], space: Space
) -> list[tuple[str, list[tuple[float, str]]]]:
    """Return name and ticks of each axis, the score's last."""
    settings = [(name, _ticks(setting)) for name, setting in space.items()]
    return [*settings, (found["metric"], _score_ticks(best, found["unit"]))]


def _ticks(setting: Range | Choices) -> list[tuple[float, str]]:
    if isinstance(setting, Range):
        return [(setting.at(value), f"{value:.4g}") for value in setting.levels(3)]
    named = setting.values if len(setting.values) <= _NAMED else (setting.values[0], setting.values[-1])
    return [(setting.at(value), written(value)) for value in named]


def _score_ticks(best: list[dict[str, Any]], unit: str) -> list[tuple[float, str]]:
    scores = [row["score"] for row in best]
    low, high = min(scores), max(scores)
    return [(0.0, tell(low, unit)), (1.0, tell(high, unit))] if high > low else [(0.5, tell(low, unit))]


_LOOKS = {
    "bold": "fill: var(--ink); font-weight: 600",
    "middle": "fill: var(--ink); font-weight: 600; text-anchor: middle",
    "end": "fill: var(--ink); text-anchor: end",
    "soft": "fill: var(--ink-soft)",
    "halo": "fill: var(--ink); stroke: var(--paper); stroke-width: 4; paint-order: stroke; "
    "stroke-linejoin: round",
}


def _text(x: float, y: float, words: str, look: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" style="{_LOOKS[look]}">{escape(words)}</text>'
