"""What the pages of the four perceptron lessons claim, held against their own figures."""

import functools

import numpy as np
import pytest

from rung.data import load
from rung.learn.lesson import lesson
from rung.learn.notebook import run
from rung.scratch.models.perceptron import predict


@functools.cache
def book(slug):
    return run(lesson(slug))


@pytest.fixture(scope="module", autouse=True)
def _home_of_nobody(tmp_path_factory):
    """The library's own code runs, whatever the person who runs the tests has passed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def figure():
    """A figure of a lesson at its first state: `figure("perceptron-trick", "swing")`."""

    def get(slug, name):
        found = book(slug).figures[name]
        found.reset()
        return found

    return get


def readout(scene, label):
    """The value under one label of the scene's Numbers panel."""
    panel = next(p for p in scene["panels"] if p["panel"] == "numbers")
    return next(item for item in panel["items"] if item["label"] == label)["value"]


def texts(slug, kind):
    return [b for b in book(slug).blocks if b["type"] == kind]


def test_one_correction_makes_more_flowers_wrong_and_the_trick_arrives_all_the_same(figure):
    swing = figure("perceptron-trick", "swing")
    wrong = [readout(swing.scene(), "on the wrong side")]
    while not swing.state.done:
        wrong.append(readout(swing.handle({"event": "step"}), "on the wrong side"))
    assert wrong == [1, 8, 16, 1, 0]
    told = texts("perceptron-trick", "predict")[0]["reveal"]
    assert "<strong>8</strong>" in told
    assert "<strong>50</strong>" in told


def test_a_line_moved_by_hand_is_the_line_that_is_corrected(figure):
    swing = figure("perceptron-trick", "swing")
    swing.handle({"event": "step"})
    scene = swing.handle({"set": {"p": [1.0, 1.9]}})
    assert readout(scene, "corrections") == 0
    scene = swing.handle({"event": "step"})
    assert scene["error"] is None
    assert readout(scene, "corrections") == 1


def test_the_trick_never_makes_more_mistakes_than_the_bound_on_the_page(figure):
    bound = figure("perceptron-trick", "bound")
    seen = []
    for shift in (0, 20, 40):
        scene = bound.handle({"set": {"shift": shift}})
        made, most = readout(scene, "mistakes made"), readout(scene, "at most")
        seen.append(most)
        assert float(made) <= float(most)
    assert seen == sorted(seen), "nearer clouds have a larger bound"
    scene = bound.handle({"set": {"shift": 80}})
    assert readout(scene, "at most") == "no limit"
    bound.reset()
    apart = float(readout(bound.scene(), "at most"))
    assert float(readout(bound.handle({"set": {"centre": True}}), "at most")) < apart / 10


def test_with_a_stray_flower_the_trick_never_stops_and_without_it_does(figure):
    never = figure("perceptron-trick", "never")
    while not never.state.done:
        scene = never.handle({"event": "step"})
    assert readout(scene, "corrections") > 590
    assert readout(scene, "in the pocket") == 1
    never.handle({"set": {"x": {"7": [1.4, 0.3]}}})
    scene = never.handle({"event": "step"})
    while not never.state.done:
        scene = never.handle({"event": "step"})
    assert readout(scene, "wrong now") == 0
    assert readout(scene, "corrections") < 100


def test_real_digits_are_told_apart_by_the_same_rule(figure):
    digits = figure("perceptron-trick", "digits")
    shares = [
        readout(digits.handle({"set": {"which": w}}), "right on new digits") for w in ("01", "38", "49")
    ]
    assert all(float(s.rstrip("%")) > 90 for s in shares)


def test_pytorch_takes_the_same_step():
    cells = texts("perceptron-trick", "cell")
    theirs, ours = (line.split(":")[1].split() for line in cells[0]["printed"].strip().split("\n"))
    assert theirs == ours


def test_the_line_figure_reaches_what_is_said_of_the_best_line(figure):
    line = figure("perceptron", "line")
    assert readout(line.handle({"event": "best"}), "right") == 97


