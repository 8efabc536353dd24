"""How fast is the engine? Whole training steps, ours and PyTorch's in turn, in one run.

    python -m benchmarks.engine                          all workloads, 1 and 2 threads
    python -m benchmarks.engine --only gpt lenet-64 --rounds 5
    python -m benchmarks.engine --peers                  with the other libraries that are installed

Each library runs in a process of its own, with its threads set before it is imported; they take turns, a few
steps each, so that what else the machine does hits all alike. Reported are medians of milliseconds a step,
the ratio to PyTorch with as many threads (the median of the ratios of the rounds), and the peak of memory
above what importing the library takes. Believe ratios, not milliseconds.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.workloads import NAMES

HERE = Path(__file__).parent
TARGETS = {  # issue 3: ours / PyTorch; one process and one thread, then the best mode and two threads
    "logistic-64": (0.40, 0.35), "mlp-64": (0.55, 0.50), "mlp-1024": (1.0, 1.0), "lenet-64": (1.05, 0.85),
    "lenet-256": (1.2, 1.15), "resnet-64": (1.2, 1.05), "lstm": (1.3, 1.2), "gru": (0.7, 0.55),
    "attention": (1.1, 1.0), "gpt": (1.15, 1.1), "recommender-dense": (0.75, 1.0),
    "recommender-sparse": (0.6, 0.65),
}  # fmt: skip


class Worker:
    """A library in its own process, that runs steps when asked."""

    def __init__(self, library: str, workload: str, threads: int, procs: int = 1) -> None:
        blas = str(1 if procs > 1 else threads)
        env = {
            **os.environ,
            "OMP_NUM_THREADS": blas if library == "ours" else str(threads),
            "OPENBLAS_NUM_THREADS": blas,
            "MKL_NUM_THREADS": str(threads),
            "RUNG_BENCH_PROCS": str(procs),
            "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE.parent), os.environ.get("PYTHONPATH")))),
        }
        self.rounds: list[list[float]] = []
        self.faults: list[float] = []
        self.peak = 0.0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", library, workload, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, text=True,
        )  # fmt: skip
        self.error = ""
        self.ready = self._read()

    def _read(self) -> dict[str, Any] | None:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        line = self.process.stdout.readline()
        if not line:
            said = self.process.stderr.read().strip().splitlines()
            self.error = said[-1] if said else "it ended"
            return None
        return json.loads(line)

    def run(self, steps: int) -> None:
        """Run some steps and keep what they took."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        answer = self._read()
        if answer is None:
            self.ready = None
            return
        self.rounds.append(answer["ms"])
        self.faults.append(answer["faults"])
        self.peak = answer["peak_mb"]

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    @property
    def ms(self) -> float:
        """The median over all steps."""
        return statistics.median(t for r in self.rounds for t in r)


def measure(workload: str, columns: dict[str, tuple[str, int, int]], rounds: int, budget: float) -> dict:
    """Measure one workload: every column takes its turn in every round.

    Args:
        workload: its name.
        columns: {title: (library, threads, processes)}.
        rounds: how often each takes its turn.
        budget: seconds a turn should last, at most 30 steps.
    """
    workers = {
        title: Worker(lib, workload, threads, procs) for title, (lib, threads, procs) in columns.items()
    }
    live = {title: w for title, w in workers.items() if w.ready}
    for _ in range(rounds):
        for w in live.values():
            if w.ready:
                w.run(max(3, min(30, int(budget * 1e3 / w.ready["ms"]))))
    row: dict[str, Any] = {"workload": workload, "columns": {}}
    for title, w in workers.items():
        if not w.ready:
            row["columns"][title] = {"skipped": w.error}
            continue
        w.close()
        base = live.get("PyTorch 1 thread" if columns[title][1] == 1 else "PyTorch 2 threads")
        entry = {"ms": w.ms, "peak_mb": w.peak, "faults": statistics.median(w.faults)}
        if base is not None and base.rounds:
            entry["ratio"] = statistics.median(
                statistics.median(a) / statistics.median(b)
                for a, b in zip(w.rounds, base.rounds, strict=True)
            )
        row["columns"][title] = entry
    return row


