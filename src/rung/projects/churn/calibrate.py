"""Calibration: does it happen in 30 of 100 cases when the model says 30 %? And two ways to mend it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rung.train.checkpoint import write_whole
from rung.train.finding import Finding
from rung.train.score import percentiles, resamples

Answers = tuple[np.ndarray, np.ndarray]  # scores (n, 2) and truth (n,)
BINS = 10


def probability(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Return the probability of class 1 (n,) of scores (n, 2), softened by a temperature above 1."""
    gap: np.ndarray = (scores[:, 1] - scores[:, 0]) / temperature
    return 1 / (1 + np.exp(-np.clip(gap, -500, 500)))


def best_temperature(scores: np.ndarray, truth: np.ndarray) -> float:
    """Return the temperature under which the truth is most likely; it moves no answer past another.

    Args:
        scores: (n, 2), of examples that the model was not trained on.
        truth: 0 or 1 (n,).

    Source: guo2017.
    """
    from scipy.optimize import minimize_scalar

    def surprise(log_temperature: float) -> float:
        p = np.clip(probability(scores, float(np.exp(log_temperature))), 1e-12, 1 - 1e-12)
        return float(-np.mean(np.where(truth == 1, np.log(p), np.log(1 - p))))

    return float(np.exp(minimize_scalar(surprise, bounds=(-3, 3), method="bounded").x))


def isotonic(scores: np.ndarray, truth: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the rising step function that fits the truth best: scores (n, 2) to probabilities (n,).

    Source: zadrozny2002.
    """
    from sklearn.isotonic import IsotonicRegression

    steps = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(probability(scores), truth)
    return lambda other: np.asarray(steps.predict(probability(other)))


def reliability(p: np.ndarray, truth: np.ndarray, bins: int = BINS) -> list[tuple[float, float, int]]:
    """Sort by probability, cut into parts of equal size; of each return mean probability, share, count."""
    parts = np.array_split(np.argsort(p, kind="stable"), min(bins, len(p)))
    return [(float(p[rows].mean()), float(truth[rows].mean()), len(rows)) for rows in parts]


def calibration_error(p: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean gap between what is said and what happens, over parts of equal size.

    It is never 0, even of true probabilities: a part of 140 customers misses its own chance by 3 or 4
    points. Compare it between methods, and look at the Brier score beside it.
    """
    parts = reliability(p, truth)
    return sum(abs(said - happens) * count for said, happens, count in parts) / len(p)


def calibration_finding(validation: Answers, test: Answers, folder: Path) -> Finding:
    """Compare the model's probabilities with those mended on the validation part, all on the test part.

    Args:
        validation: scores and truth to fit on.
        test: scores and truth to judge by.
        folder: where the picture goes.
    """
    temperature = best_temperature(*validation)
    step = isotonic(*validation)
    ways = {
        "as trained": probability(test[0]),
        f"temperature {temperature:.2f}": probability(test[0], temperature),
        "isotonic": step(test[0]),
    }
    truth = test[1]
    rows = []
    for name, p in ways.items():
        brier = np.square(p - truth)
        low, high = percentiles(brier[resamples(len(truth))].mean(axis=1))
        rows.append((name, calibration_error(p, truth), float(brier.mean()), f"{low:.4f} to {high:.4f}"))
    draw(folder / "reliability.png", ways, truth)
    return Finding(
        "Can the probabilities be trusted?",
        f"Fitted on {len(validation[1]):,} validation customers, judged on {len(truth):,} test customers. "
        "The calibration error is the mean gap between the chance said and the share that left, in ten parts "
        "of equal size; the Brier score is the mean squared error of the chance. Less is better. In the "
        "picture, dots on the diagonal are right; above it more customers leave than the model says.",
        ("probabilities", "calibration error", "Brier score", "95 %"),
        rows,
        picture="reliability.png",
    )


def draw(path: Path, ways: dict[str, np.ndarray], truth: np.ndarray) -> None:
    """Draw the reliability diagram of each way to say a probability."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 5.2), dpi=120, layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="#9ca3af", linewidth=1, label="as said")
    for (name, p), marker, colour in zip(ways.items(), "os^", ("#b23c17", "#1d4ed8", "#15803d"), strict=True):
        said, happens, _ = zip(*reliability(p, truth), strict=True)
        axes.plot(said, happens, marker=marker, markersize=4, linewidth=1, color=colour, label=name)
    axes.set(xlabel="chance to leave, as said", ylabel="share that left", xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    write_whole(path, buffer.getvalue())
