"""Distillation: a small network learns what a large one says of every class (Hinton and others, 2015)."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def distillation_loss(
    student: Tensor, teacher: Tensor, truth: Tensor, temperature: float = 2.0, soft: float = 0.5
) -> Tensor:
    """Return how far a student is from its teacher, and from the truth, in nats.

        loss = soft T^2 KL(softmax(teacher / T) || softmax(student / T)) + (1 - soft) CE(student, truth)

    A temperature above 1 shows what the teacher makes of the wrong classes: that this 7 looks a little like
    a 1. T^2 keeps the gradients as large as those of the truth.

    Args:
        student, teacher: scores (n, classes), before any softmax; the teacher's are taken as they are.
        truth: class numbers (n,).
        temperature: T, above 0.
        soft: the teacher's share, from 0 to 1.

    Source: hinton2015, section 2.

    Example:
        >>> import torch
        >>> same = torch.tensor([[2.0, -1.0]])
        >>> distillation_loss(same, same, torch.tensor([0]), soft=1.0).item()
        0.0
    """
    wanted = F.log_softmax(teacher.detach() / temperature, dim=1)
    said = F.log_softmax(student / temperature, dim=1)
    divergence = F.kl_div(said, wanted, reduction="batchmean", log_target=True)
    return soft * temperature**2 * divergence + (1 - soft) * F.cross_entropy(student, truth)
