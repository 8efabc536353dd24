"""Losses: the fused operations, and the functions that compose them."""

import numpy as np

from rung.errors import DTypeError, SettingError, ShapeError
from rung.scratch import Tensor, ops
from rung.scratch.nn import functional as F
from rung.testing.row import Refusal, Row, Sample

REDUCTIONS = ("mean", "sum", "none")
CLASSES = np.array([0, 2, 1, 2, 0])


def pairs(rng, shape=(4, 3)):
    """Two arrays of one shape."""
    return rng.standard_normal(shape), rng.standard_normal(shape)


def paired(**options):
    """Samples of two arrays, reduced each way."""
    return lambda rng: (
        [Sample(pairs(rng), {"reduction": r, **options}) for r in REDUCTIONS]
        + [
            Sample(pairs(rng, ()), {"reduction": "mean", **options}),
            Sample((np.array([1.0, 2.0]), np.array([1.0, 3.0])), options, smooth=False, label="no error"),
            Sample(pairs(rng, (0, 3)), {"reduction": "sum", **options}),
        ]
    )


def scores(rng, n=5, c=3):
    """Scores for classes."""
    return rng.standard_normal((n, c))


def signs(rng, shape=(4, 3)):
    """Targets of -1 and 1."""
    return np.where(rng.random(shape) > 0.5, 1, -1)


def torch_loss(name, **fixed):
    """PyTorch's functional loss of that name."""
    return lambda torch, *args, **options: getattr(torch.nn.functional, name)(*args, **fixed, **options)


def with_ours(name):
    """Our functional loss of that name."""
    return lambda *args, **options: getattr(F, name)(*args, **options)


def hinge(torch, score, target, margin=1.0, reduction="mean"):
    """The formula in PyTorch's operations; it has no such loss of its own."""
    losses = torch.relu(margin - target * score)
    return losses if reduction == "none" else getattr(losses, reduction)()


def bce(torch, x, t, reduction="mean", **options):
    """PyTorch's binary cross-entropy, targets given as whole numbers here."""
    return torch.nn.functional.binary_cross_entropy(x, t.to(x.dtype), reduction=reduction, **options)


def kl_div(torch, x, t, reduction, log_target=False):
    """PyTorch's; the mean is taken here, because asking for it there warns."""
    if reduction == "mean":
        return torch.nn.functional.kl_div(x, t, reduction="none", log_target=log_target).mean()
    return torch.nn.functional.kl_div(x, t, reduction=reduction, log_target=log_target)


def ctc(torch, scores, targets, lengths, reduction="mean", blank=0):
    """PyTorch's CTC, from scores: its gradient of the logarithms is one that only log-softmax makes right."""
    log_probs = torch.log_softmax(scores, -1)
    return torch.nn.functional.ctc_loss(log_probs, targets, *lengths, reduction=reduction, blank=blank)


def our_ctc(scores, targets, lengths, reduction="mean", blank=0):
    """Ours, from scores."""
    inputs, texts = lengths
    return F.ctc_loss(scores.log_softmax(-1), targets, inputs, texts, blank, reduction)


