"""Laws of the models that write: causality, the cache, and attention that sees no padding."""

import numpy as np
import pytest

from rung.scratch.models.char_rnn import CharRNN
from rung.scratch.models.gpt import GPT, GPTConfig
from rung.scratch.models.seq2seq import Seq2Seq
from rung.scratch.models.transformer import Transformer
from rung.scratch.tensor import no_grad

CONFIG = GPTConfig(vocab=13, context=12, dim=12, heads=3, layers=2)


def test_a_token_changes_nothing_before_it():
    model, tokens = GPT(CONFIG, 0), np.random.default_rng(0).integers(0, 13, (1, 10))
    other = tokens.copy()
    other[0, 6] = (other[0, 6] + 1) % 13
    a, b = model(tokens).data, model(other).data
    np.testing.assert_array_equal(a[:, :6], b[:, :6])
    assert np.abs(a[:, 6:] - b[:, 6:]).max() > 0


def test_reading_with_the_cache_equals_reading_at_once():
    model, tokens = GPT(CONFIG, 0).to(np.float64), np.random.default_rng(1).integers(0, 13, (2, 9))
    with no_grad():
        whole = model(tokens).data
        caches = [None] * CONFIG.layers
        steps = []
        for start, end in ((0, 4), (4, 5), (5, 9)):
            logits, caches = model._run(tokens[:, start:end], caches)
            steps.append(logits.data)
    np.testing.assert_allclose(np.concatenate(steps, axis=1), whole, rtol=1e-10)


@pytest.mark.parametrize("top_k", [None, 1])
def test_generation_continues_its_start_and_repeats_with_its_seed(top_k):
    model = GPT(CONFIG, 0)
    texts = [model.generate([1, 2], 8, np.random.default_rng(seed), top_k=top_k) for seed in (3, 3, 4)]
    assert texts[0] == texts[1]
    assert texts[0][:2] == [1, 2]
    assert len(texts[0]) == 10
    assert (texts[0] == texts[2]) == (top_k == 1)  # the likeliest token needs no luck


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_character_networks_write_what_they_would_read(cell):
    model = CharRNN(7, 6, cell, rng=0)
    text = model.generate([3], 12, np.random.default_rng(0), temperature=1e-3)
    logits, _ = model(np.array(text)[:, None])
    assert text[1:] == logits.data[:-1, 0].argmax(axis=1).tolist()


@pytest.mark.parametrize("make", [
    lambda: Seq2Seq(9, 7, 6, "bahdanau", rng=0),
    lambda: Seq2Seq(9, 7, 6, "luong", rng=0),
    lambda: Transformer(9, 7, 8, 2, 1, 10, rng=0),
])  # fmt: skip
def test_more_padding_changes_nothing(make):
    model = make().to(np.float64)
    source, target = np.array([[4, 2, 8]]), np.array([[1, 5, 3]])
    longer = np.array([[4, 2, 8, 0, 0, 0]])
    np.testing.assert_allclose(model(source, target).data, model(longer, target).data, rtol=1e-9)
