"""Several processes at one sweep: started, told to stop, waited for."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence

from rung.train.sweep.journal import ENDED, rows
from rung.train.sweep.store import Sweep, SweepError
from rung.train.watch import Stop

_WORKER = "RUNG_SWEEP_WORKER"  # tells a process that it is one of several


def is_worker() -> bool:
    """Tell whether another process started this one as a worker."""
    return _WORKER in os.environ


def workers(sweep: Sweep, count: int, words: Sequence[str], quiet: bool = False) -> bool:
    """Work at a sweep in several processes, each with its share of the cores, and wait for them.

    Args:
        sweep: which.
        count: how many processes.
        words: the command that one of them runs; it ends with status 0 when no trial is left to take and
            with 1 when it was stopped.
        quiet: what they say goes to standard error.

    Returns:
        True when all trials are done, False when somebody stopped it.

    Raises:
        SweepError: a worker ended with a fault and left trials undone.
    """
    threads = str(max(1, (os.cpu_count() or 1) // count))
    env = {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads, **os.environ, _WORKER: "1"}
    started = [
        subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=2 if quiet else None)
        for _ in range(count)
    ]
    try:
        with Stop() as stop:
            while any(child.poll() is None for child in started):
                if stop.wished:
                    sweep.run.ask_to_stop()
                time.sleep(0.05)
    finally:
        for child in started:  # a second Ctrl-C: no waiting for the end of a step
            if child.poll() is None:
                child.kill()
            child.wait()
    left = sweep.config["trials"] - sum(row["state"] in ENDED for row in rows(sweep))
    if stop.wished or any(child.returncode == 1 for child in started):
        return left <= 0
    faults = [child.returncode for child in started if child.returncode]
    if faults and left > 0:
        raise SweepError(
            f"{len(faults)} of {count} workers ended with status {faults[0]}, and {left} trials are not done",
            rule="A negative status is the signal that ended it; -9 is often a lack of memory.",
            fix=f"rung sweep {sweep.config['project']} --name {sweep.name}",
        )
    return True
