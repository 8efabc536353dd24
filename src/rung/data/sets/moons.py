"""Moons: two interleaved half circles, drawn by a program, which no straight line parts."""

from __future__ import annotations

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import Files
from rung.data.split import stratified

CARD = Card(
    title="Moons (synthetic)",
    about="One example is a point in the plane near one of two interleaved half circles. Nobody measured "
    "anything: a "
    "program places the points along the arcs and adds noise.",
    task="classes",
    size="400 points, 200 of each moon, 2 coordinates",
    splits="320 to train, 80 to test, drawn once by rung, each moon in proportion",
    source="drawn by rung with the formula of scikit-learn's make_moons, noise 0.2",
    url="https://scikit-learn.org/stable/modules/generated/sklearn.datasets.make_moons.html",
    licence="CC0: no rights",
    problems=(
        "Synthetic: a score here says whether a method can bend a boundary, nothing about the world.",
        "Its noise is known and equal everywhere, which measured data never grants: errors look tidier here.",
    ),
    synthetic=True,
)

FILES: Files = {}  # it is drawn


def moons(n: int = 400, noise: float = 0.2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw n points on two half circles, with normal noise of that deviation; returns x (n, 2) and y (n,)."""
    rng = np.random.default_rng(seed)
    upper, lower = np.linspace(0, np.pi, n // 2), np.linspace(0, np.pi, n - n // 2)
    x = np.concatenate(
        [
            np.stack([np.cos(upper), np.sin(upper)], axis=1),
            np.stack([1 - np.cos(lower), 0.5 - np.sin(lower)], axis=1),
        ]
    )
    y = np.repeat([0, 1], [n // 2, n - n // 2])
    order = rng.permutation(n)
    return (x + rng.normal(scale=noise, size=x.shape))[order], y[order]


def load() -> Dataset:
    """Draw the same 400 points every time."""
    x, y = moons()
    return Dataset("moons", x, y, ("upper moon", "lower moon"), ("x", "y"), CARD, stratified(y), (2,))
