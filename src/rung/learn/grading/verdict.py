"""The verdict on one file: what passed, the first thing that did not, and the limits it ran under."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rung.learn.hashes import checks_hash as checks_hash
from rung.learn.hashes import code_hash as code_hash


@dataclass(frozen=True)
class Limits:
    """What the learner's process may use.

    Args:
        seconds: wall-clock time for loading the file, and again for each run of a check.
        total: wall-clock time for the whole verdict, in seconds.
        memory_mb: address space above what Python and NumPy take, in MiB (not enforced by macOS and Windows).
        printed: characters of printed text that are kept.
        reply_mb: size of one value that crosses to the check, in MiB.
        file_mb: size of a file written in the process's own temporary folder, in MiB.
    """

    seconds: float = 5.0
    total: float = 60.0
    memory_mb: int = 1024
    printed: int = 10_000
    reply_mb: int = 64
    file_mb: int = 16


@dataclass
class CheckResult:
    """What one check said. `reached` is False for the checks after the first failure: they were not run.

    `error` is the class name of an exception that the learner's code raised (`NotImplementedError` for a
    stub), if any.
    """

    name: str
    title: str
    passed: bool
    message: str
    reached: bool = True
    error: str | None = None


@dataclass
class Verdict:
    """What grading one file came to.

    Attributes:
        passed: every check passed, with fixed inputs and with inputs from `seed`.
        checks: one result per check, in order.
        diagnosis: the sentence of the named mistake that behaves as this answer does, if one does.
        printed: what the code printed, cut to the limit.
        fault: what went wrong with the process as a whole, in plain words (it did not load, did not end,
            ...).
        seconds: wall-clock time from the request to the verdict.
    """

    lesson: str
    passed: bool
    checks: list[CheckResult] = field(default_factory=list)
    diagnosis: str | None = None
    printed: str = ""
    fault: str | None = None
    seconds: float = 0.0
    seed: int = 0
    code_hash: str = ""
    checks_hash: str = ""

    def failure(self) -> CheckResult | None:
        """Return the first check that ran and did not pass, or None."""
        return next((c for c in self.checks if c.reached and not c.passed), None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts and lists, fit for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Verdict:
        """Rebuild a verdict from `to_dict`."""
        return cls(**{**data, "checks": [CheckResult(**c) for c in data["checks"]]})
