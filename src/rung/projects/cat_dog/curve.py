"""The learning curve: how many pictures it takes, from nothing and on frozen features."""

from __future__ import annotations

from functools import partial

import numpy as np

from rung.data.augment import random_crop, random_flip
from rung.data.interval import wilson
from rung.projects.cat_dog.features import as_input
from rung.train.finding import Finding
from rung.train.remember import remembered
from rung.train.score import Score, over_seeds, tell

SIZES = (50, 100, 500, 1600)
# A draw of few pictures can be lucky; draws of nearly all of them are nearly the same.
DRAWS = 3
# The training from nothing is shortened: pictures of 32 x 32, and a step for every fourth picture of them,
# at least 50 and at most 250.
SIDE, BATCH, RATE = 32, 32, 3e-3


def learning_curve(
    pictures: np.ndarray,
    y: np.ndarray,
    pool: np.ndarray,
    test: np.ndarray,
    classes: int,
    features: np.ndarray | None,
    sizes: tuple[int, ...] = SIZES,
) -> Finding:
    """Return the test score after training on ever more pictures, by both ways.

    Args:
        pictures: bytes (n, h, w, 3).
        y: their classes.
        pool: rows to draw training pictures from.
        test: rows to score on.
        classes: how many there are.
        features: frozen features (n, 1280), or None where their weights are not installed.
        sizes: of the training parts; the last one is cut to what there is.

    Cost: less than a minute for 1,600 pictures, once; it is remembered.
    """
    there = sorted({min(size, len(pool)) for size in sizes})
    ways = {"from nothing": partial(from_nothing, pictures)}
    if features is not None:
        ways["frozen features"] = partial(on_features, features)
    rows = []
    for size in there:
        cells = [_scored(way, size, y, pool, test, classes, told) for told, way in ways.items()]
        rows.append([size, *(f"{tell(s.value, 'share')} ({s.low:.1%} to {s.high:.1%})" for s in cells)])
    text = (
        f"Test accuracy by how many pictures were trained on: the mean of {DRAWS} draws (one of the "
        f"largest size), with 95 % intervals. From nothing in a shortened form: at most "
        f"{steps_for(max(there))} steps on pictures shrunk to {SIDE} x {SIDE}; a whole training gets further."
    )
    if features is None:
        text += " With the weights of ImageNet installed, frozen features stand beside it."
    return Finding("How many pictures does it take?", text, ("pictures", *ways), rows)


def _scored(
    way: partial[np.ndarray],
    size: int,
    y: np.ndarray,
    pool: np.ndarray,
    test: np.ndarray,
    classes: int,
    told: str,
) -> Score:
    """Return the mean score over some draws of `size` pictures, remembered."""
    draws = 1 if size > 0.9 * len(pool) else DRAWS

    def right() -> np.ndarray:
        counts = []
        for draw in range(draws):
            rows = balanced(y, pool, size, draw)
            answers = way(y=y, rows=rows, test=test, classes=classes, seed=draw).argmax(axis=1)
            counts.append(int((answers == y[test]).sum()))
        return np.array(counts)

    data = way.args[0]
    key = f"{told} {size} {draws} {steps_for(size)} {SIDE} {RATE} {data.shape} {y.tolist()} {pool.tolist()} "
    key += f"{test.tolist()} {float(data[:: max(1, len(data) // 50)].mean(dtype=np.float64))}"
    n = len(test)
    scores = [
        Score(told, count / n, *wilson(count, n), f"{n:,} test examples")
        for count in remembered("curves", key, right).tolist()
    ]
    return scores[0] if len(scores) == 1 else over_seeds(told, scores, n)


def balanced(y: np.ndarray, pool: np.ndarray, size: int, seed: int) -> np.ndarray:
    """Draw `size` rows of the pool, of each class alike as far as there are enough."""
    rng = np.random.default_rng([seed, size])
    rows = rng.permutation(pool)
    turn = np.empty(len(rows), dtype=int)  # the how-manieth of its class each row is
    for label in np.unique(y):
        here = y[rows] == label
        turn[here] = np.arange(here.sum())
    chosen: np.ndarray = rows[np.argsort(turn, kind="stable")[:size]]
    return chosen


def steps_for(pictures: int) -> int:
    """Return how many steps the shortened training from nothing takes."""
    return min(250, 50 + pictures // 4)


def on_features(
    features: np.ndarray, y: np.ndarray, rows: np.ndarray, test: np.ndarray, classes: int, seed: int
) -> np.ndarray:
    """Return the probabilities (test, classes) of a logistic regression on frozen features."""
    from rung.train.baseline import logistic_regression

    return logistic_regression(features[rows], y[rows], features[test], classes, C=0.03, max_iter=300)


def from_nothing(
    pictures: np.ndarray, y: np.ndarray, rows: np.ndarray, test: np.ndarray, classes: int, seed: int
) -> np.ndarray:
    """Return the scores (test, classes) of a small CNN after a short training."""
    import torch
    from torch.nn import functional as F

    from rung.projects.cat_dog.model import SmallCNN

    rng = np.random.default_rng(seed)
    small = shrunk(pictures, SIDE)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = SmallCNN(classes, SIDE)
        optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
        steps = steps_for(len(rows))
        rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
        for _ in range(steps):
            batch = rng.choice(rows, BATCH)
            x = random_crop(random_flip(small[batch], rng), rng, padding=4)
            optimizer.zero_grad()
            F.cross_entropy(net(torch.from_numpy(as_input(x))), torch.from_numpy(y[batch])).backward()
            optimizer.step()
            rate.step()
        net.eval()
        with torch.inference_mode():
            scores: np.ndarray = net(torch.from_numpy(as_input(small[test]))).numpy()
    return scores


def shrunk(pictures: np.ndarray, side: int) -> np.ndarray:
    """Return pictures as bytes (n, side, side, 3): the mean of what falls on each pixel."""
    import torch
    from torch.nn import functional as F

    found = [
        F.adaptive_avg_pool2d(torch.from_numpy(piece).permute(0, 3, 1, 2).float(), side)
        for piece in np.array_split(pictures, max(1, len(pictures) // 256))
    ]
    return np.ascontiguousarray(torch.cat(found).permute(0, 2, 3, 1).round().byte().numpy())
