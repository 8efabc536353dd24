"""The learner's side: runs the learner's file and does what the checker asks, one message at a time.

Nothing here decides anything. Whatever the learner's code does to this module, it can only change which
values it sends, and the checker compares those.
"""

from __future__ import annotations

import contextlib
import operator
import sys
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rung.learn.grading.channel import Blocking, Closed
from rung.learn.grading.removal import REMOVED
from rung.learn.grading.unwire import Reader
from rung.learn.grading.wire import Foreign, WireError, Writer

_MOST_ITEMS = 1_000_000
_LIBRARY = str(Path(__file__).resolve().parents[2] / "scratch")


class CheckError(Exception):
    """A function that the check passed raised when the learner's code called it."""


def _array(thing: Any) -> np.ndarray:
    array = np.asarray(thing.numpy() if hasattr(thing, "numpy") else thing)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"a {type(thing).__name__} is not made of numbers")
    return array


def _list(thing: Any) -> list[Any]:
    items = []
    for item in thing:
        items.append(item)
        if len(items) > _MOST_ITEMS:
            raise ValueError(f"it gives more than {_MOST_ITEMS:,} items")
    return items


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "len": len, "float": float, "int": int, "index": operator.index, "complex": complex, "array": _array,
    "list": _list, "repr": repr,
}  # fmt: skip


