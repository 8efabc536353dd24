"""Whose code trains: the learner's parts put in the library's place, and blamed by name when they fail."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType, FunctionType, TracebackType

from rung.scratch.errors import DTypeError, GradientError, RungError, ShapeError
from rung.scratch.function import use


class PartError(RungError, RuntimeError):
    """A part that the learner wrote failed in the middle of a training.

    It passed its lesson's checks, and met something there that it did not meet before.

        rung train digits --mine

    Repair: the message names your file and the line. Mend it, let it pass again with `rung check NAME`, and
    go on where the run stopped: `rung train digits --mine --resume`.
    """

    name = "part"


@dataclass(frozen=True)
class Part:
    """A class of the library that a project runs on and that a learner can replace.

    Attributes:
        target: the library's class.
        title: what people call it.
        lesson: the lesson in which it is written.
    """

    target: type
    title: str
    lesson: str


def whose(parts: Sequence[Part], replacements: Mapping[type, type]) -> list[dict[str, str]]:
    """Tell for each part whose code will run: dicts of "part", "whose" ("yours" or "library") and "lesson".

    "lesson" is the one in which the learner wrote the part, or in which they can. "code" is the hash of the
    learner's code, where it is known.
    """
    written: Mapping[type, str] = getattr(replacements, "lesson", {})
    code: Mapping[type, str] = getattr(replacements, "code", {})
    return [
        {
            "part": p.title,
            "whose": "yours" if p.target in replacements else "library",
            "lesson": written.get(p.target, p.lesson),
            **({"code": code[p.target]} if p.target in code else {}),
        }
        for p in parts
    ]


@contextlib.contextmanager
def using(parts: Sequence[Part], replacements: Mapping[type, type]) -> Iterator[None]:
    """Run the block on the learner's parts; a fault that comes out of one of them is told as theirs.

    Raises:
        PartError: code of a replacement failed, which is named with file, line and fault; or the library's
            did while replacements were in use.
    """
    mine = {p: replacements[p.target] for p in parts if p.target in replacements}
    with contextlib.ExitStack() as stack:
        for part, replacement in mine.items():
            stack.enter_context(use(part.target, replacement))
        try:
            yield
        except Exception as error:
            blamed = _blame(error.__traceback__, mine)
            if blamed is None and (not mine or not _of_the_engine(error)):
                raise
            if blamed is None:  # what a part returns can make the library fail later
                names, what = ", ".join(p.title for p in mine), getattr(error, "message", error)
                raise PartError(
                    f"the training failed on your parts ({names}), though not in their code: "
                    f"{type(error).__name__}: {what}",
                    rule="An array of a wrong shape that a part returns is noticed only where it is used.",
                    fix="train without --mine: if that works, one of your parts is to blame",
                ) from error
            part, frame = blamed
            raise PartError(
                f"your {part.title} failed: {frame.filename}, line {frame.lineno}, in {frame.name}: "
                f"{type(error).__name__}: {error}",
                rule="It passed its lesson's checks, but this training gives it other inputs.",
                fix=f"rung check {getattr(replacements, 'lesson', {}).get(part.target, part.lesson)}",
            ) from error


def _of_the_engine(error: Exception) -> bool:
    """Tell whether an error arose from computing, not from data, settings or files."""
    return isinstance(error, (ShapeError, DTypeError, GradientError)) or not isinstance(
        error, (RungError, OSError)
    )


def _blame(
    trace: TracebackType | None, mine: Mapping[Part, type]
) -> tuple[Part, traceback.FrameSummary] | None:
    """Return the part in whose code a fault arose, and where: the innermost frame that belongs to one."""
    owners: dict[CodeType, Part] = {}
    for part, replacement in mine.items():
        for klass in replacement.__mro__:
            for member in vars(klass).values():
                code = member.__code__ if isinstance(member, FunctionType) else None
                if code is not None and klass not in part.target.__mro__:
                    owners[code] = part
    found: tuple[Part, traceback.FrameSummary] | None = None
    for frame, line in traceback.walk_tb(trace):
        code = frame.f_code
        owner = owners.get(code)
        if owner is None and found is not None and code.co_filename == found[1].filename:
            owner = found[0]  # a function of theirs that the part called
        if owner is not None:
            found = owner, traceback.FrameSummary(code.co_filename, line, code.co_name, lookup_line=False)
    return found
