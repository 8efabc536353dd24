"""The training steps that are measured: each once with `rung.scratch` and once with PyTorch.

A workload is a function that builds model, data and optimiser and returns `step`, one whole training step:
zero_grad, forward, loss, backward, optimiser, and the loss as a Python float, which both libraries must wait
for. Same sizes, same data, default optimisers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Step = Callable[[], float]

USERS, ITEMS, DIM, RATINGS = 10_000, 5_000, 32, 4096


def data_of(name: str, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Return the arrays of a workload: one batch, drawn anew with the same seed on both sides."""
    rng = np.random.default_rng(seed)
    family, _, size = name.partition("-")
    b = int(size) if size.isdigit() else 0
    if family in ("logistic", "mlp"):
        return rng.standard_normal((b, 784), dtype=np.float32), rng.integers(0, 10, b)
    if family in ("lenet", "resnet"):
        shape = (b, 1, 28, 28) if family == "lenet" else (b, 3, 32, 32)
        return rng.standard_normal(shape, dtype=np.float32), rng.integers(0, 10, b)
    if family in ("lstm", "gru"):
        return rng.standard_normal((64, 32, 64), dtype=np.float32), rng.integers(0, 10, 32)
    if family == "attention":
        return (rng.standard_normal((16, 128, 128), dtype=np.float32),)
    if family == "gpt":
        return rng.integers(0, 256, (16, 128)), rng.integers(0, 256, (16, 128))
    rating = rng.standard_normal(RATINGS, dtype=np.float32)
    return rng.integers(0, USERS, RATINGS), rng.integers(0, ITEMS, RATINGS), rating


NAMES = (
    "logistic-64", "mlp-64", "mlp-1024", "lenet-64", "lenet-256", "resnet-64", "lstm", "gru", "attention",
    "gpt", "recommender-dense", "recommender-sparse",
)  # fmt: skip


def ours(name: str, procs: int = 1) -> Step:
    """Build a workload with `rung.scratch`; with procs=2, trained by two processes."""
    from rung.scratch.parallel import DataParallel

    model, loss_of, arrays, optimizers = parts(name)
    axes = (1, 0) if name in ("lstm", "gru") else None
    parallel = DataParallel(model, loss_of, procs, axes) if procs > 1 else None

    def step() -> float:
        for optimizer in optimizers:
            optimizer.zero_grad()
        if parallel is not None:
            value = parallel.backward(*arrays)
        else:
            loss = loss_of(model, *arrays)
            loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        return value if parallel is not None else float(loss.item())

    return step


def parts(name: str) -> tuple[Any, Callable[..., Any], tuple[np.ndarray, ...], list[Any]]:
    """Make a workload's model, its loss as a function of the model and a batch, a batch, and optimisers."""
    from rung.scratch import Tensor, nn, optim
    from rung.scratch.models.gpt import GPT, GPTConfig
    from rung.scratch.models.lenet import LeNet
    from rung.scratch.models.matrix_factorization import MatrixFactorization
    from rung.scratch.models.mlp import MLP
    from rung.scratch.models.resnet import ResNet
    from rung.scratch.nn import functional as F

    arrays = data_of(name)
    family = name.split("-")[0]
    optimizers: list[Any]

    class LastState(nn.Module):
        def __init__(self, layer: Any) -> None:
            super().__init__()
            self.layer, self.head = layer, nn.Linear(128, 10, rng=0)

        def forward(self, x: Any) -> Any:
            return self.head(self.layer(x)[0][-1])

    class Looking(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(128)
            self.attention = nn.MultiheadAttention(128, 4, batch_first=True, rng=0)

        def forward(self, x: Any) -> Any:
            x = self.norm(x)
            return self.attention(x, x, x, is_causal=True)[0]

    model: Any
    if family in ("logistic", "mlp"):
        model = MLP([784, 10] if family == "logistic" else [784, 256, 128, 10], rng=0)
    elif family == "lenet":
        model = LeNet(rng=0)
    elif family == "resnet":
        model = ResNet(rng=0)
    elif family in ("lstm", "gru"):
        model = LastState((nn.LSTM if family == "lstm" else nn.GRU)(64, 128, rng=0))
    elif family == "attention":
        model = Looking()
    elif family == "gpt":
        model = GPT(GPTConfig(), rng=0)
    else:
        model = MatrixFactorization(USERS, ITEMS, DIM, rng=0)
        if name.endswith("sparse"):
            for table in (model.user, model.item, model.user_bias, model.item_bias):
                table.sparse = True
    params = list(model.parameters())
    if family == "logistic":
        optimizers = [optim.SGD(params, lr=0.1)]
    elif family == "resnet":
        optimizers = [optim.SGD(params, lr=0.1, momentum=0.9)]
    elif family == "gpt":
        optimizers = [optim.AdamW(params, lr=1e-3)]
    elif name == "recommender-sparse":
        tables = [p for p in params if p.data.ndim == 2]
        rest = [p for p in params if p.data.ndim != 2]
        optimizers = [optim.SparseAdam(tables, lr=1e-3), optim.Adam(rest, lr=1e-3)]
    else:
        optimizers = [optim.Adam(params, lr=1e-3)]

    def loss_of(model: Any, *batch: Any) -> Any:
        if family == "recommender":
            return F.mse_loss(model(batch[0], batch[1]), Tensor(batch[2]))
        if family == "gpt":
            return F.cross_entropy(model(batch[0]).reshape(-1, 256), batch[1].reshape(-1))
        if family == "attention":
            return model(Tensor(batch[0])).square().mean()
        return F.cross_entropy(model(Tensor(batch[0])), batch[1])

    return model, loss_of, arrays, optimizers


def pytorch(name: str) -> Step:
    """Build a workload with PyTorch, eager, with the optimisers' default settings."""
    import torch

    from benchmarks import torch_models as models

    f = torch.nn.functional
    torch.manual_seed(0)
    arrays = [torch.from_numpy(a) for a in data_of(name)]
    family = name.split("-")[0]
    model = models.build(name)
    params = list(model.parameters())
    optimizers: list[Any]
    if family == "logistic":
        optimizers = [torch.optim.SGD(params, lr=0.1)]
    elif family == "resnet":
        optimizers = [torch.optim.SGD(params, lr=0.1, momentum=0.9)]
    elif family == "gpt":
        optimizers = [torch.optim.AdamW(params, lr=1e-3)]
    elif name == "recommender-sparse":
        tables = [p for p in params if p.ndim == 2]
        rest = [p for p in params if p.ndim != 2]
        optimizers = [torch.optim.SparseAdam(tables, lr=1e-3), torch.optim.Adam(rest, lr=1e-3)]
    else:
        optimizers = [torch.optim.Adam(params, lr=1e-3)]

    def step() -> float:
        for optimizer in optimizers:
            optimizer.zero_grad()
        if family == "recommender":
            loss = f.mse_loss(model(arrays[0], arrays[1]), arrays[2])
        elif family == "gpt":
            loss = f.cross_entropy(model(arrays[0]).view(-1, 256), arrays[1].view(-1))
        elif family == "attention":
            loss = model(arrays[0]).square().mean()
        else:
            loss = f.cross_entropy(model(arrays[0]), arrays[1])
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        return float(loss.item())

    return step
