"""What the runs pages show: where a training stands, its curves, its result, and what can be started."""

import time
from typing import Any

from rung import projects
from rung.learn.roadmap import roadmap
from rung.train.leakage import leakage_lines
from rung.train.progress import duration
from rung.train.record import Run
from rung.train.report import most_confused, verdict_line
from rung.train.score import tell

from .curves import Level, Plot, Series, plot, smooth

FILES = {
    "failures.png": "The worst mistakes as a picture",
    "confusion.png": "The confusion matrix as a picture",
    "MODEL_CARD.md": "Model card",
    "model.safetensors": "Weights (PyTorch's names)",
    "result.json": "The result as data",
    "metrics.jsonl": "The curve as data",
}


def ago(seconds: float, now: float | None = None) -> str:
    """Say how long ago it was.

    Example:
        >>> ago(100, now=130), ago(0, now=7200), ago(0, now=200000)
        ('30 s ago', '2 h 0 min ago', '2 days ago')
    """
    gone = max(0.0, (time.time() if now is None else now) - seconds)
    return f"{gone / 86400:.0f} days ago" if gone > 129600 else f"{duration(gone)} ago"


def numbers(run: Run) -> dict[str, Any]:
    """Return where the training stands: the last line of the curve, over all seeds."""
    config, lines = run.config, run.metrics()
    seeds = [Run(f) for f in sorted((run.folder / "seeds").glob("*"))]
    logs = [lines, *(s.metrics() for s in seeds)]
    last: dict[str, Any] = next((log[-1] for log in reversed(logs) if log), {})
    done = sum(log[-1]["step"] for log in logs if log)
    total = config.get("steps", 0) * config.get("seeds", 1)
    validated: dict[str, Any] = next(
        (e for log in reversed(logs) for e in reversed(log) if "validation" in e), {}
    )
    return {
        "step": done,
        "steps": total,
        "share": min(1.0, done / total) if total else 0.0,
        "epoch": round(last.get("step", 0) / max(1, config.get("steps_per_epoch", 1)), 1),
        "epochs": config.get("config", {}).get("epochs", 0),
        "seed": len([log for log in logs if log]) or 1,
        "loss": last.get("loss"),
        "rate": last.get("rate"),
        "lr": last.get("lr"),
        "seconds": sum(log[-1]["seconds"] for log in logs if log),
        "left": last.get("left", 0.0)
        + last.get("seconds", 0.0) * (config.get("seeds", 1) - max(1, sum(map(bool, logs)))),
        "validation": validated.get("validation"),
    }


def curves(run: Run) -> list[Plot]:
    """Return the plots of a run: the loss, and the share of right answers on the validation part."""
    config, result = run.config, run.result
    per_epoch = max(1, config.get("steps_per_epoch", 1))
    epochs = config.get("config", {}).get("epochs", 1)
    logs = [run.metrics(), *(Run(f).metrics() for f in sorted((run.folder / "seeds").glob("*")))]
    losses, shares = [], []
    for i, log in enumerate(logs):
        x, y = [e["step"] / per_epoch for e in log], [e["loss"] for e in log]
        checked = [e for e in log if "validation" in e]
        color = "abcd"[i % 4]
        who = f"seed {config.get('config', {}).get('seed', 0) + i}" if len(logs) > 1 else ""
        losses.append(Series(x, y, "", color, "faint"))
        losses.append(Series(x, smooth(y), f"loss {who}".strip(), color))
        shares.append(
            Series(
                [e["step"] / per_epoch for e in checked],
                [e["validation"] for e in checked],
                f"{config.get('metric', 'accuracy')} {who}".strip(),
                color,
                "dots",
            )
        )
    strong = [b for b in (result or {}).get("baselines", []) if not b["trivial"]]
    best = (max if config.get("higher", True) else min)(strong, key=lambda b: b["value"], default=None)
    metric, unit = config.get("metric", "accuracy"), config.get("unit", "share")
    return [
        plot("Loss on the training batches", losses, xlabel="epoch", xmax=epochs, log=True),
        plot(
            f"{metric[0].upper()}{metric[1:]} on the validation part",
            shares,
            xlabel="epoch",
            xmax=epochs,
            percent=unit == "share",
            levels=[Level(best["value"], best["name"])] if best else [],
        ),
    ]


