"""The report that ends a training in the terminal: the score, what it must beat, and what went wrong."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from rung.train.progress import duration
from rung.train.record import Run


def report(run: Run, result: dict[str, Any]) -> list[str]:
    """Return the lines of the report, none wider than 80 columns (paths excepted)."""
    lines = ["", f"{result['about']}, trained in {duration(result['seconds'])}"]
    if result["dry_run"]:
        lines.append("A dry run on a few examples: its score means nothing.")
    lines.append("")
    for score in (result["score"], *result["baselines"]):
        lines.append(f"  {score['value']:>7.2%}  {score['low']:.2%} to {score['high']:.2%}  {score['name']}")
    lines.append(f"           (95 % intervals; this run's over {result['score']['of']})")
    if len(result["seeds"]) > 1:
        lines.append("  by seed: " + ", ".join(f"{s['seed']}: {s['score']:.2%}" for s in result["seeds"]))
    lines += ["", leakage_line(result["leakage"]), ""]
    lines += matrix_lines(result["confusion"], result["names"])
    top = most_confused(result["confusion"], result["names"])
    lines += ["", *wrap("Most confused: " + "; ".join(top) + "." if top else "No mistakes.", 78)]
    lines += wrap(f"Whose code: {', '.join(p['part'] + ' ' + p['whose'] for p in result['parts'])}.", 78)
    lines += [
        "",
        f"{run.folder}",
        "  failures.png  confusion.png  MODEL_CARD.md  model.safetensors  result.json",
    ]
    return lines


def leakage_line(leaks: dict[str, Any]) -> str:
    """Say in one sentence whether test examples are training examples."""
    if not leaks["leaked"]:
        return f"No leakage: none of the {leaks['test']:,} test examples is also a training example."
    without = f"; without them the score is {leaks['score_without']:.2%}" if "score_without" in leaks else ""
    return f"LEAKAGE: {len(leaks['leaked'])} test examples are also training examples{without}."


def matrix_lines(counts: list[list[int]], names: list[str]) -> list[str]:
    """Draw the confusion matrix as text: rows what it is, columns what was said."""
    width = max(5, *(len(f"{n}") + 1 for row in counts for n in row), *(len(n) + 1 for n in names))
    if 8 + width * len(names) > 80:
        return ["(the confusion matrix is in confusion.png)"]
    lines = ["is \\ said" + "".join(f"{n:>{width}}" for n in names)[1:]]
    for name, row in zip(names, counts, strict=True):
        lines.append(f"{name:>8}" + "".join(f"{n or '.':>{width}}" for n in row))
    return lines


def most_confused(counts: list[list[int]], names: list[str], limit: int = 4) -> list[str]:
    """List the pairs that are taken for each other most often."""
    pairs = [(n, i, j) for i, row in enumerate(counts) for j, n in enumerate(row) if i != j and n]
    pairs.sort(key=lambda p: (-p[0], p[1], p[2]))
    return [f"{names[i]} taken for {names[j]} ({n} times)" for n, i, j in pairs[:limit]]