def test_doubling_all_weights_changes_the_score_and_not_the_distance(figure):
    weights = figure("perceptron", "weights")
    before = weights.scene()
    after = weights.handle({"set": {"times": 2.0}})
    assert readout(after, "score") == pytest.approx(2 * readout(before, "score"), rel=1e-5)
    assert readout(after, "distance to the line") == pytest.approx(
        readout(before, "distance to the line"), rel=1e-5
    )


def test_a_dot_beats_the_stroke_that_looks_like_a_one(figure):
    drawn = figure("perceptron", "drawn")
    stroke = float(readout(drawn.scene(), "right").rstrip("%"))
    dot = float(readout(drawn.handle({"event": "dot"}), "right").rstrip("%"))
    assert stroke < 75
    assert dot > 90


def test_the_weights_of_the_quiz_compute_and_and_or():
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    assert predict(np.array([1.0, 1.0]), -1.5, corners).tolist() == [-1, -1, -1, 1]
    assert predict(np.array([1.0, 1.0]), -0.5, corners).tolist() == [-1, 1, 1, 1]
    assert predict(np.array([1.0, -1.0]), 0.0, corners).tolist() == [-1, -1, 1, -1]


def test_versicolor_is_a_third_of_the_irises():
    iris = load("iris")
    assert (iris.y == 1).sum() == 50
    assert iris.names[1] == "versicolor"


@pytest.mark.parametrize(("which", "falls"), [("logistic", True), ("hinge", True), ("zero_one", False)])
def test_going_down_a_loss_mends_the_line_and_the_count_leads_nowhere(figure, which, falls):
    descend = figure("perceptron-loss", "descend")
    first = readout(descend.handle({"set": {"which": which}}), "mistakes")
    for _ in range(25):
        scene = descend.handle({"event": "step"})
    last = readout(scene, "mistakes")
    assert first > 80
    assert (last < 15) == falls
    assert falls or last == first


def test_going_down_the_perceptron_loss_shrinks_w(figure):
    descend = figure("perceptron-loss", "descend")
    long = readout(descend.handle({"set": {"which": "perceptron"}}), "length of w")
    for _ in range(40):
        scene = descend.handle({"event": "step"})
    assert readout(scene, "length of w") < long / 3


def test_only_the_perceptron_loss_is_content_with_silence(figure):
    scene = figure("perceptron-loss", "shrink").handle({"set": {"scale": 0.02}})
    assert readout(scene, "perceptron") < 0.001
    assert readout(scene, "hinge") == pytest.approx(1, abs=0.05)
    assert readout(scene, "logistic") == pytest.approx(np.log(2), abs=0.05)
    apart = figure("perceptron-loss", "shrink")
    apart.handle({"set": {"data": "apart"}})
    falling = [readout(apart.handle({"set": {"scale": c}}), "logistic") for c in (1.0, 10.0, 50.0)]
    assert falling == sorted(falling, reverse=True)


def test_the_hidden_layer_solves_xor_and_one_line_does_not(figure):
    hidden = figure("perceptron-limits", "hidden")
    assert readout(hidden.scene(), "right") < 4
    scene = hidden.handle({"event": "solve"})
    assert readout(scene, "right") == 4
    assert readout(scene, "places") == 3
    lamp = figure("perceptron-limits", "lamp")
    assert readout(lamp.scene(), "one perceptron") == "cannot"
    assert readout(lamp.scene(), "any line") == 3
    assert readout(lamp.handle({"set": {"s11": True}}), "one perceptron") == "can do it"


def test_two_borders_leave_far_fewer_irises_wrong_than_one_line(figure):
    between = figure("perceptron-limits", "between")
    for key, place in {"a": [1.0, 1.6], "b": [3.6, 0.1], "c": [6.0, 1.1], "d": [4.0, 1.9]}.items():
        scene = between.handle({"set": {key: place}})
    wrong = readout(scene, "wrong")
    assert wrong < 10
    assert readout(scene, "one line") == 29


def test_a_step_shows_no_slope(figure):
    knob = figure("perceptron-limits", "knob")
    assert readout(knob.scene(), "0.01 to either side") == "the same"
    printed = texts("perceptron-limits", "cell")[0]["printed"]
    assert "slopes: [0.0, 0.0, 0.0, 0.0]" in printed
    assert "error is 2.0" in printed
