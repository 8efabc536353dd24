"""Figures as state, messages and scenes: what the page may say, and what comes back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rung.learn.figure import (
    Button,
    Choice,
    Curve,
    DrawPad,
    Figure,
    FigureError,
    Handle,
    Number,
    Numbers,
    Play,
    Plot,
    Points,
    Say,
    Slider,
    Toggle,
)


def draw(s):
    return [
        Plot([Handle("p", s.p, "end"), Points(s.x, drag="x")], x=(0, 4), y=(-1, 1)),
        Numbers([("w", s.w), ("n", s.n)]),
        Say(f"$w = {s.w:.2f}$"),
    ]


def step(s):
    s.n += 1
    s.p = np.array(s.p) + 0.5
    s.done = s.n >= 2


def figure(**options):
    given = {
        "state": dict(p=np.array([1.0, 0.0]), x=np.zeros((3, 2)), n=0, done=False),
        "controls": [
            Slider("w", "w", -1.0, 1.0, 0.5, step=0.25),
            Choice("kind", "kind", {"a": "A", "b": "B"}, "a"),
            Toggle("on", "on", False),
            Number("free", "free", 3.0),
            DrawPad("ink", "ink", 4),
            Play("step", "Run"),
            Button("reset", "Start again"),
        ],
        "on": {"step": step},
    } | options
    return Figure("line", draw, **given)


def panel(scene, kind):
    return next(p for p in scene["panels"] if p["panel"] == kind)


def test_first_scene_is_json_and_holds_every_value():
    scene = figure().scene()
    assert json.loads(json.dumps(scene, allow_nan=False)) == scene
    assert scene["values"] == {"w": 0.5, "kind": "a", "on": False, "free": 3.0, "ink": [[0.0] * 4] * 4}
    assert [p["panel"] for p in scene["panels"]] == ["plot", "numbers", "say"]
    assert scene["error"] is None
    assert scene["done"] == {"done": False}


def test_a_control_writes_the_state_and_draw_sees_it():
    scene = figure().handle({"figure": "line", "set": {"w": -0.5, "kind": "b", "on": True, "free": -7}})
    assert panel(scene, "numbers")["items"][0]["value"] == -0.5
    assert scene["values"]["kind"] == "b"
    assert scene["values"]["on"] is True
    assert scene["values"]["free"] == -7


@pytest.mark.parametrize(("sent", "held"), [(9, 1.0), (-9, -1.0), (0.3, 0.25), (0.4, 0.5)])
def test_a_slider_is_clamped_and_moved_to_its_steps(sent, held):
    assert figure().handle({"set": {"w": sent}})["values"]["w"] == held


def test_a_slider_of_whole_numbers_stays_whole():
    slider = Slider("n", "n", 1, 10, 3)
    assert slider.accept(4.4) == 4
    assert isinstance(slider.accept(4.4), int)
    assert slider.scene()["step"] == 1


def test_a_handle_is_kept_inside_its_plot():
    scene = figure().handle({"set": {"p": [99, -99]}})
    assert panel(scene, "plot")["marks"][0]["xy"] == [4.0, -1.0]


def test_dragging_one_point_moves_only_that_point():
    fig = figure()
    fig.handle({"set": {"x": {"1": [2, 0.5]}}})
    assert fig.state.x == [[0.0, 0.0], [2.0, 0.5], [0.0, 0.0]]


def test_an_event_changes_the_state_and_reset_goes_back():
    fig = figure()
    fig.handle({"event": "step"})
    scene = fig.handle({"event": "step"})
    assert fig.state.n == 2
    assert fig.state.p == [2.0, 1.0]
    assert scene["done"] == {"done": True}
    fig.handle({"set": {"w": 1.0}})
    scene = fig.handle({"event": "reset"})
    assert fig.state.n == 0
    assert scene["values"]["w"] == 0.5


def test_an_event_that_wants_a_value_gets_it():
    fig = figure(on={"step": lambda s, value: setattr(s, "n", value["node"])})
    fig.handle({"event": "step", "value": {"node": 7}})
    assert fig.state.n == 7


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"set": {"v": 1}}, "nothing on the page writes 'v'"),
        ({"set": {"done": True}}, "nothing on the page writes 'done'"),
        ({"set": {"w": "high"}}, "Slider 'w' was given 'high'"),
        ({"set": {"w": True}}, "Slider 'w' was given True"),
        ({"set": {"w": float("nan")}}, "Slider 'w' was given nan"),
        ({"set": {"kind": "c"}}, "Choice 'kind' was given 'c'"),
        ({"set": {"on": 1}}, "Toggle 'on' was given 1"),
        ({"set": {"free": None}}, "Number 'free' was given None"),
        ({"set": {"ink": [[0, 1]]}}, "DrawPad 'ink'"),
        ({"set": {"p": [1]}}, "'p' was given"),
        ({"set": {"p": ["a", 1]}}, "'p' was given"),
        ({"set": {"x": [1, 2]}}, "'x' was given"),
        ({"set": {"x": {"3": [1, 1]}}}, "no point '3'"),
        ({"set": 3}, "set is 3"),
        ({"event": "stop"}, "no event 'stop'"),
        ({"event": ["step"]}, "no event"),
        ({"figure": "other", "event": "step"}, "message for 'other'"),
        ({}, "got {}"),
        ({"set": {}, "event": "step"}, "got"),
        ("hello", "got 'hello'"),
    ],
)
def test_a_bad_message_names_the_figure_and_changes_nothing(message, words):
    fig = figure()
    before = fig.state.snapshot()
    with pytest.raises(FigureError, match="line") as caught:
        fig.handle(message)
    assert words in str(caught.value)
    assert fig.state.snapshot() == before


def test_of_several_values_all_are_written_or_none():
    fig = figure()
    with pytest.raises(FigureError):
        fig.handle({"set": {"w": 1.0, "kind": "nonsense"}})
    assert fig.state.w == 0.5


def test_an_error_in_draw_is_shown_and_the_state_kept():
    fig = Figure(
        "hole",
        lambda s: [Numbers([("y", 1 / (s.k - 3))])],
        controls=[Slider("k", "k", 0, 5, 1), Slider("m", "m", 0, 5, 1)],
    )
    good = fig.scene()["panels"]
    scene = fig.handle({"set": {"k": 3}})
    assert "ZeroDivisionError" in scene["error"]
    assert "test_figure.py, line" in scene["error"]
    assert scene["panels"] == good
    assert scene["values"]["k"] == 3
    assert fig.handle({"set": {"k": 4}})["error"] is None


def test_an_error_in_an_event_is_shown_and_undone():
    def spoil(s):
        s.n = 99
        raise ValueError("no more")

    fig = figure(on={"step": spoil})
    fig.scene()
    scene = fig.handle({"event": "step"})
    assert "ValueError: no more" in scene["error"]
    assert fig.state.n == 0
    assert fig.handle({"set": {"w": 0}})["error"] is None


def test_the_state_knows_its_keys():
    fig = figure()
    with pytest.raises(FigureError, match="has no 'ww'"):
        _ = fig.state.ww
    with pytest.raises(FigureError, match="has no 'nn'"):
        fig.state.nn = 1
    with pytest.raises(FigureError, match=r"state\.n is a object"):
        fig.state.n = object()
    fig.state.n = np.float32(0.5)
    assert type(fig.state.n) is float


def test_what_may_be_dragged_follows_a_state_put_back_by_hand():
    fig = figure(state=dict(p=[1.0, 0.0], x=[[0.0, 0.0]] * 3, n=0, done=False))
    fig.scene()
    longer = fig.state.snapshot() | {"x": [[0.0, 0.0]] * 5}
    fig.state.restore(longer)
    fig.handle({"set": {"x": {"4": [1.0, 1.0]}}})
    assert fig.state.x[4] == [1.0, 1.0]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Figure("Two Words", draw), "id is 'Two Words'"),
        (lambda: Figure("a", "draw"), "draw is a str"),
        (lambda: Figure("a", draw, controls=[Button("stpe", "x")], on={"step": step}), "no event 'stpe'"),
        (
            lambda: Figure("a", draw, controls=[Toggle("t", "t", True), Toggle("t", "u", True)]),
            "two controls write 't'",
        ),
        (lambda: Figure("a", draw, controls=["slider"]), "a control is a str"),
        (lambda: Slider("w", "w", 2, 1, 1), "runs from 2 to 1"),
        (lambda: Slider("w", "w", 0, 1, 5), "begins at 5"),
        (lambda: Slider("w", "w", 0, 1, 0.5, log=True), "logarithmic"),
        (lambda: Slider("w", "w", 0.0, 1.0, 0.5, step=0), "step 0"),
        (lambda: Choice("c", "c", ["a"], "a"), "options"),
        (lambda: Choice("c", "c", {"a": "A"}, "b"), "begins at 'b'"),
        (lambda: DrawPad("d", "d", 1), "size 1"),
    ],
)
def test_a_malformed_figure_is_refused(make, words):
    with pytest.raises(FigureError) as caught:
        make()
    assert words in str(caught.value)


def test_draw_must_return_panels_whose_handles_are_in_the_state():
    assert "draw returned a Curve" in Figure("a", lambda s: [Curve([0], [0])]).scene()["error"]
    lost = Figure("a", lambda s: [Plot([Handle("q", (0, 0), "q")])])
    assert "has no 'q'" in lost.scene()["error"]


def test_the_block_holds_a_still_of_the_first_state():
    block = figure(caption="Drag the *end*, $w$.").block()
    assert block["id"] == "line"
    assert "<em>end</em>" in block["caption"]
    assert 'style="height:320px"' in block["still"]
    assert "<dt>w</dt><dd>0.5</dd>" in block["still"]
    assert block["scene"]["panels"][2]["html"] in block["still"]
    json.dumps(block, allow_nan=False)


def test_parts_say_whose_code_runs():
    fig = figure(parts=True)
    fig.owners = lambda: [("perceptron_update", "yours")]
    assert fig.scene()["parts"] == [{"name": "perceptron_update", "owner": "yours"}]
    assert "running your perceptron_update" in fig.block()["still"]
