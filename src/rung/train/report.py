"""The report that ends a training in the terminal: the score, what it must beat, and what went wrong."""

from __future__ import annotations

from textwrap import shorten, wrap
from typing import Any

from rung.train.leakage import leakage_lines
from rung.train.progress import duration
from rung.train.record import Run
from rung.train.score import tell

# What may be in a run's folder for people to open.
FILES = ("failures.png", "confusion.png", "MODEL_CARD.md", "model.safetensors", "result.json")


def report(run: Run, result: dict[str, Any]) -> list[str]:
    """Return the lines of the report, none wider than 80 columns (paths excepted)."""
    unit = result["unit"]
    lines = ["", *wrap(f"{result['about']}, trained in {duration(result['seconds'])}", 78)]
    if result["dry_run"]:
        lines.append("A dry run on a few examples: its score means nothing.")
    lines += ["", f"  {result['metric']}"]
    for score in (result["score"], *result["baselines"]):
        value, low, high = (tell(score[key], unit) for key in ("value", "low", "high"))
        lines.append(f"  {value:>8}  {low} to {high}  {score['name']}")
    lines.append(f"            (95 % intervals; this run's over {result['score']['of']})")
    if len(result["seeds"]) > 1:
        by_seed = ", ".join(f"{s['seed']}: {tell(s['score'], unit)}" for s in result["seeds"])
        lines.append(f"  by seed: {by_seed}")
    leaks = [part for line in leakage_lines(result["leakage"], unit) for part in wrap(line, 78)]
    lines += ["", *wrap(verdict_line(result), 78), *leaks, ""]
    if "confusion" in result:
        lines += matrix_lines(result["confusion"], result["names"])
        top = most_confused(result["confusion"], result["names"])
        lines += ["", *wrap("Most confused: " + "; ".join(top) + "." if top else "No mistakes.", 78)]
    for name, value in result.get("also", {}).items():
        lines.append(f"  {value:>10.4g}  {name}")
    for finding in result.get("findings", ()):
        lines += ["", *finding_lines(finding)]
    if result["parts"]:
        lines += wrap(f"Whose code: {', '.join(p['part'] + ' ' + p['whose'] for p in result['parts'])}.", 78)
    files = [name for name in FILES if (run.folder / name).is_file()]
    return [*lines, "", f"{run.folder}", *(f"  {line}" for line in wrap("  ".join(files), 76))]


def verdict_line(result: dict[str, Any]) -> str:
    """Say whether the run beats its baselines, or whether the difference is within the noise.

    Of several strong baselines the best one counts.
    """
    strong = [b for b in result["baselines"] if not b["trivial"]] or result["baselines"]
    if not strong:
        return "There is no baseline to compare with."
    best = (max if result["higher"] else min)(strong, key=lambda b: b["value"])
    gap, unit = best["difference"], result["unit"]
    sign = -1 if gap["better"] is not None and gap["value"] < 0 else 1  # "by" tells how far, not which way
    low, high = sorted((sign * gap["low"], sign * gap["high"]))
    by = f"{tell(sign * gap['value'], unit)} ({tell(low, unit)} to {tell(high, unit)})"
    if gap["better"] is None:
        return f"Within the noise of {best['name']}: the difference is {by}; neither is shown to be better."
    return f"{'Better' if gap['better'] else 'Worse'} than {best['name']}, by {by}."


def finding_lines(finding: dict[str, Any]) -> list[str]:
    """Draw a finding as text: its title, its table, its samples, how to read it."""
    lines = [finding["title"]]
    if finding["rows"]:
        table = [[str(c) for c in finding["columns"]], *([_cell(c) for c in row] for row in finding["rows"])]
        widths = [min(34, max(len(row[i]) for row in table)) for i in range(len(table[0]))]
        for row in table:
            cells = [f"{shorten(c, w, placeholder='..'):<{w}}" for c, w in zip(row, widths, strict=True)]
            lines.append("  " + "  ".join(cells).rstrip())
    for sample in finding["samples"]:
        lines += [*(f"  | {line}" for part in sample.splitlines() for line in wrap(part, 74) or [""]), ""]
    if finding["picture"]:
        lines.append(f"  (the picture is {finding['picture']})")
    return lines + [f"  {line}" for line in wrap(finding["text"], 76)]


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def matrix_lines(counts: list[list[int]], names: list[str]) -> list[str]:
    """Draw the confusion matrix as text: rows what it is, columns what was said."""
    width = max(5, *(len(f"{n}") + 1 for row in counts for n in row), *(len(n) + 1 for n in names))
    label = max(len("is \\ said"), *map(len, names))
    if label + width * len(names) > 80:
        return ["(the confusion matrix is in confusion.png)"]
    lines = ["is \\ said".ljust(label) + "".join(f"{n:>{width}}" for n in names)]
    for name, row in zip(names, counts, strict=True):
        lines.append(f"{name:>{label}}" + "".join(f"{n or '.':>{width}}" for n in row))
    return lines


def most_confused(counts: list[list[int]], names: list[str], limit: int = 4) -> list[str]:
    """List the pairs that are taken for each other most often."""
    pairs = [(n, i, j) for i, row in enumerate(counts) for j, n in enumerate(row) if i != j and n]
    pairs.sort(key=lambda p: (-p[0], p[1], p[2]))
    said = ((f"{names[i]} taken for {names[j]}", n) for n, i, j in pairs[:limit])
    return [f"{pair} ({n} {'time' if n == 1 else 'times'})" for pair, n in said]
