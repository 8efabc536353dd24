"""Whole models: the same weights, the same logits, and the same parameters after 50 steps of training."""

from typing import Any

import numpy as np

from rung.errors import SettingError
from rung.scratch.models.char_rnn import CharRNN
from rung.scratch.models.gpt import GPT, GPTConfig
from rung.scratch.models.lenet import LeNet
from rung.scratch.models.matrix_factorization import MatrixFactorization
from rung.scratch.models.resnet import ResNet
from rung.scratch.models.seq2seq import Seq2Seq
from rung.scratch.models.transformer import Transformer
from rung.testing.row import LayerRow, Refusal, Sample

SMALL = GPTConfig(vocab=11, context=8, dim=12, heads=3, layers=2)


def numbers(high, *shapes):
    """Samples of whole numbers from 1 to high - 1, so that 0 is left for padding."""
    return lambda rng: [Sample(tuple(rng.integers(1, high, shape) for shape in shapes))]


def images(*shape):
    """One sample of normal images."""
    return lambda rng: [Sample((rng.standard_normal(shape),))]


def torch_lenet(torch: Any):
    """LeNet in PyTorch."""
    n: Any = torch.nn
    f = n.functional

    class Twin(n.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = n.Conv2d(1, 6, 5, padding=2), n.Conv2d(6, 16, 5)
            self.fc1, self.fc2, self.fc3 = n.Linear(400, 120), n.Linear(120, 84), n.Linear(84, 10)

        def forward(self, x):
            x = f.max_pool2d(self.conv1(x).relu(), 2)
            x = f.max_pool2d(self.conv2(x).relu(), 2).flatten(1)
            return self.fc3(self.fc2(self.fc1(x).relu()).relu())

    return Twin()


def torch_resnet(torch: Any):
    """ResNet in PyTorch."""
    n: Any = torch.nn

    class Block(n.Module):
        def __init__(self, channels, out, stride):
            super().__init__()
            self.conv1 = n.Conv2d(channels, out, 3, stride, 1, bias=False)
            self.bn1 = n.BatchNorm2d(out)
            self.conv2 = n.Conv2d(out, out, 3, 1, 1, bias=False)
            self.bn2 = n.BatchNorm2d(out)
            same = stride == 1 and channels == out
            around = [] if same else [n.Conv2d(channels, out, 1, stride, bias=False), n.BatchNorm2d(out)]
            self.shortcut = n.Sequential(*around)

        def forward(self, x):
            y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
            return (y + self.shortcut(x)).relu()

    class Twin(n.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.bn = n.Conv2d(3, 4, 3, 1, 1, bias=False), n.BatchNorm2d(4)
            self.stages = n.Sequential(Block(4, 4, 1), Block(4, 6, 2))
            self.fc = n.Linear(6, 5)

        def forward(self, x):
            return self.fc(self.stages(self.bn(self.conv(x)).relu()).mean((2, 3)))

    return Twin()


def torch_char_rnn(torch: Any, cell: str):
    """CharRNN in PyTorch, its last state flattened into a tuple."""
    n: Any = torch.nn

    class Twin(n.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.head = n.Embedding(9, 8), n.Linear(8, 9)
            self.rnn = {"lstm": n.LSTM, "gru": n.GRU, "rnn": n.RNN}[cell](8, 8, 2)

        def forward(self, text):
            y, state = self.rnn(self.embed(text))
            return self.head(y), state

    return Twin()


def torch_mf(torch: Any):
    """MatrixFactorization in PyTorch."""
    n: Any = torch.nn

    class Twin(n.Module):
        def __init__(self):
            super().__init__()
            self.user, self.item = n.Embedding(7, 4), n.Embedding(9, 4)
            self.user_bias, self.item_bias = n.Embedding(7, 1), n.Embedding(9, 1)
            self.mean = n.Parameter(torch.tensor(0.0))

        def forward(self, user, item):
            match = (self.user(user) * self.item(item)).sum(1)
            return self.mean + self.user_bias(user)[:, 0] + self.item_bias(item)[:, 0] + match

    return Twin()


def torch_gpt(torch: Any):
    """GPT in PyTorch."""
    n: Any = torch.nn
    f, c = n.functional, SMALL

    class Attention(n.Module):
        def __init__(self):
            super().__init__()
            self.qkv, self.proj = n.Linear(c.dim, 3 * c.dim), n.Linear(c.dim, c.dim)

        def forward(self, x):
            b, t, d = x.shape
            q, k, v = (p.view(b, t, c.heads, -1).transpose(1, 2) for p in self.qkv(x).split(d, dim=2))
            y = f.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.proj(y.transpose(1, 2).reshape(b, t, d))

    class Block(n.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = n.LayerNorm(c.dim), n.LayerNorm(c.dim)
            self.attention = Attention()
            self.up, self.down = n.Linear(c.dim, 4 * c.dim), n.Linear(4 * c.dim, c.dim)

        def forward(self, x):
            x = x + self.attention(self.norm1(x))
            return x + self.down(f.gelu(self.up(self.norm2(x)), approximate="tanh"))

    class Positions(n.Module):
        def __init__(self):
            super().__init__()
            self.weight = n.Parameter(torch.zeros(c.context, c.dim))

    class Twin(n.Module):
        def __init__(self):
            super().__init__()
            self.token, self.position = n.Embedding(c.vocab, c.dim), Positions()
            self.blocks = n.ModuleList([Block() for _ in range(c.layers)])
            self.norm, self.head = n.LayerNorm(c.dim), n.Linear(c.dim, c.vocab, bias=False)

        def forward(self, tokens):
            x = self.token(tokens) + self.position.weight[: tokens.shape[1]]
            for block in self.blocks:
                x = block(x)
            return self.head(self.norm(x))

    return Twin()


def torch_transformer(torch: Any):
    """Transformer in PyTorch."""
    n: Any = torch.nn
    settings: dict[str, Any] = dict(dim_feedforward=10, dropout=0.0, batch_first=True, norm_first=True)

    class Positions(n.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("table", torch.zeros(16, 8))

    class Twin(n.Module):
        def __init__(self):
            super().__init__()
            self.source, self.target = n.Embedding(9, 8), n.Embedding(7, 8)
            self.position = Positions()
            self.encoder = n.ModuleList([n.TransformerEncoderLayer(8, 2, **settings)])
            self.decoder = n.ModuleList([n.TransformerDecoderLayer(8, 2, **settings)])
            self.encoder_norm, self.decoder_norm = n.LayerNorm(8), n.LayerNorm(8)
            self.head = n.Linear(8, 7)

        def forward(self, source, target):
            padded = source == 0
            table = self.position.table
            x = self.source(source) * 8**0.5 + table[: source.shape[1]]
            for layer in self.encoder:
                x = layer(x, src_key_padding_mask=padded)
            memory = self.encoder_norm(x)
            y = self.target(target) * 8**0.5 + table[: target.shape[1]]
            later = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).triu(1)
            for layer in self.decoder:
                y = layer(y, memory, tgt_mask=later, memory_key_padding_mask=padded)
            return self.head(self.decoder_norm(y))

    return Twin()


def torch_seq2seq(torch: Any, kind: str):
    """Seq2Seq in PyTorch, with cells in place of whole-sequence layers."""
    n: Any = torch.nn

    class Bahdanau(n.Module):
        def __init__(self):
            super().__init__()
            self.query, self.key = n.Linear(6, 6, bias=False), n.Linear(6, 6, bias=False)
            self.score = n.Linear(6, 1, bias=False)

        def forward(self, query, keys):
            return self.score(torch.tanh(self.query(query)[:, None] + self.key(keys)))[..., 0]

    class Luong(n.Module):
        def __init__(self):
            super().__init__()
            self.key = n.Linear(6, 6, bias=False)

        def forward(self, query, keys):
            return torch.einsum("bsh,bh->bs", self.key(keys), query)

    class Twin(n.Module):
        def __init__(self):
            super().__init__()
            self.source, self.target = n.Embedding(9, 6), n.Embedding(7, 6)
            self.encoder = n.GRU(6, 6, batch_first=True)
            self.attention = Bahdanau() if kind == "bahdanau" else Luong()
            self.decoder = n.GRU(12 if kind == "bahdanau" else 6, 6)
            self.combine, self.head = n.Linear(12, 6), n.Linear(6, 7)

        def look(self, state, keys, padded):
            weights = self.attention(state, keys).masked_fill(padded, float("-inf")).softmax(1)
            return (weights[:, :, None] * keys).sum(1)

        def forward(self, source, target):
            padded = source == 0
            lengths = (~padded).sum(1)
            pack = n.utils.rnn.pack_padded_sequence(
                self.source(source), lengths, batch_first=True, enforce_sorted=False
            )
            keys, state = self.encoder(pack)
            keys, _ = n.utils.rnn.pad_packed_sequence(keys, batch_first=True, total_length=source.shape[1])
            state, logits = state[0], []
            for word in self.target(target).unbind(1):
                if kind == "bahdanau":
                    word = torch.cat([word, self.look(state, keys, padded)], 1)
                    old = state
                state = self.decoder(word[None], state[None])[1][0]
                context = self.look(old if kind == "bahdanau" else state, keys, padded)
                logits.append(self.head(torch.tanh(self.combine(torch.cat([state, context], 1)))))
            return torch.stack(logits, 1)

    return Twin()


def padded_sentences(rng):
    """Two sentences, the second one shorter, and what they turn into."""
    source = rng.integers(1, 9, (2, 5))
    source[1, 3:] = 0
    return [Sample((source, rng.integers(1, 7, (2, 4))))]


def char_rnn(cell):
    """CharRNN with one of the cells."""
    return LayerRow(
        f"CharRNN {cell}",
        CharRNN,
        lambda part, rng: part(9, 8, cell, layers=2, rng=rng),
        lambda torch: torch_char_rnn(torch, cell),
        numbers(9, (6, 3)),
        refusals=(Refusal(lambda: CharRNN(9, cell="lsmt"), SettingError, 'did you mean "lstm"'),),
        steps=50,
        modes=False,
        tolerance=1e-9,
    )


def seq2seq(kind):
    """Seq2Seq with one of the attentions."""
    return LayerRow(
        f"Seq2Seq {kind}",
        Seq2Seq,
        lambda part, rng: part(9, 7, 6, kind, rng=rng),
        lambda torch: torch_seq2seq(torch, kind),
        padded_sentences,
        refusals=(Refusal(lambda: Seq2Seq(9, 7, attention="luon"), SettingError, 'did you mean "luong"'),),
        steps=50,
        modes=False,
        tolerance=1e-8,
    )


ROWS = [
    LayerRow(
        "LeNet",
        LeNet,
        lambda part, rng: part(rng=rng),
        torch_lenet,
        images(2, 1, 28, 28),
        steps=50,
        modes=False,
        tolerance=1e-9,
    ),
    LayerRow(
        "ResNet",
        ResNet,
        lambda part, rng: part((4, 6), classes=5, rng=rng),
        torch_resnet,
        images(3, 3, 8, 8),
        steps=50,
        tolerance=1e-7,
    ),
    *(char_rnn(cell) for cell in ("rnn", "lstm", "gru")),
    LayerRow(
        "MatrixFactorization",
        MatrixFactorization,
        lambda part, rng: part(7, 9, 4, rng=rng),
        torch_mf,
        lambda rng: [Sample((rng.integers(0, 7, 20), rng.integers(0, 9, 20)))],
        steps=50,
        modes=False,
    ),
    LayerRow(
        "GPT",
        GPT,
        lambda part, rng: part(SMALL, rng),
        torch_gpt,
        numbers(11, (2, 7)),
        refusals=(
            Refusal(lambda: GPT(SMALL, 0)(np.zeros((1, 9), dtype=int)), SettingError, "the context holds 8"),
            Refusal(lambda: GPT(GPTConfig(dim=10, heads=3), 0), SettingError, "heads divides dim"),
        ),
        steps=50,
        modes=False,
        tolerance=1e-8,
    ),
    LayerRow(
        "Transformer",
        Transformer,
        lambda part, rng: part(9, 7, 8, 2, 1, 10, max_len=16, rng=rng),
        torch_transformer,
        padded_sentences,
        steps=50,
        modes=False,
        tolerance=1e-8,
    ),
    *(seq2seq(kind) for kind in ("bahdanau", "luong")),
]