def markdown(rows: list[dict], about: dict[str, str]) -> str:
    """Return the table as Markdown."""
    titles = list(dict.fromkeys(t for row in rows for t in row["columns"]))
    lines = ["# The engine against its peers", "", *(f"- {k}: {v}" for k, v in about.items()), ""]
    lines += [
        "Milliseconds a training step (median), in brackets the ratio to PyTorch with as many threads;",
        "then the peak of memory above what the library itself takes, in MB. They take turns in one run.",
        "",
        "| workload | " + " | ".join(titles) + " | goal, 1 thread | goal, best mode |",
        "|---" * (len(titles) + 3) + "|",
    ]
    for row in rows:
        cells = []
        for title in titles:
            e = row["columns"].get(title)
            if e is None or "skipped" in e:
                cells.append("-")
                continue
            ratio = f" ({e['ratio']:.2f})" if "ratio" in e and not title.startswith("PyTorch") else ""
            ratio = " (?)" if ratio and "2" in title and hindered(row) else ratio
            cells.append(f"{e['ms']:.2f}{ratio}; {e['peak_mb']:.0f} MB")
        goals = TARGETS[row["workload"]]
        lines.append(f"| {row['workload']} | " + " | ".join(cells) + f" | {goals[0]} | {goals[1]} |")
    if any(hindered(row) for row in rows):
        lines += ["", "(?): no ratio; PyTorch's two threads were slower than its one: other work had a core."]
    skipped = {t: e["skipped"] for row in rows for t, e in row["columns"].items() if "skipped" in e}
    lines += ["", *(f"- {t}: skipped ({why})" for t, why in skipped.items())] if skipped else []
    return "\n".join(lines) + "\n"


def hindered(row: dict) -> bool:
    """Tell whether other work took a core: PyTorch's two threads were then slower than its one."""
    one, two = (row["columns"].get(f"PyTorch {n}", {}).get("ms") for n in ("1 thread", "2 threads"))
    return one is not None and two is not None and two > 1.05 * one


def about_machine() -> dict[str, str]:
    """Name the machine, the day and the versions."""
    from importlib.metadata import version

    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        names = [
            x.split(":")[1].strip()
            for x in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in x
        ]
        cpu = names[0] if names else cpu
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return {
        "Machine": f"{cpu}, {os.cpu_count()} cores, {platform.system()}",
        "Date": datetime.date.today().isoformat(),
        "Versions": ", ".join(f"{p} {version(p)}" for p in ("numpy", "torch"))
        + f", Python {platform.python_version()}",
        "Load when it ended": f"{load} (1 minute; other work makes milliseconds worthless, ratios rough)",
    }


def main() -> None:
    """Measure what was asked for and write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="WORKLOAD")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--budget", type=float, default=0.3, help="seconds a turn")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--again", action="store_true", help="write the table of the last run anew")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "engine", help="without .md and .json")
    args = parser.parse_args()
    if args.again:
        last = json.loads(args.out.with_suffix(".json").read_text(encoding="utf-8"))
        return write(args.out, last["rows"], last["about"])
    columns: dict[str, tuple[str, int, int]] = {}
    if 1 in args.threads:
        columns |= {"ours 1 thread": ("ours", 1, 1), "PyTorch 1 thread": ("pytorch", 1, 1)}
    if 2 in args.threads:
        columns |= {
            "ours 2 threads": ("ours", 2, 1), "ours 2 processes": ("ours", 2, 2),
            "PyTorch 2 threads": ("pytorch", 2, 1),
        }  # fmt: skip
    if args.peers:
        peers = ("jax", "autograd", "smallpebble", "tinygrad", "micrograd")
        columns |= {peer: (peer, max(args.threads), 1) for peer in peers}
    rows = []
    for name in args.only:
        row = measure(name, columns, args.rounds, args.budget)
        rows.append(row)
        shown = {
            t: (
                f"{e['ms']:.2f} ms"
                + (f" x{e['ratio']:.2f}" if "ratio" in e else "")
                + f" {e['peak_mb']:.0f} MB"
            )
            if "ms" in e
            else e["skipped"]
            for t, e in row["columns"].items()
        }
        print(name, "; ".join(f"{t}: {v}" for t, v in shown.items()), flush=True)
    write(args.out, rows, about_machine())


def write(out: Path, rows: list[dict], about: dict[str, str]) -> None:
    """Write the tables, each whole or not at all."""
    out.parent.mkdir(parents=True, exist_ok=True)
    for suffix, text in (
        (".md", markdown(rows, about)),
        (".json", json.dumps({"about": about, "rows": rows}, indent=1) + "\n"),
    ):
        temporary = out.with_suffix(suffix + ".tmp")
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, out.with_suffix(suffix))


if __name__ == "__main__":
    main()
