"""What is random in the model (dropout) made a matter of the seed and the step."""

from __future__ import annotations

from rung.train.backend import Backend
from rung.train.loop import Callback, Training


class Randomness(Callback):
    """Seed the model's randomness before each step: a resumed training draws what an unbroken one draws.

    Args:
        backend: of the model.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def before_step(self, t: Training) -> None:
        """Seed what the model draws in this step; each of several processes draws its own."""
        self.backend.reseed(t.model, t.seed, t.step * t.world + t.rank)
