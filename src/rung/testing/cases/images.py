"""Convolution, pooling, and layers that change an image's size."""

import numpy as np

from rung.errors import SettingError, ShapeError
from rung.scratch import Tensor, nn, ops
from rung.scratch.nn import functional as F
from rung.testing.row import LayerRow, Refusal, Row, Sample

IMAGES = (2, 4, 7, 6)


def normal(*shapes, **options):
    """One sample of normal arrays."""
    return lambda rng: Sample(tuple(rng.standard_normal(shape) for shape in shapes), options)


def each(*makers):
    """Samples, one from each maker."""
    return lambda rng: [make(rng) for make in makers]


def pixels(shape, **options):
    """An image of numbers that all differ, so that no maximum is tied."""
    return lambda rng: Sample((rng.permutation(int(np.prod(shape))).reshape(shape) / 10.0,), options)


def convolution(name, *args, shape=IMAGES, **options):
    """A convolutional layer of the same name and arguments on both sides."""
    return LayerRow(
        f"nn.{name}",
        getattr(nn, name),
        lambda part, rng: part(*args, rng=rng, **options),
        lambda torch: getattr(torch.nn, name)(*args, **options),
        each(normal(shape)),
        refusals=(
            Refusal(
                lambda: getattr(nn, name)(3, 2, 3, rng=0)(Tensor(np.zeros(shape))),
                ShapeError,
                "the layer takes",
            ),
        ),
        modes=False,
    )


def resizing(name, *args, shape=IMAGES, **options):
    """A layer without weights of the same name and arguments on both sides."""
    return LayerRow(
        f"nn.{name}",
        getattr(nn, name),
        lambda part, rng: part(*args, **options),
        lambda torch: getattr(torch.nn, name)(*args, **options),
        each(pixels(shape)),
        refusals=(
            Refusal(
                lambda: getattr(nn, name)(*args, **options)(Tensor(np.zeros((3, 4)))),
                ShapeError,
                "N, C, H, W",
            ),
        ),
        modes=False,
    )


