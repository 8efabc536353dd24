"""A strong baseline without a network: small patches that k-means found, and a linear classifier on them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from rung.train.baseline import spread

SIDE = 6  # pixels of a patch, as in the paper
STRIDE = 2  # pixels from one patch to the next: the paper's 1 takes four times as long


def patch_features(train: np.ndarray, others: Sequence[np.ndarray], seed: int = 0) -> list[np.ndarray]:
    """Describe pictures by which typical patches they hold in each of their quarters.

    Patches are brought to equal contrast and whitened, k-means finds k typical ones among 100 k of the
    training pictures', and each patch of a picture says how much closer than usual it is to each of these
    (the triangle). Each quarter of the picture sums what its patches say: 4 k numbers. k is 400, or a tenth
    of the training pictures where these are few.

    Args:
        train: training pictures as bytes (n, h, w, 3) or (n, h, w); all that is learned is learned from them.
        others: further pictures to describe.
        seed: decides which patches k-means sees.

    Returns:
        the features (n, 4 k) of train and of each of the others.

    After Coates, Ng and Lee, "An analysis of single-layer networks in unsupervised feature learning" (2011).

    Cost: half a minute a core for 20,000 pictures of 32 x 32.
    """
    from sklearn.cluster import MiniBatchKMeans

    rng, k = np.random.default_rng(seed), int(np.clip(len(train) // 10, 10, 400))
    some = train[rng.integers(0, len(train), 2000)]
    drawn = cut(some).reshape(-1, SIDE * SIDE * channels(train))
    drawn = level(drawn[rng.permutation(len(drawn))[: 100 * k]])
    mean = drawn.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(drawn - mean, rowvar=False))
    whiten = (vectors / np.sqrt(values + 0.1)) @ vectors.T
    typical = MiniBatchKMeans(k, batch_size=4096, n_init=1, max_iter=20, random_state=seed)
    centres = typical.fit((drawn - mean) @ whiten).cluster_centers_.astype(np.float32)
    whiten, mean = whiten.astype(np.float32), mean.astype(np.float32)

    def describe(images: np.ndarray) -> np.ndarray:
        found = np.empty((len(images), 4 * k), np.float32)
        for i in range(0, len(images), 100):
            patches = cut(images[i : i + 100])
            n, rows, columns, width = patches.shape
            z = (level(patches.reshape(-1, width)) - mean) @ whiten
            near = np.square(z).sum(1, keepdims=True) - 2 * z @ centres.T + np.square(centres).sum(1)
            far = np.sqrt(np.maximum(near, 0))  # (patches, k)
            hits = np.maximum(far.mean(1, keepdims=True) - far, 0).reshape(n, rows, columns, k)
            up, left = rows // 2, columns // 2
            quarters = (hits[:, :up, :left], hits[:, :up, left:], hits[:, up:, :left], hits[:, up:, left:])
            found[i : i + 100] = np.concatenate([q.sum(axis=(1, 2)) for q in quarters], axis=1)
        return found

    return [describe(images) for images in (train, *others)]


def cut(images: np.ndarray) -> np.ndarray:
    """Return all patches, STRIDE apart: (n, h, w[, 3]) bytes to (n, rows, columns, numbers) float32."""
    windows = np.lib.stride_tricks.sliding_window_view(images, (SIDE, SIDE), axis=(1, 2))
    windows = windows[:, ::STRIDE, ::STRIDE]
    return windows.reshape(*windows.shape[:3], -1).astype(np.float32)


def level(patches: np.ndarray) -> np.ndarray:
    """Bring each row to mean 0 and, nearly, deviation 1: a shadow is not a shape."""
    patches = patches - patches.mean(axis=1, keepdims=True)
    levelled: np.ndarray = patches / np.sqrt(patches.var(axis=1, keepdims=True) + 10)
    return levelled


def channels(images: np.ndarray) -> int:
    """Return 3 for coloured pictures, 1 for grey ones."""
    return images.shape[3] if images.ndim == 4 else 1


def linear(
    train: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    test: np.ndarray,
    classes: int,
    strengths: Sequence[float],
) -> np.ndarray:
    """Fit logistic regression on standardised features; the validation part chooses how strongly it is held.

    Args:
        train: features (n, d) and classes (n,).
        validation: likewise.
        test: features to answer.
        classes: how many there are.
        strengths: values of scikit-learn's C to choose among, the smaller the more strongly held.

    Returns:
        probabilities (len(test), classes).
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    mean, deviation = train[0].mean(axis=0), train[0].std(axis=0) + 1e-6
    x, look, ask = ((part - mean) / deviation for part in (train[0], validation[0], test))
    best, answer = -1.0, np.empty(0)
    for strength in strengths:
        model = LogisticRegression(C=strength, max_iter=100)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(x, train[1])
        right = float((model.predict(look) == validation[1]).mean())
        if right > best:
            best, answer = right, spread(model.predict_proba(ask), model.classes_, classes)
    return answer