class Agent:
    """Serves one checker.

    Args:
        channel: where its messages come from.
        source: text of the learner's file.
        filename: what to call it in tracebacks.
        module: the module its code runs in.
        loaded: called once, after the file ran, with its names.
        refusals: list of sentences about what was refused to the code; sent along with each answer.
        reply_limit: the largest answer, in bytes.
        operand_classes: tells whether an object's class may stand for itself in operators (the lesson's own
            classes and the library's).
    """

    def __init__(
        self,
        channel: Blocking,
        source: str,
        filename: str,
        module: types.ModuleType,
        loaded: Callable[[dict[str, Any]], None],
        refusals: list[str],
        reply_limit: int,
        operand_classes: Callable[[type], bool],
    ) -> None:
        self._channel, self._module, self._loaded = channel, module, loaded
        self._filename, self._lines, self._source = filename, source.splitlines(), source
        self._refusals, self._reply_limit, self._operand_classes = refusals, reply_limit, operand_classes
        self._objects: dict[int, list[Any]] = {}  # number: [object, how many stand-ins there are]
        self._numbers: dict[int, int] = {}  # id(object): its number
        self._next = 0

    def serve(self) -> None:
        """Answer requests until the checker is gone."""
        while True:
            try:
                message = self._channel.receive()
            except Closed:
                return
            self._answer(message)

    def _answer(self, message: bytes) -> None:
        reader = Reader(message, self._callback, self._own)
        number, verb, operands, dropped = reader.read()
        for ref in dropped:
            self._drop(ref)
        before = [_snapshot(m) for m in reader.mutable] if verb in ("call", "op") else []
        try:
            value = self._do(verb, operands)
            changes = [
                (i, now)
                for i, (now, then) in enumerate(zip(reader.mutable, before, strict=False))
                if then is not None and _changed(now, then)
            ]
            reply = self._write(("value", number, value, changes, self._take_refusals()))
        except WireError as problem:
            error = {
                "kinds": ["ValueError", "Exception"],
                "message": f"it gave {problem}, which a check cannot take",
            }
            reply = self._write(("raise", number, error, self._take_refusals()))
        except BaseException as error:
            reply = self._write(("raise", number, self._describe(error), self._take_refusals()))
            error.__traceback__ = None
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):  # the learner may have closed or replaced it
                stream.flush()
        self._channel.send(reply)

    def _do(self, verb: str, operands: Any) -> Any:
        match verb:
            case "call":
                function, args, kwargs = operands
                return function(*args, **kwargs)
            case "getattr":
                return getattr(*operands)
            case "setattr":
                return setattr(*operands)
            case "delattr":
                return delattr(*operands)
            case "op":
                name, values = operands
                return getattr(operator, name)(*values)
            case "convert":
                thing, how = operands
                return _CONVERT[how](thing)
            case "name":
                try:
                    return self._module.__dict__[operands[0]]
                except KeyError:
                    raise NameError(f"your file does not define {operands[0]}") from None
            case "library":
                __import__(operands[0])
                return sys.modules[operands[0]]
            case "load":
                return self._load()
        raise ValueError(verb)

    def _load(self) -> None:
        code = compile(self._source, self._filename, "exec", dont_inherit=True)
        exec(code, self._module.__dict__)
        self._loaded(self._module.__dict__)

    def _write(self, value: Any) -> bytes:
        return Writer(self._export, self._reply_limit).write(value)

    def _take_refusals(self) -> list[str]:
        taken = [str(r) for r in self._refusals[:5]]
        self._refusals.clear()
        return taken

    def _export(self, value: Any) -> tuple[bytes, int, dict[str, Any]]:
        number = self._numbers.get(id(value))
        if number is None:
            self._next += 1
            number = self._numbers[id(value)] = self._next
            self._objects[number] = [value, 0]
        self._objects[number][1] += 1
        kind = type(value)
        return b"o", number, {"type": kind.__name__, "operators": self._operand_classes(kind)}

    def _own(self, number: int) -> Any:
        return self._objects[number][0]

    def _drop(self, number: int) -> None:
        entry = self._objects.get(number)
        if entry is not None:
            entry[1] -= 1
            if entry[1] <= 0:
                del self._objects[number]
                self._numbers.pop(id(entry[0]), None)

    def _callback(self, foreign: Foreign) -> Callable[..., Any]:
        """Return a plain function that calls a function of the check."""

        def call_the_check(*args: Any, **kwargs: Any) -> Any:
            self._channel.send(self._write(("callback", foreign.ref, list(args), kwargs)))
            while True:
                message = self._channel.receive()
                reply = Reader(message, self._callback, self._own).read()
                if reply[0] == "value":
                    return reply[1]
                if reply[0] == "raise":
                    raise CheckError(f"{reply[1]}: {reply[2]}")
                self._answer(message)  # the check's function asked for something itself

        call_the_check.__name__ = str(foreign.about.get("name", "function"))
        return call_the_check

    def _describe(self, error: BaseException) -> dict[str, Any]:
        """Return what an exception says, with the lines of the learner's file only."""
        lines, through = [], False
        if isinstance(error, SyntaxError) and error.filename == self._filename and error.lineno:
            text = self._lines[error.lineno - 1] if error.lineno <= len(self._lines) else ""
            lines.append((error.lineno, "", text))
        for frame in traceback.extract_tb(error.__traceback__, limit=-300):
            if frame.filename == self._filename and frame.lineno:
                text = self._lines[frame.lineno - 1] if frame.lineno <= len(self._lines) else ""
                lines.append((frame.lineno, frame.name, text))
            elif frame.filename == REMOVED or (frame.filename.startswith(_LIBRARY) and lines):
                through = True
        kinds = [str(k.__name__) for k in type(error).__mro__]
        try:
            message = str(error.msg if isinstance(error, SyntaxError) else error)
        except Exception:
            message = "(its message cannot be read)"
        return {"kinds": kinds, "message": message[:2000], "lines": lines[-20:], "through": through}


def _snapshot(value: Any) -> Any:
    """Return enough of a value that was passed to tell later whether it was changed."""
    match value:
        case np.ndarray():
            return value.copy() if value.flags.writeable else None
        case list():
            return list(value)
        case dict():
            return list(value.items())
        case set():
            return set(value)
        case np.random.Generator():
            return repr(value.bit_generator.state)
    return None


def _changed(now: Any, then: Any) -> bool:
    match now:
        case np.ndarray():
            return now.shape != then.shape or now.tobytes() != then.tobytes()
        case list():
            return len(now) != len(then) or any(a is not b for a, b in zip(now, then, strict=True))
        case dict():
            items = list(now.items())
            return len(items) != len(then) or any(
                a is not c or b is not d for (a, b), (c, d) in zip(items, then, strict=True)
            )
        case set():
            return bool(now != then)
    return repr(now.bit_generator.state) != then
