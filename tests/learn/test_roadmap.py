"""The map is whole, leads upwards, and takes what is written from the lessons themselves."""

from pathlib import Path

import pytest
from mission_keys import FEATURES, MISSION

from rung.errors import UnknownNameError
from rung.learn import roadmap as roadmap_
from rung.learn.lesson import LessonError
from rung.learn.roadmap import cycle, roadmap

NOWHERE = Path("there-is-no-such-folder")


@pytest.fixture(scope="module")
def planned():
    """The map as roadmap.toml alone has it, with nothing written."""
    return roadmap(root=NOWHERE, projects=NOWHERE)


def test_every_topic_of_the_mission_is_on_the_map(planned):
    wanted = {key: place for place, keys in MISSION.items() for key in keys.split()}
    assert len(wanted) == 134
    assert {s: (t.track, t.level, t.kind) for s, t in planned.topics.items()} == wanted
    assert set(FEATURES.split()) == set(planned.features)


def test_every_prerequisite_exists_and_none_leads_in_a_circle(planned):
    for topic in planned.topics.values():
        assert set(topic.requires) <= set(planned.topics), topic.slug
    assert cycle(planned) == []


def test_nothing_stands_on_a_higher_level_or_on_a_project(planned):
    for topic in planned.topics.values():
        for name in topic.requires:
            assert planned.topics[name].level <= topic.level, f"{topic.slug} requires {name}"
            assert planned.topics[name].kind != "project", f"{topic.slug} requires a project"


def test_a_higher_level_stands_on_the_one_below_it(planned):
    """No way into 201 or 301 but through the level before."""
    for topic in planned.topics.values():
        below = {planned.topics[a].level for a in planned.ancestors(topic.slug)}
        assert topic.level == 101 or {101: 0, 201: 101, 301: 201}[topic.level] in below, topic.slug


def test_each_track_is_in_an_order_that_can_be_walked(planned):
    for track in planned.tracks:
        order = [s for s, t in planned.topics.items() if t.track == track]
        for slug in order:
            for name in planned.topics[slug].requires:
                assert name not in order or order.index(name) < order.index(slug), f"{name} after {slug}"


def test_the_slope_is_even(planned):
    """Few prerequisites at once, none said twice; only the first two topics ask for nothing."""
    drawn = set(planned.lines())
    for topic in planned.topics.values():
        assert len(topic.requires) <= 6, topic.slug
        for name in topic.requires:
            assert (name, topic.slug) in drawn, f"{topic.slug} already stands on {name} by a longer way"
    assert {t.slug for t in planned.topics.values() if not t.requires} == {
        "what-is-deep-learning",
        "perceptron",
    }


def test_the_path_comes_to_everything_after_what_it_needs(planned):
    path = [t.slug for t in planned.path()]
    assert sorted(path) == sorted(planned.topics)
    for i, slug in enumerate(path):
        assert set(planned.topics[slug].requires) <= set(path[:i])
    assert path.index("alexnet") > path.index("lenet")


def test_levels_tracks_and_stages_say_what_they_are_for(planned):
    assert list(planned.levels) == [101, 201, 301]
    assert list(planned.tracks) == ["foundations", "vision", "language", "tabular", "craft"]
    for part in [*planned.levels.values(), *planned.stages]:
        assert part.does.endswith(".")
        assert part.leaves_out.endswith(".")
    assert {t for s in planned.stages for t in s.topics} == set(planned.topics)


def test_numbers_count_what_is_not_written_yet(planned):
    assert planned.number("what-is-deep-learning") == 1
    assert planned.number("perceptron") == 3
    assert planned.number("image-as-function") == 1, "projects have no number"


def test_an_unknown_topic_is_answered_with_the_nearest(planned):
    with pytest.raises(UnknownNameError, match='did you mean "perceptron-trick"'):
        planned.topic("perceptron-trik")


TOML = """
format = 1
title = "{title}"
track = "{track}"
level = 101
target = ["rung.errors:did_you_mean"]
requires = {requires}
teaches = []
minutes = 5
covers = []
cheatsheet = ""
"""


def write(root: Path, slug: str, title: str, requires: str = "[]", track: str = "foundations") -> None:
    folder = root / slug.replace("-", "_")
    folder.mkdir(parents=True)
    (folder / "lesson.toml").write_text(TOML.format(title=title, requires=requires, track=track))


def test_a_written_lesson_brings_its_own_title_and_prerequisites(tmp_path):
    write(tmp_path, "perceptron", "A neuron", '["linear-algebra"]')
    topic = roadmap(root=tmp_path, projects=NOWHERE).topic("perceptron")
    assert (topic.title, topic.requires, topic.written) == ("A neuron", ("linear-algebra",), True)
    assert topic.lesson is not None
    assert not roadmap(root=tmp_path, projects=NOWHERE).topic("perceptron-trick").written


def test_a_lesson_that_the_map_does_not_list_stands_last_in_its_stage(tmp_path):
    write(tmp_path, "unbroadcast", "Broadcasting undone", '["backprop-how"]')
    plan = roadmap(root=tmp_path, projects=NOWHERE)
    assert plan.stages[0].topics[-1] == "unbroadcast"
    assert plan.number("unbroadcast") == len(plan.stages[0].topics)
    assert list(plan.topics).index("unbroadcast") < list(plan.topics).index("digits")


def test_a_lesson_on_no_track_is_refused_with_the_nearest(tmp_path):
    write(tmp_path, "unbroadcast", "Broadcasting undone", track="foundation")
    with pytest.raises(LessonError, match='did you mean "foundations"'):
        roadmap(root=tmp_path, projects=NOWHERE)


def test_a_circle_is_refused_by_name(tmp_path):
    write(tmp_path, "perceptron", "A neuron", '["perceptron-trick"]')
    plan = roadmap(root=tmp_path, projects=NOWHERE)
    assert "perceptron" in cycle(plan)
    with pytest.raises(LessonError, match="in a circle"):
        plan.path()


def test_a_project_is_written_when_its_folder_is(tmp_path):
    (tmp_path / "tiny_gpt").mkdir()
    (tmp_path / "tiny_gpt" / "project.toml").write_text("")
    plan = roadmap(root=NOWHERE, projects=tmp_path)
    assert plan.topic("tiny-gpt").written
    assert not plan.topic("digits").written


def test_a_topic_named_twice_or_a_misspelt_key_is_refused(tmp_path):
    text = roadmap_.FILE.read_text(encoding="utf-8")
    twice = tmp_path / "twice.toml"
    twice.write_text(text.replace('slug = "mlp-notation"', 'slug = "perceptron"'), encoding="utf-8")
    with pytest.raises(LessonError, match="perceptron stands there twice"):
        roadmap(twice, NOWHERE, NOWHERE)
    odd = tmp_path / "odd.toml"
    odd.write_text(text.replace('kind = "paper"', 'sort = "paper"'), encoding="utf-8")
    with pytest.raises(LessonError, match='unknown key "sort"'):
        roadmap(odd, NOWHERE, NOWHERE)
