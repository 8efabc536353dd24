"""Computing in 16 bits what bears it, and in 32 what does not."""

from __future__ import annotations

from rung.scratch.errors import SettingError
from rung.train.loop import Callback, Training


class MixedPrecision(Callback):
    """Run forward pass and loss under PyTorch's autocast in bfloat16; weights and sums stay in float32.

    bfloat16 has float32's range, so gradients need no scaling. Faster only where the processor multiplies it
    itself (NVIDIA from Ampere on, Intel with AMX or AVX512-BF16).

    Args:
        device: "cpu" or "cuda".

    Source: micikevicius2018.
    """

    def __init__(self, device: str) -> None:
        self.device = device

    def begin(self, t: Training) -> None:
        """Let the forward pass and the loss compute in bfloat16.

        Raises:
            SettingError: the model is not PyTorch's.
        """
        import torch

        if not isinstance(t.model, torch.nn.Module):
            raise SettingError(
                "--bf16 with a model from scratch",
                rule="NumPy has no bfloat16; mixed precision is for PyTorch's models.",
                fix="leave --bf16 out",
            )
        plain = t.loss_of

        def loss_of(model: object, x: object, y: object) -> object:
            with torch.autocast(self.device, torch.bfloat16):
                return plain(model, x, y)

        t.loss_of = loss_of
