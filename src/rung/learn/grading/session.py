"""The checker's side of the conversation: a request, its answer, and calls back in between."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rung.learn.grading.channel import Garbled, Watched
from rung.learn.grading.remote import Remote
from rung.learn.grading.unwire import Reader
from rung.learn.grading.wire import Foreign, WireError, Writer


@dataclass(frozen=True)
class Raised:
    """An exception of the learner's code, as it crossed.

    Attributes:
        kinds: names of its class and of that class's bases, the nearest first.
        message: its text.
        lines: (line number, function, text of the line) for each line of the learner's file it passed
            through.
        through_library: it also passed through the library's code.
    """

    kinds: tuple[str, ...]
    message: str
    lines: tuple[tuple[int, str, str], ...] = ()
    through_library: bool = False


class LearnerError(Exception):
    """The learner's code raised; `raised` says what and where."""

    def __init__(self, raised: Raised, asked: str) -> None:
        super().__init__(f"{raised.kinds[0]}: {raised.message}")
        self.raised, self.asked = raised, asked


class LearnerAttributeError(LearnerError, AttributeError):
    """The same for a missing attribute, so that `hasattr` works on a stand-in."""


@dataclass
class Session:
    """A conversation with one learner's process.

    Args:
        channel: where the messages go.
        deadline: time.monotonic() after which a request raises Late; set anew for each run of a check.
        reply_limit: the largest value sent, in bytes.
    """

    channel: Watched
    deadline: float
    reply_limit: int = 1 << 26
    refusals: list[str] = field(default_factory=list)
    changed: list[tuple[Any, Any]] = field(default_factory=list)  # by the latest request
    _asked: int = 0
    _dropped: list[int] = field(default_factory=list)
    _callbacks: list[Callable[..., Any]] = field(default_factory=list)
    _failure: BaseException | None = None

    def request(self, asked: str, verb: str, *operands: Any) -> Any:
        """Ask the learner's process for something and return what comes back by value or as a stand-in.

        Arrays, lists, dicts, sets and Generators that were passed stay as they are here, whatever the
        learner's code does to its copies: what a check expects must not be computed from what the learner
        left of the inputs. What was done to the copies stands in `changed`, as (what was passed, what it
        holds over there).

        Raises:
            LearnerError: the learner's code raised.
            Late, Closed, Garbled: the process is slow, gone or talking nonsense.
        """
        self._asked += 1
        self.changed = []
        number = self._asked
        dropped, self._dropped = self._dropped, []
        writer = Writer(self._export, self.reply_limit)
        message = writer.write((number, verb, operands, dropped))
        self.channel.send(message, self.deadline)
        while True:
            reply = self._read(self.channel.receive(self.deadline), asked)
            match reply:
                case (str("callback"), int(ref), list(args), dict(kwargs)):
                    self._call_back(ref, args, kwargs)
                case (str("value"), int(n), value, list(changes), list(refusals)) if n == number:
                    self._note(refusals)
                    self.changed = self._changes(writer.mutable, changes)
                    if self._failure is not None:
                        failure, self._failure = self._failure, None
                        raise failure
                    return value
                case (str("raise"), int(n), dict(info), list(refusals)) if n == number:
                    self._note(refusals)
                    if self._failure is not None:
                        failure, self._failure = self._failure, None
                        raise failure
                    raised = _raised(info)
                    kind = LearnerAttributeError if "AttributeError" in raised.kinds else LearnerError
                    raise kind(raised, asked)
                case _:
                    raise Garbled

    def drop(self, ref: int) -> None:
        """Tell the learner's process, with the next request, that one stand-in is gone."""
        self._dropped.append(ref)

    def _read(self, message: bytes, label: str) -> Any:
        try:
            return Reader(message, lambda foreign: self._stand_in(foreign, label), self._own).read()
        except WireError:
            raise Garbled from None

    def _stand_in(self, foreign: Foreign, label: str) -> Remote:
        kind = foreign.about.get("type")
        if not isinstance(kind, str):
            raise WireError("no description")
        return Remote(self, foreign.ref, kind[:80], bool(foreign.about.get("operators")), label)

    def _own(self, number: int) -> Callable[..., Any]:
        if not 0 <= number < len(self._callbacks):
            raise WireError("no such function")
        return self._callbacks[number]

    def _export(self, value: Any) -> tuple[bytes, int, dict[str, Any]]:
        if isinstance(value, Remote):
            if value._session is not self:
                raise TypeError("this stand-in belongs to another run")
            return b"m", value._ref, {}
        if isinstance(value, types.FunctionType | types.MethodType | types.BuiltinFunctionType):
            self._callbacks.append(value)
            return b"o", len(self._callbacks) - 1, {"name": getattr(value, "__name__", "function")}
        raise TypeError(
            f"a {type(value).__name__} cannot cross to the learner's process; build it there: "
            "mine.library('...') gives the library's modules"
        )

    def _call_back(self, ref: int, args: list[Any], kwargs: dict[str, Any]) -> None:
        """Run a function of the check for the learner's code and send back what it gives."""
        try:
            result = self._own(ref)(*args, **kwargs)
            message = Writer(self._export, self.reply_limit).write(("value", result))
        except WireError:
            raise Garbled from None
        except Exception as error:
            if not isinstance(error, LearnerError):
                self._failure = self._failure or error  # the learner's `except` must not swallow it
            message = Writer(self._export).write(("raise", type(error).__name__, str(error)[:500]))
        self.channel.send(message, self.deadline)

    def _note(self, refusals: list[Any]) -> None:
        for text in refusals[:5]:
            if isinstance(text, str) and text not in self.refusals and len(self.refusals) < 5:
                self.refusals.append(text[:500])

    def _changes(self, sent: list[Any], changes: list[Any]) -> list[tuple[Any, Any]]:
        """Pair what was sent with what it holds over there now."""
        pairs = []
        for change in changes:
            match change:
                case (int(i), value) if 0 <= i < len(sent) and type(value) is type(sent[i]):
                    pairs.append((sent[i], value))
                case _:
                    raise Garbled
        return pairs


def _raised(info: dict[Any, Any]) -> Raised:
    """Read the description of an exception, trusting nothing about it."""
    kinds = tuple(str(k)[:80] for k in info.get("kinds", ()) if isinstance(k, str)) or ("Exception",)
    lines = []
    for line in info.get("lines", ())[:20] if isinstance(info.get("lines"), list) else ():
        match line:
            case (int(n), str(where), str(text)):
                lines.append((n, where[:60], text[:200]))
    message = info.get("message")
    text = message[:1500] if isinstance(message, str) else ""
    text = "".join(c if c.isprintable() or c == "\n" else "?" for c in text)  # no codes for the terminal
    return Raised(kinds, text, tuple(lines), bool(info.get("through")))
