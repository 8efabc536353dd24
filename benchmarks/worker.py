"""One library, one workload, one number of threads, in a process of its own; `engine.py` starts it.

It builds the workload, warms up, and then for every line `N` on its standard input runs N steps and answers
with a line of JSON: the milliseconds of each step, page faults per step, and the peak of its memory so far.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import sys
import time


def main() -> None:
    """Serve runs of steps until standard input ends."""
    library, workload, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    step, base = build(library, workload, threads)
    warm = time.perf_counter()
    for _ in range(3):
        loss = step()
    first = (time.perf_counter() - warm) / 3
    print(json.dumps({"ready": True, "ms": first * 1e3, "loss": loss}), flush=True)
    for line in sys.stdin:
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            step()
            times.append((time.perf_counter() - start) * 1e3)
        used = resource.getrusage(resource.RUSAGE_SELF)
        answer = {
            "ms": times,
            "faults": (used.ru_minflt - faults) / len(times),
            "peak_mb": max(0.0, used.ru_maxrss / 1024 - base) + children(base),
        }
        print(json.dumps(answer), flush=True)


def build(library: str, workload: str, threads: int):
    """Import the library and build the step; return it and the memory that the import alone takes, in MB."""
    from benchmarks import workloads

    if library == "ours":
        import rung.scratch.nn
        import rung.scratch.optim  # noqa: F401

        workloads.ours("logistic-64")()  # whatever is loaded at the first step
        base = memory()
        return workloads.ours(workload, int(os.environ.get("RUNG_BENCH_PROCS", "1"))), base
    if library == "pytorch":
        import torch

        torch.set_num_threads(threads)
        workloads.pytorch("logistic-64")()  # torch.optim loads much at its first use
        base = memory()
        return workloads.pytorch(workload), base
    from benchmarks import peers

    base = memory()
    return peers.build(library, workload), base


def children(base: float) -> float:
    """Return the peak memory of this process's children above what they share with it, in MB."""
    total = 0.0
    for child in multiprocessing.active_children():
        with open(f"/proc/{child.pid}/status") as status:
            peak = next(line for line in status if line.startswith("VmHWM"))
        total += max(0.0, int(peak.split()[1]) / 1024 - base)
    return total


def memory() -> float:
    """Return the resident memory of this process, in MB."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
