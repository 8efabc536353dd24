"""Layers without weights of their own, containers, dropout, losses as modules."""

from typing import Any

import numpy as np

from rung.errors import RungError
from rung.scratch import Tensor, nn
from rung.scratch.models.mlp import MLP
from rung.testing.row import LayerRow, Refusal, Sample

X = (4, 3)


def arrays(*shapes):
    """Samples of one array each."""
    return lambda rng: [Sample((rng.standard_normal(shape),)) for shape in shapes]


def layer(name, *args, shapes=(X, (2, 3, 4)), **options):
    """A layer that has the same name and arguments on both sides."""
    part = getattr(nn, name)
    return LayerRow(
        f"nn.{name}",
        part,
        lambda part, rng: part(*args, **options),
        lambda torch: getattr(torch.nn, name)(*args, **options),
        arrays(*shapes),
    )


def loss(name, inputs, *args, theirs=None, **options):
    """A loss that has the same name and arguments on both sides."""
    part = getattr(nn, name)
    twin = theirs or (lambda torch: getattr(torch.nn, name)(*args, **options))
    return LayerRow(
        f"nn.{name}", part, lambda part, rng: part(*args, **options), twin, lambda rng: [Sample(inputs(rng))]
    )


def paired(rng):
    """Prediction and target."""
    return rng.standard_normal(X), rng.standard_normal(X)


def classes(rng):
    """Scores and class numbers."""
    return rng.standard_normal((5, 3)), np.array([0, 2, 1, 2, 0])


def probabilities(rng):
    """Logarithms of probabilities, and probabilities."""
    return np.log(rng.dirichlet(np.ones(3), 4)), rng.dirichlet(np.ones(3), 4)


def hinge(torch: Any):
    """The formula, as a module."""

    class Hinge(torch.nn.Module):
        def forward(self, score, target):
            return torch.relu(1 - target * score).mean()

    return Hinge()


def bce(torch: Any):
    """PyTorch's loss, with targets of its input's dtype."""

    class BCE(torch.nn.BCELoss):
        def forward(self, probability, target):
            return super().forward(probability, target.to(probability.dtype))

    return BCE()


def torch_mlp(torch: Any):
    """The same network under the same names."""

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            n = torch.nn
            self.layers = n.Sequential(n.Linear(3, 8), n.Tanh(), n.Linear(8, 5), n.Tanh(), n.Linear(5, 2))

        def forward(self, x):
            return self.layers(x)

    return Twin()


def listed(torch_or_ours: Any, linear: Any):
    """A model that runs a ModuleList, on either side."""
    base: Any = torch_or_ours.Module

    class Listed(base):
        def __init__(self):
            super().__init__()
            self.stages = torch_or_ours.ModuleList([linear(3, 3), linear(3, 2)])

        def forward(self, x):
            for stage in self.stages:
                x = stage(x)
            return x

    return Listed()


def ctc_inputs(rng):
    """Scores, texts, lengths."""
    return rng.standard_normal((6, 2, 4)), np.array([[1, 2], [3, 3]]), np.array([6, 6]), np.array([2, 2])


class FromScores(nn.Module):
    """Our CTC loss behind log-softmax."""

    def __init__(self, part):
        super().__init__()
        self.loss = part()

    def forward(self, scores, *rest):
        """Scores (T, N, C) and the rest -> ()."""
        return self.loss(scores.log_softmax(-1), *(r.numpy() for r in rest))


def torch_ctc(torch: Any):
    """PyTorch's CTC loss behind log-softmax."""

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.loss = torch.nn.CTCLoss()

        def forward(self, scores, *rest):
            return self.loss(scores.log_softmax(-1), *rest)

    return Twin()


def never_training(part, rng):
    """Dropout with p = 0, which is what evaluation computes."""
    return part(0.0, rng=rng)


ROWS = [
    layer("ReLU"),
    layer("LeakyReLU", 0.2),
    layer("ELU", 1.5),
    layer("SELU"),
    layer("GELU"),
    layer("SiLU"),
    layer("Softplus"),
    layer("Hardtanh", -0.5, 0.7),
    layer("Sigmoid"),
    layer("Tanh"),
    layer("Softmax", 1),
    layer("LogSoftmax", 1),
    layer("PReLU"),
    layer("PReLU", 3),
    layer("Flatten"),
    layer("Flatten", 0, 1),
    layer("Identity"),
    LayerRow("nn.Dropout", nn.Dropout, never_training, lambda torch: torch.nn.Dropout(0.0), arrays(X)),
    loss("MSELoss", paired),
    loss("L1Loss", paired),
    loss("HuberLoss", paired, delta=0.5),
    loss("SmoothL1Loss", paired, beta=0.5),
    loss(
        "HingeLoss", lambda rng: (rng.standard_normal(X), np.where(rng.random(X) > 0.5, 1, -1)), theirs=hinge
    ),
    loss("BCELoss", lambda rng: (rng.uniform(0.1, 0.9, X), rng.integers(0, 2, X)), theirs=bce),
    loss("BCEWithLogitsLoss", lambda rng: (rng.standard_normal(X), rng.uniform(0, 1, X))),
    loss("CrossEntropyLoss", classes),
    loss("NLLLoss", classes),
    loss("KLDivLoss", probabilities, reduction="batchmean"),
    loss("CosineEmbeddingLoss", lambda rng: (*paired(rng), np.array([1, -1, 1, -1]))),
    loss("TripletMarginLoss", lambda rng: (*paired(rng), rng.standard_normal(X))),
    LayerRow(
        "nn.CTCLoss",
        nn.CTCLoss,
        lambda part, rng: FromScores(part),
        torch_ctc,
        lambda rng: [Sample(ctc_inputs(rng))],
        tolerance=1e-9,
    ),
    LayerRow(
        "nn.Sequential",
        nn.Sequential,
        lambda part, rng: part(nn.Linear(3, 4, rng=rng), nn.Tanh(), nn.Linear(4, 2, rng=rng)),
        lambda torch: torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)),
        arrays(X),
    ),
    LayerRow(
        "nn.ModuleList",
        nn.ModuleList,
        lambda part, rng: listed(nn, lambda a, b: nn.Linear(a, b, rng=rng)),
        lambda torch: listed(torch.nn, torch.nn.Linear),
        arrays(X),
        refusals=(
            Refusal(lambda: nn.ModuleList([nn.ReLU()])(Tensor([1.0])), NotImplementedError, "one by one"),
        ),
    ),
    LayerRow(
        "MLP",
        MLP,
        lambda part, rng: part([3, 8, 5, 2], "tanh", rng=rng),
        torch_mlp,
        arrays(X),
        steps=50,
        refusals=(Refusal(lambda: MLP([3, 2], rng=0).layer, RungError, 'did you mean "layers"'),),
    ),
]
