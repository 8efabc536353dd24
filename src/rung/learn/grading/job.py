"""What a grading process is asked to do, as plain data that travels as JSON."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rung.learn.grading.verdict import Limits

_LIBRARY = re.compile(r"""\.library\(\s*["']([\w.]+)["']""")


@dataclass(frozen=True)
class Job:
    """One file to grade.

    Attributes:
        lesson, targets, folder: of the lesson.
        source, filename: the learner's text, and what to call it.
        seed: of the second run of each check; None draws one.
        every: run every check even after a failure (for the self-check of a lesson).
        diagnose: compare with the lesson's mistakes after a failure.
    """

    lesson: str
    targets: tuple[str, ...]
    folder: str
    source: str
    filename: str
    seed: int | None = None
    every: bool = False
    diagnose: bool = True
    limits: Limits = field(default_factory=Limits)

    def to_json(self) -> bytes:
        """Return the job as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Job:
        """Read a job from JSON."""
        fields = json.loads(data)
        fields["targets"] = tuple(fields["targets"])
        fields["limits"] = Limits(**fields["limits"])
        return cls(**fields)

    def modules(self) -> list[str]:
        """Return the modules of the library that must be loaded before the walls go up.

        They are the targets' modules, those the checks name in `mine.library("...")`, and those the learner
        imports.
        """
        names = [t.partition(":")[0] for t in self.targets]
        names += _LIBRARY.findall((Path(self.folder) / "checks.py").read_text(encoding="utf-8"))
        return list(dict.fromkeys(names))

    def imported(self) -> list[str]:
        """Return the modules that the learner's source imports; none when it cannot be parsed."""
        return imports_of(self.source)


def imports_of(source: str) -> list[str]:
    """Return the modules that a source text imports, `from a import b` giving both a and a.b."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
            names += [f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*"]
    return list(dict.fromkeys(names))
