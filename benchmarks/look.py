"""How long a person waits for a look into a network: the first view of a run, and moving to another input.

    python -m benchmarks.look                       trains what it looks into, a few epochs on few examples
    python -m benchmarks.look digits cat-dog        only these

The first view is everything from the start of a process that has nothing loaded: importing, bringing back
the run and its data, recording a pass, and all of the page but its pictures, which it fetches by and by.
Moving on is the same page for another input of a run that is open; the first map is drawn first then.
Medians, with the processor's time beside them, since a machine that does other things waits. Nothing here is
a test: times depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = {
    "digits, MLP from scratch": ["digits", "--data", "mnist5k", "--epochs", "1"],
    "digits, LeNet": [
        *("digits", "--data", "mnist5k", "--engine", "pytorch", "--model", "lenet", "--epochs", "1"),
    ],
    "cat-dog, from nothing": ["cat-dog", "--epochs", "1"],
    "cat-dog, EfficientNet-Lite0 at 224 px": [
        *("cat-dog", "--model", "transfer", "--data-limit", "200", "--epochs", "1"),
    ],
    "sentiment, LSTM": ["sentiment", "--data-limit", "2000", "--epochs", "1", "--model", "bilstm"],
    "sentiment, transformer": [
        "sentiment",
        "--data-limit",
        "2000",
        "--epochs",
        "1",
        "--model",
        "transformer",
    ],
}
FIRST, MOVES = 3, 12  # processes started for a first view; inputs moved to


def main() -> None:
    """Train, look, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("only", nargs="*", help="projects: digits, cat-dog, sentiment")
    parser.add_argument("--home", help="where runs are and are kept; a temporary folder if left out")
    parser.add_argument("--inside", metavar="RUN", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(_inside(options.inside)))
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RUNG_HOME"] = options.home or folder
        threads = os.environ.get("OMP_NUM_THREADS", "all")
        print(f"{platform.machine()}, {os.cpu_count()} cores, {threads} threads")
        head = ("first view s", "processor s", "moving on ms", "processor ms", "slowest ms", "first map ms")
        print(f"{'':<40}" + "".join(f"{name:>14}" for name in head))
        for title, words in RUNS.items():
            if not options.only or words[0] in options.only:
                _told(title, words)


def _told(title: str, words: list[str]) -> None:
    name = "look-" + "".join(c if c.isalnum() else "-" for c in title.lower())
    if not (Path(os.environ["RUNG_HOME"]) / "runs" / name / "result.json").is_file():
        command = [sys.executable, "-m", "rung", "train", *words, "--name", name, "--track", "none"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            why = [*done.stderr.strip().splitlines(), f"it ended with {done.returncode}"][0]
            print(f"{title:<40}  not trained: {why}")
            return
    looks = []
    for _ in range(FIRST):
        started = time.perf_counter()
        command = [sys.executable, "-m", "benchmarks.look", "--inside", name]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        looks.append({**found, "whole": time.perf_counter() - started})
    print(
        f"{title:<40}"
        f"{statistics.median(one['first'] for one in looks):>14.2f}"
        f"{statistics.median(one['first cpu'] for one in looks):>14.2f}"
        f"{1000 * statistics.median(m for one in looks for m in one['moves']):>14.0f}"
        f"{1000 * statistics.median(m for one in looks for m in one['moves cpu']):>14.0f}"
        f"{1000 * max(m for one in looks for m in one['moves']):>14.0f}"
        f"{1000 * statistics.median(one['map'] for one in looks):>14.0f}"
    )


def _inside(name: str) -> dict[str, object]:
    """Look into a run as the studio does, in this process, and return what it took in seconds."""
    started = time.perf_counter()
    from rung.studio import looked
    from rung.train.record import find_run

    def page(number: int) -> dict[str, object]:
        told = looked.act("page", find_run(name), {"n": str(number), "open": "-"})
        assert isinstance(told, dict)
        return told

    count = page(0)["count"]
    assert isinstance(count, int)
    first, cpu = time.perf_counter() - started, time.process_time()
    asked = {"n": "0", "open": "-", "file": "why-saliency.png"}
    before = time.perf_counter()
    try:
        looked.act("file", find_run(name), asked)
    except LookupError:
        looked.act("file", find_run(name), {**asked, "file": "why-saliency.html"})
    drawn = time.perf_counter() - before
    moves, moves_cpu = [], []
    for number in range(1, min(MOVES, count - 1) + 1):
        clock, processor = time.perf_counter(), time.process_time()
        page(number)
        moves.append(time.perf_counter() - clock)
        moves_cpu.append(time.process_time() - processor)
    return {"first": first, "first cpu": cpu, "map": drawn, "moves": moves, "moves cpu": moves_cpu}


if __name__ == "__main__":
    main()
