"""`grade`: the one way to a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from rung.learn.grading import client
from rung.learn.grading.job import Job
from rung.learn.grading.verdict import Limits, Verdict


class Graded(Protocol):
    """What grading needs to know of a lesson."""

    @property
    def slug(self) -> str: ...
    @property
    def target(self) -> tuple[str, ...]: ...
    @property
    def folder(self) -> Path: ...


def grade(
    lesson: Graded,
    source: str,
    seed: int | None = None,
    *,
    filename: str | None = None,
    every: bool = False,
    diagnose: bool = True,
    limits: Limits | None = None,
) -> Verdict:
    """Grade a source text against a lesson's checks.

    The text runs in a process of its own; the checks run in another, and compare there. Any text may be
    graded: a learner's file, the answer, the stub, the answer with a mistake in it.

    Args:
        lesson: what it is an answer to.
        source: the text.
        seed: of the second run of each check (the first has fixed inputs); None draws one.
        filename: what messages call the text.
        every: run every check even after one failed.
        diagnose: on a failure, look for the named mistake that behaves the same.
        limits: time and memory; the defaults fit a lesson.
    """
    job = Job(
        lesson.slug,
        tuple(lesson.target),
        str(lesson.folder),
        source,
        filename or f"{lesson.slug}.py",
        seed,
        every,
        diagnose,
        limits or Limits(),
    )
    verdict = client.ask(job)
    if verdict is not None:
        return verdict
    from rung.learn.grading.launch import can_fork, run_here

    # A process with threads must not be forked; a server of our own can be.
    if not can_fork() and client.start(client.preload_for(job)):
        verdict = client.ask(job)
    return verdict or run_here(job, fork=can_fork())
