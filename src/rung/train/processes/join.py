"""Meeting the other processes of a training, and taking leave of them."""

from __future__ import annotations

import os
import time
from datetime import timedelta

from rung.scratch.errors import SettingError
from rung.scratch.threads import blas_threads
from rung.train.processes.together import ALONE, Together, told_as_lost

# A process waits for the others while the first one validates. That one of them has died shows at once, by
# its closed connection, whatever stands here.
_PATIENCE = timedelta(hours=2)
_GRACE = 2.0  # seconds in which the first process can tell of a fault that all have met


def started_among() -> int:
    """Return how many processes torchrun started this one among; 1 where it was not torchrun."""
    return int(os.environ["WORLD_SIZE"]) if "TORCHELASTIC_RUN_ID" in os.environ else 1


def join() -> Together:
    """Meet the other processes that torchrun started; alone where there are none.

    Arrays and CPU tensors go through gloo, tensors on an NVIDIA GPU through nccl, a GPU for each process. The
    cores of a machine are shared out among its processes, unless OMP_NUM_THREADS says how many to take.

    Raises:
        SettingError: there are more processes than GPUs.
        ProcessError: another process ended before it came.
    """
    if started_among() == 1:
        return ALONE
    import torch
    import torch.distributed as dist

    local, here = int(os.environ["LOCAL_RANK"]), int(os.environ["LOCAL_WORLD_SIZE"])
    threads = int(os.environ.get("OMP_NUM_THREADS") or max(1, (os.cpu_count() or 1) // here))
    torch.set_num_threads(threads)
    blas_threads(threads)
    ways = "gloo"
    if torch.cuda.is_available() and os.environ.get("RUNG_DEVICE", "cuda") != "cpu":
        gpus = torch.cuda.device_count()
        if here > gpus:
            raise SettingError(
                f"{here} processes on {gpus} GPU{'s' * (gpus > 1)}",
                rule="Each process takes a GPU of its own.",
                fix=f"--procs {gpus}, or RUNG_DEVICE=cpu",
            )
        torch.cuda.set_device(local)
        ways = "cpu:gloo,cuda:nccl"
    with told_as_lost():
        dist.init_process_group(ways, timeout=_PATIENCE)
    return Together(dist.get_rank(), dist.get_world_size(), os.getppid())


def leave(together: Together) -> None:
    """Take leave of the others, when nothing is left to do together."""
    if together.world > 1:
        import torch.distributed as dist

        if dist.is_initialized():
            dist.destroy_process_group()


def let_the_first_speak() -> None:
    """Wait a moment in any process but the first, which has probably met the same fault and tells of it."""
    if int(os.environ.get("RANK", "0")) > 0 and started_among() > 1:
        time.sleep(_GRACE)
