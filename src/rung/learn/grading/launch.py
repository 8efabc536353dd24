"""Start a learner's process in the way this system has, and grade in this process."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from rung.learn.grading.channel import Blocking
from rung.learn.grading.job import Job
from rung.learn.grading.judge import judge
from rung.learn.grading.process import Learner, fork_learner
from rung.learn.grading.verdict import Verdict

_one_at_a_time = threading.Lock()  # the trace of a check is one for the process


def can_fork() -> bool:
    """Return whether this process may be forked: it runs one thread, and no library that starts more."""
    return hasattr(os, "fork") and threading.active_count() == 1 and "torch" not in sys.modules


def start(job: Job, mistake: str | None = None) -> Learner:
    """Start a process for the learner's file, by fork.

    Args:
        job: what to grade.
        mistake: None for the learner's own file, walled in. Otherwise the lesson's answer, with the named
            mistake in it ("" for none); nothing of the learner's runs there.
    """

    def body(channel: Blocking, folder: Path) -> None:
        from rung.learn.grading.worker import serve

        serve(job, channel, folder, mistake)

    return fork_learner(body, job.limits)


def run_here(job: Job, *, fork: bool = True) -> Verdict:
    """Grade with the checks in this process, the learner's code in a fork of it or in a fresh interpreter."""
    from rung.learn.grading.spawn import spawn_learner

    with _one_at_a_time:
        return judge(job, start if fork else spawn_learner)
