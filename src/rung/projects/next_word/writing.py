"""Writing: a word is drawn from what the model thinks likely, read back, and the next one is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

REACH = 64  # tokens that are read back at each step, as many as a window of the training


def narrowed(
    p: np.ndarray, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> np.ndarray:
    """Return probabilities made sharper or flatter, of which only the likely ones are kept.

    Args:
        p: probabilities (V,).
        temperature: p is raised to the power of 1 / temperature: below 1 the likely becomes likelier.
        top_k: keep the k likeliest.
        top_p: keep the fewest that together have this probability (nucleus sampling); at least one.

    Source: holtzman2020nucleus for `top_p`.

    Example:
        >>> narrowed(np.array([0.5, 0.3, 0.2]), top_k=2).round(3).tolist()
        [0.625, 0.375, 0.0]
        >>> narrowed(np.array([0.5, 0.3, 0.2]), top_p=0.5).round(3).tolist()
        [1.0, 0.0, 0.0]
    """
    with np.errstate(divide="ignore"):
        logs = np.log(p) / temperature
    q = np.exp(logs - logs.max())
    q /= q.sum()
    order = np.argsort(-q, kind="stable")
    if top_k is not None:
        q[order[top_k:]] = 0
    if top_p is not None:
        before = np.cumsum(q[order]) - q[order]
        q[order[before >= top_p * q.sum()]] = 0
    q /= q.sum()
    return q


def write(
    model: Any,
    start: Sequence[int],
    count: int,
    never: Sequence[int],
    rng: np.random.Generator,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> list[int]:
    """Return `count` tokens that the model writes after some others.

    Args:
        model: a `rung.models.lstm_language_model.LSTMLanguageModel`.
        start: tokens that stand before, at least one.
        count: how many to write.
        never: tokens that are not to be written.
        rng: draws them.
        temperature, top_k, top_p: see `narrowed`.
    """
    import torch

    device = next(model.parameters()).device
    text = list(start)
    with torch.inference_mode():
        for _ in range(count):
            scores = model(torch.tensor([text[-REACH:]], device=device))[0, -1]
            p = scores.double().softmax(0).cpu().numpy()
            p[list(never)] = 0
            text.append(int(rng.choice(len(p), p=narrowed(p / p.sum(), temperature, top_k, top_p))))
    return text[len(start) :]
