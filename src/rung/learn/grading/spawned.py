"""The far end of `spawn`: `python -I -m rung.learn.grading.spawned` waits for one job."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from rung.learn.grading import worker
from rung.learn.grading.channel import Blocking, Closed
from rung.learn.grading.job import Job


def main() -> None:
    """Take one job, serve it, and end with the conversation."""
    if sys.platform == "win32":
        import msvcrt

        for fd in (0, 1):
            msvcrt.setmode(fd, os.O_BINARY)
    channel = Blocking(os.dup(0), os.dup(1))
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.dup2(2, 1)  # what the learner prints travels on standard error
    os.close(empty)
    try:
        order = json.loads(channel.receive())
        os.chdir(order["folder"])
        job = Job.from_json(json.dumps(order["job"]).encode())
        worker.serve(job, channel, Path(order["folder"]), order["mistake"])
    except Closed:
        os._exit(71)


if __name__ == "__main__":
    main()
