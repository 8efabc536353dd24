"""The models of the workloads in PyTorch, written as its users write them."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as f

from benchmarks.workloads import DIM, ITEMS, USERS


def build(name: str) -> nn.Module:
    """Make the model of a workload."""
    family = name.split("-")[0]
    if family == "logistic":
        return nn.Linear(784, 10)
    if family == "mlp":
        return nn.Sequential(
            nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
        )
    if family == "lenet":
        return nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
        )  # fmt: skip
    if family == "resnet":
        return ResNet()
    if family in ("lstm", "gru"):
        return LastState((nn.LSTM if family == "lstm" else nn.GRU)(64, 128))
    if family == "attention":
        return Looking()
    if family == "gpt":
        return GPT()
    return MatrixFactorization(sparse=name.endswith("sparse"))


class BasicBlock(nn.Module):
    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels != out:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(f.relu(self.bn1(self.conv1(x)))))
        return f.relu(y + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.bn = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        self.stages = nn.Sequential(BasicBlock(16, 16, 1), BasicBlock(16, 32, 2), BasicBlock(32, 64, 2))
        self.fc = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.stages(f.relu(self.bn(self.conv(x)))).mean((2, 3)))


class LastState(nn.Module):
    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer, self.head = layer, nn.Linear(128, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.layer(x)[0][-1])


class SelfAttention(nn.Module):
    """Causal self-attention over scaled_dot_product_attention, PyTorch's quickest."""

    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.heads, self.qkv, self.proj = heads, nn.Linear(d, 3 * d), nn.Linear(d, d)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, t, d = x.shape
        q, k, v = (p.view(b, t, self.heads, -1).transpose(1, 2) for p in self.qkv(x).split(d, dim=2))
        y = f.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.proj(y.transpose(1, 2).reshape(b, t, d))


class Looking(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(128), SelfAttention(128, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.attention(self.norm(x))


class Block(nn.Module):
    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.attention = SelfAttention(d, heads)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.down(f.gelu(self.up(self.norm2(x)), approximate="tanh"))


class GPT(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.token, self.position = nn.Embedding(256, 128), nn.Parameter(torch.randn(128, 128) * 0.02)
        self.blocks = nn.Sequential(*[Block(128, 4) for _ in range(4)])
        self.norm, self.head = nn.LayerNorm(128), nn.Linear(128, 256, bias=False)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.norm(self.blocks(self.token(tokens) + self.position)))


class MatrixFactorization(nn.Module):
    def __init__(self, sparse: bool) -> None:
        super().__init__()
        self.user = nn.Embedding(USERS, DIM, sparse=sparse)
        self.item = nn.Embedding(ITEMS, DIM, sparse=sparse)
        self.user_bias = nn.Embedding(USERS, 1, sparse=sparse)
        self.item_bias = nn.Embedding(ITEMS, 1, sparse=sparse)
        self.mean = nn.Parameter(torch.tensor(0.0))

    def forward(self, user: torch.Tensor, item: torch.Tensor) -> torch.Tensor:
        match = (self.user(user) * self.item(item)).sum(1)
        return self.mean + self.user_bias(user)[:, 0] + self.item_bias(item)[:, 0] + match
