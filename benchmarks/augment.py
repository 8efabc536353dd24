"""Our augmentation beside kornia's, on the same batch; medians, the two in turn.

    OMP_NUM_THREADS=1 PYTHONPATH=FOLDER python -m benchmarks.augment

FOLDER has kornia in it: `pip install --no-deps --target FOLDER kornia kornia_rs packaging`. Kornia works on
float32 tensors (B, C, H, W) and ours on bytes (B, H, W, C); each is given what it works on, and turning the
bytes into normalised floats is a row of its own. It prints a Markdown table of milliseconds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from rung.data import augment as ours

ROUNDS = 9


def pairs() -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Return, by name, our form and kornia's, on 128 pictures of 32 by 32 in colours."""
    import kornia.augmentation as K

    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (128, 32, 32, 3), dtype=np.uint8)
    t = torch.from_numpy(x).permute(0, 3, 1, 2).float().div(255).contiguous()
    flip, crop = K.RandomHorizontalFlip(p=0.5), K.RandomCrop((32, 32), padding=4)
    affine = K.RandomAffine(10.0, (0.1, 0.1), (0.9, 1.1), p=1.0)
    erase = K.RandomErasing((0.0625, 0.0625), (1.0, 1.0), p=1.0)
    jitter = K.ColorJiggle(0.2, 0.2, 0.2, 0.0, p=1.0)
    mean, deviation = [0.49, 0.48, 0.45], [0.25, 0.24, 0.26]
    normal = K.Normalize(torch.tensor(mean), torch.tensor(deviation))
    mix = K.RandomMixUpV2(p=1.0)
    labels = torch.zeros(128)
    return {
        "flip": (lambda: ours.random_flip(x, rng), lambda: flip(t)),
        "crop after padding by 4": (lambda: ours.random_crop(x, rng, 4), lambda: crop(t)),
        "affine": (lambda: ours.random_affine(x, rng), lambda: affine(t)),
        "cutout": (lambda: ours.cutout(x, rng, 8), lambda: erase(t)),
        "colour jitter": (lambda: ours.color_jitter(x, rng), lambda: jitter(t)),
        "mixup": (lambda: ours.mixup(x, rng), lambda: mix(t, labels)),
        "bytes to normalised floats": (
            lambda: ours.normalise(x, mean, deviation),
            lambda: normal(torch.from_numpy(x).permute(0, 3, 1, 2).float().div(255)),
        ),
    }


def main() -> None:
    """Measure and print the table."""
    torch.set_num_threads(1)
    print("| | ours, ms | kornia, ms | kornia / ours |\n|---|---|---|---|")
    for name, both in pairs().items():
        taken: tuple[list[float], list[float]] = ([], [])
        for call in both:
            call()
        for _ in range(ROUNDS):
            for call, times in zip(both, taken, strict=True):
                start = time.perf_counter()
                for _ in range(5):
                    call()
                times.append((time.perf_counter() - start) / 5 * 1e3)
        a, b = (statistics.median(times) for times in taken)
        print(f"| {name} | {a:.2f} | {b:.2f} | {b / a:.1f} |")


if __name__ == "__main__":
    main()
