"""Attention is read off the very calls that a model makes, the same on both engines."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from rung.explain.attention import NoAttentionError, attention, attention_weights
from rung.explain.attention_maps import AttentionMaps, attention_maps, breadth, habit
from rung.explain.subject import Subject
from rung.models.transformer_encoder import TextTransformer
from rung.scratch import nn, ops
from rung.scratch.errors import ShapeError
from rung.scratch.function import Function, use
from rung.scratch.mode import watch
from rung.scratch.tensor import Tensor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 5, 8)).astype(np.float32)
WORDS = ["it", "was", "not", "<good>", "."]


def text_model():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return TextTransformer(vocabulary=20, classes=2, dim=16, heads=4, layers=3, inner=16)


def test_what_was_looked_at_makes_what_the_operation_returned_in_pytorch():
    seen = []

    class Keep(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            out = func(*args, **(kwargs or {}))
            if func is F.scaled_dot_product_attention:
                seen.append((args[2].detach().numpy(), out.detach().numpy()))
            return out

    tokens = np.array([[3, 4, 5, 6, 7], [8, 9, 10, 0, 0]])
    subject = Subject(text_model())
    calls = attention(subject, tokens)
    with Keep():
        subject.ask(tokens)
    assert [c.layer for c in calls] == ["layers.0.attention", "layers.1.attention", "layers.2.attention"]
    for call, (v, out) in zip(calls, seen, strict=True):
        assert call.weights.shape == (2, 4, 5, 5)
        np.testing.assert_allclose(call.weights.sum(-1), 1, atol=1e-6)
        np.testing.assert_allclose(call.weights @ v, out, atol=1e-6)
        assert (call.weights[1, :, :, 3:] == 0).all(), "padding is looked at by nobody"


@pytest.mark.parametrize("plain", [False, True], ids=["packed", "plain"])
def test_what_was_looked_at_makes_what_the_operation_returned_from_scratch(plain):
    layer = nn.MultiheadAttention(8, 2, batch_first=True, rng=0)
    subject = Subject(layer, lambda model, x: model(x, is_causal=True)[0])
    seen = []

    def keep(op, inputs, options, out):
        if op is ops.PackedAttention:
            v = inputs[0].data.reshape(2, 5, 3, 2, 4)[:, :, 2].transpose(0, 2, 1, 3)
            seen.append((v, out.data.reshape(2, 5, 2, 4).transpose(0, 2, 1, 3)))
        elif issubclass(op, ops.Attention):
            seen.append((inputs[2].data, out.data))

    def run():
        (call,) = attention(subject, X)
        with watch(keep):
            subject.ask(X)
        return call

    if plain:
        with use(ops.Attention, ops.Attention):
            call = run()
    else:
        call = run()
    ((v, out),) = seen
    np.testing.assert_allclose(call.weights @ v, out, atol=1e-6)
    np.testing.assert_allclose(call.weights.sum(-1), 1, atol=1e-6)
    assert (np.triu(call.weights, 1) == 0).all(), "nobody looks ahead"
    assert call.weights.shape == (2, 2, 5, 5)


def test_an_operation_that_a_learner_wrote_is_watched_too():
    class MyAttention(Function):
        forward = ops.Attention.forward
        backward = ops.Attention.backward

    layer = nn.MultiheadAttention(8, 2, batch_first=True, rng=0)
    subject = Subject(layer, lambda model, x: model(x)[0])
    before = attention(subject, X)[0].weights
    with use(ops.Attention, MyAttention):
        after = attention(subject, X)[0].weights
    np.testing.assert_allclose(after, before, atol=1e-6)


def test_both_engines_look_at_the_same():
    mine = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, rng=0)
    yours = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    yours.load_state_dict({k: torch.from_numpy(v) for k, v in mine.state_dict().items()})
    padding = np.array([[False] * 5, [False] * 3 + [True] * 2])
    pairs = [
        (lambda m, x: m(x), lambda m, x: m(x)),
        (
            lambda m, x: m(x, src_key_padding_mask=padding),
            lambda m, x: m(x, src_key_padding_mask=torch.from_numpy(padding)),
        ),
    ]
    for ours, theirs in pairs:
        (a,) = attention(Subject(mine, ours), X)
        (b,) = attention(Subject(yours, theirs), X)
        assert a.layer == b.layer == "self_attn"
        np.testing.assert_allclose(a.weights, b.weights, atol=1e-6)
    assert (a.weights[1, :, :, 3:] == 0).all()


def test_the_layer_of_pytorch_says_the_same_of_its_own_weights_and_answers_as_before():
    layer = torch.nn.MultiheadAttention(8, 2, batch_first=True).eval()
    x = torch.from_numpy(X)
    with torch.no_grad():
        told = layer(x, x, x, need_weights=True, average_attn_weights=False)[1].numpy()
        plain = layer(x, x, x, need_weights=False)[0]
    answers = []

    def call(model, x):
        out = model(x, x, x, need_weights=False)
        answers.append(out[0])
        return out[0]

    (found,) = attention(Subject(layer, call), X)
    np.testing.assert_allclose(found.weights, told, atol=1e-6)
    torch.testing.assert_close(answers[0], plain)


def test_a_layer_that_is_asked_for_its_weights_is_counted_once():
    layer = nn.MultiheadAttention(8, 2, batch_first=True, rng=0)
    told = []
    subject = Subject(layer, lambda model, x: told.append(model(x, need_weights=True)[1]) or told[-1])
    (call,) = attention(subject, X)
    np.testing.assert_allclose(call.weights.mean(1), told[0].data, atol=1e-6)


@pytest.mark.parametrize("causal", [False, True])
def test_grouped_heads_scale_and_masks_of_numbers_are_pytorchs(causal):
    q, k, v = (RNG.normal(size=s).astype(np.float32) for s in ((1, 4, 3, 8), (1, 2, 3, 8), (1, 2, 3, 8)))
    mask = None if causal else RNG.normal(size=(3, 3)).astype(np.float32)

    class Model(torch.nn.Module):
        def forward(self, q):
            given = None if mask is None else torch.from_numpy(mask)
            return F.scaled_dot_product_attention(
                q, torch.from_numpy(k), torch.from_numpy(v), given, 0.0, causal, scale=0.3, enable_gqa=True
            )

    subject = Subject(Model())
    (call,) = attention(subject, q)
    np.testing.assert_allclose(call.weights @ np.repeat(v, 2, 1), subject.ask(q), atol=1e-6)
    assert not causal or (np.triu(call.weights, 1) == 0).all()


def test_a_query_that_may_look_nowhere_has_weights_of_0():
    weights = attention_weights(np.ones((2, 3)), np.ones((2, 3)), np.array([[False, False], [True, True]]))
    assert weights.tolist() == [[0, 0], [0.5, 0.5]]


def test_looking_changes_no_mode_and_leaves_no_hook():
    model = text_model().train()
    attention(Subject(model), np.array([[3, 4]]))
    assert all(m.training for m in model.modules())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


def test_a_model_without_attention_is_told():
    with pytest.raises(NoAttentionError, match="Linear made no attention call"):
        attention(Subject(torch.nn.Linear(8, 2)), X[:, 0])


def test_heads_are_told_by_where_they_look():
    t = 6
    before = np.eye(t, k=-1)
    before[0, 0] = 1
    assert habit(before) == ("the word before", 1.0)
    assert habit(np.eye(t))[0] == "itself"
    assert habit(np.eye(t)[[0] * t])[0] == "the first word"
    assert breadth(np.full((t, t), 1 / t)) == pytest.approx(t)
    assert breadth(np.eye(t)) == pytest.approx(1)


def maps():
    tokens = np.array([[3, 4, 5, 6, 7, 0, 0], [3, 4, 5, 6, 7, 8, 9]])
    return attention_maps(Subject(text_model()), tokens, WORDS)


def test_maps_are_of_the_persons_own_words_and_weights():
    found = maps()
    calls = attention(Subject(text_model()), np.array([[3, 4, 5, 6, 7]]))
    for weights, call in zip(found.weights, calls, strict=True):
        np.testing.assert_allclose(weights, call.weights[0], atol=1e-6)
    assert found.outside == 0
    rows = found.weights_table().rows
    assert len(rows) == 3 * 4 * 5 * 5
    layer, head, t, word, s, other, weight = rows[2 * 100 + 1 * 25 + 3 * 5 + 2]
    assert (layer, head, word, other) == ("layers.2.attention", 2, "<good>", "not")
    assert weight == float(found.weights[2][1, t, s])


def test_weight_that_goes_to_padding_is_told():
    model = nn.MultiheadAttention(8, 2, batch_first=True, rng=0)
    found = attention_maps(Subject(model, lambda m, x: m(x)[0]), X, ["a", "b", "c"])
    assert 0.2 < found.outside < 0.6
    assert f"{found.outside:.0%} of the weight goes to the padding" in found.caption


def test_the_caption_is_of_the_numbers():
    found = maps()
    sharpest = min(found.table().rows, key=lambda row: row[2])
    assert "12 attention heads of 3 layers look at in 5 words" in found.caption
    assert f"{sharpest[0]} head {sharpest[1]}" in found.caption
    assert "Jain and Wallace" in found.caption


def test_drawings_show_words_and_tell_weights_on_hover():
    found = maps()
    root = ET.fromstring(found.svg(1))
    titles = [e.text for e in root.iter("{http://www.w3.org/2000/svg}title")]
    weights = found.weights[1][2, 2]
    best = int(weights.argmax())
    assert any(t.startswith(f"“not” looks at “{WORDS[best]}” {weights[best]:.2f}") for t in titles)
    words = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words.count("<good>") == 4 + 2, "above every map, and at the left of each row of two"
    assert len(titles) == 4 * 5
    small = ET.fromstring(found.overview())
    assert len(list(small.iter("{http://www.w3.org/2000/svg}title"))) == 12 + 3


def test_no_word_is_told_and_words_that_the_model_cut_off_are_left_out():
    tokens = np.array([[3, 4, 5]])
    with pytest.raises(ShapeError, match="no word to look at"):
        attention_maps(Subject(text_model()), tokens, [])
    found = attention_maps(Subject(text_model()), tokens, WORDS)
    assert found.words == ("it", "was", "not")
    one = attention_maps(Subject(text_model()), tokens, ["it"])
    assert "in 1 word. " in one.caption
    ET.fromstring(one.svg())


def test_a_decoder_that_looks_at_another_text_has_numbers_for_its_places():
    layer = nn.MultiheadAttention(8, 2, batch_first=True, rng=0)
    other = Tensor(RNG.normal(size=(2, 7, 8)).astype(np.float32))
    found = attention_maps(Subject(layer, lambda m, x: m(x, other)[0]), X, WORDS)
    assert found.weights[0].shape == (2, 5, 7)
    assert found.outside == 0
    assert {row[5] for row in found.weights_table().rows} == set("1234567")
    assert found.table().rows[0][3] in ("the first word", "the last word")
    ET.fromstring(found.svg())


def test_a_place_is_named_only_where_a_head_really_looks_there():
    t = 6
    before = np.eye(t, k=-1)
    before[0, 0] = 1
    anywhere = np.eye(t)[[3, 5, 0, 1, 2, 4]]
    for weights, told in ((before, "mostly at the word before (100%)"), (anywhere, "at no place above all")):
        assert told in AttentionMaps(tuple("abcdef"), ("",), (weights[None],), 0.0).caption
