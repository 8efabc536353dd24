"""Runs beside each other: what was set differently, what came of it, and their curves in one sketch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rung.train.record import Run
from rung.train.score import tell


def facts(run: Run) -> dict[str, Any]:
    """Return everything in which two runs can differ before they are trained: settings, data, code, versions.

    Returns:
        a flat dict: "lr", "seed", "early_stop", "data hash", "torch".
    """
    config = run.config
    told: dict[str, Any] = {"project": config.get("project")}
    told |= config.get("config", {})
    told |= {k: config.get(k) for k in ("seeds", "data_limit", "dry_run", "procs") if k in config}
    told |= config.get("techniques", {})
    told |= {f"{key} hash": value[:12] for key, value in config.get("hashes", {}).items()}
    told |= {p["part"]: p["whose"] for p in config.get("parts", ())}
    return told | config.get("versions", {})


def differences(a: Run, b: Run) -> list[tuple[str, Any, Any]]:
    """Return what differs between two runs: (name, of a, of b); a missing one is None."""
    left, right = facts(a), facts(b)
    names = [*left, *(name for name in right if name not in left)]
    return [(n, left.get(n), right.get(n)) for n in names if left.get(n) != right.get(n)]


def outcome(run: Run) -> dict[str, str]:
    """Return what came of a run, in words, by what it is called."""
    config, result, lines = run.config, run.result, run.metrics()
    unit = config.get("unit", "share")
    told = {"state": run.state}
    if result:
        score = result["score"]
        told[result["metric"]] = (
            f"{tell(score['value'], unit)} ({tell(score['low'], unit)} to {tell(score['high'], unit)})"
        )
        told["parameters"] = f"{result['parameters']:,}" if "parameters" in result else ""
    if lines:
        told |= {"last loss": f"{lines[-1]['loss']:.4g}", "trained": f"{lines[-1]['seconds']:.1f} s"}
    return told


def same_test(a: Run, b: Run) -> bool:
    """Tell whether two scores may be compared: the same project on the same data to the byte."""
    left, right = a.config, b.config
    data = left.get("hashes", {}).get("data"), right.get("hashes", {}).get("data")
    return left.get("project") == right.get("project") and data[0] is not None and data[0] == data[1]


def curve(run: Run, key: str) -> tuple[list[float], list[float]]:
    """Return a curve of a run: epochs and values of "loss" or "validation"."""
    per_epoch = max(1, run.config.get("steps_per_epoch", 1))
    lines = [line for line in run.metrics() if line.get(key) is not None]
    return [line["step"] / per_epoch for line in lines], [line[key] for line in lines]


def sketch(
    curves: Sequence[tuple[str, Sequence[float], Sequence[float]]],
    columns: int = 64,
    rows: int = 14,
    ends: tuple[str, str] | None = None,
) -> list[str]:
    """Draw curves over each other in letters: the first run is drawn with a, the second with b.

    Args:
        curves: (name, x, y) of each; those without a point are left out.
        columns: letters across.
        rows: lines from top to bottom.
        ends: what stands at the two ends of the x axis; if left out, 0 and the number of epochs.

    Returns:
        the lines, the axes and the legend; where two curves meet stands a `*`.
    """
    drawn = [(i, name, x, y) for i, (name, x, y) in enumerate(curves) if len(x)]
    if not drawn:
        return ["(no numbers yet)"]
    ys = [v for *_, y in drawn for v in y if math.isfinite(v)]
    low, high = min(ys, default=0.0), max(ys, default=1.0)
    high = high if high > low else low + 1
    last = max(max(x) for _, _, x, _ in drawn) or 1
    grid = [[" "] * columns for _ in range(rows)]
    for i, _, x, y in drawn:
        letter = chr(ord("a") + i)
        for column in range(columns):
            at = last * column / (columns - 1)
            if at < x[0] - last / columns or at > x[-1] + last / columns:
                continue
            value = _between(x, y, at)
            row = round((rows - 1) * (high - value) / (high - low))
            here = grid[row][column]
            grid[row][column] = letter if here in (" ", letter) else "*"
    labels = [f"{high:.4g}", *[""] * (rows - 2), f"{low:.4g}"]
    wide = max(map(len, labels))
    lines = [f"{label:>{wide}} |{''.join(row).rstrip()}" for label, row in zip(labels, grid, strict=True)]
    lines.append(f"{'':>{wide}} +{'-' * columns}")
    left, right = ends or ("0", f"{last:g} epochs")
    lines.append(f"{'':>{wide}}  {left}{right:>{columns - len(left)}}")
    return [*lines, *(f"{'':>{wide}}  {chr(ord('a') + i)}  {name}" for i, name, _, _ in drawn)]


def _between(x: Sequence[float], y: Sequence[float], at: float) -> float:
    """Return y at a place between two points, on the line that joins them."""
    if at <= x[0]:
        return y[0]
    for i in range(1, len(x)):
        if at <= x[i]:
            share = (at - x[i - 1]) / (x[i] - x[i - 1]) if x[i] > x[i - 1] else 1.0
            return y[i - 1] + share * (y[i] - y[i - 1])
    return y[-1]
