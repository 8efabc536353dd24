"""Packed rows as ONNX: its LSTM stops and begins at each row's own length, as PyTorch's does."""

import contextlib

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import rnn

from rung.models import bilstm
from rung.models.lstm_language_model import LSTMLanguageModel
from rung.serve.errors import ExportError
from rung.serve.onnx_file import onnx_bytes, run
from rung.serve.packed import unpacked

RNG = np.random.default_rng(0)


class Deep(nn.Module):
    """Two layers without biases over packed rows, steps first."""

    def __init__(self, state=False):
        super().__init__()
        self.embed = nn.Embedding(20, 6)
        self.lstm = nn.LSTM(6, 5, 2, bias=False)
        self.state = state

    def forward(self, tokens):
        lengths = (tokens != 0).sum(1).clamp(min=1)
        packed = rnn.pack_padded_sequence(self.embed(tokens).transpose(0, 1), lengths, enforce_sorted=False)
        zeros = torch.zeros(2, tokens.shape[0], 5)
        y, _ = self.lstm(packed, (zeros, zeros)) if self.state else self.lstm(packed)
        return rnn.pad_packed_sequence(y)[0].sum(0)


def rows(many, long, words=20):
    x = RNG.integers(1, words, (many, long)).astype(np.int32)
    for row in x[1:]:
        row[RNG.integers(1, long + 1) :] = 0
    return x


@pytest.mark.parametrize("build", [lambda: bilstm.BiLSTM(20, 3, dim=6, hidden=5), Deep])
def test_packed_rows_are_exported_and_answer_alike_at_every_length(build):
    torch.manual_seed(0)
    model = build().eval()
    content = onnx_bytes(model, rows(3, 7), {}, length=True)
    for x in (rows(1, 1), rows(1, 4), rows(9, 31), np.zeros((2, 3), np.int32)):
        with torch.inference_mode():
            expected = model(torch.from_numpy(x)).numpy()
        np.testing.assert_allclose(run(content, x), expected, rtol=1e-5, atol=1e-5)


def test_an_lstm_that_packs_nothing_is_exported_too():
    torch.manual_seed(0)
    model = LSTMLanguageModel(20, 8, layers=2).eval()
    content = onnx_bytes(model, rows(3, 7), {}, False, lambda m, x: m(x)[:, -1], length=True)
    x = rows(4, 12)
    with torch.inference_mode():
        expected = model(torch.from_numpy(x))[:, -1].numpy()
    np.testing.assert_allclose(run(content, x), expected, rtol=1e-5, atol=1e-5)


class Ends(nn.Module):
    """Every step and the last states of two layers in both directions, rows first or steps first."""

    def __init__(self, batch_first):
        super().__init__()
        self.batch_first = batch_first
        self.lstm = nn.LSTM(4, 3, 2, batch_first=batch_first, bidirectional=True)

    def forward(self, x):
        x = x if self.batch_first else x.transpose(0, 1)
        y, (h, c) = self.lstm(x)
        y = y if self.batch_first else y.transpose(0, 1)
        return torch.cat([y.sum(1), h.transpose(0, 1).flatten(1), c.transpose(0, 1).flatten(1)], 1)


@pytest.mark.parametrize("batch_first", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_every_export_of_a_process_takes_rows_of_any_length(batch_first):
    torch.manual_seed(0)
    for _ in range(2):
        model = Ends(batch_first).eval()
        content = onnx_bytes(model, RNG.normal(size=(3, 7, 4)).astype(np.float32), {}, False, length=True)
        for x in (RNG.normal(size=(many, long, 4)).astype(np.float32) for many, long in ((1, 1), (5, 20))):
            with torch.inference_mode():
                expected = model(torch.from_numpy(x)).numpy()
            np.testing.assert_allclose(run(content, x), expected, rtol=1e-5, atol=1e-5)


def test_pytorch_s_own_functions_are_back_afterwards():
    pack, forward = rnn.pack_padded_sequence, nn.LSTM.forward
    model = bilstm.BiLSTM(20, 2, dim=6, hidden=5)
    with contextlib.suppress(ZeroDivisionError), unpacked(model):
        assert bilstm.pack_padded_sequence is not pack
        raise ZeroDivisionError
    assert bilstm.pack_padded_sequence is rnn.pack_padded_sequence is pack
    assert nn.LSTM.forward is forward


def test_a_first_state_is_refused_by_name():
    with pytest.raises(ExportError, match="first state"):
        onnx_bytes(Deep(state=True).eval(), rows(3, 7), {}, length=True)