def say(value: float | None, unit: str) -> str:
    """Say a score as a page shows it."""
    return "–" if value is None else tell(value, unit).replace("%", " %")


def _interval(score: dict[str, Any], unit: str) -> str:
    return f"{say(score['low'], unit)} to {say(score['high'], unit)}".replace(" %", "", 1)


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the run and its baselines as bars, the best first after the run: in percent of the line."""
    unit = result["unit"]
    others = sorted(result["baselines"], key=lambda b: b["value"], reverse=result["higher"])
    whole = 1.0 if unit == "share" else max(s["high"] for s in (result["score"], *others)) or 1.0
    return [
        {
            "name": s["name"],
            "value": say(s["value"], unit),
            "interval": _interval(s, unit),
            "at": 100 * max(0.0, s["value"]) / whole,
            "low": 100 * max(0.0, s["low"]) / whole,
            "span": 100 * (s["high"] - max(0.0, s["low"])) / whole,
            "this": s is result["score"],
        }
        for s in (result["score"], *others)
    ]


def summary(run: Run) -> dict[str, Any]:
    """Return one run as data: a row of the list."""
    config, result, state = run.config, run.result, run.state
    best = max if config.get("higher", True) else min
    baseline = best((b["value"] for b in result["baselines"]), default=None) if result else None
    unit = config.get("unit", "share")
    return {
        "name": run.name,
        "state": state,
        "about": config.get("about", ""),
        "project": config.get("project", ""),
        "dry_run": config.get("dry_run", False),
        "mine": sum(p["whose"] == "yours" for p in config.get("parts", [])),
        "parts": len(config.get("parts", [])),
        "started": config.get("started", 0.0),
        "score": result["score"] if result else None,
        "baseline": baseline,
        "metric": config.get("metric", "accuracy"),
        "unit": unit,
        "higher": config.get("higher", True),
        "interval": _interval(result["score"], unit) if result else None,
        "said": say(result["score"]["value"], unit) if result else None,
        "to_beat": say(baseline, unit),
        "now": numbers(run),
        "fault": run.read("fault.json") if state == "failed" else None,
    }


def reliability(calibration: dict[str, Any]) -> Plot:
    """Return the plot of how often it is right against how sure it says it is."""
    bins = calibration["bins"]
    return plot(
        "Right answers, by how sure it said it was",
        [
            Series([100 * b["sure"] for b in bins], [b["right"] for b in bins], "right", "a", "dots"),
            Series([0, 100], [0.0, 1.0], "as sure as right", "ink-faint"),
        ],
        xlabel="% sure",
        xmax=100,
        percent=True,
    )


def has_app(run: Run) -> bool:
    """Whether the run's project says how a person's input becomes what the network takes."""
    slug = run.config.get("project", "")
    return slug in projects.slugs() and (projects.load(slug).folder / "app.py").is_file()


def details(run: Run) -> dict[str, Any]:
    """Return everything a run's page shows."""
    result = run.result
    plan = roadmap()
    parts = [
        {**p, "lesson_title": plan.topics[p["lesson"]].title if p["lesson"] in plan.topics else p["lesson"]}
        for p in run.config.get("parts", [])
    ]
    there = {name: text for name, text in FILES.items() if (run.folder / name).is_file()}
    context: dict[str, Any] = {
        "run": summary(run),
        "config": run.config,
        "result": result,
        "parts": parts,
        "plots": curves(run),
        "files": there,
        "folder": str(run.folder),
        "compressed": run.read("compress.json"),
        "has_app": has_app(run),
    }
    if result:
        counts = result.get("confusion", [])
        most = max([n for i, row in enumerate(counts) for j, n in enumerate(row) if i != j] or [1])
        context |= {
            "most": max(1, most),
            "confused": most_confused(counts, result["names"]) if counts else [],
            "leak": " ".join(leakage_lines(result["leakage"], result["unit"])),
            "bars": bars(result),
            "verdict": verdict_line(result),
            "sure": reliability(result["calibration"]) if "calibration" in result else None,
            "tile_px": 84,
        }
    return context