ROWS = [
    Row(
        "Conv2d",
        ops.Conv2d,
        each(
            normal(IMAGES, (6, 4, 3, 2), (6,)),
            normal(IMAGES, (6, 4, 3, 3), (6,), stride=2, padding=1),
            normal(IMAGES, (6, 2, 3, 2), (6,), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2),
            normal((2, 3, 5, 5), (4, 3, 1, 1), (4,)),
            normal((1, 2, 3, 3), (1, 2, 3, 3), (1,)),
            normal((0, 2, 4, 4), (3, 2, 3, 3), (3,)),
        ),
        lambda torch, x, w, b, **o: torch.nn.functional.conv2d(x, w, b, **o),
        ours=F.conv2d,
        refusals=(
            Refusal(
                lambda: F.conv2d(Tensor(np.zeros((2, 3, 3))), Tensor(np.zeros((1, 3, 2, 2)))),
                ShapeError,
                "grey images",
            ),
            Refusal(
                lambda: F.conv2d(Tensor(np.zeros((2, 5, 5, 3))), Tensor(np.zeros((1, 3, 2, 2)))),
                ShapeError,
                r"permute\(0, 3, 1, 2\)",
            ),
            Refusal(
                lambda: F.conv2d(Tensor(np.zeros((1, 3, 4, 4))), Tensor(np.zeros((1, 3, 5, 5)))),
                ShapeError,
                r"\(5, 5\) does not fit into an image of \(4, 4\)",
            ),
            Refusal(
                lambda: F.conv2d(Tensor(np.zeros((1, 3, 4, 4))), Tensor(np.zeros((1, 3, 3, 3))), stride=0),
                SettingError,
                "stride is 0",
            ),
        ),
        tolerance=1e-9,
    ),
    Row(
        "ConvTranspose2d",
        ops.ConvTranspose2d,
        each(
            normal((2, 4, 5, 4), (4, 3, 3, 2), (3,)),
            normal((2, 4, 5, 4), (4, 3, 3, 3), (3,), stride=2, padding=1, output_padding=1),
            normal((1, 2, 3, 3), (2, 2, 3, 3), (2,), stride=(1, 3), dilation=(2, 1)),
            normal((1, 2, 3, 2), (2, 1, 2, 2), (1,), stride=2, output_padding=(1, 0)),
        ),
        lambda torch, x, w, b, **o: torch.nn.functional.conv_transpose2d(x, w, b, **o),
        ours=F.conv_transpose2d,
        refusals=(
            Refusal(
                lambda: F.conv_transpose2d(Tensor(np.zeros((1, 3, 4, 4))), Tensor(np.zeros((2, 3, 3, 3)))),
                ShapeError,
                "the layer takes",
            ),
            Refusal(
                lambda: F.conv_transpose2d(
                    Tensor(np.zeros((1, 2, 4, 4))), Tensor(np.zeros((2, 3, 3, 3))), output_padding=1
                ),
                SettingError,
                "output_padding is",
            ),
        ),
        tolerance=1e-9,
    ),
    Row(
        "Conv1d",
        nn.Conv1d,
        each(
            normal((2, 4, 9), (6, 4, 3), (6,)),
            normal((2, 4, 9), (6, 2, 2), (6,), stride=2, padding=1, dilation=2, groups=2),
        ),
        lambda torch, x, w, b, **o: torch.nn.functional.conv1d(x, w, b, **o),
        ours=F.conv1d,
        tolerance=1e-9,
    ),
    Row(
        "MaxPool2d",
        ops.MaxPool2d,
        each(
            pixels(IMAGES, kernel_size=2),
            pixels(IMAGES, kernel_size=3, stride=2, padding=1),
            pixels(IMAGES, kernel_size=(3, 2), stride=(1, 2), dilation=(2, 1)),
            lambda rng: Sample((np.ones((1, 1, 4, 4)),), {"kernel_size": 2}, smooth=False, label="ties"),
            lambda rng: Sample(
                (np.where(np.arange(16).reshape(1, 1, 4, 4) % 3, -np.inf, 1.0),),
                {"kernel_size": 2},
                smooth=False,
                label="-inf",
            ),
        ),
        lambda torch, x, **o: torch.nn.functional.max_pool2d(x, **o),
        ours=F.max_pool2d,
        refusals=(
            Refusal(lambda: F.max_pool2d(Tensor(np.zeros((3, 4, 4))), 2), ShapeError, r"unsqueeze\(0\)"),
            Refusal(
                lambda: F.max_pool2d(Tensor(np.zeros((1, 3, 4, 4))), 2, padding=2),
                SettingError,
                "half the window",
            ),
            Refusal(lambda: F.max_pool2d(Tensor(np.zeros((1, 3, 1, 1))), 2), ShapeError, "does not fit"),
        ),
    ),
    Row(
        "AvgPool2d",
        ops.AvgPool2d,
        each(
            normal(IMAGES, kernel_size=2), normal(IMAGES, kernel_size=(3, 2), stride=(2, 1), padding=(1, 0))
        ),
        lambda torch, x, **o: torch.nn.functional.avg_pool2d(x, **o),
        ours=F.avg_pool2d,
    ),
    Row(
        "AdaptiveAvgPool2d",
        ops.AdaptiveAvgPool2d,
        each(
            normal(IMAGES, output_size=1),
            normal(IMAGES, output_size=(3, 2)),
            normal((1, 1, 3, 3), output_size=5),
        ),
        lambda torch, x, **o: torch.nn.functional.adaptive_avg_pool2d(x, **o),
        ours=F.adaptive_avg_pool2d,
    ),
    convolution("Conv2d", 4, 6, 3, padding=1, stride=2),
    convolution("Conv2d", 4, 6, (1, 3), groups=2, bias=False),
    convolution("Conv1d", 4, 6, 3, padding=1, shape=(2, 4, 7)),
    convolution("ConvTranspose2d", 4, 3, 3, stride=2, padding=1, output_padding=1),
    resizing("MaxPool2d", 2),
    resizing("AvgPool2d", 2),
    resizing("AdaptiveAvgPool2d", 2),
    LayerRow(
        "nn.Upsample",
        nn.Upsample,
        lambda part, rng: part(3),
        lambda torch: torch.nn.Upsample(scale_factor=3),
        each(normal(IMAGES)),
        refusals=(
            Refusal(lambda: nn.Upsample(0)(Tensor(np.zeros(IMAGES))), SettingError, "scale_factor is 0"),
        ),
        modes=False,
    ),
    LayerRow(
        "nn.PixelShuffle",
        nn.PixelShuffle,
        lambda part, rng: part(2),
        lambda torch: torch.nn.PixelShuffle(2),
        each(normal((2, 8, 3, 2))),
        refusals=(
            Refusal(lambda: nn.PixelShuffle(3)(Tensor(np.zeros(IMAGES))), ShapeError, "blocks of 3 x 3"),
        ),
        modes=False,
    ),
]
