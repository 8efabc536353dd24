"""Gates are computed from a layer's weights, and what follows from them is what the layer itself makes."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch

from rung.explain.gate_strips import GateStrips
from rung.explain.gates import readings, unroll
from rung.explain.subject import Subject
from rung.models.bilstm import BiLSTM
from rung.scratch import nn
from rung.scratch.errors import SettingError, ShapeError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 6, 4)).astype(np.float32)  # (B, T, I)
WORDS = ["the", "film", "was", "<not>", "very", "good"]


def pair(kind, **settings):
    mine = getattr(nn, kind)(4, 5, batch_first=True, rng=0, **settings)
    yours = getattr(torch.nn, kind)(4, 5, batch_first=True, **settings)
    yours.load_state_dict({k: torch.from_numpy(v) for k, v in mine.state_dict().items()})
    return mine, yours


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
@pytest.mark.parametrize("bias", [True, False])
def test_states_are_the_layers_own_in_both_engines(kind, bias):
    mine, yours = pair(kind, num_layers=2, bidirectional=True, bias=bias)
    outs = []
    for model in (mine, yours):
        subject = Subject(model, lambda m, x: m(x)[0])
        parts = readings(subject, X, "", WORDS, example=1)
        assert [p.part for p in parts] == ["l0", "l0_reverse", "l1", "l1_reverse"]
        last = np.concatenate([p.states for p in parts[2:]], axis=1)
        np.testing.assert_allclose(last, subject.ask(X)[1], atol=1e-5)
        outs.append(parts)
    for a, b in zip(*outs, strict=True):
        for name in a.gates:
            np.testing.assert_allclose(a.gates[name], b.gates[name], atol=1e-6)


def test_the_last_cell_is_pytorchs():
    _, yours = pair("LSTM")
    with torch.no_grad():
        _, (h, c) = yours(torch.from_numpy(X))
    (part,) = readings(Subject(yours, lambda m, x: m(x)[0]), X, "", WORDS, example=2)
    np.testing.assert_allclose(part.cells[-1], c[0, 2].numpy(), atol=1e-5)
    np.testing.assert_allclose(part.states[-1], h[0, 2].numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_a_first_state_is_taken_in(kind):
    mine, yours = pair(kind)
    start = RNG.normal(size=(2, 1, 3, 5)).astype(np.float32)
    for model, wrap in ((mine, nn.Parameter), (yours, torch.from_numpy)):
        state = (wrap(start[0]), wrap(start[1])) if kind == "LSTM" else wrap(start[0])
        subject = Subject(model, lambda m, x, state=state: m(x, state)[0])
        (part,) = readings(subject, X, "", WORDS, example=1)
        np.testing.assert_allclose(part.states, subject.ask(X)[1], atol=1e-5)


def test_gates_do_what_their_names_say():
    """An LSTM of one unit that is told by its biases to keep everything and to let nothing in."""
    big = 50.0
    weights = [np.zeros((4, 1)), np.zeros((4, 1)), np.array([-big, big, big, big]), None]
    kept = unroll("LSTM", np.ones((5, 1, 1)), weights, c=np.full((1, 1), 0.7))
    np.testing.assert_allclose(kept.cells, 0.7)
    assert kept.gates["forget"].min() > 0.999
    assert kept.gates["input"].max() < 0.001
    weights = [np.zeros((3, 1)), np.zeros((3, 1)), np.array([0, big, 1.0]), None]
    held = unroll("GRU", np.ones((5, 1, 1)), weights, h=np.full((1, 1), 0.3))
    np.testing.assert_allclose(held.states, 0.3)


def test_a_packed_text_is_read_without_what_fills_it_up():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = BiLSTM(vocabulary=12, classes=2, dim=4, hidden=3)
    short = readings(Subject(model), np.array([[3, 4, 5]]), "read", WORDS[:3])
    filled = np.array([[7, 8, 9, 10, 11, 3], [3, 4, 5, 0, 0, 0]])
    padded = readings(Subject(model), filled, "read", WORDS[:3], example=1)
    for a, b in zip(short, padded, strict=True):
        np.testing.assert_allclose(a.states, b.states, atol=1e-6)
        assert a.states.shape == (3, 3)


@pytest.mark.parametrize("by_name", [True, False])
def test_lengths_of_a_scratch_layer_are_kept_to(by_name):
    mine, _ = pair("GRU", bidirectional=True)
    lengths = [6, 4, 2]
    call = (lambda m, x: m(x, lengths=lengths)[0]) if by_name else (lambda m, x: m(x, None, lengths)[0])
    subject = Subject(mine, call)
    parts = readings(subject, X, "", WORDS[:4], example=1)
    together = np.concatenate([p.states for p in parts], axis=1)
    np.testing.assert_allclose(together, subject.ask(X)[1, :4], atol=1e-5)


def test_what_has_no_gates_or_computes_something_else_is_refused():
    model = torch.nn.Sequential(torch.nn.Linear(4, 4))
    with pytest.raises(SettingError, match="'0' is a Linear and has no gates"):
        readings(Subject(model), X, "0", WORDS)

    class LSTM(torch.nn.LSTM):
        def forward(self, x):
            out, state = super().forward(x)
            return out + 1, state

    with pytest.raises(SettingError, match="off what it made itself"):
        readings(Subject(LSTM(4, 5, batch_first=True), lambda m, x: m(x)[0]), X, "", WORDS)
    projected = torch.nn.LSTM(4, 5, batch_first=True, proj_size=2)
    with pytest.raises(SettingError, match="a projection of its state"):
        readings(Subject(projected, lambda m, x: m(x)[0]), X, "", WORDS)


def test_no_word_is_told_and_one_is_enough():
    mine, _ = pair("GRU")
    subject = Subject(mine, lambda m, x: m(x)[0])
    with pytest.raises(ShapeError, match="no word to read"):
        readings(subject, X, "", [])
    (one,) = readings(subject, X, "", ["the"])
    assert "at “the” (word 1)" in GateStrips(one).caption
    ET.fromstring(GateStrips(one).svg())


def strips():
    mine, _ = pair("LSTM")
    (part,) = readings(Subject(mine, lambda m, x: m(x)[0]), X, "", WORDS)
    return GateStrips(part)


def test_the_caption_is_of_the_numbers():
    found = strips()
    forget = found.reading.gates["forget"].mean(axis=1)
    caption = found.caption
    assert f"{forget.mean():.2f} on average" in caption
    assert f"{forget.min():.2f}, at “{WORDS[int(forget.argmin())]}”" in caption
    assert ", an LSTM of 5 units." in caption


def test_tables_hold_every_number():
    found = strips()
    rows = found.table()
    assert rows.columns == ("place", "word", "forget", "input", "output", "|candidate|", "|cell|", "|state|")
    assert rows.rows[3][1] == "<not>"
    assert rows.rows[3][2] == pytest.approx(found.reading.gates["forget"][3].mean())
    every = found.units_table()
    assert len(every.rows) == 6 * 5
    assert every.rows[7][-1] == found.reading.states[1, 2]


def test_the_drawing_has_a_block_a_gate_and_tells_each_word():
    found = strips()
    root = ET.fromstring(found.svg(units=3))
    titles = [e.text for e in root.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == 6 * 6
    unit = found.liveliest(1)[0]
    assert found.reading.cells.std(axis=0).argmax() == unit
    assert any(t.startswith("“<not>”: forget mean") and f"unit {unit} " in t for t in titles)
