"""`mine`, the learner's file as a check sees it, and stand-ins for objects that stay in its process.

What a check compares must be a plain value on this side. So a stand-in never answers a comparison by itself:
an object whose `__eq__` always says True would pass for anything. Operators work on objects of the lesson's
own classes and of the library (a `Value`, a `Tensor`), and give stand-ins again; plain numbers come out
through attributes, calls, `float()`, `int()`, `len()` and iteration, which do not tell the learner's code
what is expected.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from rung.learn.grading.show import Labelled, short
from rung.learn.grading.trace import Event, current

if TYPE_CHECKING:
    from rung.learn.grading.session import Session


class NotAValue(Exception):
    """A check took an object of the learner's for a number; the message tells the learner."""

    def __init__(self, asked: str, kind: str) -> None:
        super().__init__(asked)
        self.asked, self.kind = asked, kind


class Remote(Labelled):
    """A stand-in for one object of the learner's process."""

    __slots__ = ("_kind", "_label", "_operators", "_ref", "_session")
    __array_ufunc__ = None  # NumPy then leaves `array - stand_in` to the stand-in
    __hash__ = object.__hash__

    def __init__(self, session: Session, ref: int, kind: str, operators: bool, label: str) -> None:
        for name, value in zip(
            ("_session", "_ref", "_kind", "_operators", "_label"),
            (session, ref, kind, operators, label),
            strict=True,
        ):
            object.__setattr__(self, name, value)

    def __del__(self) -> None:
        self._session.drop(self._ref)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in ("__name__", "__doc__"):
            raise AttributeError(name)
        return ask(self._session, f"{self._label}.{name}", "getattr", self, name, quiet=True)

    def __setattr__(self, name: str, value: Any) -> None:
        self._session.request(f"{self._label}.{name} = {short(value)}", "setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._session.request(f"del {self._label}.{name}", "delattr", self, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        words = [short(a) for a in args] + [f"{k}={short(v)}" for k, v in kwargs.items()]
        asked = f"{self._label}({', '.join(words)})"
        if len(asked) > 160:
            asked = f"{self._label}({', '.join(w if len(w) < 20 else w[:16] + '...' for w in words)})"[:240]
        return ask(self._session, asked, "call", self, list(args), kwargs)

    def __getitem__(self, key: Any) -> Any:
        return ask(self._session, f"{self._label}[{short(key)}]", "op", "getitem", [self, key])

    def __setitem__(self, key: Any, value: Any) -> None:
        asked = f"{self._label}[{short(key)}] = {short(value)}"
        self._session.request(asked, "op", "setitem", [self, key, value])

    def __len__(self) -> int:
        return int(self._plain("len", int))

    def __float__(self) -> float:
        return float(self._plain("float", float))

    def __int__(self) -> int:
        return int(self._plain("int", int))

    def __index__(self) -> int:
        return int(self._plain("index", int))

    def __complex__(self) -> complex:
        return complex(self._plain("complex", complex))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self._plain("array", np.ndarray), dtype=dtype)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._plain("list", list))

    def __repr__(self) -> str:
        return str(self._plain("repr", str))

    def __bool__(self) -> bool:
        raise NotAValue(self._label, self._kind)

    def _plain(self, how: str, kind: type) -> Any:
        """Ask for a conversion whose result must be a plain value of `kind`."""
        value = ask(self._session, f"{how}({self._label})", "convert", self, how)
        if not isinstance(value, kind):
            raise NotAValue(f"{how}({self._label})", type(value).__name__)
        return value


def ask(session: Session, asked: str, verb: str, *operands: Any, quiet: bool = False) -> Any:
    """Make a request and record it; `quiet` leaves a method that was merely looked up out of the record."""
    from rung.learn.grading.session import LearnerError

    try:
        result = session.request(asked, verb, *operands)
    except LearnerError as error:
        current().add(Event(asked, raised=error.raised.kinds[0]))
        raise
    if not (quiet and isinstance(result, Remote)):
        current().add(Event(asked, result, changed=session.changed))
    return result


_SIGNS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**",
    "matmul": "@", "and_": "&", "or_": "|", "xor": "^", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
    "eq": "==", "ne": "!=",
}  # fmt: skip


def _operate(name: str, operands: list[Any], asked: str, *, me: Remote) -> Any:
    """Apply an operator over there; what comes back must be a stand-in again, never a ready answer."""
    if not me._operators:
        raise NotAValue(me._label, me._kind)
    result = ask(me._session, asked[:160], "op", name, operands)
    if not isinstance(result, Remote):
        raise NotAValue(asked, type(result).__name__)
    return result


def _binary(name: str, reflected: bool) -> Callable[[Remote, Any], Any]:
    sign = _SIGNS[name]

    def method(self: Remote, other: Any) -> Any:
        left, right = (other, self) if reflected else (self, other)
        return _operate(name, [left, right], f"{short(left, 60)} {sign} {short(right, 60)}", me=self)

    return method


def _unary(name: str, sign: str) -> Callable[[Remote], Any]:
    return lambda self: _operate(name, [self], f"{sign}{self._label}", me=self)


for _name in _SIGNS:
    _plain_name = _name.rstrip("_")
    setattr(Remote, f"__{_plain_name}__", _binary(_name, False))
    if hasattr(operator, f"i{_plain_name}"):  # arithmetic has a reflected form, comparisons do not
        setattr(Remote, f"__r{_plain_name}__", _binary(_name, True))
for _name, _sign in {"neg": "-", "pos": "+", "abs": "abs ", "invert": "~"}.items():
    setattr(Remote, f"__{_name}__", _unary(_name, _sign))


class Mine:
    """The learner's file: its names as attributes, each a stand-in or a value.

    Example, in a check:
        got = mine.softmax(np.array([1.0, 2.0]))      # runs in the learner's process; the array comes back
        by value F = mine.library("rung.scratch.nn")           # the library over there, without the lesson's
        target
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = self._session.request(name, "name", name)
        if isinstance(found, Remote):
            self.__dict__[name] = found  # asked for once a run, not at every call
        return found

    def library(self, module: str) -> Any:
        """Return a module of the library as the learner's process sees it.

        Name it as a literal: it is imported there before the walls go up.
        """
        return self._session.request(module.rpartition(".")[2], "library", module)
