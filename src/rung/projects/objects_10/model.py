"""The small network of objects-10: narrow where pictures are large, wide where they are small."""

from __future__ import annotations

from torch import Tensor, nn


class Around(nn.Module):
    """Add two convolutions to what goes past them: y = x + network(x), as in a residual network.

    Args:
        channels: of input and output.

    Shape: x (n, channels, h, w) keeps its shape.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.network = nn.Sequential(*convolution(channels, channels), *convolution(channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        """Add to x (n, channels, h, w)."""
        y: Tensor = x + self.network(x)
        return y


class CNN(nn.Module):
    """Four convolutions that each see twice as much as the one before, and two pairs with a way around.

    A pooling stands right behind its convolution: what it throws away need not go through batch norm and
    ReLU, which cost as much time as a narrow convolution does. The last pooling keeps the strongest hit of
    each channel wherever it is, so pictures may have any size from 8 x 8 on.

    Args:
        classes: how many there are.
        channels: 3 for coloured pictures, 1 for grey ones.
        widths: channels after each of the four convolutions.

    Shape: x (n, channels, h, w) gives scores (n, classes).

    Cost: 412,954 parameters; 24 million multiplications a picture of 32 x 32.

    Example:
        >>> import torch
        >>> CNN()(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2, 10])
    """

    def __init__(
        self, classes: int = 10, channels: int = 3, widths: tuple[int, int, int, int] = (16, 32, 64, 128)
    ) -> None:
        super().__init__()
        a, b, c, d = widths
        self.features = nn.Sequential(
            *convolution(channels, a),  # (n, 16, 32, 32)
            *convolution(a, b, halve=True),  # (n, 32, 16, 16)
            Around(b),
            *convolution(b, c, halve=True),  # (n, 64, 8, 8)
            *convolution(c, d, halve=True),  # (n, 128, 4, 4)
            Around(d),
            nn.AdaptiveMaxPool2d(1),  # (n, 128, 1, 1)
            nn.Flatten(),
        )
        self.answer = nn.Linear(d, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Score pictures (n, channels, h, w): (n, classes)."""
        scores: Tensor = self.answer(self.features(x))
        return scores


def convolution(inside: int, outside: int, halve: bool = False) -> list[nn.Module]:
    """Return a convolution of 3 x 3, a pooling if the picture is to be halved, a batch norm and ReLU."""
    pool = [nn.MaxPool2d(2)] if halve else []
    convolve = nn.Conv2d(inside, outside, 3, padding=1, bias=False)  # the batch norm has a bias
    return [convolve, *pool, nn.BatchNorm2d(outside), nn.ReLU()]
