"""What does the loop cost? The same small training by rung, by hand, by Lightning and by Keras, in one run.

    python -m benchmarks.train                                  rung and plain PyTorch
    python -m benchmarks.train --peers /tmp/peers --rounds 15   Lightning and Keras 3 too, if they are there:
    pip install --target /tmp/peers --no-deps lightning pytorch-lightning lightning-utilities keras \
        namex h5py ml-dtypes optree absl-py

Each trains in a process of its own, on one thread, and they take turns, an epoch of 256 steps each, so that
what else the machine does hits all alike. An epoch is measured with all that belongs to it: rung's with
curve, validation on one batch, and checkpoint, the others' with nothing of the kind. Reported are the median
of milliseconds a step, the median over the rounds of the ratio to the loop written by hand, and what the loop
adds to a step. Then each trains several times, from other first weights and in another order, until 98 % of
2,048 examples that were held back are answered rightly: how many steps and seconds that takes, loading and
asking not counted. `start` is how long a process takes until its first step is done, imports and all; for
`rung train digits` it is measured on the command itself. Believe ratios, not milliseconds.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.engine import HERE, about_machine

TITLES = {
    "plain": "PyTorch by hand",
    "rung": "rung",
    "loader": "PyTorch, DataLoader",
    "lightning": "Lightning",
    "keras": "Keras 3 on PyTorch",
}
WORKLOADS = {
    "mlp": "MLP 784-256-128-10",
    "cnn": "CNN, 8 and 16 channels",
}
GOAL = 1.03  # rung's share of the loop by hand
SHARE = 0.98  # of right answers, to which the time is measured
START_GOAL = 4.0  # seconds to the first step of `rung train digits`


def environment(threads: int, peers: str, seed: int = 0) -> dict[str, str]:
    """Return the environment of a worker."""
    paths = (str(HERE.parent), peers, os.environ.get("PYTHONPATH"))
    return {
        **os.environ,
        "OMP_NUM_THREADS": str(threads),
        "KERAS_BACKEND": "torch",
        "RUNG_BENCH_SEED": str(seed),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }


class Worker:
    """A way to train, in its own process, that trains an epoch when asked."""

    def __init__(self, way: str, workload: str, threads: int, peers: str) -> None:
        self.turns: list[float] = []
        self.cpu: list[float] = []
        self.said = tempfile.TemporaryFile("w+")  # noqa: SIM115
        began = time.time()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.train_worker", way, workload],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said,
            env=environment(threads, peers), text=True,
        )  # fmt: skip
        answer = self._read()
        self.start = answer["first_step_at"] - began if answer else 0.0
        self.error = "" if answer else self._fault()

    def run(self) -> None:
        """Train an epoch and keep what a step of it took."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        answer = self._read()
        if answer is None:
            self.error = self._fault()
        else:
            self.turns.append(answer["ms"])
            self.cpu.append(answer["cpu"])

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()
        self.said.close()

    def _read(self) -> dict[str, Any] | None:
        """Return the next answer; what a library prints on its own is passed over."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        return None

    def _fault(self) -> str:
        self.said.seek(0)
        lines = self.said.read().strip().splitlines()
        return lines[-1] if lines else "it ended"


def measure(workload: str, ways: list[str], rounds: int, threads: int, peers: str) -> dict[str, Any]:
    """Measure one workload: every way takes its turn in every round; the first round is not counted."""
    workers = {way: Worker(way, workload, threads, peers) for way in ways}
    for _ in range(rounds + 1):
        for worker in workers.values():
            if not worker.error:
                worker.run()
    row: dict[str, Any] = {"workload": workload, "ways": {}}
    base, cpu = workers["plain"].turns[1:], workers["plain"].cpu[1:]
    for way, worker in workers.items():
        if worker.error:
            row["ways"][way] = {"skipped": worker.error}
        else:
            turns = worker.turns[1:]
            pairs = list(zip(turns, base, strict=True))
            ratios = sorted(a / b for a, b in pairs)
            row["ways"][way] = {
                "ms": statistics.median(turns),
                "ratio": statistics.median(ratios),
                "quartiles": [ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]],
                "cpu": statistics.median(worker.cpu[1:]),
                "cpu_ratio": statistics.median(a / b for a, b in zip(worker.cpu[1:], cpu, strict=True)),
                "beyond": statistics.median(a - b for a, b in pairs),
                "start": worker.start,
            }
        worker.close()
    return row


def reach(workload: str, ways: list[str], seeds: int, threads: int, peers: str) -> dict[str, dict[str, Any]]:
    """Measure how long each way takes to the share of right answers, in turn, with several seeds."""
    seen: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for seed in range(seeds):
        for way in ways:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.train_worker", way, workload, str(SHARE)],
                env=environment(threads, peers, seed), capture_output=True, text=True, check=False,
            )  # fmt: skip
            found = [line for line in done.stdout.splitlines() if line.startswith('{"reached')]
            if not found:
                return {way: {"skipped": (done.stderr.strip().splitlines() or ["it ended"])[-1]}}
            seen[way].append(json.loads(found[0]))
    return {
        way: {
            "reached": sum(s["reached"] for s in all_seeds),
            "of": seeds,
            "steps": statistics.median(s["steps"] for s in all_seeds),
            "seconds": statistics.median(s["seconds"] for s in all_seeds),
            "all": all_seeds,
        }
        for way, all_seeds in seen.items()
    }


def first_step(words: list[str]) -> tuple[float, float]:
    """Return the seconds from the command `rung train ...` to the first line of its curve, and of processor.

    That line comes after twenty steps: a little more than the first step takes, never less. On a machine that
    does nothing else the two are about the same, on a busy one only the second tells something.
    """
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "RUNG_HOME": home}
        curve = Path(home) / "runs" / "bench" / "metrics.jsonl"
        began = time.time()
        process = subprocess.Popen(
            [sys.executable, "-m", "rung", "train", *words, "--name", "bench", "--track", "none"],
            env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        while not (curve.is_file() and "\n" in curve.read_text()):
            if process.poll() is not None:
                assert process.stdout is not None
                raise SystemExit(f"rung train {' '.join(words)}: {process.stdout.read()}")
            time.sleep(0.002)
        written = curve.stat().st_mtime
        cpu = processor_seconds(process.pid)
        process.kill()
        process.communicate()
        return written - began, cpu


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used so far; not a number where /proc does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return math.nan
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def starts(times: int) -> dict[str, dict[str, Any]]:
    """Measure the start of `rung train digits`, with both engines in turn."""
    words = {
        "rung train digits": ["digits"],
        "rung train digits --engine pytorch": ["digits", "--engine", "pytorch"],
    }
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in words}
    for _ in range(times + 1):  # the first one warms the system's file cache
        for name in words:
            seen[name].append(first_step(words[name]))
    return {
        name: {
            "seconds": statistics.median(wall for wall, _ in s[1:]),
            "cpu": statistics.median(cpu for _, cpu in s[1:]),
            "all": s[1:],
        }
        for name, s in seen.items()
    }


def markdown(rows: list[dict[str, Any]], start: dict[str, dict[str, Any]], about: dict[str, str]) -> str:
    """Return the tables as Markdown."""
    lines = ["# The training loop against its peers", "", *(f"- {k}: {v}" for k, v in about.items()), ""]
    lines += [
        "The same network, examples, batches of 64 and SGD with momentum; an epoch is 256 steps, with all",
        "that the library does in it. Milliseconds a step (median), the ratio to the loop by hand (median of",
        "the rounds; in brackets its quartiles), the same ratio of processor time (which other work on the",
        "machine disturbs less; waiting for the disk is not in it), what is added to a step in microseconds,",
        "and the seconds from the start of the process to the end of its first step.",
        f"Goal: rung's ratio at most {GOAL}.",
    ]
    for row in rows:
        title = WORKLOADS[row["workload"]]
        lines += ["", f"| {title} | ms a step | ratio | CPU ratio | added, µs | start, s |", "|---" * 6 + "|"]
        for way, e in row["ways"].items():
            if "skipped" in e:
                lines.append(f"| {TITLES[way]} | - | skipped: {e['skipped']} | - | - | - |")
                continue
            low, high = e["quartiles"]
            ratio = "1" if way == "plain" else f"{e['ratio']:.3f} ({low:.3f} to {high:.3f})"
            cpu = "1" if way == "plain" else f"{e['cpu_ratio']:.3f}"
            added = "0" if way == "plain" else f"{e['beyond'] * 1e3:.0f}"
            lines.append(f"| {TITLES[way]} | {e['ms']:.3f} | {ratio} | {cpu} | {added} | {e['start']:.1f} |")
        if row.get("reach"):
            lines += ["", f"| {title}: to {SHARE:.0%} | steps | seconds | reached |", "|---" * 4 + "|"]
            for way, e in row["reach"].items():
                told = (
                    e.get("skipped") or f"{e['steps']:.0f} | {e['seconds']:.2f} | {e['reached']} of {e['of']}"
                )
                lines.append(f"| {TITLES[way]} | {told} |")
    if start:
        lines += [
            "",
            f"From the command to the end of the twentieth step; goal for the first: under {START_GOAL:g} s.",
            "",
        ]
        lines += ["| command | seconds | of processor |", "|---|---|---|"]
        lines += [f"| `{name}` | {e['seconds']:.2f} | {e['cpu']:.2f} |" for name, e in start.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure what was asked for and write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=list(WORKLOADS), default=list(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peers", default="", help="where Lightning and Keras are installed")
    parser.add_argument("--seeds", type=int, default=7, help="trainings to the same accuracy; 0 for none")
    parser.add_argument("--starts", type=int, default=5, help="how often `rung train digits` is started")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "train", help="without .md and .json")
    args = parser.parse_args()
    ways = ["plain", "rung", *(["loader", "lightning", "keras"] if args.peers else [])]
    rows = []
    for workload in args.only:
        row = measure(workload, ways, args.rounds, args.threads, args.peers)
        row["reach"] = reach(workload, ways, args.seeds, args.threads, args.peers) if args.seeds else {}
        rows.append(row)
        for way, e in row["ways"].items():
            told = e.get("skipped") or (
                f"{e['ms']:.3f} ms x{e['ratio']:.3f}, CPU x{e['cpu_ratio']:.3f}, "
                f"first step {e['start']:.1f} s"
            )
            print(f"{workload} {TITLES[way]}: {told}", flush=True)
        for way, e in row["reach"].items():
            print(f"{workload} {TITLES[way]} to {SHARE:.0%}: {e.get('skipped') or e['seconds']}", flush=True)
    start = starts(args.starts) if args.starts else {}
    for name, e in start.items():
        print(f"{name}: {e['seconds']:.2f} s to twenty steps, {e['cpu']:.2f} s of processor", flush=True)
    about = {**about_machine(), "Threads": str(args.threads)}
    args.out.parent.mkdir(parents=True, exist_ok=True)
    content = {"about": about, "rounds": args.rounds, "rows": rows, "starts": start}
    for suffix, text in (
        (".md", markdown(rows, start, about)),
        (".json", json.dumps(content, indent=1) + "\n"),
    ):
        temporary = args.out.with_suffix(suffix + ".tmp")
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, args.out.with_suffix(suffix))


if __name__ == "__main__":
    main()
