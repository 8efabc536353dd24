"""The map's picture: every topic has a place of its own, and lines go where they should."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rung.learn.roadmap import roadmap
from rung.studio.chart import COLUMN, HEAD, LONGEST, ROW, lay_out


def topic(slug: str, track: str = "a", level: int = 101) -> SimpleNamespace:
    return SimpleNamespace(slug=slug, track=track, level=level)


def test_every_topic_of_the_roadmap_has_a_place_of_its_own():
    plan = roadmap()
    chart = lay_out(list(plan.tracks), plan.topics.values(), plan.lines())
    assert set(chart.stations) == set(plan.topics)
    places = {(s.column, s.row) for s in chart.stations.values()}
    assert len(places) == len(chart.stations)
    assert len(chart.lines) == len(plan.lines())


def test_tracks_are_columns_and_levels_are_bands():
    plan = roadmap()
    chart = lay_out(list(plan.tracks), plan.topics.values(), plan.lines())
    lanes = {key: range(first, first + count) for key, first, count in chart.columns}
    bands = {b.level: (b.top, b.top + HEAD + b.rows * ROW) for b in chart.bands}
    for station in chart.stations.values():
        assert station.column in lanes[station.topic.track]
        top, bottom = bands[station.topic.level]
        assert top + HEAD <= station.y < bottom
        assert 0 < station.x < chart.width
    assert [b.level for b in chart.bands] == [101, 201, 301]


def test_a_long_track_takes_a_second_column_filled_evenly():
    chart = lay_out(["a"], [topic(f"t{i}") for i in range(LONGEST + 1)], [])
    counts = [sum(s.column == c for s in chart.stations.values()) for c in (0, 1)]
    assert chart.columns == [("a", 0, 2)]
    assert sum(counts) == LONGEST + 1
    assert abs(counts[0] - counts[1]) <= 1


def test_a_track_without_topics_takes_no_room():
    chart = lay_out(["a", "b"], [topic("x", "b")], [])
    assert chart.columns == [("b", 0, 1)]
    assert chart.width == COLUMN


@pytest.mark.parametrize(("after", "straight"), [("y", True), ("z", False)])
def test_a_neighbour_below_is_joined_by_a_straight_line(after, straight):
    chart = lay_out(["a"], [topic("x"), topic("y"), topic("z")], [("x", after)])
    assert ("V" in chart.lines[0].path) is straight


def test_a_prerequisite_that_is_not_on_the_map_draws_no_line():
    assert lay_out(["a"], [topic("x")], [("gone", "x")]).lines == []