LENGTHS = {"lengths": ((9, 8, 7), (3, 4, 1))}
TEXTS = np.array([[1, 1, 2, 0], [3, 2, 3, 2], [2, 0, 0, 0]])
t2, t3 = Tensor(np.zeros((4, 1), dtype=np.float32)), np.zeros(4)
logits = Tensor(np.zeros((2, 3), dtype=np.float32))
WRONG_SHAPE = Refusal(lambda: F.mse_loss(t2, t3), ShapeError, r"\(4, 1\), the target \(4,\)[\s\S]*squeeze")
CLASS_REFUSALS = (
    Refusal(
        lambda: F.cross_entropy(logits, np.array([0, 3])), ShapeError, "holds class 3, the scores 3 columns"
    ),
    Refusal(lambda: F.cross_entropy(logits, np.array([0, -1])), ShapeError, "holds class -1"),
    Refusal(lambda: F.cross_entropy(logits, np.array([0.0, 1.0])), DTypeError, "whole number"),
    Refusal(lambda: F.cross_entropy(logits, np.eye(3, dtype=int)[:2]), ShapeError, r"argmax\(1\)"),
    Refusal(
        lambda: F.cross_entropy(logits, np.array([0, 1]), reduction="avg"), SettingError, "one of 'mean'"
    ),
    Refusal(
        lambda: F.cross_entropy(logits, np.array([0, 1]), label_smoothing=2), SettingError, "from 0 to 1"
    ),
    Refusal(
        lambda: F.cross_entropy(logits, np.array([0, 1]), weight=[1.0, 2.0]),
        ShapeError,
        "one weight for each class",
    ),
)
ROWS = [
    Row("MSE", ops.MSE, paired(), torch_loss("mse_loss"), refusals=(WRONG_SHAPE,)),
    Row("L1", ops.L1, paired(), torch_loss("l1_loss")),
    Row(
        "Huber",
        ops.Huber,
        lambda rng: [*paired()(rng), *paired(delta=0.3)(rng)],
        torch_loss("huber_loss"),
        refusals=(Refusal(lambda: F.huber_loss(t2, t2, delta=0), SettingError, "above 0"),),
    ),
    Row(
        "smooth_l1_loss",
        F.smooth_l1_loss,
        lambda rng: [*paired(beta=0.5)(rng), *paired(beta=0.0)(rng)],
        torch_loss("smooth_l1_loss"),
        ours=with_ours("smooth_l1_loss"),
    ),
    Row(
        "Hinge",
        ops.Hinge,
        lambda rng: (
            [
                Sample((rng.standard_normal((4, 3)), signs(rng)), {"reduction": r, "margin": m})
                for r in REDUCTIONS
                for m in (1.0, 0.0)
            ]
            + [
                Sample(
                    (np.array([1.0, -1.0, 0.5]), np.array([1, -1, 1])), smooth=False, label="on the margin"
                )
            ]
        ),
        hinge,
        ours=with_ours("hinge_loss"),
    ),
    Row(
        "Hinge, its own margin",
        ops.Hinge,
        lambda rng: [Sample((rng.standard_normal((4, 3)), signs(rng).astype(np.float32)), smooth=False)],
        hinge,
    ),
    Row(
        "BCE",
        ops.BCE,
        lambda rng: (
            [
                Sample((rng.uniform(0.1, 0.9, (4, 3)), rng.integers(0, 2, (4, 3))), {"reduction": r})
                for r in REDUCTIONS
            ]
            + [Sample((np.array([0.0, 1.0]), np.array([0, 1])), smooth=False, label="sure, and right")]
        ),
        bce,
        ours=with_ours("binary_cross_entropy"),
    ),
    Row(
        "BCE, sure and wrong",
        ops.BCE,
        lambda rng: [Sample((np.array([1.0, 0.0]), np.array([0, 1])), smooth=False)],
        bce,
        ours=with_ours("binary_cross_entropy"),
        tolerance=1e-8,
    ),  # PyTorch's 1e-12 is a float32
    Row(
        "BCEWithLogits",
        ops.BCEWithLogits,
        lambda rng: (
            [
                Sample((rng.standard_normal((4, 3)), rng.uniform(0, 1, (4, 3))), {"reduction": r})
                for r in REDUCTIONS
            ]
            + [
                Sample(
                    (np.array([-1e3, 1e3, 0.0]), np.array([0.0, 0.0, 1.0])),
                    smooth=False,
                    label="large scores",
                )
            ]
        ),
        torch_loss("binary_cross_entropy_with_logits"),
    ),
    Row(
        "binary_cross_entropy_with_logits",
        F.binary_cross_entropy_with_logits,
        lambda rng: [
            Sample(
                (rng.standard_normal((4, 3)), rng.uniform(0, 1, (4, 3))),
                {"reduction": r, which: np.array([0.5, 1.0, 2.0])},
            )
            for r in REDUCTIONS
            for which in ("weight", "pos_weight")
        ],
        lambda torch, x, t, reduction, **w: torch.nn.functional.binary_cross_entropy_with_logits(
            x, t, reduction=reduction, **{k: torch.as_tensor(v, dtype=x.dtype) for k, v in w.items()}
        ),
        ours=with_ours("binary_cross_entropy_with_logits"),
    ),
    Row(
        "CrossEntropy",
        ops.CrossEntropy,
        lambda rng: (
            [Sample((scores(rng), CLASSES), {"reduction": r}) for r in REDUCTIONS]
            + [
                Sample(
                    (np.array([[1e4, -1e4, 0.0], [-1e4, 0.0, 1e4]]), np.array([1, 2])),
                    smooth=False,
                    label="large scores",
                ),
                Sample((np.array([[0.0, -np.inf, 1.0]]), np.array([2])), smooth=False, label="-inf"),
            ]
        ),
        torch_loss("cross_entropy"),
        refusals=CLASS_REFUSALS,
    ),
    Row(
        "cross_entropy",
        F.cross_entropy,
        lambda rng: [
            *(
                Sample(
                    (scores(rng), np.array([0, 2, -100, 2, 1])),
                    {"reduction": r, "label_smoothing": s, "weight": w},
                )
                for r in REDUCTIONS
                for s in (0.0, 0.2)
                for w in (None, np.array([0.5, 1.0, 2.0]))
            ),
            *(
                Sample((rng.standard_normal((2, 3, 4)), rng.integers(0, 3, (2, 4))), {"reduction": r})
                for r in REDUCTIONS
            ),
            *(
                Sample(
                    (scores(rng), rng.dirichlet(np.ones(3), 5)),
                    {"reduction": r, "label_smoothing": 0.1, "weight": np.array([0.5, 1.0, 2.0])},
                )
                for r in REDUCTIONS
            ),
            Sample((rng.standard_normal(3), np.array(1))),
        ],
        lambda torch, x, t, weight=None, **o: torch.nn.functional.cross_entropy(
            x, t, None if weight is None else torch.as_tensor(weight, dtype=x.dtype), **o
        ),
        ours=with_ours("cross_entropy"),
    ),
    Row(
        "NLL",
        ops.NLL,
        lambda rng: [Sample((scores(rng), CLASSES), {"reduction": r}) for r in REDUCTIONS],
        torch_loss("nll_loss"),
    ),
    Row(
        "nll_loss",
        F.nll_loss,
        lambda rng: [
            Sample(
                (scores(rng), np.array([0, 2, 7, 2, 1])),
                {"reduction": r, "ignore_index": 7, "weight": np.array([0.5, 1.0, 2.0])},
            )
            for r in REDUCTIONS
        ],
        lambda torch, x, t, weight, **o: torch.nn.functional.nll_loss(
            x, t, torch.as_tensor(weight, dtype=x.dtype), **o
        ),
        ours=with_ours("nll_loss"),
    ),
    Row(
        "KLDiv",
        ops.KLDiv,
        lambda rng: (
            [
                Sample((np.log(rng.dirichlet(np.ones(3), 4)), rng.dirichlet(np.ones(3), 4)), {"reduction": r})
                for r in REDUCTIONS
            ]
            + [
                Sample(
                    (np.log([[0.5, 0.5]]), np.array([[1, 0]], dtype=np.float32)),
                    {"reduction": "sum"},
                    smooth=False,
                    label="0 log 0",
                )
            ]
        ),
        kl_div,
    ),
    Row(
        "kl_div",
        F.kl_div,
        lambda rng: [
            Sample(
                (np.log(rng.dirichlet(np.ones(3), 4)), np.log(rng.dirichlet(np.ones(3), 4))),
                {"reduction": r, "log_target": True},
            )
            for r in ("batchmean", "mean")
        ],
        kl_div,
        ours=with_ours("kl_div"),
    ),
    Row(
        "cosine_embedding_loss",
        F.cosine_embedding_loss,
        lambda rng: [
            Sample((*pairs(rng), np.array([1, -1, 1, -1])), {"reduction": r, "margin": m})
            for r in REDUCTIONS
            for m in (0.0, -0.2)
        ],
        torch_loss("cosine_embedding_loss"),
        ours=with_ours("cosine_embedding_loss"),
        tolerance=1e-9,
    ),
    Row(
        "cosine_similarity",
        F.cosine_similarity,
        lambda rng: [Sample(pairs(rng), {"dim": d}) for d in (0, 1)],
        torch_loss("cosine_similarity"),
        ours=with_ours("cosine_similarity"),
    ),
    Row(
        "triplet_margin_loss",
        F.triplet_margin_loss,
        lambda rng: [
            Sample((*pairs(rng), rng.standard_normal((4, 3))), {"reduction": r, "margin": m})
            for r in REDUCTIONS
            for m in (1.0, 3.0)
        ],
        torch_loss("triplet_margin_loss"),
        ours=with_ours("triplet_margin_loss"),
    ),
    Row(
        "CTC",
        ops.CTC,
        lambda rng: [
            *(
                Sample((2 * rng.standard_normal((9, 3, 4)), TEXTS), {"reduction": r, **LENGTHS})
                for r in REDUCTIONS
            ),
            Sample(
                (rng.standard_normal((5, 2, 4)), np.array([[0, 1], [2, 2]])),
                {"lengths": ((5, 5), (2, 0)), "blank": 3},
                label="an empty text, another blank",
            ),
        ],
        ctc,
        ours=our_ctc,
        tolerance=1e-9,
    ),
]
