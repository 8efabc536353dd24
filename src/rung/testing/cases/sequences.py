"""Embedding, attention, recurrent layers, positions, transformer layers."""

from typing import Any

import numpy as np

from rung.errors import DTypeError, SettingError, ShapeError
from rung.scratch import Tensor, nn, ops
from rung.scratch.nn import functional as F
from rung.testing.row import LayerRow, Refusal, Row, Sample

T, B, E = 5, 3, 8


def normal(*shapes, **options):
    """One sample of normal arrays."""
    return lambda rng: [Sample(tuple(rng.standard_normal(shape) for shape in shapes), options)]


def recurrent_op(name, gates, states, **options):
    """A whole-sequence operation against PyTorch's layer with the same weights."""

    def samples(rng):
        shapes = ((T, B, 4), *[(B, 6)] * states, (gates * 6, 4), (gates * 6, 6), (gates * 6,), (gates * 6,))
        return [Sample(tuple(0.5 * rng.standard_normal(shape) for shape in shapes), options)]

    def reference(torch, x, *rest, relu=False):
        first, weights = rest[:states], rest[states:]
        settings = {"nonlinearity": "relu"} if relu else {}
        cell = getattr(torch.nn, f"{name}Cell")(4, 6, **settings).to(x.dtype)
        named = dict(zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), weights, strict=True))
        state: Any = first if states == 2 else first[0]
        outputs = []
        for step in x:
            state = torch.func.functional_call(cell, named, (step, state))
            outputs.append(state[0] if states == 2 else state)
        return torch.stack([*outputs, *([state[1]] if states == 2 else [])])

    return Row(name, getattr(ops, name), samples, reference, tolerance=1e-9)


def recurrent(name, lengths=None, **options):
    """A recurrent layer of the same settings on both sides; with lengths, PyTorch's packs its input."""
    part = getattr(nn, name)
    flat = (lambda out: (out[0], *out[1])) if name == "LSTM" else (lambda out: out)

    class Ours(nn.Module):
        def __init__(self, cls, rng):
            super().__init__()
            self.net = cls(4, 6, rng=rng, **options)

        def forward(self, x):
            return flat(self.net(x, lengths=lengths))

    def theirs(torch: Any):
        class Theirs(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.net = getattr(torch.nn, name)(4, 6, **options)

            def forward(self, x):
                if lengths is None:
                    return flat(self.net(x))
                pack = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
                y, state = self.net(pack)
                y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, total_length=len(x))
                return flat((y, state))

        return Theirs()

    shape = (B, T, 4) if options.get("batch_first") else (T, B, 4)
    return LayerRow(
        f"nn.{name}",
        part,
        lambda cls, rng: Ours(cls, rng),
        theirs,
        normal(shape),
        refusals=(
            Refusal(lambda: part(4, 6, rng=0)(Tensor(np.ones((T, 4)))), ShapeError, r"unsqueeze\(1\)"),
            Refusal(
                lambda: part(4, 6, rng=0)(Tensor(np.ones((T, B, 4))), lengths=[1, 9, 2]),
                ShapeError,
                "lengths",
            ),
            Refusal(lambda: part(4, 6, num_layers=0), SettingError, "num_layers is 0"),
            *([Refusal(lambda: nn.RNN(4, 6, 1, "Relu"), SettingError, "Relu")] if name == "RNN" else []),
        ),
        modes=False,
        tolerance=1e-9,
    )


