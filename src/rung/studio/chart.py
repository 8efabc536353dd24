"""Where each topic stands on the map: tracks are columns, levels bands, prerequisites lines.

The map is a grid of equal cells with the stations as HTML (links, so that the keyboard and a screen reader
walk them in order) and the lines as one SVG under it. Everything is computed here from the roadmap alone, so
the picture stands before any script runs, and a narrow screen shows the same stations as a list without the
lines.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Protocol

ROW = 36  # px, two lines of a title
COLUMN = 176  # px
HEAD = 44  # px above each band, for its name
DOT = 13  # px from the left of a cell to the middle of its station
LONGEST = 20  # rows of a column before a track takes a second one


class Topic(Protocol):
    """What the map needs to know of a topic."""

    @property
    def slug(self) -> str:
        """Its name in addresses."""

    @property
    def track(self) -> str:
        """Key of its track."""

    @property
    def level(self) -> int:
        """101, 201 or 301."""


@dataclass(frozen=True)
class Station:
    """A topic with its place.

    Attributes:
        topic: the topic.
        column: column of the grid, from 0.
        row: row of the grid, from 0, counted over all bands.
        x: px from the left of the map to the middle of the station.
        y: px from the top of the map to the middle of the station.
    """

    topic: Topic
    column: int
    row: int
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """A prerequisite: a path from one station to another."""

    source: str
    target: str
    path: str


@dataclass(frozen=True)
class Band:
    """One level: where it begins and how many rows it has."""

    level: int
    top: int
    rows: int


@dataclass
class Chart:
    """The whole map, laid out.

    Attributes:
        stations: by slug, in reading order.
        lines: prerequisites to draw.
        bands: the levels, from the first.
        columns: (track, first column, number of columns) from left to right.
        width: of the map, px.
        height: of the map, px.
        step: from one column to the next, px.
    """

    stations: dict[str, Station] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    columns: list[tuple[str, int, int]] = field(default_factory=list)
    width: int = 0
    height: int = 0
    step: int = COLUMN


def lay_out(tracks: Sequence[str], topics: Iterable[Topic], lines: Iterable[tuple[str, str]]) -> Chart:
    """Give every topic its place.

    Args:
        tracks: keys of the tracks, from left to right.
        topics: in reading order; within a column they stand in that order.
        lines: prerequisites to draw, (before, after).

    Cost:
        linear in topics and prerequisites; under a millisecond for the whole landscape.
    """
    cells: dict[tuple[str, int], list[Topic]] = {}
    for topic in topics:
        cells.setdefault((topic.track, topic.level), []).append(topic)
    levels = sorted({level for _, level in cells})
    shown = [track for track in tracks if any((track, level) in cells for level in levels)]
    wide = {t: max(ceil(len(cells.get((t, level), ())) / LONGEST) for level in levels) for t in shown}
    chart = Chart()
    column = 0
    for track in shown:
        chart.columns.append((track, column, wide[track]))
        column += wide[track]
    row, y = 0, 0
    for level in levels:
        rows = max(ceil(len(cells.get((t, level), ())) / wide[t]) for t in shown)
        chart.bands.append(Band(level, y, rows))
        y += HEAD
        for track, first, count in chart.columns:
            members = cells.get((track, level), [])
            deep = ceil(len(members) / count)  # fill a track's columns evenly, the first one first
            for i, topic in enumerate(members):
                c, r = first + i // deep, i % deep
                place = Station(topic, c, row + r, c * COLUMN + DOT, y + (r + 0.5) * ROW)
                chart.stations[topic.slug] = place
        row, y = row + rows, y + rows * ROW
    chart.width, chart.height = column * COLUMN, y
    chart.lines = [
        Line(before, after, _path(chart.stations[before], chart.stations[after]))
        for before, after in lines
        if before in chart.stations and after in chart.stations
    ]
    return chart


def _path(a: Station, b: Station) -> str:
    """A line between two stations: straight to a neighbour below, else a bow beside the titles."""
    if a.column == b.column:
        if b.row - a.row == 1 and b.y - a.y == ROW:
            return f"M{a.x:g} {a.y:g}V{b.y:g}"
        bow = min(9.0, 4 + abs(b.row - a.row) / 2)
        return f"M{a.x:g} {a.y:g}C{a.x - bow:g} {a.y:g} {b.x - bow:g} {b.y:g} {b.x:g} {b.y:g}"
    reach = (b.x - a.x) / 2
    return f"M{a.x:g} {a.y:g}C{a.x + reach:g} {a.y:g} {b.x - reach:g} {b.y:g} {b.x:g} {b.y:g}"
