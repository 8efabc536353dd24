"""Starting the processes that train one model, by PyTorch's own launcher, torchrun."""

from __future__ import annotations

import logging
import signal
import sys
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rung.train.processes.together import ProcessError

# What `rung train` ends with: stopped, or a fault that it has told of.
_SAID = (1, 2)
# What a process ends with when it is another one that is lost.
LEFT = 3
_CAUGHT = (signal.SIGINT, signal.SIGTERM)  # torchrun's agent does not give the handlers back


def launch(words: Sequence[str], procs: int, run: str) -> int:
    """Run `rung train` with these words in several processes, and wait for them.

    They are started by torchrun's agent, called from Python, so that no `torchrun` need be on the PATH. The
    first one writes to this terminal; what the others say is kept only to tell of a fault. If one dies, the
    agent ends the others. Ctrl-C is passed on to all, which stop after the same step.

    Args:
        words: of `rung train`: the project and its options.
        procs: how many processes.
        run: name of the run, for the message; empty where the first process chooses it.

    Returns:
        what the first one ended with: 0 trained and scored, 1 stopped, 2 a fault that it has told of.

    Raises:
        ProcessError: a process died.
    """
    from torch.distributed.elastic.multiprocessing.api import DefaultLogsSpecs, SignalException, Std
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    with tempfile.TemporaryDirectory(prefix="rung-processes-") as folder:
        config = LaunchConfig(
            min_nodes=1,
            max_nodes=1,
            nproc_per_node=procs,
            logs_specs=DefaultLogsSpecs(folder, redirects=dict.fromkeys(range(1, procs), Std.ALL)),
            run_id=uuid.uuid4().hex,
            rdzv_backend="c10d",
            rdzv_endpoint="localhost:0",
            local_addr="localhost",
            max_restarts=0,
        )
        before = {number: signal.getsignal(number) for number in _CAUGHT}
        logging.disable(logging.CRITICAL)  # the agent's own words; ours are below
        try:
            # -P: what lies in the current folder is not to be imported
            elastic_launch(config, sys.executable)("-P", "-m", "rung", "train", *words)
        except ChildFailedError as error:
            failures = error.failures
            if 0 in failures and failures[0].exitcode in _SAID:
                return int(failures[0].exitcode)
            raise _died(failures, procs, words[0], run, Path(folder)) from None
        except SignalException:
            return 1
        finally:
            logging.disable(logging.NOTSET)
            for number, handler in before.items():
                signal.signal(number, handler)
    return 0


def _died(failures: dict[int, Any], procs: int, project: str, run: str, folder: Path) -> ProcessError:
    """Say which process died, of what, and how to go on."""
    rank, failure = min(failures.items(), key=lambda f: (f[1].exitcode == LEFT, f[1].timestamp))
    code = failure.exitcode
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
    said = f": {told}" if code > 0 and (told := _said(folder, rank)) else ""
    return ProcessError(
        f"process {rank} of {procs} (numbered from 0) {how}{said}",
        rule="A step needs every process's share of the batch, so the others were ended too.",
        fix=f"{f'rung train {project} --resume {run}'.strip()} goes on from the last checkpoint",
    )


def _said(folder: Path, rank: int) -> str:
    """Return what a process said of its fault: the error's own line, which a traceback has at its end."""
    logs = sorted(folder.rglob(f"{rank}/stderr.log"))
    lines = [line.strip() for log in logs for line in log.read_text(errors="replace").splitlines()]
    lines = [line for line in lines if line]
    if not lines:
        return ""
    return lines[-1] if any(line.startswith("Traceback") for line in lines) else lines[0]