def attention_layer(causal=False, padding=None, cross=False, batch_first=False):
    """Multi-head attention, its weights included, with the masks of both sides."""
    options = {"batch_first": batch_first}

    class Ours(nn.Module):
        def __init__(self, cls, rng):
            super().__init__()
            self.net = cls(E, 2, rng=rng, **options)

        def forward(self, *x):
            return self.net(x[0], *x[1:] * 2, is_causal=causal, key_padding_mask=padding, need_weights=True)

    def theirs(torch: Any):
        class Theirs(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.net = torch.nn.MultiheadAttention(E, 2, **options)

            def forward(self, *x):
                q, k = x[0], x[-1]
                mask = torch.triu(torch.full((T, T), float("-inf"), dtype=q.dtype), 1) if causal else None
                pad = (
                    None
                    if padding is None
                    else torch.where(torch.tensor(padding), float("-inf"), 0.0).to(q.dtype)
                )
                return self.net(q, k, k, attn_mask=mask, key_padding_mask=pad)

        return Theirs()

    first = (B, T, E) if batch_first else (T, B, E)
    return LayerRow(
        "nn.MultiheadAttention",
        nn.MultiheadAttention,
        lambda cls, rng: Ours(cls, rng),
        theirs,
        normal(first, *([(T + 2, B, E)] if cross else [])),
        refusals=(
            Refusal(lambda: nn.MultiheadAttention(8, 3), SettingError, "num_heads divides embed_dim"),
            Refusal(
                lambda: nn.MultiheadAttention(8, 2, rng=0)(Tensor(np.ones((T, B, 4)))),
                ShapeError,
                "embed_dim is 8",
            ),
        ),
        modes=False,
        tolerance=1e-9,
    )


def transformer(name, sequences, **options):
    """A transformer layer of the same settings on both sides."""
    settings = {"dim_feedforward": 16, "dropout": 0.0, **options}
    return LayerRow(
        f"nn.{name}",
        getattr(nn, name),
        lambda part, rng: part(E, 2, rng=rng, **settings),
        lambda torch: getattr(torch.nn, name)(E, 2, **settings),
        normal(*sequences),
        refusals=(
            Refusal(lambda: getattr(nn, name)(E, 2, activation="relo"), SettingError, 'did you mean "relu"'),
        ),
        modes=False,
        tolerance=1e-8,
    )


def positions(name, formula, *args, shape=(2, T, E)):
    """Positions against their formula in PyTorch; the twin holds the same state under the same names."""

    def theirs(torch: Any):
        ours = getattr(nn, name)(*args)

        class Twin(torch.nn.Module):
            def __init__(self):
                super().__init__()
                for key, value in ours.state_dict().items():
                    if dict(ours.named_parameters()):
                        self.register_parameter(key, torch.nn.Parameter(torch.from_numpy(np.array(value))))
                    else:
                        self.register_buffer(key, torch.from_numpy(np.array(value)))

            def forward(self, x):
                return formula(torch, self, x)

        return Twin()

    return LayerRow(
        f"nn.{name}",
        getattr(nn, name),
        lambda part, rng: part(*args),
        theirs,
        normal(shape),
        modes=False,
        tolerance=1e-6,
    )


def sinusoidal(torch, twin, x):
    """The formula of the paper, number by number."""
    t = torch.arange(x.shape[1], dtype=torch.float64)[:, None]
    speed = 10000.0 ** (-torch.arange(0, E, 2, dtype=torch.float64) / E)
    table = torch.stack([torch.sin(t * speed), torch.cos(t * speed)], dim=-1).flatten(1)
    return x + table.to(x.dtype)


def rotary(torch, twin, x):
    """Rotation of each pair as multiplication of complex numbers."""
    half = E // 2
    speed = 10000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
    turn = torch.polar(torch.ones(()).double(), torch.arange(x.shape[-2]).double()[:, None] * speed)
    z = torch.complex(x[..., :half].double(), x[..., half:].double()) * turn
    return torch.cat([z.real, z.imag], dim=-1).to(x.dtype)


def embedding_bag(mode):
    """A bag of words, as rows of one length and as a flat list with offsets."""
    return LayerRow(
        "nn.EmbeddingBag",
        nn.EmbeddingBag,
        lambda part, rng: part(7, 3, mode=mode, rng=rng),
        lambda torch: torch.nn.EmbeddingBag(7, 3, mode=mode),
        lambda rng: [
            Sample((rng.integers(0, 7, (4, 5)),)),
            Sample((rng.integers(0, 7, 9), np.array([0, 3, 3, 7]))),
        ],
        refusals=(
            Refusal(lambda: nn.EmbeddingBag(7, 3, mode="max"), SettingError, "mode is 'max'"),
            Refusal(lambda: nn.EmbeddingBag(7, 3, rng=0)([1, 2]), ShapeError, "needs offsets"),
        ),
        modes=False,
    )


ROWS = [
    Row(
        "Embedding",
        ops.Embedding,
        lambda rng: [
            Sample((rng.standard_normal((7, 3)), rng.integers(0, 7, (4, 5)))),
            Sample((rng.standard_normal((7, 3)), np.array([2, 2, 2]))),
            Sample((rng.standard_normal((7, 3)), np.zeros(0, dtype=np.int64))),
        ],
        lambda torch, table, index: torch.nn.functional.embedding(index, table),
        ours=lambda table, index: F.embedding(index, table),
        refusals=(
            Refusal(lambda: F.embedding([0.5], Tensor(np.ones((3, 2)))), DTypeError, "whole numbers"),
            Refusal(
                lambda: F.embedding([3], Tensor(np.ones((3, 2)))), ShapeError, "holds 3, the table has 3 rows"
            ),
        ),
    ),
    Row(
        "Attention",
        ops.Attention,
        lambda rng: [
            Sample(
                (
                    rng.standard_normal((2, 3, T, 4)),
                    rng.standard_normal((2, 3, 7, 4)),
                    rng.standard_normal((2, 3, 7, 6)),
                )
            ),
            Sample(tuple(rng.standard_normal((2, T, 4)) for _ in range(3)), {"is_causal": True}),
            Sample(
                tuple(rng.standard_normal((2, T, 4)) for _ in range(3)),
                {"attn_mask": np.array([[1, 0, 1, 1, 0]] * T, dtype=bool)},
            ),
            Sample(
                tuple(rng.standard_normal((2, T, 4)) for _ in range(3)),
                {"attn_mask": np.array([[0] * T, *[[1] * T] * (T - 1)], dtype=bool)},
                label="a query that may look nowhere",
            ),
            Sample(
                (40 * rng.standard_normal((1, T, 4)), *(rng.standard_normal((1, T, 4)) for _ in range(2))),
                smooth=False,
                label="large scores",
            ),
        ],
        lambda torch, q, k, v, attn_mask=None, is_causal=False: (
            torch.nn.functional.scaled_dot_product_attention(
                q, k, v, None if attn_mask is None else torch.from_numpy(attn_mask), is_causal=is_causal
            )
        ),
        ours=F.scaled_dot_product_attention,
        refusals=(
            Refusal(
                lambda: F.scaled_dot_product_attention(
                    Tensor(np.ones((T, 4))), Tensor(np.ones((T, 5))), Tensor(np.ones((T, 4)))
                ),
                ShapeError,
                "equally many features",
            ),
        ),
        tolerance=1e-9,
    ),
    recurrent_op("RNN", 1, 1),
    recurrent_op("RNN", 1, 1, relu=True),
    recurrent_op("LSTM", 4, 2),
    recurrent_op("GRU", 3, 1),
    LayerRow(
        "nn.Embedding",
        nn.Embedding,
        lambda part, rng: part(7, 3, rng=rng),
        lambda torch: torch.nn.Embedding(7, 3),
        lambda rng: [Sample((rng.integers(0, 7, (4, 5)),))],
        modes=False,
    ),
    embedding_bag("mean"),
    embedding_bag("sum"),
    recurrent("RNN"),
    recurrent("RNN", nonlinearity="relu", num_layers=2, bidirectional=True, lengths=[5, 2, 3]),
    recurrent("LSTM", num_layers=2, bidirectional=True),
    recurrent("LSTM", lengths=[5, 2, 3], bidirectional=True),
    recurrent("GRU", batch_first=True, bias=False),
    recurrent("GRU", lengths=[5, 2, 3], num_layers=2, bidirectional=True),
    attention_layer(),
    attention_layer(causal=True, batch_first=True),
    attention_layer(cross=True, padding=[[False] * 6 + [True], [False] * 7, [False] * 4 + [True] * 3]),
    transformer("TransformerEncoderLayer", [(T, B, E)]),
    transformer("TransformerEncoderLayer", [(B, T, E)], batch_first=True, norm_first=True, activation="gelu"),
    transformer("TransformerDecoderLayer", [(T, B, E), (T + 1, B, E)]),
    transformer("TransformerDecoderLayer", [(T, B, E), (T + 1, B, E)], norm_first=True),
    positions("SinusoidalPositions", sinusoidal, E, 10),
    positions("LearnedPositions", lambda torch, twin, x: x + twin.weight[: x.shape[1]], E, 10, 0),
    positions("RotaryPositions", rotary, E, shape=(2, 3, T, E)),
]
